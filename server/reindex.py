"""Brings the index of clips in line with the files, which are the truth. Quick where nothing changed: it reads no file."""

import logging
import os
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, bindparam, delete, insert, select, update

from server import files
from server.database import clips
from server.errors import RefusedError
from server.media import Medium
from server.names import check_label, is_clip_id
from server.store import Store, about_of, index_row

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _File:
    path: Path
    label: str
    mtime_ns: int
    bytes: int


@dataclass(frozen=True)
class Changes:
    """How many rows were added, given another label, and dropped."""

    added: int = 0
    moved: int = 0
    dropped: int = 0


def reindex(store: Store, engine: Engine) -> Changes:
    """Index what is on disk, forget what is not, and remove what was deleted or what a crash left. Call it before serving."""
    store.remove_remains()
    projects = store.project_names()
    with engine.begin() as connection:
        dropped = connection.execute(delete(clips).where(clips.c.project.not_in(projects))).rowcount
    changes = [_reindex_project(store.clips_folder(name), store.medium(name), name, engine) for name in projects]
    total = Changes(
        sum(change.added for change in changes),
        sum(change.moved for change in changes),
        dropped + sum(change.dropped for change in changes),
    )
    if total != Changes():
        log.info("index of clips: %d added, %d moved, %d dropped", total.added, total.moved, total.dropped)
    return total


def _reindex_project(folder: Path, medium: Medium, project: str, engine: Engine) -> Changes:
    found = _find(folder, medium.suffix)
    columns = (clips.c.id, clips.c.label, clips.c.mtime_ns, clips.c.bytes, clips.c.sha256)
    with engine.begin() as connection:
        known = {row.id: row for row in connection.execute(select(*columns).where(clips.c.project == project))}
        kept = {i for i, row in known.items() if i in found and (row.mtime_ns, row.bytes) == (found[i].mtime_ns, found[i].bytes)}
        moved = [clip_id for clip_id in kept if known[clip_id].label != found[clip_id].label]
        gone = [{"clip_id": clip_id} for clip_id in known if clip_id not in kept]
        unknown = ((i, file) for i, file in found.items() if i not in kept)
        new = list(_rows(project, medium, unknown, {known[i].sha256 for i in kept}))
        is_clip = (clips.c.project == project) & (clips.c.id == bindparam("clip_id"))
        if gone:
            connection.execute(delete(clips).where(is_clip), gone)
        for clip_id in moved:
            connection.execute(update(clips).where(is_clip).values(label=found[clip_id].label), {"clip_id": clip_id})
        if new:
            connection.execute(insert(clips), new)
    return Changes(len(new), len(moved), len(gone))


def _find(folder: Path, suffix: str) -> dict[str, _File]:
    """Clips by id. The same id under two labels cannot come from us; the first label in the alphabet wins."""
    found: dict[str, _File] = {}
    for label, entry in _entries(folder):
        stem = entry.name.removesuffix(suffix)
        if entry.name.startswith(".") and entry.name.endswith(files.TEMPORARY):
            Path(entry.path).unlink(missing_ok=True)
        elif stem == entry.name or not is_clip_id(stem):
            log.warning("%s is not a clip of ours and is not shown; bring it in with `nestling import`", entry.path)
        elif stem in found:
            log.warning("clip %s stands under two labels; %s is not shown", stem, entry.path)
        else:
            status = entry.stat(follow_symlinks=False)
            found[stem] = _File(Path(entry.path), label, status.st_mtime_ns, status.st_size)
    return found


def _entries(folder: Path) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Files of all label folders with their labels; symbolic links are not followed."""
    for label_folder in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if not label_folder.is_dir(follow_symlinks=False):
            continue
        try:
            # macOS may give names back decomposed.
            label = check_label(unicodedata.normalize("NFC", label_folder.name))
        except RefusedError as error:
            log.warning("folder %s is not shown: %s", label_folder.path, error)
            continue
        yield from ((label, entry) for entry in os.scandir(label_folder) if entry.is_file(follow_symlinks=False))


def _rows(project: str, medium: Medium, found: Iterable[tuple[str, _File]], seen: set[str]) -> Iterator[dict[str, Any]]:
    for clip_id, file in found:
        try:
            content, comment = medium.read(file.path.read_bytes(), file.path.name)
            if content.sha256 in seen:
                raise RefusedError(f"{file.path.name} holds the same {medium.noun} as another clip")
            seen.add(content.sha256)
            yield index_row(project, file.label, about_of(clip_id, comment, content, file.path), content, file.path)
        except RefusedError as error:
            log.warning("a clip under %s is not shown: %s", file.label, error)
