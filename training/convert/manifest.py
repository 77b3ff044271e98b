"""The manifest: what phone, board, command line and web page read of a bundle, and nothing else. Standard library only."""

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from training.features.params import MfccParams
from training.parameters import Parameters
from training.vision.params import PreprocessParams

FILE_NAME = "manifest.json"
SCHEMA = 1
KINDS = ("speech", "vision")
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_MAX_BYTES = 1_000_000
_REQUIRED: Mapping[str, type] = {
    "kind": str,
    "project": str,
    "run": str,
    "created_at": str,
    "labels": list,
    "input": dict,
    "output": dict,
    "metrics": dict,
    "files": dict,
}
_REQUIRED_OF: Mapping[str, Mapping[str, type]] = {
    "speech": {"params": dict, "params_crc32": str, "window": int, "stride": int, "decision": dict},
    "vision": {"preprocess": dict, "preprocess_crc32": str},
}
# What must be done to a sound or a photo before the model: where it stands, what reads it, and what messages call it.
_PARAMETERS: Mapping[str, tuple[str, type[Parameters], str]] = {
    "speech": ("params", MfccParams, "the front end's parameters"),
    "vision": ("preprocess", PreprocessParams, "the preprocessing's parameters"),
}
_TAKES = {"speech": "sounds", "vision": "photos"}


def check_name(name: str, what: str) -> str:
    """Return the name of a project or a run when it can be a folder's name everywhere.

    Raises:
        ValueError: it is anything but 1 to 40 of a-z, 0-9 and `-`, starting with a letter or digit.
    """
    if not NAME.fullmatch(name):
        raise ValueError(
            f"a {what} is named with 1 to 40 of a-z, 0-9 and '-', starting with a letter or digit, got {name[:60]!r}"
        )
    return name


def read_manifest(bundle: Path, kind: str | None = None) -> dict[str, Any]:
    """Read and check the manifest of the bundle in the folder `bundle`.

    Args:
        bundle: its folder.
        kind: "speech" or "vision" for who can only use a model of that kind.
    Raises:
        ValueError: there is none, it is not of this schema or kind, or its parameters do not have the CRC that it states.
    """
    path = bundle / FILE_NAME
    if not path.is_file():
        raise ValueError(f"{bundle} is not a bundle: it has no {FILE_NAME}")
    if path.stat().st_size > _MAX_BYTES:
        raise ValueError(f"{path} is larger than {_MAX_BYTES} bytes")
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is not JSON: {error}") from error
    checked = check_manifest(manifest, str(path))
    if kind not in (None, checked["kind"]):
        raise ValueError(f"{bundle} is a model for {_TAKES[checked['kind']]}; this needs one for {_TAKES[str(kind)]}")
    return checked


def check_manifest(manifest: Any, name: str = FILE_NAME) -> dict[str, Any]:
    """Return a manifest when it is one. Raises ValueError as `read_manifest` does."""
    if not isinstance(manifest, dict) or manifest.get("schema") != SCHEMA:
        raise ValueError(f"{name}: schema must be {SCHEMA}")
    _check_types(manifest, _REQUIRED, name)
    kind = manifest["kind"]
    if kind not in KINDS:
        raise ValueError(f"{name}: kind must be one of {', '.join(KINDS)}, got {kind!r}")
    _check_types(manifest, _REQUIRED_OF[kind], name)
    key, parameters, what = _PARAMETERS[kind]
    crc32, stated = parameters.from_dict(manifest[key]).crc32, manifest[f"{key}_crc32"]
    if crc32 != stated:
        raise ValueError(f"{name}: {what} have CRC-32 {crc32}, the manifest says {stated!r}")
    return manifest


def describe_files(folder: Path) -> dict[str, dict[str, Any]]:
    """Size and SHA-256 of every file below a folder, by its path with forward slashes."""
    return {
        path.relative_to(folder).as_posix(): {
            "bytes": path.stat().st_size,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != FILE_NAME
    }


def _check_types(manifest: Mapping[str, Any], required: Mapping[str, type], name: str) -> None:
    for key, wanted in required.items():
        if not isinstance(manifest.get(key), wanted):
            raise ValueError(f"{name}: {key!r} must be of type {wanted.__name__}")
