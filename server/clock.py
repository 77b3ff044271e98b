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


def check_time(text: str) -> str:
    """Return the text when it is a moment in ISO 8601, for example 2026-03-01T09:30:00Z. Raises RefusedError."""
    try:
        if _WRITTEN.fullmatch(text):
            datetime.fromisoformat(text)
            return text
    except ValueError:
        pass  # a 13th month is refused like any other text
    raise RefusedError(f"a time is written as 2026-03-01T09:30:00Z (ISO 8601), got {text[:40]!r}")
