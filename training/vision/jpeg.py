"""The comment of a JPEG: read, taken out and put in without decoding the picture. Standard library only.

What is known of a stored photo stands in it as JSON, so that it travels with the picture; server and training share this.
The numbers are those of ITU-T T.81, table B.1.
"""

import io
import json
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

COMMENT = 0xFE
JFIF = 0xE0
_START = b"\xff\xd8"
_FILL = 0xFF
_SCAN, _END = 0xDA, 0xD9
_MAX_CONTENT = 65_533  # bytes of a segment


def segments(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Marker and content of each segment before the picture, and no further; ends early where the file is cut off.

    Raises:
        ValueError: it is not a JPEG.
    """
    if file.read(2) != _START:
        raise ValueError("it is not a JPEG")
    while (marker := _marker(file)) not in (None, _SCAN, _END):
        head = file.read(2)
        length = int.from_bytes(head, "big") - 2
        content = file.read(max(0, length))
        if len(head) < 2 or length < 0 or len(content) < length:
            return
        yield int(marker or 0), content


def read_about(file: BinaryIO) -> dict[str, Any]:
    """The JSON object in the comment; {} where the file is no JPEG, has no comment, or one that is not ours."""
    try:
        comment = next((content for marker, content in segments(file) if marker == COMMENT), b"{}")
        about = json.loads(comment)
    except ValueError:
        return {}
    return about if isinstance(about, dict) else {}


def with_about(jpeg: bytes, about: Mapping[str, Any]) -> bytes:
    """A JPEG without a comment to one whose comment is `about`, as JSON, behind the JFIF header, which must come first.

    Raises:
        ValueError: it is not a JPEG, or the comment is longer than a segment may be.
    """
    comment = json.dumps(about, ensure_ascii=False, sort_keys=True).encode()
    if len(comment) > _MAX_CONTENT:
        raise ValueError(f"a comment has at most {_MAX_CONTENT} bytes, got {len(comment)}")
    marker, content = next(segments(io.BytesIO(jpeg)), (0, b""))
    at = len(_START) + (4 + len(content) if marker == JFIF else 0)
    return jpeg[:at] + _segment(COMMENT, comment) + jpeg[at:]


def without_comment(jpeg: bytes) -> bytes:
    """A JPEG without its comments: the same bytes for the same picture, whatever is known of it.

    Raises:
        ValueError: it is not a JPEG, or is cut off before its picture.
    """
    file = io.BytesIO(jpeg)
    kept = b"".join(_segment(marker, content) for marker, content in segments(file) if marker != COMMENT)
    picture = file.tell() - 2
    if jpeg[picture : picture + 2] != bytes([_FILL, _SCAN]):
        raise ValueError("it is cut off before its picture")
    return _START + kept + jpeg[picture:]


def _marker(file: BinaryIO) -> int | None:
    """The next marker; None at the end, and where none is. Any number of fill bytes may stand before it."""
    byte = file.read(1)
    is_marker = byte == bytes([_FILL])
    while byte == bytes([_FILL]):
        byte = file.read(1)
    return byte[0] if is_marker and byte else None


def _segment(marker: int, content: bytes) -> bytes:
    return bytes([_FILL, marker]) + (len(content) + 2).to_bytes(2, "big") + content
