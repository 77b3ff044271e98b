"""Data explorer: every clip a dot, heard, walked, gathered and put right; by finger, by keyboard, in both themes."""

import hashlib
import http.cookiejar
import json
import re
import shutil
import urllib.request
import uuid
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from conftest import PHONE, SHIPPED, Server, eventually, new_phone, put_older_words, watch
from playwright.sync_api import Browser, Locator, Page, Route, expect
from test_pages import small_targets, violations

RATE = 16_000
N_EACH = 9
DESK = {"width": 1440, "height": 900}


def word(kind: str, seed: int, level: float = 9000) -> np.ndarray:
    """A made word that rises or falls."""
    rng = np.random.default_rng(seed)
    t = np.arange(int(rng.uniform(0.5, 0.6) * RATE)) / RATE
    low, high = rng.uniform(280, 320), rng.uniform(950, 1100)
    pitch = np.linspace(low, high, len(t)) if kind == "rise" else np.linspace(high, low, len(t))
    pcm = rng.normal(0, 25, 2 * RATE)
    pcm[RATE - len(t) // 2 :][: len(t)] += level * np.hanning(len(t)) * np.sin(2 * np.pi * np.cumsum(pitch) / RATE)
    return np.clip(np.rint(pcm), -32768, 32767).astype("<i2")


def wav(pcm: np.ndarray) -> bytes:
    """The samples as a WAV file."""
    data = pcm.tobytes()
    head = b"WAVEfmt \x10\0\0\0\x01\0\x01\0\x80>\0\0\0}\0\0\x02\0\x10\0data" + len(data).to_bytes(4, "little")
    return b"RIFF" + (len(head) + len(data)).to_bytes(4, "little") + head + data


class Computer:
    """The server, asked without a browser."""

    def __init__(self, server: Server) -> None:
        self._url = server.url
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), cookies)
        self.ask("POST", "/join", b"{}")

    def ask(self, method: str, path: str, body: bytes | None = None) -> Any:
        """What it answers."""
        request = urllib.request.Request(self._url + path, body, method=method)  # noqa: S310
        with self._opener.open(request, timeout=30) as answer:
            return json.loads(answer.read() or b"null")

    def put(self, label: str, pcm: np.ndarray) -> str:
        """Store a clip; its id."""
        return str(self.ask("POST", f"/projects/words/clips?label={label}&id={uuid.uuid4()}&speaker={label}", wav(pcm))["id"])

    def labels(self) -> dict[str, int]:
        """How many clips each label has."""
        return {counted["label"]: counted["n_clips"] for counted in self.ask("GET", "/projects/words")["labels"]}


@pytest.fixture
def computer(server: Server) -> Computer:
    """With clips of two words; one of `fall` is a `rise`, and all have been looked at."""
    computer = Computer(server)
    computer.ask("POST", "/projects", b'{"name": "words"}')
    for kind, first in (("rise", 0), ("fall", 100)):
        for seed in range(first, first + N_EACH):
            computer.put(kind, word(kind, seed))
    computer.put("fall", word("rise", 50))
    eventually(lambda: computer.ask("GET", "/projects/words/looks") == {"done": 2 * N_EACH + 1, "of": 2 * N_EACH + 1})
    return computer


def open_map(server: Server, page: Page) -> Locator:
    page.goto(f"{server.url}/#/explore")
    expect(page.get_by_role("heading", name="Data explorer")).to_be_visible()
    plot = page.locator(".plot canvas")
    expect(plot).to_be_visible()
    page.wait_for_function("() => document.querySelector('.plot canvas').width > 300")
    return plot


def lasso_all(page: Page, plot: Locator) -> None:
    page.evaluate("() => scrollTo(0, 0)")
    box = plot.bounding_box()
    assert box is not None
    left, top, right, bottom = box["x"] + 8, box["y"] + 8, box["x"] + box["width"] - 8, box["y"] + box["height"] - 8
    page.mouse.move(left, top)
    page.mouse.down()
    for x, y in ((right, top), (right, bottom), (left, bottom), (left, top + 4)):
        page.mouse.move(x, y, steps=5)
    page.mouse.up()


@pytest.mark.parametrize(("size", "scheme"), [(PHONE, "light"), (DESK, "dark")], ids=["phone", "desk"])
def test_dots_are_walked_heard_gathered_and_put_right(
    server: Server, computer: Computer, launch: Callable[..., Browser], size: dict[str, int], scheme: str
) -> None:
    page = new_phone(launch, viewport=size, color_scheme=scheme).new_page()
    complaints = watch(page)
    plot = open_map(server, page)
    plot.focus()
    page.keyboard.press("ArrowRight")
    at_hand = page.get_by_role("region", name="The clip at hand")
    expect(at_hand).to_be_visible()
    for key in ("ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"):
        page.keyboard.press(key)
    with page.expect_request(lambda request: request.url.endswith("/audio")):
        page.keyboard.press("Enter")
    page.keyboard.press(" ")
    expect(page.get_by_role("heading", name="Selected: 1 clip")).to_be_visible()
    expect(plot).to_have_attribute("aria-label", re.compile("selected"))
    assert page.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0
    assert small_targets(page) == []
    assert violations(page) == []

    page.get_by_role("button", name="fall 10").click()
    lasso_all(page, plot)
    expect(page.get_by_role("heading", name=f"Selected: {N_EACH} clips")).to_be_visible()
    selection = page.get_by_role("region", name="Selected")
    selection.get_by_role("combobox").select_option("fall")
    expect(page.get_by_role("main").get_by_text(f"{N_EACH} clips are fall now.")).to_be_visible()
    assert computer.labels() == {"fall": 2 * N_EACH + 1}
    page.get_by_role("button", name="Undo").click()
    eventually(lambda: computer.labels() == {"rise": N_EACH, "fall": N_EACH + 1})
    assert complaints == []


def test_a_tap_plays_the_dot_and_a_lost_clip_comes_back(
    server: Server, computer: Computer, launch: Callable[..., Browser]
) -> None:
    page = new_phone(launch).new_page()
    plot = open_map(server, page)
    plot.focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("region", name="The clip at hand")).to_be_visible()
    spot = page.evaluate(DOT_AT_HAND)
    page.reload()
    plot = open_map(server, page)
    with page.expect_request(lambda request: request.url.endswith("/audio")):
        plot.click(position=spot)
    at_hand = page.get_by_role("region", name="The clip at hand")
    at_hand.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("main").get_by_text("1 clip is deleted. It can be had back for ten minutes.")).to_be_visible()
    assert sum(computer.labels().values()) == 2 * N_EACH
    page.get_by_role("button", name="Undo").click()
    eventually(lambda: sum(computer.labels().values()) == 2 * N_EACH + 1)


# Where the ring around the dot at hand is: the page tells nobody, so its pixels are looked for.
DOT_AT_HAND = """() => {
  const canvas = document.querySelector('.plot canvas');
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const ink = [29, 35, 33];
  let [n, x, y] = [0, 0, 0];
  for (let i = 0; i < data.length; i += 4) {
    if (data[i + 3] < 255 || ink.some((value, j) => Math.abs(data[i + j] - value) > 4)) continue;
    n++;
    x += (i / 4) % canvas.width;
    y += Math.floor(i / 4 / canvas.width);
  }
  const ratio = canvas.width / canvas.clientWidth;
  return { x: x / n / ratio, y: y / n / ratio };
}"""


def test_what_should_be_heard_again_is_heard_and_put_right_with_one_tap(
    server: Server, computer: Computer, launch: Callable[..., Browser]
) -> None:
    computer.put("rise", word("rise", 60, level=90_000))
    page = new_phone(launch).new_page()
    complaints = watch(page)
    page.goto(f"{server.url}/#/collect")
    found = page.get_by_role("region", name="Clips to hear again")
    expect(found.get_by_role("radio", name="Too loud 1")).to_be_attached()
    found.get_by_role("radio", name="Among others 1").check()
    expect(found.get_by_text("5 of 5 that sound alike are rise.")).to_be_visible()
    with page.expect_request(lambda request: request.url.endswith("/audio")):
        found.get_by_role("button", name="Play fall").click()
    assert small_targets(page) == []
    assert violations(page) == []
    found.get_by_role("button", name="It is rise").click()
    expect(found.get_by_role("radio", name="Among others")).to_have_count(0)
    assert computer.labels() == {"rise": N_EACH + 2, "fall": N_EACH}
    found.get_by_role("button", name="Undo").click()
    expect(found.get_by_role("radio", name="Among others 1")).to_be_attached()
    found.get_by_role("radio", name="Too loud 1").check()
    found.get_by_role("button", name="Disable: rise").click()
    expect(found.get_by_role("radio", name="Too loud")).to_have_count(0)
    assert complaints == []


def test_umap_lays_out_in_the_background_and_can_be_cancelled(
    server: Server, computer: Computer, launch: Callable[..., Browser]
) -> None:
    page = new_phone(launch, viewport=DESK).new_page()
    complaints = watch(page)
    open_map(server, page)
    layout = page.get_by_role("combobox", name="Layout")
    held: list[Route] = []
    page.route("**/map?*vectors=1", lambda route: held.append(route))
    layout.select_option("umap")
    page.get_by_role("button", name="Cancel").click()
    expect(layout).to_have_value("pca")
    expect(page.get_by_text("PCA: the two directions")).to_be_visible()
    held[0].continue_()
    page.unroute("**/map?*vectors=1")
    layout.select_option("umap")
    expect(page.get_by_text("The map is laid out.")).to_be_attached(timeout=60_000)
    expect(page.get_by_role("progressbar")).to_have_count(0)
    expect(page.get_by_text("UMAP keeps neighbours together")).to_be_visible()
    assert complaints == []


def test_right_and_wrong_come_from_what_the_model_said(
    server: Server, computer: Computer, launch: Callable[..., Browser]
) -> None:
    clips = computer.ask("GET", "/projects/words/clips?limit=4")["clips"]
    rows = [
        {"clip": f"{clip['label']}/{clip['id']}", "truth": 0, "float": [0.9, 0.1] if i < 3 else [0.2, 0.8]}
        for i, clip in enumerate(clips)
    ]
    put_judged_bundle(server, {"labels": ["rise", "fall"], "splits": {"validation": rows[:2], "test": rows[2:]}})
    older = put_older_words(server.exports)
    page = new_phone(launch).new_page()
    open_map(server, page)
    page.get_by_role("combobox", name="Colour by").select_option("right")
    for name in ("right 3", "wrong 1", f"not judged {2 * N_EACH + 1 - 4}"):
        expect(page.get_by_role("button", name=name)).to_be_visible()
    page.get_by_role("combobox", name="Model", exact=True).select_option(older)
    expect(page.get_by_text("This model does not tell what it said of each clip.")).to_be_visible()
    page.get_by_role("combobox", name="Made from").select_option("model")
    expect(page.get_by_text("The clips have to pass through this model first.")).to_be_visible()
    assert violations(page) == []


def put_judged_bundle(server: Server, evaluation: dict[str, Any]) -> None:
    """The shipped bundle as if it had been trained on these clips."""
    folder = server.exports / "words" / "judged"
    shutil.copytree(SHIPPED, folder)
    text = json.dumps(evaluation).encode()
    (folder / "evaluation.json").write_bytes(text)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"]["evaluation.json"] = {"bytes": len(text), "sha256": hashlib.sha256(text).hexdigest()}
    manifest |= {"project": "words", "run": "judged", "created_at": "2026-11-28T12:00:00+00:00"}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
