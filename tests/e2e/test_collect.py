"""Collect data: clips seen, trimmed, put right one by one and many at once, brought in and taken out; by finger and keyboard."""

import io
import json
import re
import wave
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import PHONE, Server, eventually, new_phone, watch
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from test_explore import DESK, Computer, wav, word
from test_pages import SCREENSHOTS, small_targets, violations
from test_record import use_settings

N_YES, N_NO = 12, 5


@pytest.fixture
def computer(server: Server) -> Computer:
    """With a project of two words, looked at."""
    computer = Computer(server)
    computer.ask("POST", "/projects", b'{"name": "words"}')
    for kind, label, n in (("rise", "yes", N_YES), ("fall", "no", N_NO)):
        for seed in range(n):
            computer.put(label, word(kind, seed))
    eventually(lambda: computer.ask("GET", "/projects/words/looks")["done"] == N_YES + N_NO)
    return computer


def show(server: Server, page: Page) -> Locator:
    """Open the page; its cards."""
    page.goto(f"{server.url}/#/collect")
    expect(page.get_by_role("heading", name="Clips", exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name="Clips to hear again")).to_be_visible()
    page.locator("#clips").evaluate("(heading) => heading.scrollIntoView()")
    cards = page.locator(".clip-card")
    expect(cards.first).to_be_visible()
    return cards


def listed(computer: Computer, query: str = "") -> list[dict[str, Any]]:
    clips: list[dict[str, Any]] = computer.ask("GET", f"/projects/words/clips?limit=500{query}")["clips"]
    return clips


def is_drawn(card: Locator) -> bool:
    """Whether the picture holds both parts: the waveform's colour and the spectrogram's."""
    return bool(
        card.locator("canvas").evaluate(
            """(canvas) => {
              // Of a copy: Chromium complains of a canvas that is read again and again.
              const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d');
              copy.drawImage(canvas, 0, 0);
              const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
              const rows = [0.2, 0.8].map((share) => Math.floor(canvas.height * share) * canvas.width * 4);
              const isDrawn = (row) => data.slice(row, row + canvas.width * 4).some((value, i) => i % 4 === 3 && value > 0);
              return canvas.width > 100 && rows.every(isDrawn);
            }"""
        )
    )


@pytest.mark.parametrize(("size", "scheme"), [(PHONE, "light"), (DESK, "dark")])
def test_the_page_is_seen_and_reached(
    server: Server, computer: Computer, launch: Callable[..., Browser], size: dict[str, int], scheme: str
) -> None:
    context = new_phone(launch, viewport=size, color_scheme=scheme, has_touch=size is PHONE)
    use_settings(context)
    page = context.new_page()
    complaints = watch(page)
    cards = show(server, page)
    eventually(lambda: is_drawn(cards.first))
    expect(page.get_by_text("7 more no would balance the set.")).to_be_attached()
    expect(page.locator(".action .primary")).to_be_in_viewport(ratio=1)
    assert violations(page) == [] and small_targets(page) == []
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    page.screenshot(path=SCREENSHOTS / f"collect-{size['width']}-{scheme}.png")
    cards.first.get_by_role("button", name=re.compile("^Open ")).click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert violations(page) == [] and small_targets(page) == []
    assert complaints == []


def test_one_clip_is_trimmed_relabelled_and_deleted_by_keyboard_and_all_of_it_undone(
    server: Server, computer: Computer, page: Page
) -> None:
    use_settings(page.context)
    cards = show(server, page)
    first = listed(computer)[0]
    cards.first.get_by_role("button", name=re.compile("^Open ")).press("Enter")
    dialog = page.get_by_role("dialog")
    start, end = dialog.get_by_role("slider").all()
    start.press("PageUp")
    start.press("ArrowRight")
    end.press("PageDown")
    end.press("Home")  # as far as the shortest clip allows, and not beyond the other handle
    expect(end).to_have_attribute("aria-valuenow", str(1760 + 1600))
    end.press("End")
    end.press("PageDown")
    dialog.get_by_role("button", name="Trim").press("Enter")
    expect(dialog.locator(".toast")).to_contain_text("The clip is trimmed.")
    assert computer.ask("GET", f"/projects/words/clips/{first['id']}")["trim"] == [1760, first["n_samples"] - 1600]
    dialog.get_by_role("button", name="Undo").press("Enter")
    eventually(lambda: computer.ask("GET", f"/projects/words/clips/{first['id']}")["trim"] is None)

    dialog.get_by_role("combobox", name="Label").select_option("yes")
    eventually(lambda: computer.labels() == {"yes": N_YES + 1, "no": N_NO - 1})
    dialog.get_by_role("combobox", name="Split").select_option("test")
    eventually(lambda: computer.ask("GET", f"/projects/words/clips/{first['id']}")["pinned"])
    dialog.get_by_role("button", name="Delete").press("Enter")
    expect(dialog).to_be_hidden()
    assert computer.labels() == {"yes": N_YES, "no": N_NO - 1}
    page.get_by_role("button", name="Undo").press("Enter")
    eventually(lambda: computer.labels() == {"yes": N_YES + 1, "no": N_NO - 1})


def test_a_handle_is_dragged(server: Server, computer: Computer, page: Page) -> None:
    use_settings(page.context)
    cards = show(server, page)
    cards.first.get_by_role("button", name=re.compile("^Open ")).click()
    start = page.get_by_role("slider").first
    box = page.locator(".trimmer").bounding_box()
    assert box
    start.hover()
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 4, box["y"] + 50, steps=4)
    page.mouse.up()
    assert abs(int(start.get_attribute("aria-valuenow") or 0) - 8000) < 400


def test_many_are_found_and_changed_at_once(server: Server, computer: Computer, page: Page) -> None:
    use_settings(page.context)
    show(server, page)
    page.get_by_text("Filter and sort").click()
    page.locator(".filters").get_by_role("combobox", name="Label").select_option("yes")
    expect(page.get_by_text(f"{N_YES} of {N_YES + N_NO} clips")).to_be_visible()
    page.locator(".clip-card input").first.check()
    selected = page.get_by_role("region", name="What is selected")
    expect(selected).to_contain_text("1 selected")
    selected.get_by_role("button", name=f"Select all {N_YES} clips that match").click()
    page.locator(".clip-card input").first.uncheck()
    expect(selected).to_contain_text(f"{N_YES - 1} selected")
    selected.get_by_role("button", name="Disable").click()
    expect(page.locator(".toast")).to_contain_text(f"{N_YES - 1} clips are left out of training now.")
    assert len(listed(computer, "&disabled=true")) == N_YES - 1
    page.get_by_role("button", name="Undo").click()
    eventually(lambda: listed(computer, "&disabled=true") == [])


def test_files_come_in_and_what_was_left_out_is_told(
    server: Server, computer: Computer, phone: BrowserContext, tmp_path: Path
) -> None:
    use_settings(phone)
    page = phone.new_page()  # a browser writes into its console what a server refuses
    show(server, page)
    page.evaluate("() => scrollTo(0, 0)")
    page.get_by_text("Files in and out").click()
    (tmp_path / "loose.wav").write_bytes(wav(word("rise", 70)))
    (tmp_path / "broken.wav").write_bytes(b"no sound at all")
    (tmp_path / "more.zip").write_bytes(zipped({"up/a.wav": wav(word("rise", 71)), "up/b.txt": b"hello"}))
    page.locator("input[type=file]").first.set_input_files([tmp_path / name for name in ("loose.wav", "broken.wav", "more.zip")])
    page.get_by_role("combobox", name="Label").and_(page.locator("input")).fill("down")
    page.get_by_role("button", name="Add them").click()
    expect(page.locator(".notice").filter(has_text="2 clips taken. 2 files were left out.")).to_be_visible()
    page.get_by_text("Why 2 files were left out").click()
    assert {"up/b.txt", "broken.wav"} <= set(page.locator(".left-out strong").all_inner_texts())
    assert computer.labels() == {"yes": N_YES, "no": N_NO, "down": 1, "up": 1}


def zipped(entries: dict[str, bytes]) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return body.getvalue()


def test_what_only_the_browser_reads_is_decoded_and_sent_as_wav(server: Server, computer: Computer, page: Page) -> None:
    """The browser's recorder makes WebM with Opus, which libsndfile does not read; it lies in a folder of its label."""
    use_settings(page.context)
    show(server, page)
    page.evaluate(
        """async () => {
          const context = new AudioContext({ sampleRate: 48000 });
          const tone = new OscillatorNode(context);
          const target = context.createMediaStreamDestination();
          tone.connect(target);
          tone.start();
          const recorder = new MediaRecorder(target.stream, { mimeType: 'audio/webm;codecs=opus' });
          const pieces = [];
          recorder.ondataavailable = ({ data }) => pieces.push(data);
          const stopped = new Promise((resolve) => { recorder.onstop = resolve; });
          recorder.start();
          await new Promise((resolve) => setTimeout(resolve, 1200));
          recorder.stop();
          await stopped;
          context.close();
          const { bringIn } = await import('/js/data/incoming.js');
          const file = new File(pieces, 'tone.webm');
          const found = await bringIn({ name: 'words', kind: 'speech' }, [{ path: 'tones/tone.webm', file }], '', () => {});
          if (found.taken.tones !== 1) throw new Error(JSON.stringify(found));
        }"""
    )
    (clip,) = listed(computer, "&label=tones")
    assert 0.5 < clip["n_samples"] / clip["sample_rate"] < 3
    (path,) = (path for path in server.clips() if path.parent.name == "tones")
    with wave.open(str(path)) as sound:
        pcm = np.frombuffer(sound.readframes(sound.getnframes()), "<i2")
    spectrum = np.abs(np.fft.rfft(pcm[4000:12000]))
    assert abs(np.argmax(spectrum) * 2 - 440) <= 4


def test_a_project_goes_out_and_comes_back_as_a_zip(server: Server, computer: Computer, page: Page, tmp_path: Path) -> None:
    use_settings(page.context)
    show(server, page)
    computer.ask("PATCH", f"/projects/words/clips/{listed(computer)[0]['id']}", json.dumps({"split": "test"}).encode())
    page.evaluate("() => scrollTo(0, 0)")
    page.get_by_text("Files in and out").click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Export the project").click()
    path = tmp_path / "words.zip"
    waiting.value.save_as(path)
    before = {file.relative_to(server.data / "projects" / "words"): file.read_bytes() for file in server.clips()}
    page.locator("input[type=file]").first.set_input_files(path)
    page.get_by_role("textbox", name="Name of the new project").fill("again")
    page.get_by_role("button", name="Make this project again").click()
    expect(page.locator(".head .state")).to_contain_text(f"again: {N_YES + N_NO} clips")
    assert {file.relative_to(server.data / "projects" / "again"): file.read_bytes() for file in server.clips("again")} == before


def test_a_long_list_holds_only_what_is_seen(server: Server, page: Page) -> None:
    """Two thousand clips, listed by a stand-in for the server: the document holds a screenful wherever one scrolls to."""
    n = 2000
    clip = {
        "project": "words", "label": "yes", "session": None, "speaker": None, "source": "microphone", "n_samples": 16000,
        "sample_rate": 16000, "recorded_at": "2026-03-01T09:30:00Z", "stored_at": "2026-03-01T09:30:00Z", "split": "train",
        "pinned": False, "disabled": False, "trim": None, "verdict": "fine", "level_db": -20, "peak_db": -3,
    }  # fmt: skip
    asked: list[int] = []

    def answer(route: Any) -> None:
        after = re.search(r"after=(\d+)", route.request.url)
        limit = re.search(r"limit=(\d+)", route.request.url)
        start, size = int(after[1]) if after else 0, int(limit[1]) if limit else 100
        asked.append(start)
        clips = [clip | {"id": f"{i:032x}"} for i in range(start, min(n, start + size))]
        route.fulfill(json={"clips": clips, "next": str(start + size) if start + size < n else None, "n": n})

    counts = {
        "label": "yes",
        "n": n,
        "disabled": 0,
        "splits": {"train": n, "validation": 0, "test": 0},
        "sources": {},
        "verdicts": {},
    }
    page.route("**/clips?*", answer)
    page.route("**/audio", lambda route: route.fulfill(body=wav(word("rise", 1))))
    page.route("**/counts", lambda route: route.fulfill(json={"split_by": "clip", "labels": [counts]}))
    computer = Computer(server)
    computer.ask("POST", "/projects", b'{"name": "words"}')
    computer.put("yes", word("rise", 1))
    use_settings(page.context)
    cards = show(server, page)
    assert cards.count() < 30 and asked == [0]
    page.evaluate("() => scrollTo(0, document.documentElement.scrollHeight)")
    expect(page.get_by_role("button", name=re.compile("^Open ")).last).to_be_visible()
    eventually(lambda: page.locator(f'.grid li[aria-posinset="{n}"] .clip-card').count() == 1)
    assert cards.count() < 30 and asked == sorted(set(asked)) and len(asked) == 5
