"""Bringing recordings or photos in from a folder or a zip of `<label>/<file>`: what was taken, what was left out, and why.

It also reads the layout of Speech Commands: `_background_noise_` holds long noise, and `<speaker>_nohash_<take>.wav` tells
who spoke. A clip that a Nestling stored keeps what is known of it. Nothing is ever unpacked to disk.
"""

import os
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from server import clock, zips
from server.audio import MAX_SECONDS, MIN_SECONDS, SAMPLE_RATE, SOUND, Pcm, decode, to_content
from server.errors import ConflictError, RefusedError
from server.media import Content, Medium
from server.names import check_label
from server.store import About, Store, about_in
from training.labels import NOISE, NOISE_FOLDERS

NOISE_SECONDS = 120.0
_CLUTTER = frozenset({"__MACOSX", "Thumbs.db", "desktop.ini"})


@dataclass
class Report:
    """What an import did."""

    taken: Counter[str] = field(default_factory=Counter)  # clips by label
    left_out: list[tuple[str, str]] = field(default_factory=list)  # file, reason


@dataclass(frozen=True)
class _Entry:
    """A file to import: its path below the root, how to read it, and when it was last changed."""

    name: str
    read: Callable[[], bytes]
    modified: datetime


def import_path(
    store: Store,
    project: str,
    path: Path,
    kind: str | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Report:
    """Store all recordings or photos of a folder or zip in a project, which is made where it does not exist.

    Args:
        store: where to.
        project: its name.
        path: a folder or a zip file.
        kind: of the project; without it, an existing one's, and a new one is for speech.
        progress: called with the numbers of files done and in all.
    Raises:
        RefusedError: the project's name is malformed or it is of another kind, or the path is no folder and no zip.
        DiskFullError: what was stored until then stays.
    """
    if not path.is_dir() and not zipfile.is_zipfile(path):
        raise RefusedError(f"{path} is neither a folder nor a zip file")
    store.create_project(project, kind)
    report = Report()
    if path.is_dir():
        _import_all(store, project, list(_folder_entries(path, report)), report, progress)
    else:
        with zips.opened(path) as archive:
            _import_all(store, project, list(_zip_entries(archive, report)), report, progress)
    return report


def _import_all(store: Store, project: str, entries: list[_Entry], report: Report, progress: Callable[[int, int], None]) -> None:
    top = _common_top([entry.name for entry in entries], store.medium(project))
    for n, entry in enumerate(entries):
        try:
            _import_one(store, project, entry, entry.name.removeprefix(top), report)
        except RefusedError as error:
            report.left_out.append((entry.name, str(error)))
        progress(n + 1, len(entries))


def _common_top(names: list[str], medium: Medium) -> str:
    """The one folder above all labels, with its slash; "" where labels stand at the top."""
    found = [PurePosixPath(name).parts for name in names if PurePosixPath(name).suffix.lower() in medium.suffixes]
    tops = {parts[0] for parts in found}
    return f"{tops.pop()}/" if len(tops) == 1 and any(len(parts) > 2 for parts in found) else ""


def _import_one(store: Store, project: str, entry: _Entry, name: str, report: Report) -> None:
    medium = store.medium(project)
    folder, file = _label_and_file(name, medium)
    is_noise = medium is SOUND and folder in NOISE_FOLDERS
    label = NOISE if is_noise else check_label(folder)
    clips = list(_clips(medium, entry, file, is_noise))
    taken = sum(_add(store, project, label, *clip) for clip in clips)
    report.taken[label] += taken
    if not taken:
        raise RefusedError(f"it is already stored under label {label!r}")


def _label_and_file(name: str, medium: Medium) -> tuple[str, PurePosixPath]:
    path = PurePosixPath(name)
    if path.suffix.lower() not in medium.suffixes:
        raise RefusedError(f"it is no {medium.files}")
    if len(path.parts) < 2:
        raise RefusedError("it stands in no label's folder; the layout is <label>/<file>")
    if len(path.parts) > 2:
        raise RefusedError("it lies too deep; the layout is <label>/<file>")
    return path.parts[0].lower(), path


def _clips(medium: Medium, entry: _Entry, file: PurePosixPath, is_noise: bool) -> Iterator[tuple[Content, About]]:
    """The clips in one file: a photo or a recording, or noise in pieces."""
    body = entry.read()
    if own := _stored_by_us(medium, body, file):
        yield own
    elif medium is not SOUND:
        content = medium.decode(body, zips.MAX_FILE_BYTES)
        yield content, _about(content, entry)
    else:
        speaker, separator, _ = file.stem.partition("_nohash_")
        # Pieces of one recording must not end up on both sides of a split.
        session = _text(file.stem) if is_noise else None
        pcm = decode(body, NOISE_SECONDS if is_noise else MAX_SECONDS)
        for content in map(to_content, _pieces(pcm) if is_noise else [pcm]):
            yield content, _about(content, entry, session, _text(speaker) if separator else None)


def _stored_by_us(medium: Medium, body: bytes, file: PurePosixPath) -> tuple[Content, About] | None:
    """A clip as a Nestling stored it, with all that is known of it; None where the file is another."""
    try:
        content, comment = medium.read(body, file.name)
        return (content, about_in(comment, content)) if comment.get("id") == file.stem else None
    except RefusedError:
        return None


def _about(content: Content, entry: _Entry, session: str | None = None, speaker: str | None = None) -> About:
    # The same content gets the same id, so that importing twice stores once.
    recorded_at = clock.written(entry.modified)
    return About(id=content.sha256[:32], source="import", recorded_at=recorded_at, session=session, speaker=speaker)


def _add(store: Store, project: str, label: str, content: Content, about: About) -> bool:
    stored = store.put(project, label, content, about)
    if stored.label != label:
        raise ConflictError(f"it is already stored, under label {stored.label!r}")
    return stored.is_new


def _pieces(pcm: Pcm) -> Iterator[Pcm]:
    """Pieces as long as a clip may be; a last one too short for a clip is dropped."""
    length = int(MAX_SECONDS * SAMPLE_RATE)
    for start in range(0, len(pcm), length):
        piece = pcm[start : start + length]
        if len(piece) >= MIN_SECONDS * SAMPLE_RATE:
            yield piece


def _text(text: str) -> str | None:
    return "".join(character for character in text if character.isprintable())[:64] or None


# Folders


def _folder_entries(root: Path, report: Report) -> Iterator[_Entry]:
    n_entries = 0
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not _is_clutter(name))
        for name in sorted(name for name in names if not _is_clutter(name)):
            path = Path(folder, name)
            relative = path.relative_to(root).as_posix()
            n_entries += 1
            if n_entries > zips.MAX_ENTRIES:
                report.left_out.append((relative, f"only the first {zips.MAX_ENTRIES:,} files are taken"))
                return
            if path.is_symlink() or not path.is_file():
                report.left_out.append((relative, "it is a link or no plain file"))
                continue
            modified = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            yield _Entry(relative, lambda path=path: _read_file(path), modified)  # type: ignore[misc]


def _read_file(path: Path) -> bytes:
    with path.open("rb") as file:
        body = file.read(zips.MAX_FILE_BYTES + 1)
    return zips.small_enough(body)


def _is_clutter(name: str) -> bool:
    return name.startswith(".") or name in _CLUTTER


# Zips


def _zip_entries(archive: zipfile.ZipFile, report: Report) -> Iterator[_Entry]:
    budget = zips.Budget()
    for n, info in enumerate(archive.infolist()):
        if n >= zips.MAX_ENTRIES:
            report.left_out.append((info.filename[:200], f"only the first {zips.MAX_ENTRIES:,} files are taken"))
            return
        if info.is_dir() or any(_is_clutter(part) for part in PurePosixPath(info.filename).parts if part != ".."):
            continue
        if reason := zips.refusal(info):
            report.left_out.append((info.filename[:200], reason))
            continue
        yield _Entry(info.filename, lambda info=info: zips.read(archive, info, budget), zips.time_of(info))  # type: ignore[misc]
