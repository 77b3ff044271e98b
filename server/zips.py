"""Zips from anywhere: nothing is unpacked on the strength of its name, and no size that a zip tells of itself is believed."""

import os
import stat
import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from server.errors import RefusedError

MAX_ENTRIES = 200_000
MAX_FILE_BYTES = 50_000_000
MAX_TOTAL_BYTES = 8_000_000_000
_MAX_DIRECTORY_BYTES = 100_000_000  # of the list of entries, which is read into memory at once
_BLOCK = 1 << 20
# The records at a zip's end (PKWARE's APPNOTE, 4.3.14 to 4.3.16).
_END, _END_64, _LOCATOR = b"PK\5\6", b"PK\6\6", b"PK\6\7"
_END_BYTES, _MAX_COMMENT = 22, 65_535


@dataclass
class Budget:
    """How many more bytes a zip may expand to."""

    left: int = field(default_factory=lambda: MAX_TOTAL_BYTES)

    def spend(self, n_bytes: int) -> None:
        """Take so many of them. Raises RefusedError when there are not as many."""
        self.left -= n_bytes
        if self.left < 0:
            raise RefusedError(f"the zip expands to more than {MAX_TOTAL_BYTES:,} bytes")


@contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """A zip to read. Raises RefusedError when it is none, or lists more than can be meant well."""
    if _directory_bytes(path) > _MAX_DIRECTORY_BYTES:
        raise RefusedError(f"the zip lists too many files; at most {MAX_ENTRIES:,} are taken")
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise RefusedError(f"the file is no zip that can be read ({error})") from error
    with archive:
        yield archive


def refusal(info: zipfile.ZipInfo) -> str | None:
    """Why an entry is not even looked at; None where nothing speaks against it."""
    # `orig_filename` is the name as it stands in the zip: `filename` has NULs cut off and separators changed.
    name = info.orig_filename
    mode = info.external_attr >> 16
    if "\\" in name or "\0" in name or name.startswith("/") or ".." in name.split("/") or ":" in name.split("/")[0]:
        return "its name leads out of the zip"
    if info.flag_bits & 0x1:
        return "it is encrypted"
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        return "it is a link or no plain file"
    return None


def read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget) -> bytes:
    """The content of an entry. Raises RefusedError: it is broken or larger than any file may be, or the budget is spent."""
    body = bytearray()
    try:
        with archive.open(info) as file:
            while block := file.read(_BLOCK):
                budget.spend(len(block))
                body += block
                if len(body) > MAX_FILE_BYTES:
                    break
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, RuntimeError, ValueError) as error:
        if isinstance(error, RefusedError):
            raise
        raise RefusedError(f"the zip is broken here ({error})") from error
    return small_enough(bytes(body))


def small_enough(body: bytes) -> bytes:
    """The body, when no file is larger. Raises RefusedError."""
    if len(body) > MAX_FILE_BYTES:
        raise RefusedError(f"it has more than {MAX_FILE_BYTES:,} bytes")
    return body


def time_of(info: zipfile.ZipInfo) -> datetime:
    """When an entry was last changed; now, where the zip does not say."""
    try:
        return datetime(*info.date_time, tzinfo=UTC)
    except ValueError:
        return datetime.now(UTC)


def _directory_bytes(path: Path) -> int:
    """How long the list of entries is; 0 where there is none to be found."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        tail_start = max(0, size - _END_BYTES - _MAX_COMMENT - 20)
        file.seek(tail_start)
        tail = file.read()
        at = tail.rfind(_END)
        if at < 0 or len(tail) < at + _END_BYTES:
            return 0
        (n_bytes,) = struct.unpack_from("<I", tail, at + 12)
        if tail[max(0, at - 20) : at][:4] != _LOCATOR:
            return int(n_bytes)
        file.seek(min(size, struct.unpack_from("<Q", tail, at - 12)[0]))
        record = file.read(56)
        is_whole = record[:4] == _END_64 and len(record) == 56
        return int(struct.unpack_from("<Q", record, 40)[0]) if is_whole else int(n_bytes)
