"""Names that come from outside are hostile until checked here; no path under the data folder is made in any other way."""

import re
from pathlib import Path

from server.errors import RefusedError
from training.labels import check_label as _check_label

_PROJECT = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_CLIP_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MAX_NAME_BYTES = 255  # what file systems take
# Windows opens a device instead of a file of that name.
_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))})


def check_project(name: object) -> str:
    """Return the name of a project when it is one: 1 to 40 of `a-z`, `0-9`, `-`, not first a `-`. Raises RefusedError."""
    if not isinstance(name, str) or not _PROJECT.fullmatch(name):
        raise RefusedError(
            f"a project's name has 1 to 40 lower-case letters, digits or '-', and starts with no '-'; got {str(name)[:60]!r}"
        )
    if name in _DEVICES:
        raise RefusedError(f"{name!r} is a reserved name on Windows; choose another, for example {name + '-1'!r}")
    return name


def check_label(label: object) -> str:
    """Return the label when `training.labels` accepts it and it can be a folder anywhere. Raises RefusedError."""
    try:
        checked = _check_label(label)  # type: ignore[arg-type]  # it checks the type too
    except ValueError as error:
        raise RefusedError(str(error)) from error
    if checked in _DEVICES:
        raise RefusedError(f"{checked!r} is a reserved name on Windows; choose another label, for example {checked + '-1'!r}")
    return checked


def check_clip_id(clip_id: object) -> str:
    """Return the id of a clip when it is a UUID in lower case, with or without dashes. Raises RefusedError."""
    if not isinstance(clip_id, str) or not _CLIP_ID.fullmatch(clip_id):
        raise RefusedError(f"a clip's id is a UUID in lower case, with or without dashes; got {str(clip_id)[:60]!r}")
    return clip_id


def is_clip_id(text: str) -> bool:
    """Whether a file's stem is the id of a clip."""
    return _CLIP_ID.fullmatch(text) is not None


def inside(base: Path, *parts: str) -> Path:
    """Join, and assert that the result lies in `base` once symbolic links are followed.

    Raises:
        RefusedError: it leads out of `base`.
    """
    path = base.joinpath(*parts)
    if any(len(name.encode(errors="replace")) > _MAX_NAME_BYTES for name in path.parts):
        raise RefusedError(f"{'/'.join(parts)[:80]!r} is longer than a file's name may be")
    try:
        is_inside = path.resolve().is_relative_to(base.resolve())
    except (ValueError, OSError) as error:  # a NUL, a loop of links
        raise RefusedError(f"{'/'.join(parts)[:80]!r} is no path ({error})") from error
    if not is_inside:
        raise RefusedError(f"{'/'.join(parts)[:80]!r} leads out of the folder {base.name!r}")
    return path
