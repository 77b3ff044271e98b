"""The web server: Werkzeug's threads, with TLS and plain HTTP on one port, keep-alive, and sockets fit for WebSockets."""

import json
import logging
import select
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import IO, Any, cast
from wsgiref.types import WSGIApplication

from werkzeug.exceptions import ClientDisconnected
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.wsgi import LimitedStream

log = logging.getLogger(__name__)

IDLE_SECONDS = 30.0  # a connection that says nothing for so long is closed
HANDSHAKE_SECONDS = 10.0
_TLS_HANDSHAKE = b"\x16"  # the first byte of a TLS connection; no HTTP method starts with it
_DRAIN_BYTES = 32_000_000  # of a refused body that is read to its end, so that the client hears why


class Server(ThreadedWSGIServer):
    """Serves an app on a socket that listens already.

    A connection's first byte tells whether it speaks TLS. That is found out, and shaken hands over, in the connection's
    own thread: a client that stalls holds up nobody.
    """

    def __init__(
        self,
        listener: socket.socket,
        app: WSGIApplication,
        context: ssl.SSLContext | None,
        every_minute: Callable[[], None] = lambda: None,
    ) -> None:
        host, port = listener.getsockname()[:2]
        super().__init__(host, port, app, handler=Handler, fd=listener.fileno())
        self.tls_context = context
        self._every_minute = every_minute
        self._next_minute = time.monotonic() + 60

    def service_actions(self) -> None:
        if time.monotonic() >= self._next_minute:
            self._next_minute = time.monotonic() + 60
            self._every_minute()

    def finish_request(self, request: Any, client_address: Any) -> None:
        request.settimeout(HANDSHAKE_SECONDS)
        request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        first = request.recv(1, socket.MSG_PEEK)
        if first != _TLS_HANDSHAKE:
            if first:
                Handler(request, client_address, self)
        elif self.tls_context is not None:
            with self.tls_context.wrap_socket(request, server_side=True) as secure:
                Handler(secure, client_address, self)

    def handle_error(self, request: Any, client_address: Any) -> None:
        if isinstance(sys.exception(), OSError):  # handshakes that fail, and phones that walk away, are daily life
            log.debug("connection ended", exc_info=True)
        else:
            log.exception("connection failed")


class Handler(WSGIRequestHandler):
    """One connection. Unlike Werkzeug's it keeps the connection for further requests, and logs neither peer nor query."""

    timeout = IDLE_SECONDS
    protocol_version = "HTTP/1.1"
    server_version = "Nestling"
    sys_version = ""

    def run_wsgi(self) -> None:
        if not self.headers.get("Content-Length", "0").isdecimal():
            self.send_error(400, "Content-Length must be a whole number")
            return
        environ = self._environ()
        exchange = _Exchange(self, environ["wsgi.input"])
        body = self.server.app(environ, exchange.start)
        try:
            if environ["werkzeug.socket"].is_taken:
                self.close_connection = True
                return
            exchange.send(body)
        finally:
            if hasattr(body, "close"):
                body.close()
        if not exchange.drained():
            self.close_connection = True

    def _environ(self) -> dict[str, Any]:
        environ: dict[str, Any] = self.make_environ()
        environ["wsgi.url_scheme"] = "https" if isinstance(self.connection, ssl.SSLSocket) else "http"
        environ["werkzeug.socket"] = SharedSocket(self.connection)
        if environ.get("wsgi.input_terminated"):
            self.close_connection = True  # a chunked body has no length by which to find the next request
        else:
            length = int(environ.get("CONTENT_LENGTH", "0"))
            environ["wsgi.input"] = LimitedStream(cast("IO[bytes]", self.rfile), length)
        return environ

    def log_request(self, code: Any = "-", size: Any = "-") -> None:
        path = getattr(self, "path", "")  # what is not HTTP has none
        log.debug("%s %s %s", self.command, path.partition("?")[0], code)

    def log_error(self, format: str, *args: Any) -> None:
        log.debug(format, *args)

    def log_message(self, format: str, *args: Any) -> None:
        log.debug(format, *args)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer what is not HTTP at all in the same shape as every other error."""
        status = HTTPStatus(code)
        body = json.dumps({"error": status.phrase, "detail": message or status.description}).encode()
        self.close_connection = True
        self.request_version = self.protocol_version  # the request's own may be unknown, and HTTP/0.9 has no status
        self.send_response(code, status.phrase)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)


class _Exchange:
    """A WSGI answer on its way to the client."""

    def __init__(self, handler: Handler, body: Any) -> None:
        self._handler = handler
        self._request_body = body
        self._status = ""
        self._headers: list[tuple[str, str]] = []

    def start(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        """WSGI's start_response."""
        self._status, self._headers = status, headers
        return self._no_write

    def send(self, chunks: Iterable[bytes]) -> None:
        """Send status, headers and body."""
        handler = self._handler
        code, _, phrase = self._status.partition(" ")
        has_length = any(key.lower() == "content-length" for key, _ in self._headers) or code in ("204", "304")
        if not has_length:
            handler.close_connection = True  # then the end of the connection is the end of the body
        handler.send_response(int(code), phrase)
        for key, value in self._headers:
            if key.lower() != "date":  # send_response has said it
                handler.send_header(key, value)
        if handler.close_connection:
            handler.send_header("Connection", "close")
        handler.end_headers()
        if handler.command != "HEAD":
            for chunk in chunks:
                handler.wfile.write(chunk)

    def drained(self) -> bool:
        """Read what is left of the request's body. False where it is too much, or not known how much."""
        if not isinstance(self._request_body, LimitedStream) or self._request_body.limit > _DRAIN_BYTES:
            return False
        try:
            self._request_body.exhaust()
        except ClientDisconnected:
            return False
        return True

    def _no_write(self, data: bytes) -> None:
        raise NotImplementedError("this server takes the body as an iterable")


class SharedSocket:
    """A socket that one thread may read while others write, as a WebSocket does.

    An OpenSSL connection must not be used by two threads at once, so reading waits outside of the lock and only takes what
    is there. `send` sends everything, which `simple_websocket` relies on.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self.is_taken = False  # whether it left HTTP for another protocol

    def fileno(self) -> int:
        """For selectors."""
        return self._connection.fileno()

    def send(self, data: bytes) -> int:
        """Send all of `data`. Raises OSError when the peer takes it not within the idle time."""
        with self._lock:
            self.is_taken = True
            self._connection.settimeout(IDLE_SECONDS)
            self._connection.sendall(data)
        return len(data)

    def recv(self, size: int) -> bytes:
        """At least one byte, b"" at the end. More than `size` where TLS has decrypted more: no selector would tell of it."""
        while (data := self._take(size)) is None:
            if not select.select([self._connection], [], [], IDLE_SECONDS)[0]:
                raise TimeoutError("nothing was received")
        return data

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def _take(self, size: int) -> bytes | None:
        with self._lock:
            self._connection.settimeout(0)
            try:
                data = self._connection.recv(size)
                while isinstance(self._connection, ssl.SSLSocket) and (pending := self._connection.pending()):
                    data += self._connection.recv(pending)
            except (BlockingIOError, ssl.SSLWantReadError):
                return None
        return data
