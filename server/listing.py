"""Pages of a project's clips: which are wanted, in which order, and where the next page begins.

Ids and what they are sorted by are read of all clips that match, which is quick at ten thousand; the rest is read of a page.
"""

import threading
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Engine, String, and_, case, cast, select

from server import clock
from server.database import clips, looks
from server.errors import RefusedError
from server.names import check_clip_id, check_label
from server.splits import Splits
from training.clips import SPLITS

MAX_PAGE = 500
_MAX_TEXT = 64
_MAX_LISTS = 32

# A look is at the clip as it is now when its key ends in the content and the part that counts.
_PART: ColumnElement[str] = case(
    (clips.c.trim_start.is_(None), ""),
    else_=":" + cast(clips.c.trim_start, String) + "-" + cast(clips.c.trim_end, String),
)
_SAME_CLIP = and_(looks.c.project == clips.c.project, looks.c.id == clips.c.id)
LOOKED_AT = clips.outerjoin(looks, and_(_SAME_CLIP, looks.c.key.like("%" + clips.c.sha256 + _PART)))

Key = tuple[Any, ...]  # what clips are sorted by; its last member is the id


def _number(text: str) -> float | None:
    return float(text) if text else None


@dataclass(frozen=True)
class _Order:
    """By a column where one is given, then by time and id. `read` gets a value of the column back from a cursor's text."""

    column: ColumnElement[Any] | None = None
    read: Callable[[str], Any] = str
    backwards: bool = False

    def key(self, values: Sequence[Any]) -> Key:
        """What sorts a clip: its (value of the column,) time and id. One without a value comes last."""
        if self.column is None:
            return tuple(values)
        value, *rest = values
        return (value is None, 0 if value is None else value, *rest)

    def cursor(self, key: Key) -> str:
        """The key as a text without secrets."""
        values = key if self.column is None else ("" if key[0] else key[1], *key[2:])
        return "_".join(map(str, values))

    def parse(self, cursor: str) -> Key:
        """The key that gave a cursor. Raises RefusedError."""
        n_values = 2 if self.column is None else 3
        values: list[Any] = cursor.rsplit("_", n_values - 1)
        if len(values) != n_values:
            raise RefusedError(f"after must be what the page before gave as next, got {cursor[:40]!r}")
        clock.check_time(values[-2]), check_clip_id(values[-1])
        try:
            return self.key([*map(self.read, values[:-2]), *values[-2:]])
        except ValueError as error:
            raise RefusedError(f"after must be what the page before gave as next, got {cursor[:40]!r}") from error


ORDERS: Mapping[str, _Order] = {
    "newest": _Order(backwards=True),
    "oldest": _Order(),
    "label": _Order(clips.c.label),
    "length": _Order(clips.c.n_samples, _number),
    "level": _Order(looks.c.level_db, _number),
}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which clips, None meaning any, and in which order. Raises RefusedError."""

    label: str | None = None
    split: str | None = None
    source: str | None = None
    verdict: str | None = None
    disabled: bool | None = None
    sort: str = "newest"

    def __post_init__(self) -> None:
        if self.label is not None:
            check_label(self.label)
        if self.split not in (None, *SPLITS):
            raise RefusedError(f"split must be one of {', '.join(SPLITS)}, got {str(self.split)[:40]!r}")
        if self.sort not in ORDERS:
            raise RefusedError(f"sort must be one of {', '.join(ORDERS)}, got {self.sort[:40]!r}")
        for name in ("source", "verdict"):
            if len(getattr(self, name) or "") > _MAX_TEXT:
                raise RefusedError(f"{name} has at most {_MAX_TEXT} characters")

    @property
    def looks_count(self) -> bool:
        """Whether the looks at clips decide what is in the list, or where."""
        return self.verdict is not None or self.sort == "level"


class Lists:
    """The lists that were asked for last, so that the pages of one are cut from what the first of them found.

    Safe to share between threads.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[str, Wanted], tuple[Splits, Sequence[Key]]] = OrderedDict()

    def get(self, project: str, wanted: Wanted, splits: Splits) -> Sequence[Key]:
        """The keys of all clips of a project that are wanted, sorted forwards; `splits` are other ones after every change."""
        if wanted.looks_count:  # what is found by looking changes without a change of the clips
            return self._find(project, wanted, splits)
        with self._lock:
            known = self._known.get((project, wanted))
        if known and known[0] is splits:
            return known[1]
        found = self._find(project, wanted, splits)
        with self._lock:
            self._known[project, wanted] = splits, found
            self._known.move_to_end((project, wanted))
            while len(self._known) > _MAX_LISTS:
                self._known.popitem(last=False)
        return found

    def _find(self, project: str, wanted: Wanted, splits: Splits) -> Sequence[Key]:
        order = ORDERS[wanted.sort]
        columns = [clips.c.stored_at, clips.c.id]
        query = select(*columns) if order.column is None else select(order.column, *columns)
        query = query.select_from(LOOKED_AT if wanted.looks_count else clips).where(clips.c.project == project)
        for name in ("label", "source", "disabled"):
            if (value := getattr(wanted, name)) is not None:
                query = query.where(clips.c[name] == value)
        if wanted.verdict is not None:
            query = query.where(looks.c.verdict == wanted.verdict)
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return sorted(order.key(row) for row in rows if wanted.split is None or splits.of.get(row[-1]) == wanted.split)


def cut_page(keys: Sequence[Key], sort: str, limit: int, after: str) -> tuple[list[str], str | None]:
    """The ids of a page, and the cursor of the next one or None.

    Args:
        keys: of all clips that are wanted, sorted forwards.
        sort: the order's name.
        limit: 1 to 500 clips.
        after: the cursor that the page before returned; "" for the first.
    Raises:
        RefusedError: limit or cursor is malformed.
    """
    if not 1 <= limit <= MAX_PAGE:
        raise RefusedError(f"limit is 1 to {MAX_PAGE}, got {limit}")
    order = ORDERS[sort]
    last = order.parse(after) if after else None
    if order.backwards:
        end = bisect_left(keys, last) if last else len(keys)
        start = max(0, end - limit)
        page, is_last = list(keys[start:end])[::-1], start == 0
    else:
        start = bisect_right(keys, last) if last else 0
        page, is_last = list(keys[start : start + limit]), start + limit >= len(keys)
    return [key[-1] for key in page], None if is_last or not page else order.cursor(page[-1])
