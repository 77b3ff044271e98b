"""The Board page: a board that speaks the real protocol, in a real browser; pulled out, plugged in again, and recorded with."""

import contextlib
import json
import os
import re
import shutil
import signal
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
import simple_websocket
from conftest import (
    PHONE,
    Server,
    eventually,
    new_phone,
    put_clips,
    real_words,
    running_server,
    speech_sound,
    watch,
)
from playwright.sync_api import Browser, BrowserContext, Page, expect
from test_live import BOLD, best
from test_pages import DESKTOP, SCREENSHOTS, small_targets, violations

from tests.fake_board import FakeBoard, detection, inference


@pytest.fixture
def server(tmp_path: Path, board: FakeBoard) -> Iterator[Server]:
    yield from running_server(tmp_path, "--board-port", board.port)


def is_bold(page: Page, label: str) -> bool:
    name, score, weight = best(page)
    return name == label and score > 0.9 and weight >= BOLD


def test_what_the_board_hears_is_bold_and_its_plug_is_noticed(server: Server, board: FakeBoard, page: Page) -> None:
    page.goto(f"{server.url}/#/board")
    expect(page.get_by_text("Connected:")).to_be_visible()
    for best_label, label in ((0, "yes"), (1, "no")):
        board.say(inference(best_label), detection(best_label, best_label))
        eventually(lambda label=label: is_bold(page, label))
    words = page.get_by_role("list", name="Words heard").get_by_role("listitem")
    expect(words).to_have_count(2)
    expect(words.first).to_contain_text("no 0.92")
    expect(page.get_by_text("Inference 62.2 ms (features 1.2, model 61.0) on the board.")).to_be_visible()

    board.unplug()
    # At first that it is gone; from the next attempt to open the port on, a tenth of a second later, that none is there.
    expect(page.get_by_text(re.compile("(is gone|There is no board on .*); plug it in"))).to_be_visible()
    expect(page.get_by_role("button", name="Search for the board")).to_be_in_viewport(ratio=1)
    eventually(lambda: page.evaluate("() => document.querySelector('.welcome img').naturalWidth > 0"))
    board.plug_in()
    expect(page.get_by_text("Connected:")).to_be_visible()
    expect(words).to_have_count(2)
    board.say(inference(2))
    eventually(lambda: is_bold(page, "unknown"))


def test_detections_are_not_lost_while_the_page_is_elsewhere(server: Server, board: FakeBoard, page: Page) -> None:
    page.goto(f"{server.url}/#/board")
    expect(page.get_by_text("Connected:")).to_be_visible()
    board.say(detection(1))
    words = page.get_by_role("list", name="Words heard").get_by_role("listitem")
    expect(words).to_have_count(1)
    page.goto(f"{server.url}/#/about")
    expect(page.get_by_role("heading", name="About")).to_be_visible()
    board.say(detection(2, 1), detection(3, 1))
    page.goto(f"{server.url}/#/board")
    expect(words).to_have_count(3)


def test_recording_on_the_board(server: Server, board: FakeBoard, phone: BrowserContext) -> None:
    page = phone.new_page()  # which complains of a 503, as it should
    page.goto(f"{server.url}/#/board")
    page.get_by_role("textbox", name="New label").fill("yes")
    page.keyboard.press("Enter")
    board.lost_piece = 7
    page.get_by_role("button", name="Record 2 s of yes").click()
    expect(page.get_by_role("alert")).to_contain_text("Piece 8 of 107 of the recording was lost on the wire; record it again.")
    assert server.clips() == []
    board.lost_piece = None
    page.get_by_role("button", name="Record 2 s of yes").click()
    expect(page.get_by_role("list", name="Clips of yes").get_by_text("board")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)
    assert len(server.clips()) == 1

    put_clips(page, "yes", 2)
    eventually(lambda: len(server.clips()) == 3)
    page.goto(f"{server.url}/#/train")
    warning = "2 of 3 clips were recorded by phones; the board listens with another microphone."
    expect(page.get_by_text(warning)).to_be_visible()


def test_how_sure_it_must_be_reaches_the_board_and_the_other_phones(
    server: Server, board: FakeBoard, page: Page, launch: Callable[..., Browser]
) -> None:
    page.goto(f"{server.url}/#/board")
    other = new_phone(launch).new_page()
    other.goto(f"{server.url}/#/board")
    slider = page.get_by_role("slider")
    expect(page.get_by_role("radio", name="Normal")).to_be_checked()  # the model's own
    page.get_by_role("radio", name="Strict").check()
    board.wait_for(lambda: [message["preset"] for message in board.told("decision")] == ["strict"])
    expect(other.get_by_role("radio", name="Strict")).to_be_checked()
    slider.fill("0.55")  # one threshold for every word instead
    board.wait_for(lambda: [message["value"] for message in board.told("threshold")] == [0.55])
    expect(other.get_by_role("slider")).to_have_value("0.55")
    expect(other.get_by_role("radio", name="Strict")).not_to_be_checked()
    board.unplug()
    board.plug_in()
    board.wait_for(lambda: len(board.told("threshold")) == 2)
    expect(slider).to_have_value("0.55")


WATCH = """() => {
  window.seen = [];
  const look = () => {
    const name = document.querySelector('.score.best .name');
    window.seen.push([Date.now() / 1000, name && getComputedStyle(name).fontWeight >= 700 ? name.textContent : '']);
    requestAnimationFrame(look);
  };
  look();
}"""


def shown_at(page: Page, label: str, moment: float) -> bool:
    """Whether the label's row was bold at some time in the second after `moment`."""
    seen = page.evaluate("() => window.seen")
    return any(name == label and moment <= at <= moment + 1 for at, name in seen)


def test_the_virtual_board_hears_a_voice_and_survives_a_crash(tmp_path: Path, launch: Callable[..., Browser]) -> None:
    if not shutil.which("arm-none-eabi-gcc"):
        pytest.fail("the virtual board is compiled here: apt-get install gcc-arm-none-eabi libnewlib-arm-none-eabi")
    sound = speech_sound(tmp_path / "words.wav", real_words("yes", 4))
    with contextlib.contextmanager(running_server)(tmp_path, "--virtual-board", "--audio", str(sound)) as server:
        page = new_phone(launch).new_page()
        complaints = watch(page)
        page.goto(f"{server.url}/#/board")
        expect(page.get_by_text("Connected: the virtual board, model yes-no/shipped")).to_be_visible(timeout=60_000)
        page.evaluate(WATCH)
        hears_yes(page, server, n=2)

        (emulator,) = [number for number, command in server.children().items() if "board virtual" in command]
        os.kill(emulator, signal.SIGKILL)
        expect(page.get_by_text("Not connected")).to_be_visible()
        expect(page.get_by_text("Connected: the virtual board")).to_be_visible(timeout=30_000)
        hears_yes(page, server, n=1)
        assert complaints == []
    assert not Path(f"/proc/{emulator}").exists()


def hears_yes(page: Page, server: Server, n: int) -> None:
    """Follow the board as a second phone does; whenever it hears *yes*, the page must show it."""
    cookie = next(cookie for cookie in page.context.cookies() if cookie["name"] == "nestling")
    ws = simple_websocket.Client.connect(
        f"ws://127.0.0.1:{server.port}/ws/board", headers={"Cookie": f"nestling={cookie['value']}"}
    )
    while n:
        text = ws.receive(timeout=30)
        assert text, "the board said nothing"
        event = json.loads(text)
        if event.get("message", {}).get("type") == "detection":
            assert event["message"]["name"] == "yes"
            moment = datetime.fromisoformat(event["time"]).timestamp()
            eventually(lambda: shown_at(page, "yes", moment))  # noqa: B023  # called at once
            n -= 1
    ws.close()
    ws.thread.join()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("name", "size"), [("phone", PHONE), ("desktop", DESKTOP)])
def test_it_is_accessible_and_within_the_screen(
    server: Server, board: FakeBoard, launch: Callable[..., Browser], name: str, size: dict[str, int], scheme: str
) -> None:
    page = new_phone(launch, viewport=size, color_scheme=scheme, reduced_motion="reduce", has_touch=name == "phone").new_page()
    complaints = watch(page)
    page.goto(f"{server.url}/#/record")
    put_clips(page, "yes", 3)
    put_clips(page, "no", 2)
    eventually(lambda: len(server.clips()) == 5)
    page.goto(f"{server.url}/#/board")
    expect(page.get_by_text("Connected:")).to_be_visible()
    board.say_bytes(b"noise\n")
    board.say(inference(0), detection(1), inference(1), detection(2, 1), inference(0))
    eventually(lambda: is_bold(page, "yes"))
    expect(page.get_by_text("Lost on the wire")).to_be_visible()
    expect(page.locator(".action .primary")).to_be_in_viewport(ratio=1)
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"board-connected-{name}-{scheme}.png")
    page.get_by_text("The board and its port").click()
    page.screenshot(path=SCREENSHOTS / f"board-open-{name}-{scheme}.png", full_page=True)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= size["width"]
    assert small_targets(page) == []
    assert violations(page) == []
    assert complaints == []
