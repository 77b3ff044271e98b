"""Looks at clips in the background: verdict, level, and a vector by which a clip is laid beside others, in the table `looks`.

One thread, which rests as long as it works, so that uploads come first. It begins within a second of a change, and remembers
what it has seen: a start reads no clip again. Whether a look is stale, `key` tells: what was looked at, and in which way.
"""

import hashlib
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, String, and_, case, cast, delete, event, exists, func, insert, or_, select
from sqlalchemy.exc import SQLAlchemyError

from server.database import clips, looks
from server.errors import MissingError, RefusedError
from server.store import Store
from training.features.params import load_default
from training.speech.look import DIGEST_BYTES, look_at_sound, pack, unpack
from training.vision.look import look_at_photo

log = logging.getLogger(__name__)

_WAY = "1"  # of looking; counted up when the same clip would give other numbers
_AT_ONCE = 256  # clips between two questions to the database: what has just come is not kept waiting for an import's end
_BATCH = 16
_GATHER_SECONDS = 0.3  # clips come in bursts
_POLL_SECONDS = 5.0  # for what another process brought in
_PARAMS = load_default()

# What names that which is looked at: the content, and the part that counts.
_PART = case(
    (clips.c.trim_start.is_(None), ""),
    else_=":" + cast(clips.c.trim_start, String) + "-" + cast(clips.c.trim_end, String),
)
_KEY = (_WAY + ":" + clips.c.sha256 + _PART).label("key")
_SAME_CLIP = and_(looks.c.project == clips.c.project, looks.c.id == clips.c.id)


@dataclass(frozen=True)
class Seen:
    """The clips of a project that have been looked at, in the order of their ids.

    rows: of each its id, label, disabled, trim_start, trim_end, verdict, peak_db, and the key of what was looked at.
    digests: of the samples that each vector was made of. vectors: float32, shape (n, n_dimensions).
    """

    rows: Sequence[Any]
    digests: list[bytes]
    vectors: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.rows)

    def only(self, wanted: Callable[[Any], bool]) -> "Seen":
        """Those whose row is wanted."""
        kept = [i for i, row in enumerate(self.rows) if wanted(row)]
        return Seen([self.rows[i] for i in kept], [self.digests[i] for i in kept], self.vectors[kept])


class Looker:
    """The thread, and what it has found. Safe to share between threads; call `start` once and `stop` at the end."""

    def __init__(self, engine: Engine, store: Store) -> None:
        self._engine = engine
        self._store = store
        self._changed = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="looks", daemon=True)
        event.listen(engine, "commit", self._on_commit)

    def start(self) -> None:
        """Begin to look."""
        self._changed.set()
        self._thread.start()

    def stop(self) -> None:
        """End after the clip at hand."""
        self._stopping.set()
        self._changed.set()
        if self._thread.is_alive():
            self._thread.join()
        event.remove(self._engine, "commit", self._on_commit)

    def progress(self, project: str) -> dict[str, int]:
        """How many clips of a project have been looked at, and of how many. Raises MissingError."""
        self._store.medium(project)
        query = select(func.count(clips.c.id), func.count(looks.c.id)).select_from(_joined()).where(clips.c.project == project)
        with self._engine.connect() as connection:
            of, done = connection.execute(query).one()
        return {"done": done, "of": of}

    def seen(self, project: str) -> Seen:
        """What has been looked at. Raises MissingError."""
        self._store.medium(project)
        of_clip = (clips.c.id, clips.c.label, clips.c.disabled, clips.c.trim_start, clips.c.trim_end)
        of_look = (looks.c.key, looks.c.verdict, looks.c.peak_db, looks.c.vector)
        query = select(*of_clip, *of_look).select_from(_joined()).order_by(clips.c.id)
        with self._engine.connect() as connection:
            rows = connection.execute(query.where(clips.c.project == project, looks.c.vector.is_not(None))).all()
        unpacked = [unpack(row.vector) for row in rows]
        vectors = np.stack([vector for _, vector in unpacked]) if rows else np.zeros((0, 1), np.float32)
        return Seen(rows, [digest for digest, _ in unpacked], vectors)

    # The thread

    def _on_commit(self, _: Connection) -> None:
        if threading.current_thread() is not self._thread:
            self._changed.set()

    def _work(self) -> None:
        self._attempt(self._forget)
        while not self._stopping.is_set():
            if self._changed.wait(_POLL_SECONDS):
                self._stopping.wait(_GATHER_SECONDS)  # what announced itself is committed by then
            self._changed.clear()
            self._attempt(self._look_at_all)

    def _attempt(self, task: Callable[[], None]) -> None:
        try:
            task()
        except SQLAlchemyError as error:  # a busy or full disk: the next round tries again
            log.warning("clips could not be looked at: %s", error)

    def _forget(self) -> None:
        """Drop looks at clips that are gone."""
        with self._engine.begin() as connection:
            connection.execute(delete(looks).where(~exists().where(_SAME_CLIP)))

    def _look_at_all(self) -> None:
        passed_over: set[tuple[str, str]] = set()  # files that have just moved: the next round finds them
        while not self._stopping.is_set():
            stale = [row for row in self._stale(_AT_ONCE + len(passed_over)) if (row.project, row.id) not in passed_over]
            if not stale:
                return
            for start in range(0, len(stale), _BATCH):
                passed_over |= self._look_at(stale[start : start + _BATCH])

    def _look_at(self, batch: Sequence[Any]) -> set[tuple[str, str]]:
        """Look at a few clips, then rest as long. Returns those that are not where they were."""
        started = time.monotonic()
        found = {(row.project, row.id): self._look(row) for row in batch if not self._stopping.is_set()}
        self._save([row for row in found.values() if row])
        self._stopping.wait(time.monotonic() - started)
        return {name for name, row in found.items() if row is None}

    def _stale(self, limit: int) -> Sequence[Any]:
        """Clips that have not been looked at as they are now."""
        columns = (clips.c.project, clips.c.id, clips.c.label, clips.c.n_samples, clips.c.trim_start, clips.c.trim_end, _KEY)
        joined = clips.outerjoin(looks, _SAME_CLIP)
        query = select(*columns).select_from(joined).where(or_(looks.c.key.is_(None), looks.c.key != _KEY)).limit(limit)
        with self._engine.connect() as connection:
            return connection.execute(query).all()

    def _look(self, row: Any) -> dict[str, Any] | None:
        """The row of `looks`; None where the clip has just moved or gone: another round finds it."""
        about = {"project": row.project, "id": row.id, "key": row.key}
        try:
            path = self._store.path_of(row.project, row.label, row.id)
            found = _photo(path) if row.n_samples is None else _sound(path, row.trim_start, row.trim_end)
        except (MissingError, FileNotFoundError):
            return None
        except (RefusedError, soundfile.SoundFileError, OSError, ValueError) as error:
            log.warning("clip %s of project %s cannot be looked at: %s", row.id, row.project, error)
            found = dict.fromkeys(("verdict", "peak_db", "level_db", "vector"))
        return about | found

    def _save(self, rows: Sequence[Mapping[str, Any]]) -> None:
        if not rows:
            return
        with self._engine.begin() as connection:
            for row in rows:
                connection.execute(delete(looks).where(looks.c.project == row["project"], looks.c.id == row["id"]))
            connection.execute(insert(looks), rows)


def _joined() -> Any:
    """Clips with the looks at them as they are now."""
    return clips.outerjoin(looks, and_(_SAME_CLIP, looks.c.key == _KEY))


def _sound(path: Path, start: int | None, end: int | None) -> dict[str, Any]:
    with path.open("rb") as file:
        pcm = soundfile.read(file, dtype="int16")[0][start:end]
    look = look_at_sound(pcm, _PARAMS)
    return {"verdict": look.verdict, "peak_db": look.peak_db, "level_db": look.level_db, "vector": look.packed()}


def _photo(path: Path) -> dict[str, Any]:
    vector = look_at_photo(path)
    digest = hashlib.sha256(vector.tobytes()).digest()[:DIGEST_BYTES]
    return {"verdict": None, "peak_db": None, "level_db": None, "vector": pack(digest, vector)}
