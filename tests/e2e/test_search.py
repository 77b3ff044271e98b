"""Search: a few trials that are run, stopped and continued through the page; and the page itself, with many."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import PHONE, ROOT, Server, eventually, new_phone, watch
from playwright.sync_api import Browser, Page, expect
from test_pages import DESKTOP, look_at

from tests.training.conftest import write_clips
from training.features.params import load_default
from training.metrics import wilson_interval
from training.search import space, study
from training.search.config import FOLDER, Limits, SearchConfig
from training.search.storage import Storage
from training.search.trial import check_clips
from training.speech.design import board_figures, check_design, cost

PATIENCE = 240_000  # ms; TensorFlow is loaded by each worker
N_JUDGED = 40


def put_project(server: Server) -> Path:
    """A project with clips, brought in before the server looks. Returns the folder of its clips."""
    server.stop()
    folder = write_clips(server.data.parent / "made", {"rise": "rise", "fall": "fall", "whistle": "other"}, 8)
    command = [sys.executable, "-m", "server.cli", "import", str(folder), "--project", "words", "--data", str(server.data)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    server.start()
    return server.data / "projects" / "words" / "clips"


def put_search(server: Server, clips: Path, n: int, wanted: int) -> None:
    """A search as workers leave one, of real designs and their real costs; how well they hear is made up."""
    config = SearchConfig(
        project="words", name="large", clips=clips, folder=server.data / FOLDER, labels=("rise", "fall"), base=load_default(),
        trials=wanted, limits=Limits(instructions=4_000_000),
    )  # fmt: skip
    storage = Storage(f"sqlite:///{config.folder / 'words'}.db")
    search = study.begin(storage, config, check_clips(config))
    rng = np.random.default_rng(1)
    for _ in range(n):
        trial = study.claim(search, wanted)
        assert trial
        params, values = space.choose(trial, config.base)
        design = check_design(values)
        price = cost(design, params, 3)
        needs = board_figures(price)
        about = {"params": params.to_dict(), "design": design.to_dict()}
        for key, value in {
            **about,
            "cost": {**needs, **{name: price[name] for name in ("arena_bytes", "milliseconds", "parameters")}},
        }.items():
            trial.set_user_attr(key, value)
        if needs["instructions"] > config.limits.instructions:
            trial.set_user_attr("problems", ["instructions"])
            study.tell_pruned(search, trial)
            continue
        right = int(N_JUDGED * min(0.98, 0.5 + 0.45 * needs["instructions"] / 4e6 + rng.normal(0, 0.06)))
        trial.set_user_attr("interval_95", list(wilson_interval(right, N_JUDGED)))
        trial.set_user_attr("n", N_JUDGED)
        study.tell_complete(search, trial, right / N_JUDGED, needs["instructions"])
    storage.close()


def settings_of(page: Page, server: Server) -> dict[str, Any]:
    """The project's."""
    found: dict[str, Any] = page.request.get(f"{server.url}/projects/words/settings").json()
    return found


def test_a_search_is_stopped_goes_on_and_its_result_is_taken(server: Server, page: Page) -> None:
    put_project(server)
    page.goto(f"{server.url}/#/search")
    page.get_by_label("Trials", exact=True).fill("many")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.get_by_text("Trials must be a whole number from 1 to 1,000.")).to_be_visible()
    page.get_by_label("Trials", exact=True).fill("4")
    page.get_by_label("Epochs of a trial").fill("1")
    page.get_by_text("What the board has").click()
    page.get_by_label("Instructions, millions").fill("0.6")
    page.get_by_role("checkbox", name="whistle").uncheck()
    page.get_by_role("button", name="Search", exact=True).click()

    expect(page.get_by_text("of 4 trials")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("1 trial runs.")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("It is stopped. It can go on where it was.")).to_be_visible(timeout=PATIENCE)
    page.reload()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("4 of 4 trials")).to_be_visible(timeout=PATIENCE)
    table = page.get_by_role("region", name="Table of trials")
    expect(table.get_by_text("too many instructions").first).to_be_visible()

    use = page.get_by_role("button", name="Use trial")
    expect(use).to_be_visible()
    use.click()
    expect(page.get_by_text("It is the project's front end and design now.")).to_be_visible()
    taken = settings_of(page, server)
    name = page.url.rsplit("name=", 1)[1]
    trials = page.request.get(f"{server.url}/projects/words/searches/{name}").json()["trials"]
    assert any((trial["params"], trial["design"]) == (taken["params"], taken["design"]) for trial in trials)
    expect(page.get_by_role("link", name="Train it in full")).to_be_visible()


def test_the_front_is_walked_by_keyboard(server: Server, page: Page) -> None:
    put_search(server, put_project(server), 24, 30)
    page.goto(f"{server.url}/#/search")
    expect(page.get_by_role("heading", name="Earlier searches")).to_be_visible()
    page.get_by_role("link", name="Open search large").click()
    expect(page.get_by_text("24 of 30 trials")).to_be_visible()
    points = page.get_by_role("slider", name="Trials by instructions")
    points.focus()
    page.keyboard.press("Home")
    first = points.get_attribute("aria-valuetext")
    page.keyboard.press("ArrowRight")
    eventually(lambda: points.get_attribute("aria-valuetext") != first)
    number = str(points.get_attribute("aria-valuetext")).split(":")[0]
    expect(page.get_by_role("heading", name=number, exact=True)).to_be_visible()

    table = page.get_by_role("region", name="Table of trials")
    table.get_by_role("button", name="Instructions").focus()
    page.keyboard.press("Enter")
    expect(table.get_by_role("columnheader", name="Instructions")).to_have_attribute("aria-sort", "ascending")
    cheapest = table.get_by_role("row").nth(1)
    expect(cheapest.get_by_role("cell").nth(2)).to_contain_text("M")
    table.get_by_role("button", name="Look at trial").first.press("Enter")
    expect(table.locator("tr[aria-current]")).to_have_count(1)
    page.locator(".pareto canvas").click(position={"x": 60, "y": 60})  # beside all points: nothing changes
    expect(table.locator("tr[aria-current]")).to_have_count(1)


def test_photos_have_nothing_to_search(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/#/record?kind=vision")
    expect(page.get_by_text("Project pictures: 0 photos stored")).to_be_visible()
    page.goto(f"{server.url}/#/search")
    expect(page.get_by_text("There is one network for photos and nothing to search")).to_be_visible()
    look_at(page, "search-pictures-phone-light")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("name", "size"), [("phone", PHONE), ("desktop", DESKTOP)])
def test_the_page_is_accessible_and_within_the_screen(
    server: Server, launch: Callable[..., Browser], name: str, size: dict[str, int], scheme: str
) -> None:
    clips = put_project(server)
    put_search(server, clips, 24, 30)
    page = new_phone(launch, viewport=size, color_scheme=scheme, reduced_motion="reduce", has_touch=name == "phone").new_page()
    complaints = watch(page)
    page.goto(f"{server.url}/#/search")
    expect(page.get_by_role("heading", name="Earlier searches")).to_be_visible()
    expect(page.locator(".action .primary")).to_be_in_viewport(ratio=1)
    look_at(page, f"search-start-{name}-{scheme}")
    page.goto(f"{server.url}/#/search?name=large")
    expect(page.get_by_role("slider", name="Trials by instructions")).to_be_visible()
    expect(page.locator(".action .primary")).to_be_in_viewport(ratio=1)
    look_at(page, f"search-{name}-{scheme}")
    page.get_by_role("region", name="Table of trials").scroll_into_view_if_needed()
    look_at(page, f"search-trials-{name}-{scheme}")
    assert complaints == []
