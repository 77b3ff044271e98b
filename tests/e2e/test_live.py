"""Live: the right word is bold, for recordings of people whom the model has never heard, with the server and without it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Server, eventually, new_phone, real_words, speech_sound, watch, works_offline
from playwright.sync_api import Browser, Page, expect

N_WORDS = 4
BOLD = 700


def best(page: Page) -> tuple[str, float, int]:
    """Name, score and font weight of the row that stands out; a word of silence is none."""
    row: tuple[str, float, int] = page.evaluate(
        """() => {
          const row = document.querySelector('.score.best');
          if (!row) return ['', 0, 0];
          const name = row.querySelector('.name');
          return [name.textContent, Number(row.querySelector('.value').textContent), Number(getComputedStyle(name).fontWeight)];
        }"""
    )
    return row


def hears(page: Page, label: str) -> bool:
    """Whether that word's row is bold, with a high score, at this moment."""
    name, score, weight = best(page)
    return name == label and score >= 0.6 and weight >= BOLD


@pytest.mark.parametrize("label", ["yes", "no"])
def test_the_word_that_was_said_is_bold(server: Server, launch: Callable[..., Browser], tmp_path: Path, label: str) -> None:
    page = new_phone(launch, speech_sound(tmp_path / "words.wav", real_words(label, N_WORDS))).new_page()
    complaints = watch(page)
    page.goto(f"{server.url}/#/live")
    page.get_by_role("button", name="Start listening").click()
    eventually(lambda: hears(page, label))
    expect(page.get_by_role("list", name="Words heard").get_by_text(label).first).to_be_visible(timeout=15_000)
    assert page.locator(".score .name").all_text_contents() == ["yes", "no", "unknown"]
    expect(page.get_by_text("echo cancellation off, noise suppression off, gain control off")).to_be_visible()
    expect(page.get_by_text("wasm")).to_be_visible()
    assert complaints == []


def test_it_listens_with_the_server_off(server: Server, launch: Callable[..., Browser], tmp_path: Path) -> None:
    context = new_phone(launch, speech_sound(tmp_path / "words.wav", real_words("yes", N_WORDS)))
    first = context.new_page()
    first.goto(f"{server.url}/#/live")
    works_offline(first)
    first.close()
    server.kill()
    page = context.new_page()
    complaints = watch(page)
    page.goto(f"{server.url}/#/live")
    page.get_by_role("button", name="Start listening").click()
    eventually(lambda: hears(page, "yes"))
    for route, heading in {
        "record": "Record",
        "train": "Train",
        "about": "About and privacy",
        "microphone": "Microphone check",
    }.items():
        page.goto(f"{server.url}/#/{route}")
        expect(page.get_by_role("heading", level=1, name=heading)).to_be_visible()
    expect(page.get_by_text("This browser computes what Python computed")).to_be_visible()
    assert complaints == []
