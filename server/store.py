"""Clips: WAV or JPEG files that are the truth, and an index of them in the database that can be rebuilt at any time.

Every change takes the database's write lock with its statement first, then changes the file, then commits. So two
processes (a server and an import) exclude each other, and a crash in between leaves what `reindex` puts right: a row
without a file vanishes, a file without a row is indexed, a file in another folder has another label.
"""

import logging
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, and_, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from server import clock, files
from server.audio import SOUND
from server.database import clips
from server.errors import ConflictError, MissingError, RefusedError, disk_full_told
from server.media import Content, Medium
from server.names import check_clip_id, check_label, check_project, inside
from server.photos import PHOTO
from training.clips import MIN_CLIPS

log = logging.getLogger(__name__)

MEDIA: Mapping[str, Medium] = {medium.kind: medium for medium in (SOUND, PHOTO)}
MAX_PAGE = 500
_MAX_TEXT = 64


@dataclass(frozen=True, kw_only=True)
class About:
    """What is known of a clip beside its label; it stands inside of the file.

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
    """One stored recording, which has samples, or photo, which has pixels. Times are ISO 8601 in UTC."""

    id: str
    project: str
    label: str
    session: str | None
    speaker: str | None
    source: str
    recorded_at: str
    n_samples: int | None = None
    sample_rate: int | None = None
    width: int | None = None
    height: int | None = None
    stored_at: str

    def to_dict(self) -> dict[str, Any]:
        """The clip as JSON shows it: without the measures of the other kind."""
        return {name: value for name, value in asdict(self).items() if value is not None or name not in _MEASURES}


_MEASURES = frozenset({"n_samples", "sample_rate", "width", "height"})
_COLUMNS = [clips.c[field.name] for field in fields(Clip)]


class Store:
    """The clips of all projects. Safe to share between threads; other processes may write at the same time."""

    def __init__(self, data: Path, engine: Engine, max_bytes: Mapping[str, int]) -> None:
        """`max_bytes` is the largest upload that is taken, by the kind of project."""
        self._projects = data / "projects"
        self._engine = engine
        self._max_bytes = max_bytes
        # One writer at a time in this process, in turn; SQLite's own lock would let thirty phones poll for it.
        self._writing = threading.Lock()
        with disk_full_told():
            files.make_folder(self._projects)

    # Projects: a project is its folder, and what that holds tells its kind.

    def create_project(self, name: str, kind: str | None = None) -> bool:
        """Make a project.

        Args:
            name: its name.
            kind: "speech" or "vision"; without it, a new one is for speech, and an existing one may be of either.
        Returns:
            Whether it is new.
        Raises:
            RefusedError: name or kind is malformed.
            ConflictError: the project exists and is of another kind.
        """
        folder = inside(self._projects, check_project(name))
        wanted = _medium(kind)
        with self._writing:
            found = self._medium_of(name)
            if not found:
                with disk_full_told():
                    files.make_folder(folder / wanted.folder)
        if found and kind and found.kind != kind:
            raise ConflictError(f"project {name!r} holds {found.noun}s; choose another name for {wanted.noun}s")
        return not found

    def project_names(self) -> list[str]:
        """All projects, by name."""
        return sorted(entry.name for entry in os.scandir(self._projects) if _is_project(entry) and self._medium_of(entry.name))

    def project(self, name: str) -> dict[str, Any]:
        """A project and its labels, as JSON shows them. Raises MissingError."""
        kind, folder = self.medium(name).kind, self.clips_folder(name).parent
        counts, sources = self.counts(name), self._sources(name)
        labels = [{"label": label, "n_clips": n, "sources": sources.get(label, {})} for label, n in counts.items()]
        summary = {"name": name, "kind": kind, "created_at": clock.modified(folder), "n_clips": sum(counts.values())}
        return {**summary, "labels": labels, "minimum": MIN_CLIPS}

    def medium(self, project: str) -> Medium:
        """What a project collects. Raises MissingError when there is no such project."""
        if medium := self._medium_of(check_project(project)):
            return medium
        raise MissingError(f"there is no project {project!r}; make it first")

    def max_bytes(self, project: str) -> int:
        """The largest upload that a project takes. Raises MissingError."""
        return self._max_bytes[self.medium(project).kind]

    def _medium_of(self, project: str) -> Medium | None:
        return next((medium for medium in MEDIA.values() if (self._projects / project / medium.folder).is_dir()), None)

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
        """Where a project's clips lie, `<label>/<clip id>.wav` or `.jpg`. Raises MissingError when there is no such project."""
        return inside(self._projects, project, self.medium(project).folder)

    # Clips

    def add(self, project: str, label: str, body: bytes, about: About) -> tuple[Clip, bool]:
        """Store a recording or photo as it was uploaded.

        Args:
            project: an existing project.
            label: what is said in it, or shown.
            body: the file, as the project's `Medium.decode` reads it.
            about: its id and what else is known.
        Returns:
            The clip, and whether it is new. It is on disk and synced.
        Raises:
            RefusedError: label or file will not do.
            ConflictError: the id holds something else, or the same is stored under another label.
            MissingError: no such project.
            DiskFullError: nothing was stored.
        """
        self.path_of(project, check_label(label), about.id)
        return self.add_content(project, label, self.medium(project).decode(body, self.max_bytes(project)), about)

    def add_content(self, project: str, label: str, content: Content, about: About) -> tuple[Clip, bool]:
        """Store what is decoded already, of the project's kind; like `add` otherwise."""
        target = self.path_of(project, check_label(label), about.id)
        if stored := self._stored(project, label, about.id, content):
            return stored, False
        body = self.medium(project).encode(content, asdict(about))
        with disk_full_told(), files.temporary_file(target.parent, body) as temporary:
            row = index_row(project, label, about, content, temporary)
            try:
                self._place(row, temporary, target)
            except IntegrityError:  # another phone, or the same one twice, was quicker
                if stored := self._stored(project, label, about.id, content):
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

    def file(self, project: str, clip_id: str, medium: Medium) -> bytes:
        """The file of a clip. Raises MissingError where there is none, or one of another kind than asked for."""
        if self.medium(project) is not medium:
            raise MissingError(f"project {project!r} has no {medium.noun}s, but {self.medium(project).noun}s")
        try:
            return self.path_of(project, self.clip(project, clip_id).label, clip_id).read_bytes()
        except FileNotFoundError:
            with self._writing:  # it moved to another label, or is gone, since we looked
                path = self.path_of(project, self.clip(project, clip_id).label, clip_id)
        try:
            return path.read_bytes()
        except FileNotFoundError as error:
            raise MissingError(f"the {medium.noun} of clip {clip_id!r} is no longer on disk") from error

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
        return inside(self.clips_folder(project), label, f"{check_clip_id(clip_id)}{self.medium(project).suffix}")

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

    def _stored(self, project: str, label: str, clip_id: str, content: Content) -> Clip | None:
        """The clip that an upload repeats, if any. Raises ConflictError when it contradicts one."""
        noun, sha256 = self.medium(project).noun, content.sha256
        same = and_(clips.c.project == project, or_(clips.c.id == clip_id, clips.c.sha256 == sha256))
        with self._engine.connect() as connection:
            rows = connection.execute(select(*_COLUMNS, clips.c.sha256).where(same)).mappings()
            found = {row["id"]: row for row in rows}
        if clip_id in found:
            if found[clip_id]["sha256"] != sha256:
                raise ConflictError(f"clip {clip_id!r} already holds another {noun}; send this one under a new id")
            return _to_clip(found[clip_id])
        for row in found.values():
            if row["label"] != label:
                where = f"under label {row['label']!r} (clip {row['id']!r})"
                raise ConflictError(f"this {noun} is already stored, {where}; relabel that one")
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


def index_row(project: str, label: str, about: About, content: Content, path: Path) -> dict[str, Any]:
    """The row of a clip that lies in the file `path`; `stored_at` is the file's time, so it survives a rebuild."""
    status = path.stat()
    measures = dict.fromkeys(_MEASURES) | dict(content.measures)
    values = {**asdict(about), **measures, "project": project, "label": label, "sha256": content.sha256}
    return {**values, "stored_at": clock.modified(path), "mtime_ns": status.st_mtime_ns, "bytes": status.st_size}


def _medium(kind: object) -> Medium:
    if kind is None:
        return SOUND
    if not isinstance(kind, str) or kind not in MEDIA:
        raise RefusedError(f"kind must be one of {', '.join(MEDIA)}, got {str(kind)[:40]!r}")
    return MEDIA[kind]


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
