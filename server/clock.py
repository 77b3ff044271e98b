"""Time as it is written down: ISO 8601 in UTC, to the microsecond, so that text sorts as time does."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from server.errors import RefusedError

_WRITTEN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def now() -> str:
    """The present."""
    return written(datetime.now(UTC))


def written(moment: datetime) -> str:
    """A moment as text."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def modified(path: Path) -> str:
    """When a file or folder was last changed."""
    return written(datetime.fromtimestamp(path.stat().st_mtime, UTC))


def nanoseconds(text: str) -> int:
    """A moment that was `written`, as nanoseconds since 1970: a file's time."""
    return (datetime.fromisoformat(text) - _EPOCH) // timedelta(microseconds=1) * 1000


def parts(text: str) -> tuple[int, int, int, int, int, int]:
    """Year, month, day, hour, minute and second of a moment that was `written`."""
    moment = datetime.fromisoformat(text)
    return moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second


def check_written(text: object) -> str:
    """Return the text when `written` gives it, for a moment from 1970 to 2100. Raises RefusedError."""
    checked = check_time(text) if isinstance(text, str) else ""
    if len(checked) != len("2026-03-01T09:30:00.000000Z") or not checked.endswith("Z") or not 1970 <= int(checked[:4]) <= 2100:
        raise RefusedError(f"the time of a clip is written as 2026-03-01T09:30:00.000000Z, got {str(text)[:40]!r}")
    return checked


def check_time(text: str) -> str:
    """Return the text when it is a moment in ISO 8601, for example 2026-03-01T09:30:00Z. Raises RefusedError."""
    try:
        if _WRITTEN.fullmatch(text):
            datetime.fromisoformat(text)
            return text
    except ValueError:
        pass  # a 13th month is refused like any other text
    raise RefusedError(f"a time is written as 2026-03-01T09:30:00Z (ISO 8601), got {text[:40]!r}")
