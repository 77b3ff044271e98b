"""Preprocess: what the page shows of each stage is what Python computes, for the default and for other settings."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from conftest import PHONE, Server, eventually, new_phone, put_clips, put_photos, watch
from playwright.sync_api import Browser, Page, expect
from test_pages import DESKTOP, SCREENSHOTS, look_at, violations

from training.features import load_default, stage_vectors
from training.features.mfcc import extract, stages
from training.features.params import MfccParams
from training.vision.params import load_default as load_preprocessing

TOLERANCE = stage_vectors.TOLERANCE
TITLES = {
    "clip_length": "Clip length",
    "frame_length": "Frame length",
    "hop_length": "Hop",
    "n_fft": "FFT size",
    "n_mels": "Filters",
    "fmin": "Lowest frequency",
    "fmax": "Highest frequency",
    "log_floor": "Floor of the logarithm",
    "n_mfcc": "Coefficients",
}


def open_page(server: Server, page: Page, **clips: int) -> None:
    """The page, with so many clips of each label in the project."""
    page.goto(server.url)
    expect(page.get_by_role("heading", name="Record")).to_be_visible()
    for label, n in clips.items():
        put_clips(page, label, n)
    eventually(lambda: len(server.clips()) == sum(clips.values()))
    page.goto(f"{server.url}/#/preprocess")
    expect(page.get_by_role("heading", name="8. MFCC: what the network sees")).to_be_visible()


def set_parameters(page: Page, params: MfccParams) -> None:
    """Type every number in."""
    for name, title in TITLES.items():
        page.get_by_role("textbox", name=title).fill(repr(getattr(params, name)))
    expect(page.locator("#parameter-problem")).to_have_count(0)


def shown_stages(page: Page) -> dict[str, Any]:
    """The numbers behind the pictures, as the page saves them."""
    with page.expect_download() as download:
        page.get_by_role("button", name="Save all stages as a file").click()
    found: dict[str, Any] = json.loads(download.value.path().read_text(encoding="utf-8"))
    return found


def test_every_stage_equals_python_s_for_all_settings(server: Server, page: Page) -> None:
    open_page(server, page, yes=1, no=1)
    page.get_by_text("The numbers of frame").click()
    for _, _, params in stage_vectors.settings():
        set_parameters(page, params)
        found = shown_stages(page)
        assert MfccParams.from_dict(found["params"]) == params
        expect(page.get_by_role("row", name="Shape: frames × coefficients")).to_contain_text(
            f"{params.n_frames} × {params.n_mfcc}"
        )
        assert len(found["sounds"]) == 2
        for sound in found["sounds"]:
            pcm = np.array(sound["pcm"], np.int16)
            assert len(pcm) == params.clip_length and sound["start"] > 0
            assert np.abs(np.array(sound["mfcc"]) - extract(pcm, params).ravel()).max() <= TOLERANCE
            wanted = stages(pcm, params)
            for name in stage_vectors.STAGES:
                values = np.array(sound["stages"][name])
                assert np.abs(values - getattr(wanted, name)[found["frame"]][: len(values)]).max() <= TOLERANCE, name


def test_what_cannot_be_honoured_is_told_and_changes_nothing(server: Server, page: Page) -> None:
    open_page(server, page, yes=1, no=1)
    page.get_by_text("The numbers of frame").click()
    hop = page.get_by_role("textbox", name="Hop")
    hop.fill("481")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Hop_length must be 1 to frame_length, got hop_length = 481. The pictures stay as they were.")
    expect(hop).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_disabled()
    assert shown_stages(page)["params"] == load_default().to_dict()
    hop.fill("")
    expect(alert).to_contain_text("hop_length must be of type int, got ''", ignore_case=True)
    page.get_by_role("button", name="Undo").click()
    expect(alert).to_have_count(0)
    expect(hop).to_have_value("320")


def test_parameters_are_saved_for_the_project_and_the_defaults_come_back(server: Server, page: Page) -> None:
    open_page(server, page, yes=1, no=1)
    filters = page.get_by_role("slider", name="Filters")
    filters.focus()
    page.keyboard.press("ArrowLeft")
    page.get_by_role("textbox", name="Floor of the logarithm").press_sequentially("x")  # a slip of the finger
    page.get_by_role("textbox", name="Floor of the logarithm").fill("0.001")
    state = page.locator(".action.tune [role=status]")
    expect(state).to_contain_text("older models keep the front end they were trained with")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(state).to_contain_text("as it is saved in this project")
    settings = f"{server.url}/projects/words/settings"
    wanted = replace(load_default(), n_mels=39, log_floor=0.001)
    assert page.request.get(settings).json()["params"] == wanted.to_dict()

    page.reload()
    expect(page.get_by_role("textbox", name="Filters")).to_have_value("39")
    page.get_by_role("button", name="Defaults").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("button", name="Defaults")).to_have_count(0)
    eventually(lambda: not page.request.get(settings).json()["params_changed"])  # the page knows before the server
    assert page.request.get(settings).json()["params"] == load_default().to_dict()


def test_the_frame_is_dragged_and_slid(server: Server, page: Page) -> None:
    open_page(server, page, yes=1)
    waveform = page.get_by_role("img", name="Waveform of yes")
    waveform.scroll_into_view_if_needed()
    box = waveform.bounding_box()
    assert box is not None
    slider = page.locator("section[aria-labelledby=step-1] > .field input[type=range]")
    middle = int(slider.input_value())
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.95, box["y"] + box["height"] / 2)
    page.mouse.up()
    assert int(slider.input_value()) == 48 != middle
    slider.focus()
    page.keyboard.press("Home")
    expect(page.get_by_text("Frame 1 of 49, from 0 ms on")).to_be_visible()


def test_the_loudest_and_the_softest_clip_are_found(server: Server, page: Page) -> None:
    open_page(server, page, yes=3, no=1)
    first, second = page.get_by_label("First sound"), page.get_by_label("Second sound")
    assert first.input_value() != second.input_value()

    def compare() -> bool:
        page.get_by_role("button", name="Loud and soft").click()
        return page.get_by_text("has not measured two clips").count() == 0

    eventually(compare)
    clips = {clip["id"]: clip for clip in page.request.get(f"{server.url}/projects/words/clips").json()["clips"]}
    eventually(lambda: clips[second.input_value()]["label"] == clips[first.input_value()]["label"])
    levels = [clip["level_db"] for clip in clips.values() if clip["label"] == clips[first.input_value()]["label"]]
    assert [clips[choice.input_value()]["level_db"] for choice in (first, second)] == [max(levels), min(levels)]
    page.get_by_role("button", name="Two words").click()
    eventually(lambda: {clips[choice.input_value()]["label"] for choice in (first, second)} == {"yes", "no"})


def test_without_clips_there_is_a_made_up_sound(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/#/preprocess")  # the first page of all: the project is not made yet
    expect(page.get_by_text("here is a made-up sound")).to_be_visible()
    expect(page.get_by_role("img", name="MFCCs of Chirp: 49 frames of 13 coefficients")).to_be_visible()
    page.get_by_role("link", name="Record words").click()
    expect(page.get_by_role("heading", name="Record")).to_be_visible()


def test_a_photo_is_cut_made_smaller_and_scaled(server: Server, page: Page) -> None:
    open_page(server, page)
    page.evaluate("async () => (await import('/js/data/project.js')).chooseProject('pictures', 'vision')")
    expect(page.get_by_text("here is a made-up picture")).to_be_visible()
    put_photos(page, "cup", 2)
    eventually(lambda: len(server.photos()) == 2)
    page.reload()
    expect(page.get_by_role("img", name="The photo cup, with the square that is kept")).to_be_visible()
    rules = load_preprocessing()
    rows = page.get_by_role("row")
    pixel = [int(text) for text in rows.nth(1).get_by_role("cell").all_inner_texts()]
    scaled = [float(text) for text in rows.nth(2).get_by_role("cell").all_inner_texts()]
    assert np.allclose(scaled, (np.array(pixel) - rules.mean) / rules.scale, atol=5e-4)
    assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("name", "size"), [("phone", PHONE), ("desktop", DESKTOP)])
def test_the_page_looks_right(
    server: Server, launch: Callable[..., Browser], name: str, size: dict[str, int], scheme: str
) -> None:
    page = new_phone(launch, viewport=size, color_scheme=scheme, reduced_motion="reduce", has_touch=name == "phone").new_page()
    complaints = watch(page)
    open_page(server, page, yes=1, no=1)
    expect(page.locator(".action .primary")).to_be_in_viewport(ratio=1)
    look_at(page, f"preprocess-{name}-{scheme}")
    for step in (2, 4, 6, 8):
        page.locator(f"#step-{step}").evaluate("(heading) => heading.scrollIntoView()")
        page.screenshot(path=f"{SCREENSHOTS}/preprocess-{step}-{name}-{scheme}.png")
    for summary in page.locator("main summary").all():
        summary.click()
    page.get_by_role("textbox", name="Frame length").fill("600")
    expect(page.get_by_role("alert")).to_be_visible()
    look_at(page, f"preprocess-open-{name}-{scheme}")
    assert complaints == []
