"""`nestling bridge`: carries bytes between a serial port of this computer and `WS /ws/bridge` of a server elsewhere.

It understands nothing of what it carries. Numbers, CRCs and answers are the server's business, as with a port of its own.
"""

import json
import socket
import ssl
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, CloseConnection, Event, Message, Ping, Request
from wsproto.utilities import ProtocolError

from server.board.ports import Link, PortError, open_port, serial_ports
from server.http import SharedSocket
from server.network import host_names

JOIN = "#join="
_FIRST_RETRY_SECONDS = 0.2
_LAST_RETRY_SECONDS = 2.0
_TIMEOUT_SECONDS = 10.0
_RECEIVE_BYTES = 4096


class CannotRelayError(Exception):
    """What trying again would not mend; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """A server to relay to.

    Args:
        url: `https://192.168.1.7:8443`.
        token: its join token; "" on the server's own machine.
        ca: the authority that its certificate is from, where the system does not know it.
    """

    url: str
    token: str
    ca: Path | None

    def context(self) -> ssl.SSLContext:
        """What to speak TLS with. Raises CannotRelayError when `ca` is no certificate."""
        try:
            return ssl.create_default_context(cafile=self.ca)
        except OSError as error:  # ssl.SSLError is one
            raise CannotRelayError(f"{self.ca} is no certificate ({error})") from error


def parse_server(text: str, token: str) -> tuple[str, str]:
    """The server's address and token, also from an address as its QR code holds it. Raises ValueError."""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"a server's address is like https://192.168.1.7:8443, got {text[:80]!r}")
    in_address = parts.fragment.removeprefix(JOIN[1:]) if parts.fragment.startswith(JOIN[1:]) else ""
    return f"{parts.scheme}://{parts.netloc}", token or in_address


def relay(target: Target, port: str, say: Callable[[str], None]) -> None:
    """Relay a board until interrupted; a board that is unplugged, and a server that is restarted, are found again.

    Args:
        target: the server.
        port: the board's port; "" searches for an Arduino.
        say: told when something has changed.
    Raises:
        CannotRelayError: the server does not let us in.
    """
    context, said, retry_seconds = target.context(), "", _FIRST_RETRY_SECONDS
    while True:
        began = time.monotonic()
        try:
            _relay_once(target, context, port or _find(), say)
        except (PortError, OSError, ProtocolError) as error:
            why = _why(target, error)
            if why != said or time.monotonic() - began > _LAST_RETRY_SECONDS:
                say(why)
            said = why
        retry_seconds = _FIRST_RETRY_SECONDS if time.monotonic() - began > _LAST_RETRY_SECONDS else retry_seconds * 2
        time.sleep(min(_LAST_RETRY_SECONDS, retry_seconds))


def _relay_once(target: Target, context: ssl.SSLContext, port: str, say: Callable[[str], None]) -> None:
    link = open_port(port)
    try:
        with _connected(target, context, port) as ws:
            say(f"The board on {port} is at {target.url} now. Ctrl+C ends it.")
            back = threading.Thread(target=_carry_back, args=(ws, link), daemon=True)
            back.start()
            try:
                while not ws.has_ended:
                    if data := link.read():
                        ws.send(data)
            finally:
                ws.hang_up()
                back.join(_TIMEOUT_SECONDS)
            raise ConnectionResetError
    finally:
        link.close()


def _carry_back(ws: "_WebSocket", link: Link) -> None:
    """From the server to the board, until either is gone; the other direction tells."""
    with suppress(PortError, OSError, ProtocolError):
        for data in ws.receive():
            link.write(data)
    ws.has_ended = True


@contextmanager
def _connected(target: Target, context: ssl.SSLContext, port: str) -> Iterator["_WebSocket"]:
    cookie = _join(target, context)
    parts = urlsplit(target.url)
    query = urlencode({"port": port, "computer": next(iter(host_names()), "another computer")})
    address = (str(parts.hostname), parts.port or (443 if parts.scheme == "https" else 80))
    with ExitStack() as stack:
        plain = stack.enter_context(socket.create_connection(address, _TIMEOUT_SECONDS))
        is_secure = parts.scheme == "https"
        connection = stack.enter_context(context.wrap_socket(plain, server_hostname=parts.hostname)) if is_secure else plain
        ws = _WebSocket(connection)
        ws.shake_hands(Request(parts.netloc, f"/ws/bridge?{query}", extra_headers=[(b"Cookie", cookie.encode())]))
        yield ws


class _WebSocket:
    """A client that one thread may read while another writes, over TLS too. The server's pings keep it alive."""

    def __init__(self, connection: socket.socket) -> None:
        self.has_ended = False
        self._connection = connection
        self._socket = SharedSocket(connection)
        self._lock = threading.Lock()
        self._protocol = WSConnection(ConnectionType.CLIENT)

    def shake_hands(self, request: Request) -> None:
        """Become a WebSocket. Raises OSError when the server will not have it."""
        self._write(request)
        for event in self._events():
            if not isinstance(event, AcceptConnection):
                raise ConnectionRefusedError(f"the server did not take the connection ({event})")
            return

    def send(self, data: bytes) -> None:
        """Send one message. Raises OSError."""
        self._write(Message(data=data))

    def receive(self) -> Iterator[bytes]:
        """What the server sends, to the end."""
        for event in self._events():
            if isinstance(event, Message) and isinstance(event.data, bytes | bytearray):
                yield bytes(event.data)
            elif isinstance(event, Ping):
                self._write(event.response())
            elif isinstance(event, CloseConnection):
                return

    def hang_up(self) -> None:
        """End the connection, so that whoever receives comes back."""
        with suppress(OSError):
            socket.socket.shutdown(self._connection, socket.SHUT_RDWR)  # TLS's own is not for two threads

    def _write(self, event: Event) -> None:
        with self._lock:
            self._socket.send(self._protocol.send(event))

    def _events(self) -> Iterator[Event]:
        while data := self._socket.recv(_RECEIVE_BYTES):
            with self._lock:
                self._protocol.receive_data(data)
                events = list(self._protocol.events())
            yield from events


def _join(target: Target, context: ssl.SSLContext) -> str:
    """The cookie. Raises CannotRelayError or OSError."""
    body = json.dumps({"token": target.token} if target.token else {}).encode()
    request = urllib.request.Request(f"{target.url}/join", body, {"Content-Type": "application/json"})  # noqa: S310
    # A proxy of the environment is for the internet, not for the computer across the room.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))
    try:
        with opener.open(request, timeout=_TIMEOUT_SECONDS) as answer:
            return str(answer.headers["Set-Cookie"]).partition(";")[0]
    except urllib.error.HTTPError as error:
        with error:
            raise CannotRelayError(_refusal(target, error.code)) from error
    except urllib.error.URLError as error:
        if isinstance(error.reason, ssl.SSLCertVerificationError):
            raise CannotRelayError(_distrust(target)) from error
        raise


def _refusal(target: Target, code: int) -> str:
    if code == 403:
        return "the server does not let this computer in. Its address ends in #join= and a token; give that with --token."
    if code == 308:
        return f"the server speaks to other computers over TLS only. Use {target.url.replace('http:', 'https:', 1)}."
    return f"{target.url} answered {code} to joining; is it Nestling?"


def _distrust(target: Target) -> str:
    plain = target.url.replace("https:", "http:", 1)
    return f"the certificate of {target.url} is not trusted here. Fetch {plain}/trust/nestling-ca.crt and name it with --ca."


def _find() -> str:
    """An Arduino's port. Raises PortError."""
    for port in serial_ports():
        if port.kind == "arduino":
            return port.name
    raise PortError("no board was found; plug one in, or name its port with --port")


def _why(target: Target, error: Exception) -> str:
    if isinstance(error, PortError):
        return f"{error}."
    return f"{target.url} does not answer. Trying again."
