"""Running the server: the port, the certificate, what the terminal shows, and the end."""

import errno
import io
import logging
import os
import socket
import sys
import webbrowser
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console

from server import http, tls
from server.app import create_app
from server.board.child import VirtualBoard
from server.files import make_folder
from server.network import WILDCARDS, host_names, lan_addresses
from server.services import Services, services
from server.settings import Settings

log = logging.getLogger(__name__)


class CannotListenError(Exception):
    """The port or address is not to be had."""


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that listens; the first thing to get, so that two servers never share a data folder by mistake.

    Args:
        host: an address or name of this machine.
        port: 0 for any that is free.
    Raises:
        CannotListenError: the sentence that tells why.
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind)
    except OSError as error:
        raise CannotListenError(f"{host!r} is no address of this computer ({error.strerror})") from error
    with listener:
        try:
            if os.name != "nt":  # there it would let two servers share a port
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, True)
            listener.bind(address)
            listener.listen(128)
        except OSError as error:
            raise CannotListenError(_why(error, host, port)) from error
        yield listener


def serve(listener: socket.socket, open_browser: bool, **values: Any) -> None:
    """Serve until interrupted; then end at once, and the processes that it started with it.

    Args:
        listener: where.
        open_browser: whether to show the page on this computer.
        values: for `server.settings.Settings`; the port is the listener's.
    """
    settings = Settings(**values, port=listener.getsockname()[1])
    make_folder(settings.data)
    certificate = _Certificate(settings.data / "tls", settings.host) if settings.tls else None
    app = create_app(asdict(settings))

    def every_minute() -> None:
        services(app).store.purge()
        if certificate:
            certificate.follow_addresses()

    server = http.Server(listener, app, certificate.context if certificate else None, every_minute)
    board = _start_board(services(app))
    services(app).looker.start()
    try:
        _announce(services(app))
        if open_browser:
            webbrowser.open(f"http://localhost:{settings.port}/")
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        board.close()
        services(app).looker.stop()
        services(app).jobs.stop()


def _start_board(parts: Services) -> ExitStack:
    """Search for the board, and start a virtual one where that is wanted; closing ends both."""
    running = ExitStack()
    if parts.settings.virtual_board:
        virtual = VirtualBoard(parts.board, parts.settings)
        virtual.start()
        running.callback(virtual.stop)
    parts.board.start()
    running.callback(parts.board.stop)
    return running


class _Certificate:
    """The server's certificate, which follows the machine when it gets another address."""

    def __init__(self, folder: Path, host: str) -> None:
        self._folder = folder
        self._host = host
        self._names = self._own_names()
        self.context = tls.ensure(folder, self._names).context()

    def follow_addresses(self) -> None:
        """Renew the certificate where the addresses have changed; connections to come get the new one."""
        names = self._own_names()
        if names != self._names:
            identity = tls.ensure(self._folder, names)
            self.context.load_cert_chain(identity.certificate, identity.key)
            self._names = names
            log.info("the addresses have changed; the certificate now names %s", ", ".join(names))

    def _own_names(self) -> list[str]:
        own = ["localhost", "127.0.0.1", "::1", *host_names(), *lan_addresses()]
        return own if self._host in WILDCARDS else [*own, self._host]


def _announce(parts: Services) -> None:
    """Print where to go."""
    import segno

    settings = parts.settings
    console = Console(highlight=False, soft_wrap=True, markup=False, emoji=False)  # else a fingerprint with :CD: shows a disc
    local = "localhost" if settings.host in WILDCARDS else settings.host
    console.print(f"On this computer       http://{local}:{settings.port}/")
    console.print(f"On a phone             {parts.join_url()}")
    if sys.stdout.isatty():
        picture = io.StringIO()
        segno.make(parts.join_url(), error="l").terminal(picture, compact=True)
        sys.stdout.write(picture.getvalue())
    if settings.tls:
        console.print(f"First time on a phone  {parts.trust_url()}")
        console.print(f"Certificate's SHA-256  {tls.fingerprint(settings.data / 'tls' / 'ca.crt')}")
    if not any(parts.store.counts(name) for name in parts.store.project_names()):
        console.print("No clips yet           the page, or `nestling sample`, makes a project without a microphone")
    console.print("Ctrl+C ends it.")
    sys.stdout.flush()


def _why(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is already in use, maybe by another Nestling. Stop that, or choose another one with --port."
    if error.errno == errno.EACCES:
        return f"port {port} is only for the system's own services. Choose one above 1023 with --port."
    return f"cannot listen on {host!r}, port {port} ({error.strerror}). Is it an address of this computer?"
