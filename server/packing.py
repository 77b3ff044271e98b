"""Zip archives that are made while they are sent: nothing is written to disk, and the same files give the same bytes."""

import io
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest moment that a zip knows
_UNIX = 3
_READABLE = 0o100644 << 16
_LEVEL = 6


def zip_stream(files: Iterable[tuple[str, Path]]) -> Iterator[bytes]:
    """A zip of files, in their order; each is in memory while it is packed.

    Args:
        files: the name within the archive, and where the file is.
    """
    sink = _Sink()
    with zipfile.ZipFile(sink, "w") as archive:
        for name, path in files:
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system, entry.external_attr = _UNIX, _READABLE
            archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED, _LEVEL)
            yield sink.take()
    yield sink.take()


class _Sink(io.RawIOBase):
    """What is written, until it is taken. It cannot be sought in, so that `zipfile` never goes back."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]
        self._pieces.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        """All that was written since it was last taken."""
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken
