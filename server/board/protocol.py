"""The serial protocol (DESIGN.md, "The serial protocol"): one JSON object a line, numbered, with a CRC-32. Standard library only.

The C++ side is `firmware/nestling/src/protocol`.
"""

import json
import math
import re
import zlib
from collections.abc import Mapping
from typing import Any, NoReturn

MAX_LINE_BYTES = 1024  # with the line feed
MAX_DATA_BYTES = 600  # in one piece, before base64
SEQ_MODULUS = 1 << 32
_ENDING = re.compile(rb',"crc":"([0-9a-f]{8})"\}')
_ENDING_BYTES = len(',"crc":"00000000"}')


class LineTooLongError(ValueError):
    """A message that does not fit into one line; it is the sender's mistake."""


def encode(message: Mapping[str, Any], seq: int) -> bytes:
    """One line, with its line feed.

    Args:
        message: `type` and what else the message has; neither `seq` nor `crc`.
        seq: number of the line among the sender's, taken modulo 2^32.
    Raises:
        ValueError: a number is not finite, or `type` is missing.
        LineTooLongError: the line would be longer than 1,024 bytes.
    """
    if not isinstance(message.get("type"), str):
        raise ValueError("a message needs a 'type'")
    if {"seq", "crc"} & set(message):
        raise ValueError("'seq' and 'crc' are added by the encoder")
    rest = {key: value for key, value in message.items() if key != "type"}
    whole = {"type": message["type"], "seq": seq % SEQ_MODULUS} | rest
    body = json.dumps(whole, separators=(",", ":"), allow_nan=False).encode("ascii")[:-1]
    line = b'%s,"crc":"%08x"}\n' % (body, zlib.crc32(body))
    if len(line) > MAX_LINE_BYTES:
        raise LineTooLongError(f"a line holds at most {MAX_LINE_BYTES} bytes, this {message['type']!r} has {len(line)}")
    return line


def decode(line: bytes) -> dict[str, Any] | None:
    """The message of one line (without line feed), without its `crc`; None when it is not whole or not what was sent."""
    ending = _ENDING.fullmatch(line, max(0, len(line) - _ENDING_BYTES))
    if ending is None or len(line) >= MAX_LINE_BYTES or int(ending[1], 16) != zlib.crc32(line[:-_ENDING_BYTES]):
        return None
    try:
        message = json.loads(line.decode("ascii"), object_pairs_hook=_members, parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError):  # UnicodeDecodeError and JSONDecodeError are ValueErrors
        return None
    if not isinstance(message, dict) or list(message)[:2] != ["type", "seq"]:
        return None
    seq = message["seq"]
    if not isinstance(message["type"], str) or type(seq) is not int or not 0 <= seq < SEQ_MODULUS:
        return None
    del message["crc"]
    return message


class LineReader:
    """Bytes as they come to messages; what is broken is skipped and counted.

    Attributes:
        dropped_lines: lines that were too long, cut, not JSON, or not what was sent.
        sequence_gaps: jumps in the sender's numbering. A sender that begins again at 0 makes none.
    """

    def __init__(self) -> None:
        self.dropped_lines = 0
        self.sequence_gaps = 0
        self._partial = bytearray()
        self._is_too_long = False
        self._last_seq: int | None = None

    def feed(self, data: bytes) -> list[dict[str, Any]]:
        """Take bytes, any number of them; the messages that they complete."""
        *whole, rest = data.split(b"\n")
        messages = []
        for piece in whole:
            self._keep(piece)
            message = self._end_line()
            if message is not None:
                messages.append(message)
        self._keep(rest)
        return messages

    def _keep(self, piece: bytes) -> None:
        # Never more than a line in memory, however long the noise is.
        self._is_too_long = self._is_too_long or len(self._partial) + len(piece) >= MAX_LINE_BYTES
        if self._is_too_long:
            self._partial.clear()
        else:
            self._partial += piece

    def _end_line(self) -> dict[str, Any] | None:
        message = None if self._is_too_long else decode(bytes(self._partial))
        self._partial.clear()
        self._is_too_long = False
        if message is None:
            self.dropped_lines += 1
            return None
        seq: int = message["seq"]
        if self._last_seq is not None and seq not in (0, (self._last_seq + 1) % SEQ_MODULUS):
            self.sequence_gaps += 1
        self._last_seq = seq
        return message


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member stands twice")
    return members


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is too large")
    return value
