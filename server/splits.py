"""Which split each clip of a project is in: its pin, or where training's splitter puts it. Computed from the index alone."""

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, select

from server.database import clips
from server.photos import PHOTO
from training.clips import MIN_CLIPS, SPLITS, Clip
from training.labels import NOISE_FOLDERS, UNKNOWN
from training.speech.clips import split_clips
from training.vision.clips import split_photos

_COLUMNS = [clips.c[name] for name in ("id", "label", "session", "speaker", "recorded_at", "split", "disabled")]
_NOWHERE = Path()


@dataclass(frozen=True)
class Splits:
    """What a project is split by ("speaker", "session", "clip" or "burst"), and the split of each clip by its id.

    A clip that is disabled is in none, and stands in `of` with None. `counts` is the number of clips by label, then split.
    """

    by: str
    of: Mapping[str, str | None]
    counts: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, kw_only=True)
class _IndexedClip(Clip):
    """A clip that is known from the index: to make ten thousand paths takes longer than to split by them."""

    path: Path = _NOWHERE
    clip_id: str

    @property
    def id(self) -> str:
        return self.clip_id


class AllSplits:
    """The splits of all projects, computed when they are asked for after a change. Safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._changes: Counter[str] = Counter()
        self._known: dict[str, tuple[object, Splits]] = {}

    def changed(self, project: str) -> None:
        """Say that clips of a project were added, changed or deleted."""
        with self._lock:
            self._changes[project] += 1

    def get(self, project: str, kind: str) -> Splits:
        """The splits of a project of this kind."""
        version = self._version(project)
        with self._lock:
            known = self._known.get(project)
        if known and known[0] == version:
            return known[1]
        found = self._compute(project, kind)
        with self._lock:
            self._known[project] = version, found
        return found

    def _version(self, project: str) -> object:
        """Another value after every change, also where another process imports clips into the same database."""
        with self._lock:
            changes = self._changes[project]
        query = select(func.count(), func.max(clips.c.stored_at)).where(clips.c.project == project)
        with self._engine.connect() as connection:
            return (changes, *connection.execute(query).one())

    def _compute(self, project: str, kind: str) -> Splits:
        with self._engine.connect() as connection:
            rows = connection.execute(
                select(*_COLUMNS).where(clips.c.project == project).order_by(clips.c.label, clips.c.id)
            ).all()
        found: dict[str, str | None] = {row.id: None for row in rows}
        enabled = [row for row in rows if not row.disabled]
        by, splits = _split_photos(enabled) if kind == "vision" else _split_sounds(enabled)
        counts = {row.label: dict.fromkeys(SPLITS, 0) for row in rows}
        for split, members in splits.items():
            found.update((clip.id, split) for clip in members)
            for label, n in Counter(clip.folder for clip in members).items():
                counts[label][split] = n
        return Splits(by, found, counts)


def _split_sounds(rows: Sequence[Any]) -> tuple[str, dict[str, list[Clip]]]:
    """As training does it with all labels that have enough clips: the others are `unknown` to it."""
    counts = Counter(row.label for row in rows)
    words = sorted(label for label, n in counts.items() if n >= MIN_CLIPS and label != UNKNOWN and label not in NOISE_FOLDERS)
    found = [
        _IndexedClip(clip_id=row.id, folder=row.label, speaker=row.speaker, session=row.session, split=row.split) for row in rows
    ]
    return split_clips(found, [*words, UNKNOWN])


def _split_photos(rows: Sequence[Any]) -> tuple[str, dict[str, list[Clip]]]:
    photos = [
        Clip(
            # Its name counts: a photo that was not taken in a burst is one by itself, of the name of its file.
            path=Path(row.label, row.id + PHOTO.suffix),
            folder=row.label,
            session=row.session,
            recorded_at=row.recorded_at,
            split=row.split,
        )
        for row in rows
    ]
    return "burst", split_photos(photos, sorted({photo.folder for photo in photos}))[0]
