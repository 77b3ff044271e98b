"""The `nestling serve` command as it is: real processes, sockets, TLS and WebSockets, and what a crash leaves."""

import http.client
import io
import json
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.error
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
import numpy as np
import pytest
import simple_websocket
import soundfile
from click.testing import CliRunner

from server import run
from server.cli import main
from server.http import Server, SharedSocket
from server.services import Services
from tests.server.conftest import CHECKOUT, Live
from tests.server.recordings import new_id, samples, wav

WAITS = """
import json, sys
print(json.dumps({"event": "start", "labels": ["yes"]}))
sys.stdin.read()
print(json.dumps({"event": "error", "detail": "the server is gone"}))
"""
COUNTS = """
import json
for n in range(1000):
    print(json.dumps({"event": "epoch", "epoch": n, "padding": "x" * 100}))
print(json.dumps({"event": "done"}))
"""


@pytest.fixture
def training(tmp_path: Path) -> Callable[[str], Path]:
    def write(code: str) -> Path:
        (tmp_path / "fake_training.py").write_text(code)
        return tmp_path / "fake_training.py"

    return write


def fill(live: Live, headers: dict[str, str], n: int = 10) -> None:
    live.json("POST", "/projects", {"name": "p"}, headers)
    for seed in range(n):
        label = "yes" if seed % 2 else "no"
        live.request("POST", f"/projects/p/clips?label={label}", wav(samples(seed, seconds=0.1)), headers).close()


def start_job(live: Live, headers: dict[str, str]) -> str:
    job_id: str = live.json("POST", "/projects/p/jobs", {"kind": "train", "labels": ["yes", "no"]}, headers)["id"]
    return job_id


def follow(live: Live, job_id: str, headers: dict[str, str], after: int = 0, secure: bool = False) -> Any:
    address = f"{'wss' if secure else 'ws'}://127.0.0.1:{live.port}/ws/jobs/{job_id}?after={after}"
    ws = simple_websocket.Client.connect(address, headers=headers, ssl_context=live.context() if secure else None)
    live.at_end.append(ws.thread.join)  # it closes the socket when the server is gone
    return ws


def next_event(ws: Any) -> Any:
    message = ws.receive(timeout=20)
    assert message is not None, "nothing was said"
    return json.loads(message)


def test_one_port_speaks_both(live: Live) -> None:
    assert live.request("GET", "/").status == 200
    connection = http.client.HTTPSConnection("127.0.0.1", live.port, context=live.context(), timeout=20)
    connection.request("GET", "/params/mfcc.json")
    assert json.load(connection.getresponse())["sample_rate"] == 16_000
    first = connection.sock
    connection.request("GET", "/nothing")
    answer = connection.getresponse()
    assert (answer.status, json.load(answer)["error"]) == (404, "Not Found")
    assert connection.sock is first, "the connection was not kept"
    connection.close()


def test_what_it_prints(live: Live) -> None:
    text = "".join(live.lines)
    assert f"http://127.0.0.1:{live.port}/" in text
    assert f"https://127.0.0.1:{live.port}/#join={(live.data / 'token').read_text()}" in text
    assert f"http://127.0.0.1:{live.port}/trust" in text and "SHA-256" in text


def test_a_fingerprint_is_printed_as_it_is(parts: Services, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr(run.tls, "fingerprint", lambda path: "AA:CD:BB")
    run._announce(parts)
    assert "AA:CD:BB" in capsys.readouterr().out


def test_trust_over_plain_http(live: Live) -> None:
    with live.request("GET", "/trust") as answer:
        page = answer.read().decode()
    fingerprint = next(line for line in live.lines if "SHA-256" in line).split()[-1]
    assert fingerprint in page and "Certificate Trust Settings" in page and "CA certificate" in page
    assert "style=" not in page and "<script" not in page
    with live.request("GET", "/trust/nestling-ca.crt") as answer:
        assert answer.headers["Content-Type"] == "application/x-x509-ca-cert"
        assert answer.read() == (live.data / "tls" / "ca.crt").read_bytes()
    for name in ("trust.css", "tokens.css"):
        with live.request("GET", f"/trust/{name}") as answer:
            assert answer.headers["Content-Type"].startswith("text/css")


def test_without_tls_there_is_nothing_to_trust(serve: Callable[..., Live]) -> None:
    live = serve("--no-tls")
    with pytest.raises(urllib.error.HTTPError) as caught:
        live.request("GET", "/trust")
    assert "runs without TLS" in json.load(caught.value)["detail"]
    with pytest.raises((ssl.SSLError, ConnectionError), match="WRONG_VERSION|EOF|reset|record layer"):
        connection = socket.create_connection(("127.0.0.1", live.port), timeout=20)
        with connection, ssl.create_default_context().wrap_socket(connection, server_hostname="localhost"):
            pass


def test_a_stalled_handshake_holds_up_nobody(live: Live) -> None:
    stalled = [socket.create_connection(("127.0.0.1", live.port)) for _ in range(40)]
    for n, connection in enumerate(stalled):
        connection.sendall(b"\x16\x03\x01" if n % 2 else b"")
    started = time.monotonic()
    assert live.request("GET", "/").status == 200
    assert time.monotonic() - started < 5
    for connection in stalled:
        connection.close()


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GARBAGE\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 200 + b"\r\n", 431),
    ],
)
def test_what_is_hardly_http_gets_an_answer(live: Live, sent: bytes, status: int) -> None:
    with socket.create_connection(("127.0.0.1", live.port), timeout=20) as connection:
        connection.sendall(sent)
        assert f" {status} ".encode() in connection.makefile("rb").readline()


def test_a_body_too_large_is_refused_and_the_connection_lives(live: Live) -> None:
    headers = live.join()
    connection = http.client.HTTPConnection("127.0.0.1", live.port, timeout=20)
    for _ in range(2):
        connection.request("POST", "/projects/p/clips?label=yes", bytes(5_000_000), headers)
        answer = connection.getresponse()
        assert (answer.status, json.load(answer)["error"]) == (413, "Request Entity Too Large")
    connection.request("GET", "/projects/p", headers=headers)
    assert json.load(connection.getresponse())["n_clips"] == 0
    connection.close()


def test_a_chunked_body_is_taken(live: Live) -> None:
    headers = live.join()
    body = wav(samples(1))
    connection = http.client.HTTPConnection("127.0.0.1", live.port, timeout=20)
    pieces = (body[start : start + 1000] for start in range(0, len(body), 1000))
    connection.request("POST", "/projects/p/clips?label=yes", pieces, headers, encode_chunked=True)
    assert connection.getresponse().status == 201
    connection.close()


@pytest.mark.parametrize("secure", [False, True])
def test_events_come_over_a_websocket(serve: Callable[..., Live], training: Callable[[str], Path], secure: bool) -> None:
    live = serve(training=training(COUNTS))
    headers = live.join()
    fill(live, headers)
    job_id = start_job(live, headers)
    sockets = [follow(live, job_id, headers, after, secure) for after in (0, 0, 990)]
    for ws, after in zip(sockets, (0, 0, 990), strict=True):
        messages = [next_event(ws)]
        while messages[-1]["event"]:
            messages.append(next_event(ws))
        assert [message["seq"] for message in messages] == [*range(after + 1, 1002), 1001]
        assert messages[-2]["event"] == {"event": "done"}
        assert messages[-1]["job"]["id"] == job_id and messages[-1]["job"]["state"] == "done"
        with pytest.raises(simple_websocket.ConnectionClosed):
            ws.receive(timeout=20)


def test_a_large_message_is_sent_whole() -> None:
    ours, theirs = socket.socketpair()
    message = bytes(range(256)) * 20_000
    with ours, theirs, ThreadPoolExecutor(1) as pool:
        received = pool.submit(theirs.recv, len(message), socket.MSG_WAITALL)
        assert SharedSocket(ours).send(message) == len(message)
        assert received.result(20) == message


def test_a_listener_that_reads_nothing_holds_up_nobody(serve: Callable[..., Live], training: Callable[[str], Path]) -> None:
    big = COUNTS.replace('"x" * 100', '"x" * 20_000')
    live = serve(training=training(big))
    headers = live.join()
    fill(live, headers)
    job_id = start_job(live, headers)
    with socket.create_connection(("127.0.0.1", live.port)) as lazy:
        handshake = ["GET /ws/jobs/" + job_id + " HTTP/1.1", "Host: localhost", "Connection: Upgrade", "Upgrade: websocket"]
        handshake += ["Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", f"Cookie: {headers['Cookie']}"]
        lazy.sendall("\r\n".join([*handshake, "", ""]).encode())
        assert b" 101 " in lazy.recv(100)
        heard = hear_all(live, job_id, headers)
    assert heard == list(range(1, len(heard) + 1)) and len(heard) > 2


def hear_all(live: Live, job_id: str, headers: dict[str, str]) -> list[int]:
    """Numbers of all events until the job's end, heard as a phone does: a connection that breaks is taken up where it was."""
    heard: list[int] = []
    for _ in range(5):
        ws = follow(live, job_id, headers, heard[-1] if heard else 0)
        with suppress(simple_websocket.ConnectionClosed):
            while (message := next_event(ws))["event"]:
                heard.append(message["seq"])
            return heard
    pytest.fail("the connection broke again and again")


@pytest.mark.parametrize(("is_joined", "origin"), [(False, {}), (True, {"Origin": "http://evil.example"})])
def test_a_websocket_is_guarded(live: Live, is_joined: bool, origin: dict[str, str]) -> None:
    headers = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", **origin}
    headers |= {"Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="} | (live.join() if is_joined else {})
    connection = http.client.HTTPConnection("127.0.0.1", live.port, timeout=20)
    connection.request("GET", "/ws/jobs/1", headers=headers)
    answer = connection.getresponse()
    assert answer.status == 403 and json.load(answer)["error"] == "Forbidden"
    connection.close()


def test_a_websocket_to_no_job_is_closed_with_a_reason(live: Live) -> None:
    ws = follow(live, "1", live.join())
    with pytest.raises(simple_websocket.ConnectionClosed, match="there is no job '1'"):
        ws.receive(timeout=20)


def test_the_certificate_follows_the_addresses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    addresses = ["192.168.1.7"]
    monkeypatch.setattr(run, "lan_addresses", lambda: list(addresses))
    certificate = run._Certificate(tmp_path, "0.0.0.0")  # noqa: S104
    with run.listening("127.0.0.1", 0) as listener:
        server = Server(listener, lambda environ, start: [], certificate.context, certificate.follow_addresses)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    context = ssl.create_default_context(cafile=str(tmp_path / "ca.crt"))

    def reach(name: str) -> None:
        with socket.create_connection(server.server_address, timeout=20) as connection:
            context.wrap_socket(connection, server_hostname=name).close()

    try:
        reach("192.168.1.7")
        with pytest.raises(ssl.SSLCertVerificationError):
            reach("10.0.0.9")
        addresses.append("10.0.0.9")
        certificate.follow_addresses()
        reach("10.0.0.9")
    finally:
        server.shutdown()


def test_no_answered_clip_is_lost_when_it_is_killed(serve: Callable[..., Live]) -> None:
    """Phones upload while the server dies; whatever was answered is there afterwards, whole, and nothing half-written."""
    live = serve("--no-tls")
    headers = live.join()
    live.json("POST", "/projects", {"name": "p"}, headers)
    answered: list[tuple[str, int]] = []
    enough = threading.Event()

    def phone(n: int) -> None:
        for seed in range(n * 1000, n * 1000 + 1000):
            clip_id = new_id()
            try:
                live.request("POST", f"/projects/p/clips?label=yes&id={clip_id}", wav(samples(seed)), headers).close()
            except (OSError, http.client.HTTPException):
                return
            answered.append((clip_id, seed))
            if len(answered) >= 40:
                enough.set()

    with ThreadPoolExecutor(8) as pool:
        for n in range(8):
            pool.submit(phone, n)
        assert enough.wait(30)
        live.kill()
    again = serve("--no-tls")
    headers = again.join()
    assert again.json("GET", "/projects/p", headers=headers)["n_clips"] >= len(answered)
    for clip_id, seed in answered:
        with again.request("GET", f"/projects/p/clips/{clip_id}/audio", headers=headers) as answer:
            assert np.array_equal(soundfile.read(io.BytesIO(answer.read()), dtype="int16")[0], samples(seed))
    files = [path for path in (live.data / "projects").rglob("*") if path.is_file()]
    assert len(files) == again.json("GET", "/projects/p", headers=headers)["n_clips"]
    assert all(path.suffix == ".wav" and soundfile.info(path).frames == 8000 for path in files)


def test_a_killed_server_leaves_no_orphan_and_says_interrupted(
    serve: Callable[..., Live], training: Callable[[str], Path], tmp_path: Path
) -> None:
    gone = tmp_path / "training_ended"
    # Its standard output leads nowhere any more, so it leaves a file.
    script = training(WAITS.replace("sys.stdin.read()\n", f"sys.stdin.read()\nopen({str(gone)!r}, 'w').close()\n"))
    live = serve("--no-tls", training=script)
    headers = live.join()
    fill(live, headers)
    running, waiting = start_job(live, headers), start_job(live, headers)
    assert next_event(follow(live, running, headers))["event"]["event"] == "start"
    live.kill()
    again = serve("--no-tls", training=script)
    headers = again.join()
    jobs = {job["id"]: job for job in again.json("GET", "/jobs", headers=headers)["jobs"]}
    assert [jobs[job]["state"] for job in (running, waiting)] == ["interrupted", "interrupted"]
    assert "start it again" in jobs[running]["detail"]
    assert next_event(follow(again, running, headers))["event"]["event"] == "start"
    deadline = time.monotonic() + 10
    while not gone.exists():
        assert time.monotonic() < deadline, "the training process outlived the server"
        threading.Event().wait(0.01)


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_it_stops_at_once_and_training_with_it(serve: Callable[..., Live], training: Callable[[str], Path], name: str) -> None:
    import signal

    live = serve("--no-tls", training=training(WAITS))
    headers = live.join()
    fill(live, headers)
    job_id = start_job(live, headers)
    ws = follow(live, job_id, headers)
    next_event(ws)
    live.process.send_signal(getattr(signal, name))
    assert live.process.wait(5) == 0
    again = serve("--no-tls")
    assert again.json("GET", f"/jobs/{job_id}", headers=again.join())["state"] == "interrupted"


def test_the_same_phone_stays_joined_after_a_restart(serve: Callable[..., Live]) -> None:
    first = serve("--no-tls")
    headers = first.join()
    first.kill()
    assert serve("--no-tls").json("GET", "/projects", headers=headers) == {"projects": []}


def test_a_port_in_use_is_told_in_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = CliRunner().invoke(main, ["serve", "--host", "127.0.0.1", "--port", port, "--data", str(tmp_path / "data")])
    assert result.exit_code == 1 and f"port {port} is already in use" in result.stderr
    assert len(result.stderr.splitlines()) == 1 and not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("arguments", "exit_code", "sentence"),
    [
        (["serve", "--port", "x"], 2, "not a valid integer"),
        (["serve", "--host", "999.1.1.1"], 1, "no address of this computer"),
        (["serve", "--port", "0", "--host", "127.0.0.1", "--data", "/dev/null/x"], 1, "/dev/null"),
        (["nothing"], 2, "No such command"),
    ],
)
def test_wrong_use_of_the_command(arguments: list[str], exit_code: int, sentence: str) -> None:
    result = CliRunner().invoke(main, arguments)
    assert (result.exit_code, "Traceback" in result.output) == (exit_code, False)
    assert sentence in result.stderr


def test_every_command_has_help() -> None:
    for name, command in main.commands.items():
        result = CliRunner().invoke(main, [name, "--help"])
        assert (
            result.exit_code == 0
            and command.help
            and all(option.help for option in command.params if isinstance(option, click.Option))
        )


def test_nothing_heavy_is_imported() -> None:
    heavy = ("tensorflow", "librosa", "keras", "scipy", "matplotlib")
    code = f"import sys, server.run; print([name for name in {heavy} if name in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_headers_are_not_said_twice(live: Live) -> None:
    with live.request("GET", "/") as answer:
        assert answer.headers.get_all("Content-Type") == ["text/html; charset=utf-8"]
        assert len(answer.headers.get_all("Date")) == 1
