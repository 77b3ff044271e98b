"""Pages of a project's clips: which are wanted, in which order, and where the next page begins.

Ids and what they are sorted by are read of all clips that match, which is quick at ten thousand; the rest is read of a page.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, String, and_, case, cast, select

from server import clock
from server.database import clips, looks
from server.errors import RefusedError
from server.names import check_clip_id, check_label
from training.clips import SPLITS

MAX_PAGE = 500
_MAX_TEXT = 64

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


def find(connection: Connection, project: str, wanted: Wanted, splits: Mapping[str, str | None]) -> list[Key]:
    """The keys of all clips that are wanted, sorted forwards.

    Args:
        connection: to the index.
        project: whose.
        wanted: which.
        splits: the split of each clip by its id.
    """
    order = ORDERS[wanted.sort]
    columns = [clips.c.stored_at, clips.c.id]
    query = select(*columns) if order.column is None else select(order.column, *columns)
    # The looks are only joined where they are asked for: it takes longer than all the rest.
    query = query.select_from(LOOKED_AT if wanted.verdict or wanted.sort == "level" else clips).where(clips.c.project == project)
    for name in ("label", "source", "disabled"):
        if (value := getattr(wanted, name)) is not None:
            query = query.where(clips.c[name] == value)
    if wanted.verdict is not None:
        query = query.where(looks.c.verdict == wanted.verdict)
    keys = (order.key(row) for row in connection.execute(query))
    return sorted(key for key in keys if wanted.split is None or splits.get(key[-1]) == wanted.split)


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
