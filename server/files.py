"""Writing so that after a crash, at any point, a file is whole or is not there."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TEMPORARY = ".tmp"


@contextmanager
def temporary_file(folder: Path, content: bytes) -> Iterator[Path]:
    """A synced file of a temporary name in `folder`, gone at the end unless it was moved. Makes the folder where needed."""
    make_folder(folder)
    path = folder / f".{secrets.token_hex(8)}{TEMPORARY}"
    try:
        with open(path, "xb", opener=_owner_only) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield path
    finally:
        path.unlink(missing_ok=True)


def move(source: Path, target: Path) -> None:
    """Rename over `target`, and sync both folders."""
    source.replace(target)
    for folder in {source.parent, target.parent}:
        sync_folder(folder)


def remove(path: Path) -> None:
    """Delete for good; a file that is already gone is no error."""
    path.unlink(missing_ok=True)
    sync_folder(path.parent)


def make_folder(folder: Path) -> None:
    """Make a folder and its parents, only for the owner, and sync those that got a new entry."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    sync_folder(folder.parent)


def write(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    with temporary_file(path.parent, content) as temporary:
        move(temporary, path)


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` last through a power cut."""
    if os.name == "nt":  # a folder cannot be opened there; NTFS journals renames itself
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _owner_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
