"""Asking a board what it makes of a clip: the other half of hardware in the loop."""

import base64
import time
from collections.abc import Iterator
from typing import Any

from server.board.ports import Link
from server.board.protocol import MAX_DATA_BYTES, LineReader, encode

_ANSWER_SECONDS = 3.0
_HELLO_SECONDS = 15.0  # a board that is just being started
_ASK_SECONDS = 1.0
_TRIES = 3


class CheckError(Exception):
    """The board does not answer as it should; the message says what to do."""


class Conversation:
    """One line after another with the board on a port, each answered before the next.

    Args:
        link: an open port; its `PortError`s pass through.
    """

    def __init__(self, link: Link) -> None:
        self._link = link
        self._reader = LineReader()
        self._waiting: list[dict[str, Any]] = []
        self._seq = 0

    def greet(self) -> dict[str, Any]:
        """What the board says it is. Raises CheckError when it says nothing."""
        deadline = time.monotonic() + _HELLO_SECONDS
        while time.monotonic() < deadline:
            self._send({"type": "info"})
            for message in self._messages(_ASK_SECONDS):
                if message["type"] == "hello":
                    return message
                if message["type"] == "error":
                    raise CheckError(f"the board says: {message.get('detail')}")
        raise CheckError("the board does not speak Nestling's protocol; flash it with `nestling flash`")

    def stream(self, on: bool) -> None:
        """Let the board send its inferences, or not."""
        self._ask({"type": "stream", "on": on})

    def replay(self, kind: str, content: bytes) -> dict[str, Any]:
        """The board's `result` for a clip (int16 of one window) or for features (int8).

        Raises:
            CheckError: it refuses, or does not answer although asked again.
        """
        pieces = [content[start : start + MAX_DATA_BYTES] for start in range(0, len(content), MAX_DATA_BYTES)]
        for _ in range(_TRIES):
            answer: dict[str, Any] | None = None
            for number, piece in enumerate(pieces):
                data = base64.b64encode(piece).decode()
                answer = self._ask({"type": "replay", "kind": kind, "piece": number, "pieces": len(pieces), "data": data})
                if answer is None:
                    break  # a line was lost on the way: from the first piece again
            if answer is not None and answer["type"] == "result":
                return answer
        raise CheckError("the board does not answer; unplug it, plug it in again and repeat")

    def _ask(self, message: dict[str, Any]) -> dict[str, Any] | None:
        """The answer; None when there is none in time. Raises CheckError when the board refuses."""
        number = self._send(message)
        for answer in self._messages(_ANSWER_SECONDS):
            if answer.get("re") != number:
                continue
            if answer["type"] == "error":
                raise CheckError(f"the board refuses a {message['type']}: {answer.get('detail')}")
            return answer
        return None

    def _messages(self, seconds: float) -> Iterator[dict[str, Any]]:
        """What the board says, for so long."""
        deadline = time.monotonic() + seconds
        while True:
            while self._waiting:
                yield self._waiting.pop(0)
            if time.monotonic() >= deadline:
                return
            self._waiting += self._reader.feed(self._link.read())

    def _send(self, message: dict[str, Any]) -> int:
        number, self._seq = self._seq, self._seq + 1
        self._link.write(encode(message, number))
        return number
