"""As a new user would: record three labels from real recordings, train, go live; the word that is said is bold.

Three phones record at the same time, each hearing another word, as pupils in a room would.
"""

import contextlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import BENCH_DATA, Server, eventually, new_phone, queued, speech_sound, watch
from playwright.sync_api import Browser, BrowserContext, Page, expect
from test_live import hears
from test_record import use_settings

N_CLIPS = 10
N_VOICES = 12
WORDS = {"yes": ["yes"], "no": ["no"], "unknown": ["up", "cat", "stop", "left"]}
PEACE = 45_000  # ms for a batch: three seconds a clip, and a machine that does other things too


def recordings(words: list[str], n: int, first: int = 0) -> list[Path]:
    """Real recordings of words, each by another person."""
    found = [sorted((BENCH_DATA / "speech" / "train" / word).glob("*.flac")) for word in words]
    if not all(found):
        pytest.fail(f"this test needs real voices in {BENCH_DATA}; NESTLING_BENCH_DATA names another folder")
    # Far apart in the listing, so that they are different people.
    return [found[index % len(found)][(first + index) * 7] for index in range(n)]


def start_batch(context: BrowserContext, server: Server, label: str) -> Page:
    """Open the page as a phone that has come for this label, and press the button."""
    use_settings(context, count=N_CLIPS, labels={"words": list(WORDS)}, label=label)
    page = context.new_page()
    page.goto(server.url)
    page.get_by_role("button", name=f"Record {N_CLIPS} × {label}").click()
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    return page


def finish_batch(page: Page) -> None:
    """Wait until all clips are recorded, keep those that the page asks about, and until the server has them."""
    expect(page.get_by_role("button", name="Stop")).to_be_hidden(timeout=PEACE)
    while n_held := queued(page)["held"]:
        page.get_by_role("button", name="Keep", exact=True).first.click()
        eventually(lambda n=n_held: queued(page)["held"] < n)
    eventually(lambda: queued(page)["waiting"] == 0)


def test_from_a_spoken_word_to_a_score(server: Server, launch: Callable[..., Browser], tmp_path: Path) -> None:
    phones = {}
    for label, words in WORDS.items():
        sound = speech_sound(tmp_path / f"{label}.wav", recordings(words, N_VOICES), gap_seconds=0.5)
        phones[label] = new_phone(launch, sound)
    pages = {label: start_batch(context, server, label) for label, context in phones.items()}
    complaints = {label: watch(page) for label, page in pages.items()}
    for page in pages.values():
        finish_batch(page)
    assert Counter(clip.parent.name for clip in server.clips()) == dict.fromkeys(WORDS, N_CLIPS)

    teacher = pages["yes"]
    teacher.goto(f"{server.url}/#/train")
    teacher.get_by_role("button", name="Train no, yes").or_(teacher.get_by_role("button", name="Train yes, no")).click()
    expect(teacher.get_by_role("link", name="Try it live")).to_be_visible(timeout=240_000)
    for engine in ("Float", "int8"):
        expect(teacher.get_by_text(engine).first).to_be_visible()
    expect(teacher.get_by_text("clips)").first).to_be_visible()  # an accuracy is never shown bare
    bundles = list((server.exports / "words").glob("*/manifest.json"))
    assert len(bundles) == 1

    for label in ("yes", "no"):
        with contextlib.closing(phones[label].new_page()) as page:
            page.goto(f"{server.url}/#/live")
            expect(page.get_by_text(f"Model words/{bundles[0].parent.name}")).to_be_visible()  # the newest
            page.get_by_role("button", name="Start listening").click()
            eventually(lambda page=page, label=label: hears(page, label), 30)
            assert page.locator(".score .name").all_text_contents()[-1] == "unknown"
    assert complaints == {label: [] for label in WORDS}
