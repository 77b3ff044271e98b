"""The board: its port, its bridge to many phones, and what phones ask of it. The board is a fake one; pyserial is real."""

import json
import os
import pty
import re
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from flask import Flask
from flask.testing import FlaskClient

from server import create_app
from server.board import bridge as bridge_module
from server.board import child, ports
from server.board.bridge import Bridge
from server.board.feed import HISTORY, QUEUE, Feed, Subscription, TooSlowError
from server.board.ports import Port, PortError, named, open_port
from server.services import Services, services
from server.settings import Settings
from tests.fake_board import HELLO, FakeBoard, detection, inference
from tests.server.conftest import CHECKOUT, Client

WAIT = 10.0


@pytest.fixture
def app(tmp_path: Path, board: FakeBoard) -> Iterator[Flask]:
    """An app that has found the board."""
    app = create_app({"data": tmp_path / "data", "exports": tmp_path / "exports", "board_port": board.port})
    app.test_client_class = Client
    parts = services(app)
    with parts.board.feed.subscribe() as phone:
        parts.board.start()
        until(phone, lambda event: event.get("connected"))
    yield app
    parts.board.stop()
    parts.jobs.stop()


def take(phone: Subscription) -> dict[str, Any]:
    text = phone.get(WAIT)
    assert text is not None, "nothing was said"
    event: dict[str, Any] = json.loads(text)
    return event


def until(phone: Subscription, check: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    """The first event that passes the check."""
    while not check(event := take(phone)):
        pass
    return event


def heard(events: list[dict[str, Any]]) -> list[int]:
    """Which detections are among the events."""
    return [event["message"]["at"] for event in events if event.get("message", {}).get("type") == "detection"]


def is_detection(n: int) -> Callable[[dict[str, Any]], bool]:
    return lambda event: heard([event]) == [n]


# The feed


def test_the_snapshot_comes_first_then_what_the_board_says(parts: Services, board: FakeBoard) -> None:
    with parts.board.feed.subscribe() as phone:
        first = take(phone)
        assert first["snapshot"]["connected"] and first["snapshot"]["port"] == board.port and first["complete"]
        assert {**first["snapshot"]["hello"], "seq": 0} == {**HELLO, "seq": 0}
        board.say(inference(1), detection(7, 1))
        said = until(phone, lambda event: event.get("message", {}).get("type") == "inference")
        assert said["message"]["scores"] == [-120, 104, -120]
        found = take(phone)
        assert (found["message"]["name"], found["message"]["at"]) == ("no", 7)
        assert first["seq"] < said["seq"] == found["seq"] - 1
    snapshot = parts.board.feed.snapshot()
    assert snapshot["last_inference"]["label"] == 1
    assert [shown["name"] for shown in snapshot["detections"]] == ["no"]


def test_a_phone_that_comes_back_hears_every_detection_once(parts: Services, board: FakeBoard) -> None:
    feed, told, seq = parts.board.feed, [], None
    for n in range(5):
        with feed.subscribe(seq) as phone:
            first = take(phone)
            assert first["complete"] and (seq is None or first["seq"] == seq)
            board.say(inference(0), detection(2 * n))
            told.append(until(phone, is_detection(2 * n)))
            seq = told[-1]["seq"]
        with feed.subscribe() as other:  # the board goes on while the phone is away
            board.say(detection(2 * n + 1))
            until(other, is_detection(2 * n + 1))
    with feed.subscribe(told[0]["seq"]) as phone:
        missed = [take(phone) for _ in range(10)][1:]
    assert heard(told + missed) == [0, 2, 4, 6, 8, *range(1, 10)]
    assert [event["seq"] for event in missed] == sorted({event["seq"] for event in missed})


def test_the_history_is_bounded_and_says_so() -> None:
    feed = Feed({"detections": []})
    with feed.subscribe() as phone:
        start = take(phone)["seq"]
    for n in range(HISTORY + 1):
        feed.detected(detection(n), 3)
    with feed.subscribe(start) as phone:
        first = take(phone)
        assert first["complete"] is False and first["seq"] == start + 1
        assert [shown["at"] for shown in first["snapshot"]["detections"]] == [HISTORY, HISTORY - 1, HISTORY - 2]
        assert heard([take(phone) for _ in range(HISTORY)]) == list(range(1, HISTORY + 1))
    with feed.subscribe(start + 1) as phone:
        assert take(phone)["complete"] is True


@pytest.mark.parametrize("number", [0, 17, 10**15 - 1])
def test_a_number_of_another_run_of_the_server_is_told(number: int) -> None:
    feed = Feed({"detections": []})
    feed.detected(detection(1), 3)
    with feed.subscribe(number) as phone:
        assert take(phone)["complete"] is False
        assert heard([take(phone)]) == [1]


def test_a_slow_phone_loses_inferences_first_and_is_then_let_go() -> None:
    feed = Feed({"detections": []})
    with feed.subscribe() as slow, feed.subscribe() as other:
        take(slow), take(other)
        for n in range(QUEUE):
            feed.publish({"message": inference(0, n)}, may_drop=True)
        for n in range(QUEUE):
            feed.detected(detection(n), 3)
            while (text := other.get(0)) is not None:
                last = json.loads(text)
        assert heard([last]) == [QUEUE - 1]
        assert heard([json.loads(str(slow.get(0)))]) == [0]  # every inference has made room
        feed.detected(detection(QUEUE), 3), feed.detected(detection(QUEUE + 1), 3)
        with pytest.raises(TooSlowError, match="when it connects again"):
            slow.get(0)
        assert heard([take(other), take(other)]) == [QUEUE, QUEUE + 1]


# The port


def test_the_plug_is_pulled_and_put_in_again(parts: Services, board: FakeBoard) -> None:
    with parts.board.feed.subscribe() as phone:
        take(phone)
        board.unplug()
        gone = until(phone, lambda event: event.get("connected") is False)
        assert gone["detail"] == f"the board on {board.port} is gone; plug it in again"
        assert parts.board.feed.snapshot()["hello"] is None
        board.plug_in()
        back = until(phone, lambda event: event.get("connected"))
        assert back["port"] == board.port and not back["virtual"]
        board.say(detection(3))
        until(phone, is_detection(3))
    with parts.board.feed.subscribe(gone["seq"] - 1) as phone:
        assert [take(phone).get("connected") for _ in range(3)] == [None, False, True]


def test_noise_on_the_line_is_counted_and_breaks_nothing(
    parts: Services, board: FakeBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bridge_module, "_COUNT_SECONDS", 0.0)
    with parts.board.feed.subscribe() as phone:
        take(phone)
        board.say_bytes(b'\xff\x00garbage\n{"type":"inference","seq":1}\n' + b"x" * 5000 + b"\n")
        board.skip()
        board.say(detection(4))
        until(phone, is_detection(4))
        counted = until(phone, lambda event: event.get("losses") == {"dropped_lines": 3, "sequence_gaps": 1})
        assert counted
    snapshot = parts.board.feed.snapshot()
    assert (snapshot["connected"], snapshot["dropped_lines"], snapshot["sequence_gaps"]) == (True, 3, 1)


def test_what_a_board_says_before_its_name_is_not_lost(board: FakeBoard) -> None:
    board.answers_to = set()
    bridge = Bridge(board.port)
    with bridge.feed.subscribe() as phone:
        bridge.start()
        board.wait_for(lambda: board.told("info"))
        board.say_bytes(b"the end of a line\n")  # a port is opened in the middle of one: that is no loss
        board.say(detection(1), HELLO)
        assert until(phone, is_detection(1))["message"]["name"] == "yes"
    assert bridge.feed.snapshot()["dropped_lines"] == 0
    bridge.stop()


def test_a_board_that_cannot_run_its_model_is_quoted(board: FakeBoard) -> None:
    board.answers_to = set()
    bridge = Bridge(board.port)
    with bridge.feed.subscribe() as phone:
        bridge.start()
        board.wait_for(lambda: board.told("info"))
        board.say({"type": "error", "re": 0, "detail": "the tables are of another model"})
        until(phone, lambda event: "says: the tables are of another model" in event.get("detail", ""))
    assert not bridge.feed.snapshot()["connected"]
    bridge.stop()


def test_a_complaint_is_for_all_phones_an_answer_for_one(parts: Services, board: FakeBoard) -> None:
    with parts.board.feed.subscribe() as phone:
        take(phone)
        board.say({"type": "error", "re": 1, "detail": "an answer"}, {"type": "error", "re": None, "detail": "samples were lost"})
        assert take(phone)["message"]["detail"] == "samples were lost"


def test_what_says_nothing_is_no_board(board: FakeBoard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bridge_module, "_PATIENCE_SECONDS", 0.3)
    board.answers_to = set()
    bridge = Bridge(board.port)
    with bridge.feed.subscribe() as phone:
        bridge.start()
        until(phone, lambda event: "does not speak Nestling's protocol" in event.get("detail", ""))
        board.answers_to = {"info"}
        until(phone, lambda event: event.get("connected"))
        monkeypatch.setattr(bridge_module, "_SILENCE_SECONDS", 0.3)
        board.answers_to = set()
        until(phone, lambda event: "says nothing any more" in event.get("detail", ""))
    bridge.stop()


def test_a_search_opens_arduinos_only(board: FakeBoard, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = [
        Port(name="/dev/bootloader", description="", kind="bootloader"),
        Port(name="/dev/other", description="", kind="serial"),
        Port(name="/dev/elsewhere", description="", kind="arduino"),
    ]
    opened: list[str] = []

    def open_any(name: str) -> ports.Link:
        opened.append(name)
        if name == "/dev/elsewhere":
            raise PortError("it is taken")
        return open_port(board.port)

    monkeypatch.setattr(bridge_module, "serial_ports", lambda: list(listed))
    monkeypatch.setattr(bridge_module, "open_port", open_any)
    bridge = Bridge()
    with bridge.feed.subscribe() as phone:
        bridge.start()
        until(phone, lambda event: event.get("detail") == "it is taken")
        listed.append(Port(name="/dev/board", description="", kind="arduino"))
        assert until(phone, lambda event: event.get("connected"))["port"] == "/dev/board"
    assert set(opened) == {"/dev/elsewhere", "/dev/board"}
    bridge.stop()


def test_a_chosen_board_is_found_under_its_new_name(board: FakeBoard, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = [Port(name="/dev/ttyACM0", description="", kind="arduino", serial_number="A1")]
    monkeypatch.setattr(bridge_module, "serial_ports", lambda: list(listed))
    monkeypatch.setattr(bridge_module, "open_port", lambda name: open_port(board.port))
    bridge = Bridge()
    bridge.choose("/dev/ttyACM0")
    with bridge.feed.subscribe() as phone:
        bridge.start()
        until(phone, lambda event: event.get("connected"))
        listed[:] = [Port(name="/dev/ttyACM1", description="", kind="arduino", serial_number="A1")]
        board.unplug()
        board.plug_in()
        until(phone, lambda event: event.get("connected") is False)
        assert until(phone, lambda event: event.get("connected"))["port"] == "/dev/ttyACM1"
    bridge.stop()


@pytest.mark.parametrize(
    "name", ["loop://", "spy:///dev/ttyS0?file=x", "socket://192.168.1.1:80", "socket://localhost.evil:1", "http://x"]
)
def test_only_sockets_of_this_machine_are_ports(name: str) -> None:
    with pytest.raises(PortError, match="is no port"):
        named(name)


def test_ports_that_cannot_be_opened_say_why(tmp_path: Path, board: FakeBoard) -> None:
    with pytest.raises(PortError, match="there is no board on"):
        open_port(str(tmp_path / "nothing"))
    board.unplug()
    with pytest.raises(PortError, match="there is no board on socket"):
        open_port(board.port)


def test_a_real_serial_port() -> None:
    ours, theirs = pty.openpty()
    name = os.ttyname(theirs)
    with closing(open_port(name)) as link:
        with pytest.raises(PortError, match="in use by another program"):
            open_port(name)
        assert link.read() == b""
        os.write(ours, b"abc")
        assert link.read() == b"abc"
        link.write(b"line\n")
        assert os.read(ours, 100) == b"line\n"
        os.close(ours)
        with pytest.raises(PortError, match="is gone; plug it in again"):
            link.read()
    os.close(theirs)


def test_choosing_a_port(client: FlaskClient, parts: Services, board: FakeBoard) -> None:
    shown = client.get("/board/ports").json
    assert shown["chosen"] == board.port and board.port in [port["name"] for port in shown["ports"]]
    for name in ("/dev/nothing", "socket://127.0.0.1:1"):
        answer = client.put("/board/port", json={"port": name})
        assert answer.status_code == 404 and "there is no port" in answer.json["detail"]
    for body in ({}, {"port": 7}, {"port": ""}):
        assert client.put("/board/port", json=body).status_code == 400
    assert client.put("/board/port", json={"port": board.port}).json["chosen"] == board.port
    assert client.put("/board/port", json={"port": None}).json["chosen"] is None
    assert client.get("/board").json["connected"], "a search keeps the board that is there"


# Recording and threshold


def record(client: FlaskClient, **values: Any) -> Any:
    return client.post("/board/record", json={"project": "p", "label": "yes", "ms": 2000, **values})


def test_recording_lands_in_the_project(client: FlaskClient, parts: Services, board: FakeBoard) -> None:
    answer = record(client, speaker="ada")
    assert answer.status_code == 201, answer.json
    clip = answer.json
    assert (clip["source"], clip["label"], clip["speaker"], clip["n_samples"]) == ("board", "yes", "ada", 32000)
    pcm, rate = soundfile.read(parts.store.path_of("p", "yes", clip["id"]), dtype="int16")
    assert rate == 16000 and np.array_equal(pcm, board.sound[:32000])
    assert client.get("/projects/p").json["labels"] == [{"label": "yes", "n_clips": 1, "sources": {"board": 1}}]


@pytest.mark.parametrize("lost", [0, 5, 106])
def test_a_piece_that_is_lost_spoils_the_recording(
    client: FlaskClient, board: FakeBoard, monkeypatch: pytest.MonkeyPatch, lost: int
) -> None:
    monkeypatch.setattr("server.board.record._SLACK_SECONDS", -1.8)
    board.lost_piece = lost
    answer = record(client)
    assert answer.status_code == 503
    expected = "did not answer in time" if lost == 106 else f"piece {lost + 1} of 107 of the recording was lost on the wire"
    assert expected in answer.json["detail"]
    assert client.get("/projects/p").json["n_clips"] == 0


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        ({"type": "error", "detail": "a recording is going on"}, "the board refused: a recording is going on"),
        ({"type": "audio", "piece": 0, "pieces": 1, "data": "AAAA"}, "3 bytes instead of 64,000"),
        ({"type": "audio", "piece": 0, "pieces": 1, "data": "?"}, "not base64"),
        ({"type": "audio", "piece": 0, "pieces": 10**9, "data": ""}, "of no known length"),
        ({"type": "audio"}, "of no known length"),
    ],
)
def test_a_board_that_answers_strangely(client: FlaskClient, board: FakeBoard, message: dict[str, Any], sentence: str) -> None:
    board.answers_to.discard("record")
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(record, client)
        board.wait_for(lambda: board.told("record"))
        board.say({**message, "re": board.told("record")[0]["seq"]})
        assert answer.result().status_code == 503 and sentence in answer.result().json["detail"]


def test_one_recording_at_a_time_and_a_plug_that_is_pulled_ends_it(client: FlaskClient, board: FakeBoard) -> None:
    board.answers_to.discard("record")
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(record, client)
        board.wait_for(lambda: board.told("record"))
        busy = record(client)
        assert busy.status_code == 409 and "recording for another phone" in busy.json["detail"]
        board.unplug()
        assert first.result().status_code == 503 and "went away before it answered" in first.result().json["detail"]


@pytest.mark.parametrize(
    ("values", "status", "sentence"),
    [
        ({"ms": 50}, 400, "from 100 to 10000"),
        ({"ms": 10001}, 400, "from 100 to 10000"),
        ({"ms": "2000"}, 400, "whole number"),
        ({"ms": True}, 400, "whole number"),
        ({"label": "../x"}, 400, "a label"),
        ({"label": 7}, 400, "a label"),
        ({"project": "nobody"}, 404, "make it first"),
        ({"project": ".."}, 400, "a project's name"),
        ({"project": "photos"}, 400, "project 'photos' holds photos; choose one for sounds"),
        ({"speaker": "x" * 65}, 400, "speaker is a text"),
    ],
)
def test_what_cannot_be_recorded_is_refused_before_anybody_speaks(
    client: FlaskClient, board: FakeBoard, values: dict[str, Any], status: int, sentence: str
) -> None:
    client.post("/projects", json={"name": "photos", "kind": "vision"})
    answer = record(client, **values)
    assert answer.status_code == status and sentence in answer.json["detail"]
    assert board.told("record") == []


def test_without_a_board(client: FlaskClient, parts: Services, board: FakeBoard) -> None:
    with parts.board.feed.subscribe() as phone:
        board.unplug()
        until(phone, lambda event: event.get("connected") is False)
    asked = [("/board/threshold", {"value": 0.5}), ("/board/preset", {"preset": "eager"})]
    for answer in (record(client), *(client.post(path, json=body) for path, body in asked)):
        assert answer.status_code == 503 and answer.json["error"] == "Service Unavailable"
        # Which of the two depends on whether the port has been tried again meanwhile.
        assert re.match("(?:no board is connected|the board went away)", answer.json["detail"])


def test_the_threshold_is_set_and_set_again(client: FlaskClient, parts: Services, board: FakeBoard) -> None:
    with parts.board.feed.subscribe() as phone:
        assert client.post("/board/threshold", json={"value": 0.55}).json == {"threshold": 0.55}
        until(phone, lambda event: event.get("threshold") == 0.55)
    assert [message["value"] for message in board.told("threshold")] == [0.55]
    assert parts.board.feed.snapshot()["threshold"] == 0.55
    board.unplug()
    board.plug_in()
    board.wait_for(lambda: len(board.told("threshold")) == 2)
    for value in (None, "0.5", True, -0.1, 1.1, [0.5]):
        assert client.post("/board/threshold", json={"value": value}).status_code == 400


def test_a_preset_is_chosen_and_chosen_again(client: FlaskClient, parts: Services, board: FakeBoard) -> None:
    with parts.board.feed.subscribe() as phone:
        client.post("/board/threshold", json={"value": 0.55})
        assert client.post("/board/preset", json={"preset": "strict"}).json == {"preset": "strict"}
        until(phone, lambda event: event.get("preset") == "strict" and event["threshold"] is None)
    assert [message["preset"] for message in board.told("decision")] == ["strict"]
    board.unplug()
    board.plug_in()
    board.wait_for(lambda: len(board.told("decision")) == 2)
    assert len(board.told("threshold")) == 1
    for preset in (None, "bold", 1, ["strict"]):
        answer = client.post("/board/preset", json={"preset": preset})
        assert answer.status_code == 400 and "preset is one of strict, normal, eager, got" in answer.json["detail"]
    assert parts.board.feed.snapshot()["preset"] == "strict"


# The virtual board's process

VIRTUAL = """
import sys, time
from tests.fake_board import FakeBoard
board = FakeBoard()
print("The virtual board is at", board.port, flush=True)
sys.stdin.read()
"""


def test_a_virtual_board_is_started_again_and_ends_with_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "virtual_command", lambda settings: [sys.executable, "-c", VIRTUAL])
    bridge = Bridge()
    virtual = child.VirtualBoard(bridge, Settings())
    with bridge.feed.subscribe() as phone:
        virtual.start()
        bridge.start()
        first = until(phone, lambda event: event.get("connected"))
        assert first["virtual"] and [port["kind"] for port in bridge.ports()["ports"]][:1] == ["virtual"]
        assert virtual._process
        virtual._process.kill()
        assert until(phone, lambda event: event.get("connected") is False)
        again = until(phone, lambda event: event.get("connected"))
        assert again["port"] != first["port"]
        virtual.stop()
        until(phone, lambda event: event.get("connected") is False)
    bridge.stop()


def test_a_virtual_board_that_does_not_start_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    code = "raise SystemExit('nestling: there is no compiler\\nand that is its last line')"
    monkeypatch.setattr(child, "virtual_command", lambda settings: [sys.executable, "-c", code])
    bridge = Bridge()
    virtual = child.VirtualBoard(bridge, Settings())
    with bridge.feed.subscribe() as phone:
        bridge.start()
        virtual.start()
        until(phone, lambda event: "it said: there is no compiler" in event.get("detail", ""))
    virtual.stop()
    bridge.stop()


def test_the_virtual_board_s_command_is_understood(tmp_path: Path) -> None:
    from server.cli_board import virtual

    settings = Settings(data=tmp_path, exports=CHECKOUT / "exports", board_audio=Path(__file__))
    command = child.virtual_command(settings)
    assert command[:5] == [sys.executable, "-m", "server.cli", "board", "virtual"]
    understood = virtual.make_context("virtual", command[5:], resilient_parsing=False).params
    assert understood["audio"] == Path(__file__) and understood["loop"] and understood["watch_stdin"]
