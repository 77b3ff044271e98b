"""Convert, Deploy and the sample project, in the browser: downloads, the code for the phone, flashing by a fake arduino-cli."""

import hashlib
import json
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import PHONE, SHIPPED, Server, eventually, new_phone, put_own_things, running_server, watch, works_offline
from playwright.sync_api import Browser, BrowserContext, Page, expect
from test_pages import DESKTOP, SCREENSHOTS, small_targets, violations

from tests.fake_arduino_cli import FakeArduinoCli
from tests.fake_board import FakeBoard

RUN = "words/20261128-120000-beef"


@pytest.fixture
def arduino(tmp_path: Path) -> FakeArduinoCli:
    """An arduino-cli that does what a test says."""
    return FakeArduinoCli(tmp_path / "bin")


@pytest.fixture
def with_board(tmp_path: Path, arduino: FakeArduinoCli, board: FakeBoard) -> Iterator[Server]:
    """A server with a board and arduino-cli, and no compiler, so that nobody waits for what is measured elsewhere."""
    running = running_server(tmp_path, "--board-port", board.port)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(arduino.folder))
        server = next(running)
    yield server
    next(running, None)


def put_run(server: Server) -> None:
    """The shipped bundle as one that was trained here."""
    shutil.copytree(SHIPPED, server.exports / RUN)


def test_every_form_can_be_taken_away(server: Server, page: Page) -> None:
    put_run(server)
    page.goto(f"{server.url}/#/convert")
    forms = page.get_by_role("list", name="Forms of this model").get_by_role("heading", level=2)
    expect(forms).to_have_text(["TFLM, int8", "Generated C++", "Arduino sketch", "TF.js", "TFLite, float", "Keras", "Manifest"])
    manifest = json.loads((SHIPPED / "manifest.json").read_text())
    int8 = manifest["files"]["model_int8.tflite"]
    card = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="TFLM, int8"))
    expect(card).to_contain_text(f"{int8['bytes'] / 1000:.1f} kB")
    card.get_by_text("SHA-256").click()
    expect(card.get_by_text(int8["sha256"])).to_be_visible()
    found, checks = manifest["checks"], page.get_by_role("region", name="Checks")
    expect(checks).to_contain_text(f"{found['int8_disagreements']} of {found['windows']} windows answered otherwise")
    difference = f"{found['tfjs_max_difference']:.2g}".replace("e-0", "e-")
    expect(checks).to_contain_text(f"scores differ by {difference} at most")

    works_offline(page)
    with page.expect_download() as single:
        card.get_by_role("link", name="Download TFLM, int8").click()
    assert single.value.suggested_filename == "model_int8.tflite"
    assert hashlib.sha256(Path(single.value.path()).read_bytes()).hexdigest() == int8["sha256"]
    with page.expect_download() as folder:
        page.get_by_role("link", name="Download Arduino sketch").click()
    assert folder.value.suggested_filename == f"{RUN.replace('/', '-')}-arduino.zip"
    with zipfile.ZipFile(folder.value.path()) as sketch:
        assert sketch.testzip() is None and "arduino/arduino.ino" in sketch.namelist()
    kept = page.evaluate("async () => (await (await caches.open('nestling-bundles')).keys()).map(({ url }) => url)")
    assert kept and not [url for url in kept if url.endswith((".zip", ".tflite"))], "a phone keeps what it has only handed on"

    page.get_by_role("combobox", name="Model").select_option("yes-no")
    expect(page.get_by_role("link", name="Download Keras")).to_have_attribute("href", "/bundles/yes-no/model.keras")
    page.get_by_role("link", name="Deploy this model").click()
    expect(page.get_by_role("heading", level=1, name="Deploy")).to_be_visible()
    expect(page.get_by_role("combobox", name="Model")).to_have_value("yes-no")


def test_the_code_opens_this_very_model_on_a_phone(server: Server, page: Page, launch: Callable[..., Browser]) -> None:
    put_run(server)
    page.goto(f"{server.url}/#/deploy?bundle={RUN}")
    expect(page.get_by_role("img", name="QR code that opens this model on a phone")).to_be_visible()
    address = page.evaluate(f"async () => (await (await fetch('/join?bundle={RUN}')).json()).url")
    assert address.endswith(f"&bundle={RUN}")
    other = new_phone(launch).new_page()
    complaints = watch(other)
    requested: list[str] = []
    other.on("request", lambda request: requested.append(request.url))
    other.goto(f"{server.url}/{address.partition('/#')[2] and '#' + address.partition('/#')[2]}")
    expect(other.get_by_role("heading", level=1, name="Live")).to_be_visible()
    expect(other.locator(".head .state")).to_contain_text(RUN)
    token = address.partition("#join=")[2].partition("&")[0]
    assert token and token not in other.url
    assert not any(token in url for url in requested)
    assert other.evaluate("async () => (await fetch('/projects')).status") == 200
    assert complaints == []

    page.get_by_role("link", name="Try it on this device").click()
    expect(page.locator(".head .state")).to_contain_text(RUN)


def test_a_board_is_flashed_from_the_page(with_board: Server, arduino: FakeArduinoCli, board: FakeBoard, page: Page) -> None:
    page.goto(f"{with_board.url}/#/deploy")
    card = page.get_by_role("region", name="On a board")
    expect(card).to_contain_text("It fits the board.")
    expect(card).to_contain_text(re.compile(r"1\d\d(\.\d)? kB of 983 kB, 1\d %"))
    arduino.hold("compile")
    page.get_by_role("button", name="Flash the board").focus()
    page.keyboard.press("Enter")
    expect(card.get_by_role("status")).to_have_text("Compiling, which takes some minutes the first time ...")
    page.reload()  # who looks again sees the run that is under way
    expect(card.get_by_text("Compiling sketch...")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(card.get_by_role("alert")).to_contain_text("Flashing was cancelled.")
    arduino.let_go("compile")

    page.get_by_role("button", name="Try again").click()
    page.get_by_role("button", name="Flash the board").click()
    expect(card.get_by_text("The model runs on the board.")).to_be_visible(timeout=30_000)
    expect(card.locator("pre.log")).to_contain_text("Sketch uses 160000 bytes")
    assert f"--port {board.port}" in arduino.calls[-1]

    arduino.fail_upload()
    page.get_by_role("button", name="Flash again").click()
    page.get_by_role("button", name="Flash the board").click()
    expect(card.get_by_role("alert")).to_contain_text("no device found on", timeout=30_000)
    expect(card.get_by_text("Open arduino/arduino.ino in the Arduino IDE.")).to_be_visible()


def test_without_arduino_cli_the_steps_by_hand_are_shown(server: Server, page: Page) -> None:
    page.route("**/board/fit*", lambda route: route.fulfill(json=route.fetch().json() | {"arduino_cli": False}))
    page.goto(f"{server.url}/#/deploy")
    expect(page.get_by_text("has no arduino-cli")).to_be_visible()
    expect(page.get_by_role("button", name="Flash the board")).to_have_count(0)
    expect(page.get_by_role("link", name="Download the sketch")).to_have_attribute("href", "/bundles/yes-no/download/arduino.zip")


def test_a_model_for_photos_goes_to_the_browser_only(server: Server, page: Page) -> None:
    put_own_things(server.exports, ["cup", "spoon"])
    page.goto(f"{server.url}/#/record?kind=vision")
    expect(page.get_by_text("Project pictures: 0 photos stored")).to_be_visible()
    page.goto(f"{server.url}/#/convert?bundle=pictures/untrained")
    expect(page.get_by_text("A model for photos comes as TF.js and Keras.")).to_be_visible()
    expect(page.get_by_role("link", name="Download TF.js")).to_be_visible()
    expect(page.get_by_role("link", name="Download Arduino sketch")).to_have_count(0)
    page.goto(f"{server.url}/#/deploy?bundle=pictures/untrained")
    expect(page.get_by_role("region", name="On a board")).to_contain_text("this model runs in the browser")
    expect(page.get_by_role("region", name="On a phone")).to_contain_text("looks through its camera")


def test_an_empty_page_offers_the_sample_project(server: Server, phone: BrowserContext) -> None:
    page = phone.new_page()  # which complains of a 409, as it should
    page.goto(f"{server.url}/#/record")
    page.get_by_role("button", name="Make a sample project").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("progressbar", name="Words spoken")).to_be_visible()
    page.wait_for_url("**/#/collect", timeout=60_000)
    eventually(lambda: len(server.clips("sample")) == 168)
    assert page.evaluate("async () => (await import('/js/data/settings.js')).settings.value.project") == "sample"

    page.evaluate("async () => (await import('/js/data/project.js')).chooseProject('another', 'speech')")
    page.goto(f"{server.url}/#/record")
    page.get_by_role("button", name="Make a sample project").click()
    expect(page.get_by_role("alert")).to_contain_text("Project 'sample' has 168 recordings already, and nothing was changed")
    page.get_by_role("button", name="Open the sample project").click()
    page.wait_for_url("**/#/collect")
    assert len(server.clips("sample")) == 168


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("name", "size"), [("phone", PHONE), ("desktop", DESKTOP)])
def test_they_are_accessible_and_within_the_screen(
    with_board: Server, launch: Callable[..., Browser], name: str, size: dict[str, int], scheme: str
) -> None:
    page = new_phone(launch, viewport=size, color_scheme=scheme, reduced_motion="reduce", has_touch=name == "phone").new_page()
    complaints = watch(page)
    put_run(with_board)
    page.goto(f"{with_board.url}/#/record")
    expect(page.get_by_role("button", name="Make a sample project")).to_be_visible()
    look_at(page, f"sample-{name}-{scheme}", size)
    page.goto(f"{with_board.url}/#/convert")
    expect(page.get_by_role("heading", name="Manifest")).to_be_visible()
    look_at(page, f"convert-{name}-{scheme}", size)
    page.goto(f"{with_board.url}/#/deploy")
    expect(page.get_by_text("It fits the board.")).to_be_visible()
    expect(page.get_by_role("button", name="Flash the board")).to_be_visible()
    page.get_by_text("Flash by hand").click()
    look_at(page, f"deploy-{name}-{scheme}", size)
    assert complaints == []


def look_at(page: Page, name: str, size: dict[str, int]) -> None:
    """What every state must be; and pictures of it, to be looked at by people."""
    page.wait_for_load_state("networkidle")
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png")
    page.screenshot(path=SCREENSHOTS / f"{name}-whole.png", full_page=True)
    assert page.locator(".action .primary").count() <= 1
    assert page.evaluate("() => document.documentElement.scrollWidth") <= size["width"], name
    assert small_targets(page) == [], name
    assert violations(page) == [], name
