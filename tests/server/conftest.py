"""What the server's tests share: an app on an empty data folder, and real servers on free ports."""

import json
import os
import signal
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server import create_app
from server.services import Services, services

CHECKOUT = Path(__file__).resolve().parents[2]


class Client(FlaskClient):
    """Reads answers to their end, so that no file stays open."""

    def open(self, *arguments: Any, **options: Any) -> Any:
        return super().open(*arguments, **{"buffered": True, **options})


@pytest.fixture(autouse=True)
def no_sync(monkeypatch: pytest.MonkeyPatch) -> None:
    """Power does not fail during tests; waiting for the disk would make them ten times slower."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    app = create_app({"data": tmp_path / "data", "exports": tmp_path / "exports"})
    app.test_client_class = Client
    yield app
    services(app).jobs.stop()


@pytest.fixture
def parts(app: Flask) -> Services:
    return services(app)


@pytest.fixture
def stranger(app: Flask) -> FlaskClient:
    """A client that has not joined."""
    return app.test_client()


@pytest.fixture
def client(stranger: FlaskClient) -> FlaskClient:
    """A client that has joined, with a project `p`."""
    assert stranger.post("/join", json={}).status_code == 204
    assert stranger.post("/projects", json={"name": "p"}).status_code == 201
    return stranger


@pytest.fixture
def upload(client: FlaskClient) -> Callable[..., Any]:
    def post(body: bytes, label: str = "yes", **query: str) -> Any:
        return client.post("/projects/p/clips", query_string={"label": label, **query}, data=body)

    return post


@dataclass
class Live:
    """A real server process."""

    process: subprocess.Popen[str]
    port: int
    data: Path
    lines: list[str] = field(default_factory=list)
    at_end: list[Callable[[], object]] = field(default_factory=list)

    @property
    def http(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def https(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def context(self) -> ssl.SSLContext:
        """What a phone that trusts the authority uses."""
        return ssl.create_default_context(cafile=str(self.data / "tls" / "ca.crt"))

    def join(self) -> dict[str, str]:
        """The headers of a client that has joined."""
        with self.request("POST", "/join", b"{}") as answer:
            return {"Cookie": answer.headers["Set-Cookie"].partition(";")[0]}

    def request(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Any:
        request = urllib.request.Request(self.http + path, body, headers or {}, method=method)  # noqa: S310
        return urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=20)

    def json(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
        with self.request(method, path, None if body is None else json.dumps(body).encode(), headers) as answer:
            return json.load(answer)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def start_server(folder: Path, *options: str, training: Path | None = None) -> Live:
    """Run `nestling serve` on a free port of this machine, with its data in `folder`."""
    data = folder / "data"
    code = "from server.cli import main; main()"
    if training:
        fake = f"lambda settings_file: [sys.executable, {str(training)!r}, str(settings_file)]"
        code = f"import sys, server.jobs; server.jobs.command_of = {fake}; {code}"
    arguments = ["serve", "--host", "127.0.0.1", "--port", "0", "--data", str(data), "--exports", str(folder / "exports")]
    process = subprocess.Popen(
        [sys.executable, "-c", code, *arguments, *options],
        cwd=CHECKOUT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    first = process.stdout.readline()
    assert first, "the server ended before it was ready"
    lines = [first, *iter(process.stdout.readline, "Ctrl+C ends it.\n")]
    return Live(process, int(first.rsplit(":", 1)[1].strip().strip("/")), data, lines)


def stop_server(live: Live) -> None:
    live.kill()
    assert live.process.stdout is not None
    live.process.stdout.close()
    for action in live.at_end:
        action()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Live]]:
    """Start servers on the same data folder; every one is ended with the test."""
    started: list[Live] = []

    def start(*options: str, training: Path | None = None) -> Live:
        started.append(start_server(tmp_path, *options, training=training))
        return started[-1]

    yield start
    for live in started:
        stop_server(live)


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """One server for all tests that leave it as it is, with an empty project `p`."""
    live = start_server(tmp_path_factory.mktemp("live"))
    live.json("POST", "/projects", {"name": "p"}, live.join())
    yield live
    stop_server(live)
