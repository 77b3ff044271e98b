"""The nine steps with the sample project: each page does its part of the work, on a phone and on a desk."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import PHONE, ROOT, Server, eventually, new_phone, running_server, watch
from playwright.sync_api import Browser, Page, expect
from test_learn import STEPS
from test_pages import DESKTOP, look_at

ROUTES = "collect explore preprocess design search train evaluate optimize convert deploy live learn".split()
SAMPLE = '{"project": "sample", "kinds": {"sample": "speech"}, "labels": {}}'


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the sample project, made by its command."""
    folder = tmp_path_factory.mktemp("studio")
    command = [sys.executable, "-m", "server.cli", "sample", "--data", str(folder / "data")]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=180)
    yield from running_server(folder)


def open_studio(launch: Callable[..., Browser], server: Server, size: dict[str, int], scheme: str) -> tuple[Page, list[str]]:
    """A browser that works in the sample project, on its first step."""
    context = new_phone(launch, viewport=size, color_scheme=scheme, reduced_motion="reduce", has_touch=size == PHONE)
    context.add_init_script(
        f"if (!localStorage.getItem('nestling.settings')) localStorage.setItem('nestling.settings', '{SAMPLE}')"
    )
    page = context.new_page()
    complaints = watch(page)
    page.goto(f"{server.url}/#/collect")
    expect(page.get_by_role("heading", level=1, name="Collect data")).to_be_visible()
    return page, complaints


def step(page: Page, name: str) -> None:
    """Go to a step as a person does: by the rail on a desk, by the line of steps on a phone."""
    rail = page.get_by_role("navigation", name="Pages").get_by_role("link", name=name, exact=True)
    line = page.get_by_role("navigation", name="Steps of the workflow").get_by_role("link", name=name, exact=True)
    (rail if page.viewport_size == DESKTOP else line).click()
    expect(page.get_by_role("heading", level=1, name="Live" if name == "Make inferences" else name)).to_be_visible()
    page.wait_for_load_state("networkidle")


def unreached(page: Page) -> list[str]:
    """What the Tab key does not come to, of all that can be operated."""
    page.evaluate("() => { document.activeElement?.blur(); scrollTo(0, 0); }")
    n: int = page.evaluate(
        """() => {
          const all = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
            .filter((element) => element.checkVisibility({ visibilityProperty: true }) && element.tabIndex >= 0)
            .filter((element) => !element.matches(':disabled, input[type=file], input[type=radio]:not(:checked)'));
          all.forEach((element) => element.setAttribute('data-unreached', ''));
          document.addEventListener('focusin', ({ target }) => target.removeAttribute('data-unreached'));
          return all.length;
        }"""
    )
    for _ in range(n + 20):
        page.keyboard.press("Tab")
        if not page.locator("[data-unreached]").count():
            return []
    left: list[str] = page.locator("[data-unreached]").evaluate_all(
        "(all) => all.map((element) => element.outerHTML.slice(0, 140))"
    )
    return left


@pytest.mark.parametrize(("name", "size", "scheme"), [("phone", PHONE, "light"), ("desktop", DESKTOP, "dark")])
def test_from_clips_to_inferences(
    studio: Server, launch: Callable[..., Browser], tmp_path: Path, name: str, size: dict[str, int], scheme: str
) -> None:
    page, complaints = open_studio(launch, studio, size, scheme)
    expect(page.get_by_role("listitem").filter(has_text="yes").first).to_be_visible()
    look_at(page, f"walk-1-collect-{name}-{scheme}")

    step(page, "Preprocess")
    expect(page.get_by_text("49 × 13").first).to_be_visible()
    expect(page.get_by_role("heading", name="1. Waveform")).to_be_visible()
    look_at(page, f"walk-2-preprocess-{name}-{scheme}")

    step(page, "Design a model")
    expect(page.get_by_text("25 × 1 × 64").first).to_be_visible()  # what comes out of the first convolution
    look_at(page, f"walk-3-design-{name}-{scheme}")

    step(page, "Train")
    page.get_by_text("Epochs and seed").click()
    page.get_by_label("Epochs").fill("2")
    page.get_by_role("button", name="Train yes, no").click()
    expect(page.get_by_role("link", name="Try it live")).to_be_visible(timeout=240_000)
    look_at(page, f"walk-4-train-{name}-{scheme}")

    step(page, "Evaluate")
    expect(page.get_by_role("heading", name="Confusion matrix")).to_be_visible()
    look_at(page, f"walk-5-evaluate-{name}-{scheme}")

    step(page, "Optimize")
    expect(page.get_by_role("table").first).to_be_visible()
    look_at(page, f"walk-6-optimize-{name}-{scheme}")

    step(page, "Convert")
    with page.expect_download() as found:
        page.get_by_role("link", name="Download").first.click()
    assert Path(found.value.path()).stat().st_size > 1000
    look_at(page, f"walk-7-convert-{name}-{scheme}")

    step(page, "Deploy")
    expect(page.get_by_role("img", name="code").first).to_be_visible()
    look_at(page, f"walk-8-deploy-{name}-{scheme}")

    step(page, "Make inferences")
    page.get_by_role("button", name="Start listening").click()
    expect(page.locator(".score.best")).to_be_visible(timeout=30_000)
    look_at(page, f"walk-9-live-{name}-{scheme}")
    assert complaints == []


@pytest.mark.parametrize("route", ROUTES)
def test_the_tab_key_comes_to_everything(studio: Server, launch: Callable[..., Browser], route: str) -> None:
    page, complaints = open_studio(launch, studio, DESKTOP, "light")
    page.goto(f"{studio.url}/#/{route}")
    page.wait_for_load_state("networkidle")
    if route == "collect":  # the list draws what is on the screen: with few clips that is all of them
        page.locator(".filters select").first.select_option("background_noise")
        expect(page.get_by_role("status").filter(has_text="8 of 168 clips")).to_be_visible()
    assert unreached(page) == []
    assert complaints == []


def test_all_of_it_in_spanish(studio: Server, launch: Callable[..., Browser]) -> None:
    page, complaints = open_studio(launch, studio, PHONE, "light")
    page.goto(f"{studio.url}/#/about")
    page.get_by_role("radio", name="Español").check()
    expect(page.get_by_role("heading", level=1, name="Acerca de y privacidad")).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "es"
    english = {*STEPS, "Record", "More", "Projects", "Search", "Learn"} - {"Live"}
    for route in ROUTES:
        page.goto(f"{studio.url}/#/{route}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        page.wait_for_load_state("networkidle")
        look_at(page, f"walk-spanish-{route}")
        shown = {line.strip() for line in page.locator("body").inner_text().splitlines()}
        assert shown & english == set(), route
    page.goto(f"{studio.url}/#/projects")
    page.get_by_role("textbox").fill("con")
    page.get_by_role("button", name="Crearlo").click()
    eventually(lambda: "es un nombre reservado en Windows" in page.get_by_role("alert").inner_text())  # the server's own sentence
    assert all("409" in text or "400" in text for text in complaints), complaints
