"""A board on another computer, as the server sees it: a port whose bytes a WebSocket carries (see `relay`)."""

import threading
from collections import deque
from collections.abc import Callable

from server.board.ports import Link, Port, PortError

_WAIT_SECONDS = 0.2
_MAX_WAITING = 256  # pieces of at most 4 kB that nobody has read yet


def remote_port(computer: str, port: str) -> Port:
    """How a relayed port is listed."""
    return Port(name=f"{computer}:{port}", description=f"a board on {computer}", kind="bridge")


class RemoteLink:
    """What the WebSocket's thread feeds, the bridge's thread reads.

    Args:
        name: of the port, for sentences.
        send: sends bytes to the relay.
    """

    def __init__(self, name: str, send: Callable[[bytes], None]) -> None:
        self._name = name
        self._send = send
        self._changed = threading.Condition()  # guards what follows
        self._waiting: deque[bytes] = deque(maxlen=_MAX_WAITING)  # the oldest goes first; the protocol notices
        self._has_ended = False

    def feed(self, data: bytes) -> None:
        """What has come from the relay."""
        with self._changed:
            self._waiting.append(data)
            self._changed.notify()

    def open(self) -> Link:
        """Begin to read."""
        with self._changed:
            self._waiting.clear()
        return self

    def end(self) -> None:
        """The relay is gone."""
        with self._changed:
            self._has_ended = True
            self._changed.notify()

    def read(self) -> bytes:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._has_ended, _WAIT_SECONDS)
            if self._has_ended:
                raise PortError(f"the board on {self._name} is gone, or the bridge to it")
            data = b"".join(self._waiting)
            self._waiting.clear()
        return data

    def write(self, data: bytes) -> None:
        try:
            self._send(data)
        except OSError as error:
            raise PortError(f"the bridge to the board on {self._name} takes nothing any more") from error

    def close(self) -> None:
        """Nothing is to be let go: another reader may follow."""
