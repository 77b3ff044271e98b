"""A board that does what a test says: the real protocol, by the Python encoder, behind a socket of this machine."""

import base64
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np

from server.board.protocol import LineReader, encode

HELLO = {
    "type": "hello",
    "firmware": "0.2.0",
    "bundle": "yes-no/shipped",
    "labels": ["yes", "no", "unknown"],
    "params_crc32": "a82be873",
    "runtime": "generated",
    "arena_bytes": 16256,
    "sample_rate": 16000,
    "window": 16000,
    "stride": 3200,
    "presets": ["strict", "normal", "eager"],
    "preset": "normal",
}
PIECE_BYTES = 600


def inference(best: int, at: int = 16000) -> dict[str, Any]:
    """What a board says when class `best` has the highest score."""
    scores = [-120, -120, -120]
    scores[best] = 104
    return {"type": "inference", "scores": scores, "label": best, "features_us": 1200, "model_us": 61000, "at": at}


def detection(n: int, label: int = 0) -> dict[str, Any]:
    """The n-th detection; `at` tells it from the others."""
    return {"type": "detection", "label": label, "score": 0.92, "at": n}


class FakeBoard:
    """Answers `info`, `stream`, `threshold`, `decision` and `record`; says what `say` is given. Comes and goes at will."""

    def __init__(self) -> None:
        self.sound = np.arange(16000 * 10, dtype="<i2")  # what its microphone hears
        self.lost_piece: int | None = None  # of a recording
        self.answers_to: set[str] = {"info", "stream", "threshold", "decision", "record"}
        self.received: list[dict[str, Any]] = []
        self._changed = threading.Condition()
        self._port = 0
        self._listener: socket.socket | None = None
        self._connection: socket.socket | None = None
        self._seq = 0
        self.plug_in()

    @property
    def port(self) -> str:
        """Its port's name."""
        return f"socket://127.0.0.1:{self._port}"

    def plug_in(self) -> None:
        """Be there, at the same address as before."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, True)
        listener.bind(("127.0.0.1", self._port))
        listener.listen(5)
        self._port = listener.getsockname()[1]
        self._listener = listener
        threading.Thread(target=self._serve, args=(listener,), daemon=True).start()

    def unplug(self) -> None:
        """Be gone, with everything that was under way."""
        with self._changed:
            for end in (self._listener, self._connection):
                if end is not None:
                    with suppress(OSError):
                        end.shutdown(socket.SHUT_RDWR)
                    end.close()
            self._listener = self._connection = None

    def say(self, *messages: dict[str, Any]) -> None:
        """Send messages, one line each."""
        for message in messages:
            with self._changed:
                self._seq += 1
                self._write(encode(message, self._seq - 1))

    def say_bytes(self, data: bytes) -> None:
        """Send what is no line."""
        with self._changed:
            self._write(data)

    def skip(self) -> None:
        """Lose one line."""
        self._seq += 1

    def wait_for(self, check: Callable[[], Any], seconds: float = 10.0) -> None:
        """Wait until something that the board was told makes `check` true."""
        with self._changed:
            assert self._changed.wait_for(check, seconds), f"the board was told {self.received}"

    def is_free(self) -> bool:
        """Whether nobody has its port open."""
        with self._changed:
            return self._connection is None

    def told(self, kind: str) -> list[dict[str, Any]]:
        """The messages of one type that it got."""
        return [message for message in self.received if message["type"] == kind]

    def _serve(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with self._changed:
                    self._connection, self._seq = connection, 0
                self._listen(connection)

    def _listen(self, connection: socket.socket) -> None:
        lines = LineReader()
        with suppress(OSError):
            while data := connection.recv(4096):
                for message in lines.feed(data):
                    with self._changed:
                        self.received.append(message)
                        self._changed.notify_all()
                    if message["type"] in self.answers_to:
                        self._answer(message)
        connection.close()
        with self._changed:
            if self._connection is connection:
                self._connection = None

    def _answer(self, message: dict[str, Any]) -> None:
        if message["type"] == "info":
            self.say(HELLO)
        elif message["type"] == "record":
            self._record(message)
        else:
            self.say({"type": "ack", "re": message["seq"]})

    def _record(self, message: dict[str, Any]) -> None:
        body = self.sound[: 16 * message["ms"]].tobytes()
        pieces = [body[i : i + PIECE_BYTES] for i in range(0, len(body), PIECE_BYTES)]
        for n, piece in enumerate(pieces):
            if n == self.lost_piece:
                self.skip()
                continue
            data = base64.b64encode(piece).decode()
            self.say({"type": "audio", "re": message["seq"], "piece": n, "pieces": len(pieces), "data": data})

    def _write(self, data: bytes) -> None:
        if self._connection is not None:
            with suppress(OSError):
                self._connection.sendall(data)
