"""Clips: WAV files that are the truth, and an index of them in the database that can be rebuilt at any time.

Every change takes the database's write lock with its statement first, then changes the file, then commits. So two
processes (a server and an import) exclude each other, and a crash in between leaves what `reindex` puts right: a row
without a file vanishes, a file without a row is indexed, a file in another folder has another label.
"""

import hashlib
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, and_, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from server import clock, files
from server.audio import SAMPLE_RATE, Pcm, decode_upload, encode
from server.database import clips
from server.errors import ConflictError, MissingError, RefusedError, disk_full_told
from server.names import check_clip_id, check_label, check_project, inside
from training.speech.clips import MIN_CLIPS

log = logging.getLogger(__name__)

MAX_PAGE = 500
_MAX_TEXT = 64


@dataclass(frozen=True, kw_only=True)
class About:
    """What is known of a recording beside its label; it stands inside of the file.

    Raises:
        RefusedError: the id or the time is malformed, or a text is longer than 64 characters or holds control characters.
    """

    id: str
    session: str | None = None
    speaker: str | None = None
    source: str = "upload"
    recorded_at: str

    def __post_init__(self) -> None:
        check_clip_id(self.id)
        clock.check_time(self.recorded_at)
        for name in ("session", "speaker", "source"):
            _check_text(name, getattr(self, name))


@dataclass(frozen=True, kw_only=True)
class Clip:
    """One stored recording. Times are ISO 8601 in UTC."""

    id: str
    project: str
    label: str
    session: str | None
    speaker: str | None
    source: str
    recorded_at: str
    n_samples: int
    sample_rate: int = SAMPLE_RATE
    stored_at: str

    def to_dict(self) -> dict[str, Any]:
        """The clip as JSON shows it."""
        return asdict(self)


_COLUMNS = [clips.c[field.name] for field in fields(Clip) if field.name != "sample_rate"]


class Store:
    """The clips of all projects. Safe to share between threads; other processes may write at the same time."""

    def __init__(self, data: Path, engine: Engine, max_upload_bytes: int = 2_000_000) -> None:
        self._projects = data / "projects"
        self._engine = engine
        self._max_upload_bytes = max_upload_bytes
        # One writer at a time in this process, in turn; SQLite's own lock would let thirty phones poll for it.
        self._writing = threading.Lock()
        with disk_full_told():
            files.make_folder(self._projects)

    # Projects: a project is its folder.

    def create_project(self, name: str) -> bool:
        """Make a project. Returns whether it is new. Raises RefusedError at a malformed name."""
        folder = inside(self._projects, check_project(name), "clips")
        if folder.is_dir():
            return False
        with disk_full_told():
            files.make_folder(folder)
        return True

    def project_names(self) -> list[str]:
        """All projects, by name."""
        return sorted(entry.name for entry in os.scandir(self._projects) if _is_project(entry))

    def project(self, name: str) -> dict[str, Any]:
        """A project and its labels, as JSON shows them. Raises MissingError."""
        folder = self.clips_folder(name).parent
        counts, sources = self.counts(name), self._sources(name)
        labels = [{"label": label, "n_clips": n, "sources": sources.get(label, {})} for label, n in counts.items()]
        summary = {"name": name, "created_at": clock.modified(folder), "n_clips": sum(counts.values())}
        return {**summary, "labels": labels, "minimum": MIN_CLIPS}

    def counts(self, project: str) -> dict[str, int]:
        """Number of clips by label, in the order in which labels got their first: a new one leaves the others' colours alone."""
        first = func.min(clips.c.stored_at)
        query = select(clips.c.label, func.count().label("n")).where(clips.c.project == project)
        query = query.group_by(clips.c.label).order_by(first, clips.c.label)
        with self._engine.connect() as connection:
            return {row.label: row.n for row in connection.execute(query)}

    def _sources(self, project: str) -> dict[str, dict[str, int]]:
        """Number of clips by label and by what recorded them: a model hears best through the microphone that it learned from."""
        query = select(clips.c.label, clips.c.source, func.count().label("n")).where(clips.c.project == project)
        found: dict[str, dict[str, int]] = {}
        with self._engine.connect() as connection:
            for row in connection.execute(query.group_by(clips.c.label, clips.c.source).order_by(clips.c.source)):
                found.setdefault(row.label, {})[row.source] = row.n
        return found

    def clips_folder(self, project: str) -> Path:
        """Where a project's clips lie, `<label>/<clip id>.wav`. Raises MissingError when there is no such project."""
        folder = inside(self._projects, check_project(project), "clips")
        if not folder.is_dir():
            raise MissingError(f"there is no project {project!r}; make it first")
        return folder

    # Clips

    def add(self, project: str, label: str, wav: bytes, about: About) -> tuple[Clip, bool]:
        """Store a WAV file as it was uploaded.

        Args:
            project: an existing project.
            label: what is said in it.
            wav: RIFF/WAVE, 0.1 to 10 s, any usual rate and depth, mono or stereo.
            about: its id and what else is known.
        Returns:
            The clip, and whether it is new. It is on disk and synced.
        Raises:
            RefusedError: label or sound will not do.
            ConflictError: the id holds other samples, or the samples stand under another label.
            MissingError: no such project.
            DiskFullError: nothing was stored.
        """
        self.path_of(project, check_label(label), about.id)
        return self.add_samples(project, label, decode_upload(wav, self._max_upload_bytes), about)

    def add_samples(self, project: str, label: str, pcm: Pcm, about: About) -> tuple[Clip, bool]:
        """Store samples, int16 of shape (n_samples,) at 16 kHz; like `add` otherwise."""
        target = self.path_of(project, check_label(label), about.id)
        sha256 = hashlib.sha256(pcm.astype("<i2").tobytes()).hexdigest()
        if stored := self._stored(project, label, about.id, sha256):
            return stored, False
        with disk_full_told(), files.temporary_file(target.parent, encode(pcm, asdict(about))) as temporary:
            row = index_row(project, label, about, pcm, sha256, temporary)
            try:
                self._place(row, temporary, target)
            except IntegrityError:  # another phone, or the same one twice, was quicker
                if stored := self._stored(project, label, about.id, sha256):
                    return stored, False
                raise
        return self.clip(project, about.id), True

    def clip(self, project: str, clip_id: str) -> Clip:
        """One clip. Raises MissingError."""
        check_project(project), check_clip_id(clip_id)
        with self._engine.connect() as connection:
            return self._clip(connection, project, clip_id)

    def clips(self, project: str, label: str | None = None, limit: int = 100, after: str = "") -> tuple[list[Clip], str | None]:
        """A page of clips, newest first.

        Args:
            project: whose.
            label: only those, where given.
            limit: 1 to 500 clips.
            after: the cursor that the page before returned.
        Returns:
            The clips, and the cursor of the next page or None.
        Raises:
            MissingError: no such project.
            RefusedError: limit or cursor is malformed.
        """
        self.clips_folder(project)
        if not 1 <= limit <= MAX_PAGE:
            raise RefusedError(f"limit is 1 to {MAX_PAGE}, got {limit}")
        query = select(*_COLUMNS).where(clips.c.project == project, _after(after))
        if label is not None:
            query = query.where(clips.c.label == check_label(label))
        query = query.order_by(clips.c.stored_at.desc(), clips.c.id.desc()).limit(limit + 1)
        with self._engine.connect() as connection:
            found = [_to_clip(row) for row in connection.execute(query).mappings()]
        page = found[:limit]
        return page, f"{page[-1].stored_at}_{page[-1].id}" if len(found) > limit else None

    def audio(self, project: str, clip_id: str) -> bytes:
        """The WAV file of a clip. Raises MissingError."""
        try:
            return self.path_of(project, self.clip(project, clip_id).label, clip_id).read_bytes()
        except FileNotFoundError:
            with self._writing:  # it moved to another label, or is gone, since we looked
                path = self.path_of(project, self.clip(project, clip_id).label, clip_id)
        try:
            return path.read_bytes()
        except FileNotFoundError as error:
            raise MissingError(f"the recording of clip {clip_id!r} is no longer on disk") from error

    def relabel(self, project: str, clip_id: str, label: str) -> Clip:
        """Give a clip another label. Raises MissingError or RefusedError."""
        check_label(label)
        with self._changing(project, clip_id) as (connection, clip):
            if clip.label != label:
                target = self.path_of(project, label, clip_id)
                files.make_folder(target.parent)
                connection.execute(update(clips).where(_is(project, clip_id)).values(label=label))
                files.move(self.path_of(project, clip.label, clip_id), target)
        return self.clip(project, clip_id)

    def delete(self, project: str, clip_id: str) -> None:
        """Delete a clip for good. Raises MissingError."""
        with self._changing(project, clip_id) as (connection, clip):
            connection.execute(delete(clips).where(_is(project, clip_id)))
            files.remove(self.path_of(project, clip.label, clip_id))

    def path_of(self, project: str, label: str, clip_id: str) -> Path:
        """The file of a clip, whether it exists or not. Raises MissingError (no such project) or RefusedError (a bad name)."""
        return inside(self.clips_folder(project), label, f"{check_clip_id(clip_id)}.wav")

    @contextmanager
    def _changing(self, project: str, clip_id: str) -> Iterator[tuple[Connection, Clip]]:
        check_project(project), check_clip_id(clip_id)
        with disk_full_told(), self._writing, self._engine.begin() as connection:
            yield connection, self._clip(connection, project, clip_id)

    def _clip(self, connection: Connection, project: str, clip_id: str) -> Clip:
        row = connection.execute(select(*_COLUMNS).where(_is(project, clip_id))).mappings().one_or_none()
        if row is None:
            raise MissingError(f"there is no clip {clip_id!r} in project {project!r}")
        return _to_clip(row)

    def _stored(self, project: str, label: str, clip_id: str, sha256: str) -> Clip | None:
        """The clip that an upload repeats, if any. Raises ConflictError when it contradicts one."""
        same = and_(clips.c.project == project, or_(clips.c.id == clip_id, clips.c.sha256 == sha256))
        with self._engine.connect() as connection:
            rows = connection.execute(select(*_COLUMNS, clips.c.sha256).where(same)).mappings()
            found = {row["id"]: row for row in rows}
        if clip_id in found:
            if found[clip_id]["sha256"] != sha256:
                raise ConflictError(f"clip {clip_id!r} already holds another recording; send this one under a new id")
            return _to_clip(found[clip_id])
        for row in found.values():
            if row["label"] != label:
                where = f"under label {row['label']!r} (clip {row['id']!r})"
                raise ConflictError(f"this recording is already stored, {where}; relabel that one")
            return _to_clip(row)
        return None

    def _place(self, row: dict[str, Any], temporary: Path, target: Path) -> None:
        placed = False
        try:
            with self._writing, self._engine.begin() as connection:
                connection.execute(insert(clips).values(**row))
                placed = True
                files.move(temporary, target)
        except BaseException:
            if placed:  # the row is not committed, so its file goes too
                with suppress(OSError):
                    target.unlink(missing_ok=True)
            raise


def index_row(project: str, label: str, about: About, pcm: Pcm, sha256: str, path: Path) -> dict[str, Any]:
    """The row of a clip whose samples lie in the file `path`; `stored_at` is the file's time, so it survives a rebuild."""
    status = path.stat()
    values = {**asdict(about), "project": project, "label": label, "sha256": sha256, "n_samples": len(pcm)}
    return {**values, "stored_at": clock.modified(path), "mtime_ns": status.st_mtime_ns, "bytes": status.st_size}


def _is(project: str, clip_id: str) -> Any:
    return and_(clips.c.project == project, clips.c.id == clip_id)


def _after(cursor: str) -> Any:
    if not cursor:
        return True
    stored_at, _, clip_id = cursor.partition("_")
    clock.check_time(stored_at), check_clip_id(clip_id)
    return or_(clips.c.stored_at < stored_at, and_(clips.c.stored_at == stored_at, clips.c.id < clip_id))


def _to_clip(values: RowMapping) -> Clip:
    return Clip(**{column.name: values[column.name] for column in _COLUMNS})


def _is_project(entry: os.DirEntry[str]) -> bool:
    try:
        return bool(check_project(entry.name)) and entry.is_dir(follow_symlinks=False)
    except RefusedError:
        return False


def _check_text(name: str, text: str | None) -> None:
    if text is None and name != "source":
        return
    if not isinstance(text, str) or not 1 <= len(text) <= _MAX_TEXT or not text.isprintable():
        raise RefusedError(f"{name} is a text of 1 to {_MAX_TEXT} printable characters, got {str(text)[:80]!r}")
