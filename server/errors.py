"""What can go wrong, in words for the person at the phone. Plain exceptions: only `server.app` turns them into HTTP."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class RefusedError(ValueError):
    """What was sent will not do; the message says what, the value, and what to do."""


class TooLargeError(RefusedError):
    """More bytes than are accepted."""


class ConflictError(RefusedError):
    """It contradicts what is already stored."""


class MissingError(LookupError):
    """No such thing."""


class BoardError(Exception):
    """There is no board, or it did not do what it was asked."""


class StorageError(Exception):
    """The database of searches cannot be reached, or used."""


class DiskFullError(Exception):
    """There is no room to store it; nothing of it was kept."""


@contextmanager
def disk_full_told() -> Iterator[None]:
    """Turn the many ways of a full disk into `DiskFullError`.

    Raises:
        DiskFullError: the file system or the database has no room left.
    """
    try:
        yield
    except (OSError, DBAPIError) as error:
        if not _is_full(error):
            raise
        raise DiskFullError("the computer's disk is full; this was not stored. Free some space there, and try again.") from error


def _is_full(error: OSError | DBAPIError) -> bool:
    if isinstance(error, OSError):
        return error.errno in _FULL
    return getattr(error.orig, "sqlite_errorname", "") == "SQLITE_FULL"
