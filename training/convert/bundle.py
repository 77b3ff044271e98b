"""Writing a bundle: whole or not at all, and never changed afterwards."""

import json
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from training.convert.manifest import FILE_NAME, check_manifest, describe_files


def check_free(target: Path) -> None:
    """Raise ValueError when a bundle of this name is there already."""
    if target.exists():
        raise ValueError(f"{target} is there already, and a bundle never changes. Choose another name for the run.")


def write_bundle(target: Path, fill: Callable[[Path], dict[str, Any]]) -> dict[str, Any]:
    """Fill a temporary folder beside the target, add the manifest, and rename it into place.

    Args:
        target: folder of the new bundle.
        fill: writes the models into the folder it is given and returns the manifest without `files`.
    Returns:
        The manifest.
    Raises:
        ValueError: the target exists, or `fill` refused. Nothing is left behind then.
    """
    check_free(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".partial-", ignore_cleanup_errors=True) as temporary:
        folder = Path(temporary) / target.name
        folder.mkdir()
        manifest = check_manifest(fill(folder) | {"files": describe_files(folder)})
        write_manifest(folder, manifest)
        _sync_tree(folder)
        check_free(target)
        folder.rename(target)
    return manifest


def write_manifest(bundle: Path, manifest: Mapping[str, Any]) -> None:
    """Write `manifest.json` into a bundle's folder."""
    text = json.dumps(manifest, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    (bundle / FILE_NAME).write_text(text, encoding="utf-8")


def _sync_tree(folder: Path) -> None:
    """Everything on disk before the rename makes it visible."""
    for path in [*folder.rglob("*"), folder]:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
