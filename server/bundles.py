"""Trained models to be had: what lies in `exports/` and is whole."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.errors import MissingError, RefusedError
from server.names import inside
from training.convert.manifest import FILE_NAME, NAME, read_manifest

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Bundle:
    """A bundle: `path` is `<project>/<run>`, or `<name>` where it is shipped."""

    path: str
    folder: Path
    manifest: dict[str, Any]

    @property
    def is_shipped(self) -> bool:
        """Whether it came with Nestling: a new release may bring another under the same path."""
        return "/" not in self.path

    def to_dict(self) -> dict[str, Any]:
        """The bundle as JSON lists it."""
        return {"path": self.path, "manifest": self.manifest}


class Bundles:
    """The bundles in a folder. Manifests are read once: a bundle never changes."""

    def __init__(self, exports: Path) -> None:
        self._exports = exports
        self._read: dict[Path, tuple[int, dict[str, Any] | None]] = {}

    def list(self) -> list[Bundle]:
        """All whole bundles: the newest first, then what is shipped."""
        found = [bundle for path in self._paths() if (bundle := self._bundle(path))]
        found.sort(key=lambda bundle: str(bundle.manifest.get("created_at", "")), reverse=True)
        return sorted(found, key=lambda bundle: bundle.is_shipped)

    def file(self, path: str) -> tuple[Bundle, str]:
        """The bundle and the name within it of `<bundle path>/<file>`.

        Raises:
            MissingError: no such bundle, or its manifest does not list the file.
        """
        for bundle_path, name in _splits(path):
            bundle = self._bundle(bundle_path)
            if bundle and (name == FILE_NAME or name in bundle.manifest["files"]) and _is_file(bundle.folder, name):
                return bundle, name
        raise MissingError(f"there is no file {path[:120]!r} in any bundle")

    def _paths(self) -> Iterator[str]:
        for manifest in [*self._exports.glob(f"*/{FILE_NAME}"), *self._exports.glob(f"*/*/{FILE_NAME}")]:
            path = manifest.parent.relative_to(self._exports)
            yield path.as_posix()

    def _bundle(self, path: str) -> Bundle | None:
        if any(not NAME.fullmatch(part) for part in path.split("/")):
            return None
        folder = self._exports / path
        manifest = self._manifest(folder / FILE_NAME)
        return Bundle(path, folder, manifest) if manifest else None

    def _manifest(self, path: Path) -> dict[str, Any] | None:
        if not path.is_file():
            return None
        changed = path.stat().st_mtime_ns
        if self._read.get(path, (0, None))[0] != changed:
            self._read[path] = changed, _read(path.parent)
        return self._read[path][1]


def _read(folder: Path) -> dict[str, Any] | None:
    try:
        return read_manifest(folder)
    except (ValueError, OSError) as error:
        log.warning("the bundle in %s is left out: %s", folder, error)
        return None


def _is_file(folder: Path, name: str) -> bool:
    try:
        return inside(folder, name).is_file()
    except RefusedError:
        return False


def _splits(path: str) -> Iterator[tuple[str, str]]:
    parts = path.split("/")
    for n in (1, 2):
        if len(parts) > n:
            yield "/".join(parts[:n]), "/".join(parts[n:])
