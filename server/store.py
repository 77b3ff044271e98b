"""Clips: WAV or JPEG files that are the truth, and an index of them in the database that can be rebuilt at any time.

Every change takes the database's write lock with its statement first, then changes the file, then commits. So two
processes (a server and an import) exclude each other, and a crash in between leaves what `reindex` puts right: a row
without a file vanishes, a file without a row is indexed, a file in another folder has another label.

A clip that is deleted lies in `deleted/<label>/` for ten minutes, from where it can be brought back.
"""

import logging
import math
import os
import secrets
import shutil
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, and_, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from server import clock, files
from server.audio import MIN_SECONDS, SAMPLE_RATE, SOUND
from server.database import clips, looks
from server.errors import ConflictError, MissingError, RefusedError, disk_full_told
from server.listing import LOOKED_AT, MAX_PAGE, Lists, Wanted, cut_page
from server.media import Content, Medium
from server.names import check_clip_id, check_label, check_project, inside
from server.photos import PHOTO
from server.splits import AllSplits, Splits
from training.clips import MIN_CLIPS, SPLITS, Decisions, read_decisions, read_trim

log = logging.getLogger(__name__)

MEDIA: Mapping[str, Medium] = {medium.kind: medium for medium in (SOUND, PHOTO)}
DELETED = "deleted"  # the folder beside a project's clips
KEPT_SECONDS = 600.0  # for which a deleted clip can be brought back
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
    decided: Decisions = field(default_factory=Decisions)

    def __post_init__(self) -> None:
        check_clip_id(self.id)
        clock.check_time(self.recorded_at)
        for name in ("session", "speaker", "source"):
            _check_text(name, getattr(self, name))

    def to_dict(self) -> dict[str, Any]:
        """The comment of the file: of the decisions only those that were made."""
        values = {name: value for name, value in asdict(self).items() if name != "decided"}
        return {**values, **_as_json(self.decided)}


class Stored(NamedTuple):
    """Where a clip is kept that was sent, and whether it is new; the same may have been there before, under another id."""

    id: str
    label: str
    is_new: bool


@dataclass(frozen=True, kw_only=True)
class Clip:
    """One stored recording, which has samples, or photo, which has pixels. Times are ISO 8601 in UTC.

    `split` is the one that it is in, None when it is disabled; `pinned` whether a person has said so. `trim` is the part that
    counts, in samples. `verdict`, `level_db` and `peak_db` are None until somebody has looked at the clip, and of photos.
    """

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
    split: str | None = None
    pinned: bool = False
    disabled: bool = False
    trim: tuple[int, int] | None = None
    verdict: str | None = None
    level_db: float | None = None
    peak_db: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """The clip as JSON shows it: without the measures of the other kind."""
        values = vars(self)  # and not `asdict`, which copies: a page has 500 clips
        return {name: value for name, value in values.items() if value is not None or name not in _MEASURES}


@dataclass(frozen=True, kw_only=True)
class Change:
    """What a person changes about clips: the label where it is not None, and the members of `decisions`.

    `decisions` holds those of "split" (None: dealt again), "disabled" and "trim" (None: all of it) that are to be other.
    """

    label: str | None
    decisions: Mapping[str, Any]

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Change":
        """From {"label"?, "split"?, "disabled"?, "trim"?}. Raises RefusedError."""
        if unknown := sorted(set(values) - {"label", "split", "disabled", "trim"}):
            raise RefusedError(f"a clip has no {unknown[0][:40]!r} to change; it has label, split, disabled and trim")
        if not values:
            raise RefusedError("nothing is to be changed; name label, split, disabled or trim")
        if "split" in values and values["split"] not in (None, *SPLITS):
            raise RefusedError(f"split must be one of {', '.join(SPLITS)}, or null, got {str(values['split'])[:40]!r}")
        if not isinstance(values.get("disabled", False), bool):
            raise RefusedError(f"disabled must be true or false, got {str(values['disabled'])[:40]!r}")
        label = check_label(values["label"]) if "label" in values else None
        return cls(label=label, decisions={name: value for name, value in values.items() if name != "label"})

    def decide(self, made: Decisions, n_samples: int | None) -> Decisions:
        """The decisions about a clip of so many samples once this is done. Raises RefusedError when the trim will not do."""
        if "trim" not in self.decisions:
            return replace(made, **self.decisions)
        trim = None if self.decisions["trim"] is None else _check_trim(self.decisions["trim"], n_samples)
        return replace(made, **{**self.decisions, "trim": None if trim == (0, n_samples) else trim})


_MEASURES = frozenset({"n_samples", "sample_rate", "width", "height"})
_SAID = ("id", "session", "speaker", "source", "recorded_at")
_LOOKS = ("verdict", "level_db", "peak_db")
_DECIDED = ("split", "disabled", "trim_start", "trim_end")
_KNOWN = [member.name for member in fields(Clip) if member.name in clips.c and member.name not in _DECIDED]
_COLUMNS = [*(clips.c[name] for name in (*_KNOWN, *_DECIDED)), *(looks.c[name] for name in _LOOKS)]


class Store:
    """The clips of all projects. Safe to share between threads; other processes may write at the same time."""

    def __init__(self, data: Path, engine: Engine, max_bytes: Mapping[str, int]) -> None:
        """`max_bytes` is the largest upload that is taken, by the kind of project."""
        self._projects = data / "projects"
        self._engine = engine
        self._max_bytes = max_bytes
        # One writer at a time in this process, in turn; SQLite's own lock would let thirty phones poll for it.
        self._writing = threading.Lock()
        self._splits = AllSplits(engine)
        self._lists = Lists(engine)
        self._deleted: dict[tuple[str, str], float] = {}  # when each was deleted that can be brought back
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
        counts, sources = self.counts(name), self._tally(name, clips.c.source)
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

    def usable(self, project: str) -> dict[str, int]:
        """Number of clips by label that are not disabled: what training has to learn from."""
        query = select(clips.c.label, func.count().label("n")).where(clips.c.project == project, ~clips.c.disabled)
        with self._engine.connect() as connection:
            return {row.label: row.n for row in connection.execute(query.group_by(clips.c.label))}

    def splits(self, project: str) -> Splits:
        """What a project is split by, and the split of each clip, as training would have it. Raises MissingError."""
        return self._splits.get(project, self.medium(project).kind)

    def overview(self, project: str) -> dict[str, Any]:
        """Counts of clips by label, and of each by split, source and verdict, as JSON shows them. Raises MissingError."""
        splits, sources, verdicts = (
            self.splits(project),
            self._tally(project, clips.c.source),
            self._tally(project, looks.c.verdict),
        )
        disabled = self._tally(project, clips.c.disabled)
        labels = [
            {
                "label": label,
                "n": n,
                "disabled": disabled.get(label, {}).get(True, 0),
                "splits": splits.counts.get(label, dict.fromkeys(SPLITS, 0)),
                "sources": sources.get(label, {}),
                "verdicts": verdicts.get(label, {}),
            }
            for label, n in self.counts(project).items()
        ]
        return {"split_by": splits.by, "labels": labels}

    def _tally(self, project: str, column: ColumnElement[Any]) -> dict[str, dict[Any, int]]:
        """Number of clips by label and by the value of a column; those without a value are left out."""
        table = LOOKED_AT if column.table is looks else clips
        query = select(clips.c.label, column.label("value"), func.count().label("n")).select_from(table)
        query = query.where(clips.c.project == project, column.is_not(None)).group_by(clips.c.label, column).order_by(column)
        found: dict[str, dict[Any, int]] = {}
        with self._engine.connect() as connection:
            for row in connection.execute(query):
                found.setdefault(row.label, {})[row.value] = row.n
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
        stored = self.put(project, label, content, about)
        return self.clip(project, stored.id), stored.is_new

    def put(self, project: str, label: str, content: Content, about: About) -> Stored:
        """Store what is decoded already without looking at the other clips; for many, one after the other. Raises as `add`."""
        target = self.path_of(project, check_label(label), about.id)
        if stored := self._stored(project, label, about.id, content):
            return stored
        body = self.medium(project).encode(content, about.to_dict())
        with disk_full_told(), files.temporary_file(target.parent, body) as temporary:
            row = index_row(project, label, about, content, temporary)
            try:
                self._place(row, temporary, target)
            except IntegrityError:  # another phone, or the same one twice, was quicker
                if stored := self._stored(project, label, about.id, content):
                    return stored
                raise
        self._splits.changed(project)
        return Stored(about.id, label, True)

    def clip(self, project: str, clip_id: str) -> Clip:
        """One clip. Raises MissingError."""
        return _to_clip(self._all_of(project, [clip_id])[0], self.splits(project))

    def clips(self, project: str, label: str | None = None, limit: int = 100, after: str = "") -> tuple[list[Clip], str | None]:
        """A page of clips, newest first; `page` knows more to ask for."""
        found, cursor, _ = self.page(project, Wanted(label=label), limit, after)
        return found, cursor

    def page(self, project: str, wanted: Wanted, limit: int = 100, after: str = "") -> tuple[list[Clip], str | None, int]:
        """A page of the clips that are wanted.

        Args:
            project: whose.
            wanted: which, and in which order.
            limit: 1 to 500 clips.
            after: the cursor that the page before returned.
        Returns:
            The clips, the cursor of the next page or None, and how many clips there are on all pages.
        Raises:
            MissingError: no such project.
            RefusedError: limit or cursor is malformed.
        """
        keys = self._lists.get(project, wanted, self.splits(project))
        ids, cursor = cut_page(keys, wanted.sort, limit, after)
        return self.those(project, ids), cursor, len(keys)

    def those(self, project: str, ids: Sequence[str]) -> list[Clip]:
        """Clips in the order of their ids, without those that are gone. Raises MissingError when there is no such project."""
        splits = self.splits(project)
        with self._engine.connect() as connection:
            found = {row["id"]: row for part in _parts(ids) for row in connection.execute(_rows(project, part)).mappings()}
        return [_to_clip(found[clip_id], splits) for clip_id in ids if clip_id in found]

    def ids(self, project: str) -> list[str]:
        """The ids of all clips of a project, oldest first. Raises MissingError."""
        self.medium(project)
        query = select(clips.c.id).where(clips.c.project == project).order_by(clips.c.stored_at, clips.c.id)
        with self._engine.connect() as connection:
            return list(connection.execute(query).scalars())

    def whole(self, project: str, clip_id: str) -> tuple[str, str, bytes]:
        """Label, time of storing and file of a clip, which belong together while others change them. Raises MissingError."""
        with self._writing:
            (row,) = self._all_of(project, [clip_id])
            return row["label"], row["stored_at"], self._read(project, row["label"], clip_id)

    def file(self, project: str, clip_id: str, medium: Medium) -> bytes:
        """The file of a clip. Raises MissingError where there is none, or one of another kind than asked for."""
        if self.medium(project) is not medium:
            raise MissingError(f"project {project!r} has no {medium.noun}s, but {self.medium(project).noun}s")
        try:
            return self._path(project, clip_id).read_bytes()
        except FileNotFoundError:
            return self.whole(project, clip_id)[-1]  # it moved to another label, or is gone, since we looked

    def _read(self, project: str, label: str, clip_id: str) -> bytes:
        try:
            return self.path_of(project, label, clip_id).read_bytes()
        except FileNotFoundError as error:
            raise MissingError(f"the {self.medium(project).noun} of clip {clip_id!r} is no longer on disk") from error

    def change(self, project: str, ids: Sequence[str], change: Change) -> list[Clip]:
        """Change clips. What a person has decided is written into the file, which else stays as it is, its time too.

        Raises:
            MissingError: one of them is not there; nothing is changed then.
            RefusedError: the trim will not do for one of them; nothing is changed then.
        """
        for row in self._all_of(project, ids):
            change.decide(_decisions(row), row["n_samples"])
        for clip_id in ids:
            with suppress(MissingError), self._changing(project, clip_id) as (connection, row):
                self._change(connection, row, change)
        return self.those(project, ids)

    def relabel(self, project: str, clip_id: str, label: str) -> Clip:
        """Give a clip another label. Raises MissingError or RefusedError."""
        self.change(project, [clip_id], Change(label=check_label(label), decisions={}))
        return self.clip(project, clip_id)

    def delete(self, project: str, *ids: str) -> None:
        """Delete clips; `restore` brings them back for ten minutes. Raises MissingError, and deletes none then."""
        self._all_of(project, ids)
        for clip_id in ids:
            with suppress(MissingError), self._changing(project, clip_id) as (connection, row):
                connection.execute(delete(clips).where(_is(project, clip_id)))
                path = self.path_of(project, row["label"], clip_id)
                target = self._deleted_folder(project) / row["label"] / path.name
                files.make_folder(target.parent)
                with suppress(FileNotFoundError):
                    files.move(path, target)
                self._deleted[project, clip_id] = time.monotonic()

    def restore(self, project: str, clip_id: str) -> Clip:
        """Bring back a clip that was deleted.

        Raises:
            MissingError: it was not deleted, or longer ago than it is kept.
            ConflictError: the same has been stored again since.
        """
        medium, folder = self.medium(project), self._deleted_folder(project)
        with disk_full_told(), self._writing:
            found = next(folder.glob(f"*/{check_clip_id(clip_id)}{medium.suffix}"), None)
            if not found:
                kept = f"they are kept for {KEPT_SECONDS / 60:.0f} minutes"
                raise MissingError(f"clip {clip_id!r} is not among the deleted ones; {kept}")
            label = found.parent.name
            content, comment = medium.read(found.read_bytes(), found.name)
            row = index_row(project, label, about_of(clip_id, comment, content, found), content, found)
            target = self.path_of(project, label, clip_id)
            files.make_folder(target.parent)
            try:
                with self._engine.begin() as connection:
                    connection.execute(insert(clips).values(**row))
                    files.move(found, target)
            except IntegrityError as error:
                raise ConflictError(f"the {medium.noun} of clip {clip_id!r} has been stored again since") from error
            self._deleted.pop((project, clip_id), None)
        self._splits.changed(project)
        return self.clip(project, clip_id)

    def purge(self, everything: bool = False) -> None:
        """Delete for good what can no longer be brought back, or all that was deleted."""
        for project in self.project_names():
            for path in self._deleted_folder(project).glob("*/*"):
                with self._writing:
                    deleted_at = self._deleted.get((project, path.stem), -math.inf)
                    if everything or time.monotonic() - deleted_at > KEPT_SECONDS:
                        self._deleted.pop((project, path.stem), None)
                        _remove(path)

    @contextmanager
    def new_folder(self) -> Iterator[Path]:
        """A folder in which a project may be prepared, on the same disk; gone at the end unless it was adopted."""
        folder = self._projects / f".{secrets.token_hex(8)}{files.TEMPORARY}"
        files.make_folder(folder)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def adopt(self, project: str, folder: Path, rows: Sequence[Mapping[str, Any]]) -> None:
        """Make a prepared folder a project; `rows` index the clips in it.

        Raises:
            RefusedError: two of the clips are the same.
            ConflictError: there is a project of this name.
            DiskFullError: nothing was stored.
        """
        target = inside(self._projects, check_project(project))
        try:
            with disk_full_told(), self._writing, self._engine.begin() as connection:
                for start in range(0, len(rows), MAX_PAGE):
                    connection.execute(insert(clips), list(rows[start : start + MAX_PAGE]))
                if target.exists():
                    raise ConflictError(f"project {project!r} is already there; choose another name for this one")
                files.move(folder, target)
        except IntegrityError as error:
            raise RefusedError("the zip holds the same clip twice; export the project again") from error
        self._splits.changed(project)

    def remove_remains(self) -> None:
        """Remove what a crash left of projects that were being prepared, and what was deleted. Call it before serving."""
        for remains in self._projects.glob(f".*{files.TEMPORARY}"):
            shutil.rmtree(remains, ignore_errors=True)
        self.purge(everything=True)

    def _deleted_folder(self, project: str) -> Path:
        return self.clips_folder(project).parent / DELETED

    def _change(self, connection: Connection, row: RowMapping, change: Change) -> None:
        project, clip_id, label = row["project"], row["id"], row["label"]
        decided = change.decide(_decisions(row), row["n_samples"])
        path = self.path_of(project, label, clip_id)
        if decided != _decisions(row):
            self._rewrite(connection, row, decided, path)
        if change.label is not None and change.label != label:
            target = self.path_of(project, change.label, clip_id)
            files.make_folder(target.parent)
            connection.execute(update(clips).where(_is(project, clip_id)).values(label=change.label))
            files.move(path, target)

    def _rewrite(self, connection: Connection, row: RowMapping, decided: Decisions, path: Path) -> None:
        """Write a clip's file anew with other decisions in its comment."""
        medium = self.medium(row["project"])
        content, comment = medium.read(path.read_bytes(), path.name)
        kept = {name: value for name, value in comment.items() if name not in ("split", "disabled", "trim")}
        about = {**{name: row[name] for name in _SAID}, **kept, **_as_json(decided)}
        with files.temporary_file(path.parent, medium.encode(content, about)) as temporary:
            mtime_ns = _next_time(row)
            os.utime(temporary, ns=(mtime_ns, mtime_ns))
            status = temporary.stat()
            values = {**_as_columns(decided), "mtime_ns": status.st_mtime_ns, "bytes": status.st_size}
            connection.execute(update(clips).where(_is(row["project"], row["id"])).values(values))
            files.move(temporary, path)

    def path_of(self, project: str, label: str, clip_id: str) -> Path:
        """The file of a clip, whether it exists or not. Raises MissingError (no such project) or RefusedError (a bad name)."""
        return inside(self.clips_folder(project), label, f"{check_clip_id(clip_id)}{self.medium(project).suffix}")

    def _path(self, project: str, clip_id: str) -> Path:
        """Where a clip's file lies now. Raises MissingError."""
        return self.path_of(project, self._all_of(project, [clip_id])[0]["label"], clip_id)

    def _all_of(self, project: str, ids: Sequence[str]) -> list[RowMapping]:
        """The rows of clips, all of which must be there. Raises MissingError."""
        check_project(project)
        for clip_id in ids:
            check_clip_id(clip_id)
        with self._engine.connect() as connection:
            found = {row["id"]: row for part in _parts(ids) for row in connection.execute(_rows(project, part)).mappings()}
        if missing := [clip_id for clip_id in ids if clip_id not in found]:
            raise MissingError(f"there is no clip {missing[0]!r} in project {project!r}")
        return [found[clip_id] for clip_id in ids]

    @contextmanager
    def _changing(self, project: str, clip_id: str) -> Iterator[tuple[Connection, RowMapping]]:
        """One clip, while nobody else writes. Raises MissingError when it is gone."""
        with disk_full_told(), self._writing, self._engine.begin() as connection:
            # The lock of the database comes with the first statement that writes; what is read before it may be old.
            connection.execute(update(clips).where(_is(project, clip_id)).values(id=clip_id))
            row = connection.execute(_rows(project, [clip_id])).mappings().one_or_none()
            if row is None:
                raise MissingError(f"there is no clip {clip_id!r} in project {project!r}")
            yield connection, row
        self._splits.changed(project)

    def _stored(self, project: str, label: str, clip_id: str, content: Content) -> Stored | None:
        """The clip that an upload repeats, if any. Raises ConflictError when it contradicts one."""
        noun, sha256 = self.medium(project).noun, content.sha256
        same = and_(clips.c.project == project, or_(clips.c.id == clip_id, clips.c.sha256 == sha256))
        with self._engine.connect() as connection:
            found = {row.id: row for row in connection.execute(select(clips.c.id, clips.c.label, clips.c.sha256).where(same))}
        if clip_id in found:
            if found[clip_id].sha256 != sha256:
                raise ConflictError(f"clip {clip_id!r} already holds another {noun}; send this one under a new id")
            return Stored(clip_id, found[clip_id].label, False)
        for row in found.values():
            if row.label != label:
                raise ConflictError(
                    f"this {noun} is already stored, under label {row.label!r} (clip {row.id!r}); relabel that one"
                )
            return Stored(row.id, row.label, False)
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
    values = {**{name: getattr(about, name) for name in _SAID}, **_as_columns(about.decided), **measures}
    values |= {"project": project, "label": label, "sha256": content.sha256}
    return {**values, "stored_at": clock.modified(path), "mtime_ns": status.st_mtime_ns, "bytes": status.st_size}


def about_of(clip_id: str, comment: Mapping[str, Any], content: Content, path: Path) -> About:
    """What the file of a clip tells of itself; what its comment leaves out is made up for. Raises RefusedError."""
    said = {name: value for name, value in comment.items() if value}
    return about_in({"recorded_at": clock.modified(path), "source": "file", **said, "id": clip_id}, content)


def about_in(comment: Mapping[str, Any], content: Content) -> About:
    """What a comment tells of a clip, when it tells enough. Raises RefusedError."""
    known = {name: comment[name] for name in _SAID if comment.get(name)}
    if not {"id", "recorded_at"} <= set(known):
        raise RefusedError("the file's comment names no id and no time")
    return About(**known, decided=read_decisions(comment, content.measures.get("n_samples")))


def _rows(project: str, ids: Sequence[str]) -> Any:
    columns = (*_COLUMNS, clips.c.mtime_ns)
    return select(*columns).select_from(LOOKED_AT).where(clips.c.project == project, clips.c.id.in_(ids))


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """Parts that a database takes in one statement."""
    return (ids[start : start + MAX_PAGE] for start in range(0, len(ids), MAX_PAGE))


def _decisions(row: RowMapping) -> Decisions:
    trim = None if row["trim_start"] is None else (row["trim_start"], row["trim_end"])
    return Decisions(split=row["split"], disabled=bool(row["disabled"]), trim=trim)


def _as_json(decided: Decisions) -> dict[str, Any]:
    """Only the decisions that were made, so that a comment without any is what it was before there were decisions."""
    trim = list(decided.trim) if decided.trim else None
    values = {"split": decided.split, "disabled": decided.disabled, "trim": trim}
    return {name: value for name, value in values.items() if value}


def _as_columns(decided: Decisions) -> dict[str, Any]:
    start, end = decided.trim or (None, None)
    return {"split": decided.split, "disabled": decided.disabled, "trim_start": start, "trim_end": end}


def _check_trim(values: object, n_samples: int | None) -> tuple[int, int]:
    if n_samples is None:
        raise RefusedError("a photo has nothing to trim")
    trim, shortest = read_trim(values, n_samples), int(MIN_SECONDS * SAMPLE_RATE)
    if trim is None or trim[1] - trim[0] < shortest:
        raise RefusedError(
            f"trim is the first sample that counts and the one behind the last, at least {shortest} apart and from 0 to "
            f"{n_samples}, or null for all; got {str(values)[:40]}"
        )
    return trim


def _next_time(row: RowMapping) -> int:
    """The file's time to the microsecond, which `stored_at` shows, and other nanoseconds: they tell the index of a change."""
    microsecond = clock.nanoseconds(row["stored_at"])
    turn: int = (row["mtime_ns"] - microsecond) // 100 + 1
    return microsecond + 100 * (turn % 4)


def _remove(path: Path) -> None:
    try:
        files.remove(path)
    except OSError as error:  # on Windows somebody may have it open: the next minute tries again
        log.warning("%s cannot be deleted: %s", path, error)


def _medium(kind: object) -> Medium:
    if kind is None:
        return SOUND
    if not isinstance(kind, str) or kind not in MEDIA:
        raise RefusedError(f"kind must be one of {', '.join(MEDIA)}, got {str(kind)[:40]!r}")
    return MEDIA[kind]


def _is(project: str, clip_id: str) -> Any:
    return and_(clips.c.project == project, clips.c.id == clip_id)


def _to_clip(row: RowMapping, splits: Splits) -> Clip:
    decided = _decisions(row)
    return Clip(
        **{name: row[name] for name in (*_KNOWN, *_LOOKS)},
        split=None if decided.disabled else splits.of.get(row["id"], decided.split),
        pinned=decided.split is not None,
        disabled=decided.disabled,
        trim=decided.trim,
    )


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
