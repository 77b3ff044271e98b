"""What the model misheard on Live is kept for its next training: with consent, two seconds of it, with the server off too."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from conftest import (
    PHONE,
    SAMPLE_RATE,
    Server,
    eventually,
    new_phone,
    put_own_words,
    queued,
    real_words,
    speech_sound,
    watch,
    works_offline,
)
from numpy.typing import NDArray
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from test_pages import DESKTOP, look_at

N_WORDS = 4
CLIP_LENGTH = 32000
REFUSED = "Corrections are off. About and privacy turns them on."


@pytest.fixture
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the microphone hears: people whom the model does not know, saying *yes*."""
    return speech_sound(tmp_path_factory.mktemp("sounds") / "words.wav", real_words("yes", N_WORDS))


def use_settings(context: BrowserContext, **values: object) -> None:
    """What the phone remembers from an earlier visit."""
    context.add_init_script(f"localStorage['nestling.settings'] ??= {json.dumps(json.dumps(values))}")


def listen(page: Page, server: Server, bundle: str = "yes-no") -> Locator:
    """Listen until a word is detected, and its sound is there. Returns the button that says it was none."""
    page.goto(f"{server.url}/#/live?bundle={bundle}")
    page.get_by_role("button", name="Start listening").click()
    wrong = page.get_by_role("button", name="That was wrong")
    expect(wrong).to_be_visible(timeout=30_000)
    return wrong


def expect_kept(page: Page, label: str, project: str = "words") -> None:
    """The page says so; and so do screen readers, elsewhere."""
    expect(page.locator(".correction").get_by_text(f"Kept as {label} for the next training of {project}.")).to_be_visible()


def about(clip: Path) -> dict[str, object]:
    """What a recording on disk says of itself."""
    pcm = clip.read_bytes()
    said: dict[str, object] = json.loads(pcm[pcm.index(b'{"') : pcm.rindex(b"}") + 1])
    return said


def likeness(clip: Path, sound: Path) -> float:
    """How well a clip is found in a sound, 1 at most: of its quarter seconds that hold sound, the median of their correlations.

    Each at the shift that fits it best: on a busy computer the browser's fake microphone skips, so the whole fits at none.
    """
    pcm, rate = sf.read(clip)
    heard, _ = sf.read(sound)
    assert (rate, len(pcm)) == (SAMPLE_RATE, CLIP_LENGTH)
    loop = np.concatenate([heard, heard])
    pieces = pcm.reshape(-1, SAMPLE_RATE // 4)
    energies = np.sum(pieces**2, axis=1)
    return float(np.median([correlation(piece, loop) for piece in pieces[energies > energies.max() / 30]]))


def correlation(piece: NDArray[np.float64], sound: NDArray[np.float64]) -> float:
    """The highest at any shift."""
    size = 1 << (len(sound) + len(piece)).bit_length()
    products = np.fft.irfft(np.fft.rfft(sound, size) * np.conj(np.fft.rfft(piece, size)), size)[: len(sound) - len(piece)]
    sums = np.concatenate([[0], np.cumsum(sound**2)])
    energies = (sums[len(piece) :] - sums[: -len(piece)])[: len(products)]
    return float((products / np.sqrt(energies * np.sum(piece**2) + 1e-12)).max())


def test_a_detection_that_was_wrong_is_kept_as_unknown(server: Server, launch: Callable[..., Browser], sound: Path) -> None:
    page = new_phone(launch, sound).new_page()
    complaints = watch(page)
    listen(page, server).click()
    expect(page.get_by_role("heading", name="Heard as yes at")).to_be_focused()
    expect(page.get_by_text("on your own computer that runs Nestling and nowhere else")).to_be_visible()
    expect(page.get_by_text("Kept as unknown")).to_be_hidden()
    page.get_by_role("button", name="Keep what I correct").click()
    expect(page.get_by_text("This model comes with Nestling and has no project.")).to_be_visible()
    assert queued(page)["waiting"] == 0 and server.clips() == []
    expect(page.get_by_label("Project")).to_have_value("words")
    page.get_by_role("button", name="Keep it there").click()
    expect_kept(page, "unknown")
    clip = eventually(server.clips)[0]
    assert clip.parent.name == "unknown"
    assert about(clip) | {"id": "", "session": "", "recorded_at": ""} == {
        "id": "", "session": "", "speaker": None, "source": "live", "recorded_at": "",
    }  # fmt: skip
    assert likeness(clip, sound) > 0.9

    page.get_by_role("button", name="no", exact=True).click()
    expect_kept(page, "no")
    eventually(lambda: [path.parent.name for path in server.clips()] == ["no"])
    page.get_by_role("button", name="Undo").click()
    eventually(lambda: server.clips() == [])
    expect(page.get_by_role("button", name="I said ...")).to_be_focused()
    # Neither question comes again.
    expect(page.get_by_role("button", name="That was wrong")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="That was wrong").click()
    expect_kept(page, "unknown")
    assert complaints == []


def test_what_was_said_is_kept_by_keyboard_alone(server: Server, launch: Callable[..., Browser], sound: Path) -> None:
    context = new_phone(launch, sound)
    use_settings(context, project="words", corrects=True, speaker="ada")
    page = context.new_page()
    complaints = watch(page)
    bundle = put_own_words(server.exports)
    page.goto(f"{server.url}/#/record")
    expect(page.get_by_text("Project words: 0 clips stored")).to_be_visible()
    listen(page, server, bundle)
    page.get_by_role("button", name="I said ...").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Your last two seconds")).to_be_focused()
    assert queued(page)["waiting"] == 0 and server.clips() == []
    page.get_by_role("group", name="I said").get_by_role("button", name="no").focus()
    page.keyboard.press("Enter")
    expect_kept(page, "no")
    clip = eventually(server.clips)[0]
    assert clip.parent.name == "no" and about(clip)["speaker"] == "ada" and about(clip)["source"] == "live"
    assert likeness(clip, sound) > 0.9
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Your last two seconds")).to_be_hidden()
    expect(page.get_by_role("button", name="I said ...")).to_be_focused()

    page.goto(f"{server.url}/#/train")
    expect(page.get_by_text("label no has 1 clip; 5 is the least, 30 is good; 1 corrected on Live")).to_be_visible()
    page.goto(f"{server.url}/#/collect")
    page.get_by_text("Filter and sort").click()
    page.get_by_label("Source").select_option("corrected on Live")
    expect(page.get_by_role("status").filter(has_text="1 clip")).to_be_visible()
    assert complaints == []


def test_a_correction_waits_for_the_server(server: Server, launch: Callable[..., Browser], sound: Path) -> None:
    context = new_phone(launch, sound)
    use_settings(context, project="words", corrects=True)
    page = context.new_page()
    bundle = put_own_words(server.exports)
    page.goto(f"{server.url}/#/live?bundle={bundle}")
    works_offline(page)
    page.reload()
    wrong = listen(page, server, bundle)
    server.kill()
    wrong.click()
    expect_kept(page, "unknown")
    expect(page.get_by_text("1 clip waits for the server.")).to_be_visible()
    page.get_by_role("button", name="yes", exact=True).or_(page.get_by_role("button", name="no", exact=True)).click()
    expect_kept(page, "no")
    server.start()
    page.get_by_role("button", name="Try now").click()
    eventually(lambda: [path.parent.name for path in server.clips()] == ["no"])


def test_nothing_is_kept_without_consent_and_it_can_be_taken_back(
    server: Server, launch: Callable[..., Browser], sound: Path
) -> None:
    page = new_phone(launch, sound).new_page()
    complaints = watch(page)
    listen(page, server).click()
    page.get_by_role("button", name="Keep nothing").click()
    expect(page.get_by_text(REFUSED)).to_be_visible()
    expect(page.get_by_role("button", name="I said ...")).to_be_hidden()
    expect(page.get_by_role("button", name="That was wrong")).to_be_hidden()
    page.reload()
    expect(page.get_by_text(REFUSED)).to_be_visible()
    page.get_by_role("link", name="About and privacy").click()
    switch = page.get_by_role("switch", name="Keep what I correct on Live")
    expect(switch).not_to_be_checked()
    switch.check()
    listen(page, server).click()
    expect(page.get_by_text("This model comes with Nestling and has no project.")).to_be_visible()
    page.goto(f"{server.url}/#/about")
    expect(switch).to_be_checked()
    switch.uncheck()
    page.goto(f"{server.url}/#/live")
    expect(page.get_by_text(REFUSED)).to_be_visible()
    assert queued(page)["waiting"] == 0 and server.clips() == []
    assert complaints == []


def test_a_project_is_made_for_corrections(server: Server, launch: Callable[..., Browser], sound: Path) -> None:
    context = new_phone(launch, sound)
    use_settings(context, project="words", corrects=True)
    page = context.new_page()
    bundle = put_own_words(server.exports, "gone")
    listen(page, server, bundle).click()
    expect(page.get_by_text("The project gone does not learn from words here.")).to_be_visible()
    page.get_by_label("Project").select_option("a new project")
    page.get_by_label("Name of a new project").fill("Mine!")
    page.get_by_role("button", name="Keep it there").click()
    expect(page.get_by_text("A project's name has 1 to 40 lower-case letters")).to_be_visible()
    assert server.clips("mine") == []
    page.get_by_label("Name of a new project").fill("Mine")
    page.get_by_role("button", name="Keep it there").click()
    expect_kept(page, "unknown", "mine")
    eventually(lambda: [path.parent.name for path in server.clips("mine")] == ["unknown"])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("name", "size"), [("phone", PHONE), ("desktop", DESKTOP)])
def test_each_step_is_accessible_and_within_the_screen(
    server: Server, launch: Callable[..., Browser], sound: Path, name: str, size: dict[str, int], scheme: str
) -> None:
    page = new_phone(launch, sound, viewport=size, color_scheme=scheme, reduced_motion="reduce").new_page()
    complaints = watch(page)
    wrong = listen(page, server)
    look_at(page, f"corrections-{name}-{scheme}")
    wrong.click()
    consent = page.get_by_role("button", name="Keep what I correct")
    expect(consent).to_be_visible()
    look_at(page, f"corrections-consent-{name}-{scheme}")
    consent.click()
    home = page.get_by_role("button", name="Keep it there")
    expect(home).to_be_visible()
    look_at(page, f"corrections-home-{name}-{scheme}")
    home.click()
    expect_kept(page, "unknown")
    look_at(page, f"corrections-kept-{name}-{scheme}")
    page.get_by_role("button", name="I said ...").click()
    expect(page.get_by_role("heading", name="Your last two seconds")).to_be_visible()
    look_at(page, f"corrections-said-{name}-{scheme}")
    assert complaints == []
