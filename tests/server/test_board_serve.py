"""The board as phones have it: real servers and sockets, fifty phones, and a board on another computer."""

import http.client
import json
import selectors
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import simple_websocket
from click.testing import CliRunner
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, CloseConnection, Message, Request

from server.cli import main
from tests.fake_board import FakeBoard, detection, inference
from tests.server.conftest import CHECKOUT, Live

WAIT = 15.0
N_PHONES = 50
N_ROUNDS = 12
N_FILLING = 190  # fewer than a queue holds: none of the detections may be lost


class Phone:
    """A WebSocket that a selector can watch, and that need not read."""

    def __init__(self, live: Live, headers: dict[str, str], query: str = "") -> None:
        self.events: list[dict[str, Any]] = []
        self.times: list[float] = []  # when each event came
        self.has_closed = False
        self._text = ""
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.connect(("127.0.0.1", live.port))
        self._protocol = WSConnection(ConnectionType.CLIENT)
        request = Request(f"127.0.0.1:{live.port}", f"/ws/board{query}", extra_headers=[(b"Cookie", headers["Cookie"].encode())])
        self.socket.sendall(self._protocol.send(request))

    def read(self) -> None:
        """Take what is there."""
        self._protocol.receive_data(self.socket.recv(65536) or None)
        for event in self._protocol.events():
            if isinstance(event, Message):
                self._text += str(event.data)
                if event.message_finished:
                    self.events.append(json.loads(self._text))
                    self.times.append(time.monotonic())
                    self._text = ""
            self.has_closed = self.has_closed or isinstance(event, CloseConnection)
            assert isinstance(event, AcceptConnection | Message | CloseConnection), event


def read_until(phones: list[Phone], check: Callable[[Phone], Any]) -> None:
    """Read, all phones at once, until each passes the check."""
    deadline = time.monotonic() + WAIT
    with selectors.DefaultSelector() as selector:
        for phone in phones:
            selector.register(phone.socket, selectors.EVENT_READ, phone)
        while not all(check(phone) for phone in phones):
            assert time.monotonic() < deadline, "a phone was left waiting"
            for key, _ in selector.select(deadline - time.monotonic()):
                key.data.read()


def detections(phone: Phone) -> list[int]:
    return [event["message"]["at"] for event in phone.events if event.get("message", {}).get("type") == "detection"]


def is_connected(phone: Phone) -> bool:
    return any(event.get("snapshot", event).get("connected") for event in phone.events)


@pytest.fixture
def phones() -> Iterator[list[Phone]]:
    """Phones to be hung up at the end."""
    opened: list[Phone] = []
    yield opened
    for phone in opened:
        phone.socket.close()


def test_fifty_phones_of_which_one_never_reads(serve: Callable[..., Live], board: FakeBoard, phones: list[Phone]) -> None:
    live = serve("--no-tls", "--board-port", board.port)
    headers = live.join()
    phones += [Phone(live, headers) for _ in range(N_PHONES)]
    read_until(phones, is_connected)
    *others, deaf = phones  # which reads no more from here on
    delays = speak_in_rounds(board, others, range(N_ROUNDS))
    for phone in others:
        assert detections(phone) == list(range(N_ROUNDS))
        numbers = [event["seq"] for event in phone.events]
        assert numbers == sorted(set(numbers))
    p50, p95 = statistics.median(delays), statistics.quantiles(delays, n=20)[-1]
    print(f"21 messages to {len(others)} phones beside a deaf one: p50 {1000 * p50:.0f} ms, p95 {1000 * p95:.0f} ms, "
          f"longest {1000 * max(delays):.0f} ms")  # fmt: skip
    # Until the deaf one's socket is full, and the server cannot send to it; the 3 MB need fewer phones to be quick.
    for phone in others[4:]:
        phone.socket.close()
    speak_in_rounds(board, others[:4], range(N_ROUNDS, N_FILLING))
    deaf.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1_000_000)  # what it missed comes in larger pieces now
    read_until([deaf], lambda phone: detections(phone)[-1:] == [N_FILLING - 1])
    assert detections(deaf) == list(range(N_FILLING)), "it lost a detection"
    assert len(deaf.events) < len(others[0].events), "its socket was never full, so that this test tells nothing"


def speak_in_rounds(board: FakeBoard, phones: list[Phone], rounds: range) -> list[float]:
    """Say twenty inferences and a detection a round, when everybody has had those before.

    How long each phone waited; `read_until` fails where the deaf phone holds one up.
    """
    padding = {"padding": "x" * 800}
    delays = []
    for n in rounds:
        said = time.monotonic()
        board.say(*(inference(0) | padding for _ in range(20)), detection(n) | padding)
        read_until(phones, lambda phone, n=n: detections(phone)[-1:] == [n])
        delays += [phone.times[-1] - said for phone in phones]
    return delays


def test_a_single_message_reaches_fifty_phones_at_once(serve: Callable[..., Live], board: FakeBoard, phones: list[Phone]) -> None:
    live = serve("--no-tls", "--board-port", board.port)
    headers = live.join()
    phones += [Phone(live, headers) for _ in range(N_PHONES)]
    read_until(phones, is_connected)
    delays = []
    for n in range(N_ROUNDS):
        said = time.monotonic()
        board.say(detection(n))
        read_until(phones, lambda phone, n=n: n in detections(phone))
        delays += [phone.times[-1] - said for phone in phones]
    print(f"one message to {N_PHONES} phones: p50 {1000 * statistics.median(delays):.1f} ms, longest {1000 * max(delays):.1f} ms")


def test_a_phone_that_reconnects_has_every_detection_once(
    serve: Callable[..., Live], board: FakeBoard, phones: list[Phone]
) -> None:
    live = serve("--no-tls", "--board-port", board.port)
    headers = live.join()
    told, after = [], ""
    for n in range(0, 12, 3):
        phone = Phone(live, headers, after)
        phones.append(phone)
        read_until([phone], is_connected)
        board.say(detection(n), inference(0))
        read_until([phone], lambda phone, n=n: n in detections(phone))
        told += detections(phone)
        phone.socket.close()  # while the next ones are on their way
        board.say(detection(n + 1), detection(n + 2))
        after = f"?after={phone.events[-1]['seq']}"
    last = Phone(live, headers, after)
    phones.append(last)
    read_until([last], lambda phone: 11 in detections(phone))
    assert told + detections(last) == list(range(12))
    wrong = Phone(live, headers, "?after=x")
    phones.append(wrong)
    read_until([wrong], lambda phone: phone.has_closed)


@pytest.mark.parametrize("path", ["/ws/board", "/ws/bridge?port=x&computer=y"])
def test_strangers_and_other_sites_are_refused(live: Live, path: str) -> None:
    handshake = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    handshake["Sec-WebSocket-Key"] = "AAAAAAAAAAAAAAAAAAAAAA=="
    for headers, sentence in (({}, "has not joined"), (live.join() | {"Origin": "https://evil.example"}, "another site")):
        connection = http.client.HTTPConnection("127.0.0.1", live.port, timeout=20)
        connection.request("GET", path, headers=handshake | headers)
        answer = connection.getresponse()
        assert answer.status == 403 and sentence in json.load(answer)["detail"]
        connection.close()
    for method, address in (("GET", "/board"), ("GET", "/board/ports"), ("PUT", "/board/port"), ("POST", "/board/record")):
        with pytest.raises(urllib.error.HTTPError) as refused:
            live.request(method, address, b"{}" if method != "GET" else None)
        refused.value.close()
        assert refused.value.code == 403


# A board on another computer


class Relay:
    """`nestling bridge` in a process of its own."""

    def __init__(self, *options: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-u", "-m", "server.cli", "bridge", *options],
            cwd=CHECKOUT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def line(self) -> str:
        """The next line that it prints."""
        assert self.process.stdout
        return self.process.stdout.readline()

    def end(self) -> tuple[int, str]:
        """Its exit code and what it said at last."""
        _, errors = self.process.communicate(timeout=WAIT)
        return self.process.returncode, errors

    def kill(self) -> None:
        """As a power cut would."""
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def relay() -> Iterator[Callable[..., Relay]]:
    """Relays to be ended with the test."""
    started: list[Relay] = []

    def start(*options: str) -> Relay:
        started.append(Relay(*options))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.kill()


def follow(live: Live) -> Any:
    address = f"wss://127.0.0.1:{live.port}/ws/board"
    ws = simple_websocket.Client.connect(address, headers=live.join(), ssl_context=live.context())
    live.at_end.append(ws.thread.join)
    return ws


def until(ws: Any, check: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    while True:
        text = ws.receive(timeout=WAIT)
        assert text is not None, "nothing was said"
        event: dict[str, Any] = json.loads(text)
        if check(event):
            return event


def test_a_board_on_another_computer(serve: Callable[..., Live], board: FakeBoard, relay: Callable[..., Relay]) -> None:
    live = serve()
    token, authority = (live.data / "token").read_text(), str(live.data / "tls" / "ca.crt")
    ws = follow(live)
    lent = relay("--port", board.port, "--server", f"{live.https}/#join={token}", "--ca", authority)
    assert f"is at {live.https} now" in lent.line()
    port = until(ws, lambda event: event.get("connected"))["port"]
    assert port.endswith(f":{board.port}")
    board.say(detection(1))
    until(ws, lambda event: event.get("message", {}).get("at") == 1)

    headers = live.join()
    assert live.json("POST", "/board/threshold", {"value": 0.6}, headers) == {"threshold": 0.6}
    live.json("POST", "/projects", {"name": "p"}, headers)
    clip = live.json("POST", "/board/record", {"project": "p", "label": "yes", "ms": 2000}, headers)
    assert (clip["source"], clip["n_samples"]) == ("board", 32000)

    board.unplug()
    until(ws, lambda event: event.get("connected") is False)
    board.plug_in()
    assert until(ws, lambda event: event.get("connected"))["port"] == port
    lent.kill()
    until(ws, lambda event: event.get("connected") is False)
    assert port not in [found["name"] for found in live.json("GET", "/board/ports", headers=headers)["ports"]]
    ws.close()


def test_the_relay_outlives_the_server(serve: Callable[..., Live], board: FakeBoard, relay: Callable[..., Relay]) -> None:
    first = serve("--no-tls")
    lent = relay("--port", board.port, "--server", first.http)
    assert "now" in lent.line()
    first.kill()
    assert "does not answer" in lent.line()
    again = serve("--no-tls", "--port", str(first.port))
    assert "now" in lent.line()
    headers = again.join()
    ws = simple_websocket.Client.connect(f"ws://127.0.0.1:{again.port}/ws/board", headers=headers)
    again.at_end.append(ws.thread.join)
    until(ws, lambda event: event.get("snapshot", event).get("connected"))
    ws.close()


def test_a_relay_that_may_not_or_cannot_says_what_to_do(
    live: Live, board: FakeBoard, relay: Callable[..., Relay], tmp_path: Path
) -> None:
    options = ["--port", board.port, "--server", live.https]
    authority = ["--ca", str(live.data / "tls" / "ca.crt")]
    (tmp_path / "ca.crt").write_text("no certificate")
    for further, sentence in (
        ([*authority, "--token", "wrong"], "give that with --token"),
        ([], "nestling-ca.crt and name it with --ca"),
        (["--ca", str(tmp_path / "ca.crt")], "is no certificate"),
    ):
        code, errors = relay(*options, *further).end()
        assert code == 1 and sentence in errors, errors


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["serve", "--audio", __file__], "add --virtual-board"),
        (["serve", "--board-port", "spy://x"], "is no port"),
        (["bridge", "--server", "192.168.1.7"], "is like https://192.168.1.7:8443"),
        (["bridge", "--server", "https://x", "--port", "loop://"], "is no port"),
        (["bridge"], "--server"),
    ],
)
def test_wrong_use_is_told(arguments: list[str], sentence: str) -> None:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2 and sentence in result.output
