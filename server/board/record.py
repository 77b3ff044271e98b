"""Recording through the board's own microphone: a model should learn from the hardware that it will listen with."""

import base64
import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from server.audio import MAX_SECONDS, MIN_SECONDS, SAMPLE_RATE, Pcm
from server.board.bridge import Answers, Bridge
from server.errors import BoardError, RefusedError

_SLACK_SECONDS = 3.0  # for the wire, beyond the recording itself; a Rev2's microphone is warm, because it listens
_MAX_PIECES = 2000  # 10 s are 534 of 600 bytes


def check_ms(ms: object) -> int:
    """Return how long to record, in milliseconds, when it is a whole number from 100 to 10,000. Raises RefusedError."""
    low, high = int(1000 * MIN_SECONDS), int(1000 * MAX_SECONDS)
    if isinstance(ms, bool) or not isinstance(ms, int) or not low <= ms <= high:
        raise RefusedError(f"ms is a whole number of milliseconds from {low} to {high}, got {str(ms)[:40]!r}")
    return ms


def record(bridge: Bridge, ms: int) -> Pcm:
    """Have the board record.

    Args:
        bridge: to the board.
        ms: how long, 100 to 10,000.
    Returns:
        int16, shape (16 * ms,), at 16 kHz.
    Raises:
        BoardError: there is no board, it refused, or a part of the recording was lost on the way.
        ConflictError: it is recording for somebody else.
        RefusedError: `ms` is out of range.
    """
    check_ms(ms)
    with bridge.recording():
        _check_rate(bridge.feed.snapshot()["hello"])
        deadline = time.monotonic() + ms / 1000 + _SLACK_SECONDS
        with bridge.asking({"type": "record", "ms": ms}) as answers:
            pieces = _collect(answers, deadline)
    return _join(pieces, SAMPLE_RATE * ms // 1000)


def _check_rate(hello: Mapping[str, Any] | None) -> None:
    rate = SAMPLE_RATE if hello is None else hello.get("sample_rate")
    if rate != SAMPLE_RATE:
        raise BoardError(f"the board records at {rate} Hz, and clips have {SAMPLE_RATE} Hz; flash it with `nestling flash`")


def _collect(answers: Answers, deadline: float) -> list[bytes]:
    """All pieces in their order. A lost one is told at once: the ones after it are not waited for."""
    pieces: list[bytes] = []
    while True:
        try:
            message = answers.next(max(0.0, deadline - time.monotonic()))
        except BoardError as error:
            raise BoardError(f"{error} ({len(pieces)} pieces of the recording had come)" if pieces else str(error)) from error
        if message.get("type") != "audio":
            continue  # an acknowledgement
        piece, n = message.get("piece"), message.get("pieces")
        if not isinstance(n, int) or not 1 <= n <= _MAX_PIECES:
            raise BoardError("the board sent a recording of no known length; flash it with `nestling flash`")
        if piece != len(pieces):
            raise BoardError(f"piece {len(pieces) + 1} of {n} of the recording was lost on the wire; record it again")
        pieces.append(_decode(message.get("data")))
        if len(pieces) == n:
            return pieces


def _decode(data: object) -> bytes:
    try:
        return base64.b64decode(data if isinstance(data, str) else "", validate=True)
    except ValueError as error:
        raise BoardError("the board sent a piece of sound that is not base64; record it again") from error


def _join(pieces: list[bytes], n_samples: int) -> Pcm:
    body = b"".join(pieces)
    if len(body) != 2 * n_samples:
        raise BoardError(f"the board sent {len(body):,} bytes instead of {2 * n_samples:,}; record it again")
    return np.frombuffer(body, "<i2").astype(np.int16)
