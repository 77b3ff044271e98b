"""What a person has decided for one project: its front end and its network, in a file beside the clips."""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server import files
from server.errors import RefusedError, disk_full_told
from server.store import Store
from training.features.params import MfccParams, load_default
from training.speech.design import check_design
from training.speech.head_start import has_head_start
from training.speech.presets import DEFAULT_PRESET

NAME = "settings.json"


@dataclass(frozen=True, kw_only=True)
class ProjectSettings:
    """`params` is None where the defaults hold, `design` where the default preset does."""

    params: MfccParams | None = None
    design: Mapping[str, Any] | None = None

    def front_end(self) -> MfccParams:
        """The parameters that training uses."""
        return self.params or load_default()

    def to_dict(self) -> dict[str, Any]:
        """The settings as JSON shows them."""
        front_end = self.front_end()
        network = check_design(self.design or {"preset": DEFAULT_PRESET})
        return {
            "params": front_end.to_dict(),
            "params_crc32": front_end.crc32,
            "params_changed": front_end != load_default(),
            "design": self.design,
            "network": {"name": network.title, "head_start": has_head_start(network, front_end)},
        }


class AllSettings:
    """The settings of all projects. Safe to share between threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._writing = threading.Lock()

    def read(self, project: str) -> ProjectSettings:
        """The settings of a project.

        Raises:
            MissingError: no such project.
            RefusedError: its file was changed by hand, and holds what is no settings.
        """
        try:
            return read_settings(self._path(project).parent)
        except ValueError as error:
            raise RefusedError(str(error)) from error

    def set_params(self, project: str, values: Mapping[str, Any] | None) -> ProjectSettings:
        """Take other parameters for the front end, or the defaults. Raises MissingError, RefusedError."""
        with self._writing:
            design = self.read(project).design
            return self._write(project, {"params": values, "design": design})

    def set_design(self, project: str, values: Mapping[str, Any] | None) -> ProjectSettings:
        """Take another network, or the default. Raises MissingError, RefusedError."""
        with self._writing:
            params = self.read(project).params
            return self._write(project, {"params": params and params.to_dict(), "design": values})

    def _write(self, project: str, values: Mapping[str, Any]) -> ProjectSettings:
        try:
            settings = parse(values)
        except ValueError as error:
            raise RefusedError(str(error)) from error
        text = json.dumps({"schema": 1, **{name: value for name, value in values.items() if value is not None}}, indent=1)
        with disk_full_told():
            files.write(self._path(project), text.encode() + b"\n")
        return settings

    def _path(self, project: str) -> Path:
        return self._store.clips_folder(project).parent / NAME


def read_settings(folder: Path) -> ProjectSettings:
    """The settings in a project's folder. Raises ValueError where its file holds what is no settings."""
    path = folder / NAME
    if not path.is_file():
        return ProjectSettings()
    try:
        return parse(json.loads(path.read_text(encoding="utf-8")))
    except ValueError as error:
        raise ValueError(f"{NAME} of project {folder.name!r} cannot be used: {error}. Mend or delete the file.") from error


def parse(values: object) -> ProjectSettings:
    """Settings from parsed JSON: `{"schema", "params"?, "design"?}`. Raises ValueError."""
    if not isinstance(values, dict) or not set(values) <= {"schema", "params", "design"} or values.get("schema", 1) != 1:
        raise ValueError("settings are an object of schema 1 with params and design")
    params, design = values.get("params"), values.get("design")
    if params is not None and not isinstance(params, dict):
        raise ValueError(f"params must be an object, got {str(params)[:40]!r}")
    return ProjectSettings(
        params=None if params is None else MfccParams.from_dict(params),
        design=None if design is None else check_design(design).to_dict(),
    )
