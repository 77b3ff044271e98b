"""Design a model, in the browser: layers put in, moved, changed and taken out, what that costs, and what the board has not."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import PHONE, Server, eventually, new_phone, running_server, watch
from playwright.sync_api import Browser, Page, Route, expect
from test_pages import DESKTOP, look_at

from training.features.params import load_default
from training.speech.design import check_design, cost, preset_design
from training.speech.presets import DEFAULT_PRESET

TOTALS = "What it takes of the board"


@pytest.fixture
def with_expert(tmp_path: Path) -> Iterator[Server]:
    """A server whose person allows a file."""
    file = tmp_path / "my_net.py"
    file.write_text("def build(input_shape, n_labels):\n    return None\n")
    yield from running_server(tmp_path, "--expert-model", str(file))


def open_page(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/#/design")
    expect(page.get_by_role("heading", level=1, name="Design a model")).to_be_visible()
    expect(page.get_by_role("region", name=TOTALS)).to_have_attribute("aria-busy", "false")


def settings(server: Server) -> dict[str, Any]:
    """What the project's file holds."""
    path = server.data / "projects" / "words" / "settings.json"
    content: dict[str, Any] = json.loads(path.read_text()) if path.is_file() else {}
    return content


def expect_cost(page: Page, layers: list[dict[str, Any]]) -> None:
    """Wait until the page shows what such a network costs, of the two classes of an empty project."""
    figures = cost(check_design({"layers": layers}), load_default(), 2)
    totals = page.get_by_role("region", name=TOTALS)
    expect(totals).to_contain_text(f"{figures['arena_bytes']:,} bytes")
    expect(totals).to_contain_text(f"Parameters{figures['parameters']:,}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("name", "size"), [("phone", PHONE), ("desktop", DESKTOP)])
def test_every_state_is_accessible_and_within_the_screen(
    with_expert: Server, launch: Callable[..., Browser], name: str, size: dict[str, int], scheme: str
) -> None:
    page = new_phone(launch, viewport=size, color_scheme=scheme, reduced_motion="reduce", has_touch=name == "phone").new_page()
    complaints = watch(page)
    open_page(page, with_expert)
    expect(page.get_by_role("img", name="From 49 × 1 × 13 to 2 in 13 layers")).to_be_visible()
    look_at(page, f"design-{name}-{scheme}")
    page.get_by_text("How this is known").click()
    page.locator(".layer .name").nth(1).click()
    page.get_by_label("Another layer").select_option("lstm")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("The board's C++ has no recurrent layers")).to_be_visible()
    look_at(page, f"design-lacking-{name}-{scheme}")
    page.get_by_role("button", name="Expert: my_net.py").click()
    page.get_by_text("Expert mode: a network as Keras code").click()
    expect(page.get_by_text("The network is the function build of my_net.py.")).to_be_visible()
    look_at(page, f"design-expert-{name}-{scheme}")
    assert complaints == []


def test_a_network_is_made_with_the_keyboard_and_saved(server: Server, page: Page) -> None:
    open_page(page, server)
    expect(page.get_by_role("button", name="medium", exact=False).first).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="dense", exact=False).last.press("Enter")
    layers = preset_design("dense").layer_list()
    expect_cost(page, layers)

    page.get_by_role("button", name="2 Dense").press("Enter")
    units = page.get_by_label("Units")
    units.fill("0")
    expect(units).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text("A whole number from 1 to 1,024")).to_be_visible()
    units.fill("7")
    layers[1]["units"] = 7
    expect_cost(page, layers)
    page.get_by_label("Another layer").select_option("dense")
    page.get_by_role("button", name="Add", exact=True).press("Enter")
    expect(page.get_by_role("button", name="3 Dense")).to_be_focused()
    layers.insert(2, check_design({"layers": [{"type": "dense"}]}).layer_list()[0])
    expect_cost(page, layers)

    page.get_by_role("button", name="Move layer 3, Dense, down").press("Enter")
    expect(page.get_by_role("button", name="Move layer 4, Dense, up")).to_be_focused()
    expect(page.locator(".layer .what strong")).to_have_text(["Flatten", "Dense", "Dropout", "Dense"])
    page.get_by_role("button", name="3 Dropout").press("Enter")  # a phone has a row's buttons where it is open
    page.get_by_role("button", name="Remove layer 3, Dropout").press("Enter")
    expect(page.get_by_role("button", name="3 Dense")).to_be_focused()
    del layers[3]
    expect_cost(page, layers)
    page.get_by_label("Name of this design").fill("two dense")

    expect(page.get_by_role("button", name="Save for this project")).to_be_enabled()
    page.get_by_role("button", name="Save for this project").press("Enter")
    expect(page.locator(".action").get_by_role("link", name="Train")).to_be_visible()
    assert settings(server)["design"] == {"layers": layers, "name": "two dense"}
    page.reload()
    expect_cost(page, layers)
    expect(page.get_by_label("Name of this design")).to_have_value("two dense")
    page.get_by_role("button", name="Back to the default").press("Enter")
    expect(page.get_by_role("button", name="Back to the default")).to_have_count(0)
    assert "design" not in settings(server)
    expect_cost(page, preset_design(DEFAULT_PRESET).layer_list())


def test_undo_takes_back_step_by_step(server: Server, page: Page) -> None:
    open_page(page, server)
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_disabled()
    page.get_by_role("button", name="conv1d", exact=False).click()
    page.get_by_role("button", name="1 Convolution over time").click()
    page.get_by_label("Filters").press_sequentially("1")  # 8 becomes 81: typing is one step
    page.get_by_label("Filters").press_sequentially("2")
    expect(page.get_by_role("button", name="1 Convolution over time 812")).to_have_count(0)
    layers = preset_design("conv1d").layer_list()
    page.get_by_label("Filters").fill("12")
    expect_cost(page, [{**layers[0], "filters": 12}, *layers[1:]])
    undo.click()
    expect_cost(page, layers)
    undo.click()
    expect_cost(page, preset_design(DEFAULT_PRESET).layer_list())
    expect(undo).to_be_disabled()


def test_an_answer_that_comes_too_late_is_not_shown(server: Server, page: Page) -> None:
    open_page(page, server)
    held: list[Route] = []

    def hold_first(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    page.route("**/design/cost", hold_first)
    page.get_by_role("button", name="ds_cnn_wide").click()
    eventually(lambda: page.evaluate("() => true") and held)  # routes are told while the page is asked something
    page.get_by_role("button", name="tiny_conv").click()
    wanted = preset_design("tiny_conv").layer_list()
    expect_cost(page, wanted)
    with page.expect_response("**/design/cost"):
        held[0].continue_()
    page.evaluate("() => new Promise((done) => setTimeout(done, 100))")
    expect_cost(page, wanted)


def test_what_the_board_does_not_have_is_red_and_not_saved(server: Server, page: Page) -> None:
    open_page(page, server)
    page.get_by_label("Another layer").select_option("lstm")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator(".layer.wrong .problem")).to_have_text(
        "The board's C++ has no recurrent layers; take conv1d layers, which look over time as well."
    )
    expect(page.get_by_role("button", name="Mend what is red first")).to_be_disabled()
    page.get_by_role("button", name="Remove layer 14, LSTM").click()
    expect(page.locator(".action").get_by_role("link", name="Train")).to_be_visible()


def test_photos_lead_on(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/#/record?kind=vision")
    expect(page.get_by_text("Project pictures: 0 photos stored")).to_be_visible()
    page.goto(f"{server.url}/#/design")
    expect(page.get_by_text("For photos there is one network")).to_be_visible()
    page.locator("main").get_by_role("link", name="Train").last.click()
    expect(page.get_by_role("heading", level=1, name="Train")).to_be_visible()
