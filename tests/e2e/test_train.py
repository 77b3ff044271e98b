"""Train: what is missing, what the server says, runs that do not come to their end, and all runs beside each other. The whole way
is in test_whole_way.py.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import PHONE, SHIPPED, Server, eventually, new_phone, put_clips, watch
from playwright.sync_api import Browser, Locator, Page, expect
from test_pages import DESKTOP, look_at

from training.clips import MIN_CLIPS
from training.convert.bundle import write_bundle
from training.convert.manifest import read_manifest
from training.metrics import summarise

RUNS = 3


@pytest.fixture
def page(server: Server, launch: Callable[..., Browser]) -> Page:
    """The train page of a project with just enough clips of two labels, and too few of a third."""
    page = new_phone(launch).new_page()
    page.goto(server.url)
    expect(page.get_by_role("heading", name="Record")).to_be_visible()
    for label, n in (("yes", MIN_CLIPS), ("unknown", MIN_CLIPS), ("up", 3)):
        put_clips(page, label, n)
    eventually(lambda: len(server.clips()) == 2 * MIN_CLIPS + 3)
    page.goto(f"{server.url}/#/train")
    return page


def test_it_says_what_is_missing_and_why_the_server_will_not(page: Page) -> None:
    expect(page.get_by_text(f"label up has 3 clips; {MIN_CLIPS} is the least, 30 is good")).to_be_visible()
    page.get_by_role("button", name="Train yes, up").click()
    expect(page.get_by_role("alert")).to_contain_text("up")
    expect(page.get_by_role("alert")).to_contain_text("3 clips")


def test_a_run_can_be_cancelled_and_is_listed(page: Page) -> None:
    complaints = watch(page)
    page.get_by_role("checkbox", name="up").uncheck()
    page.get_by_role("button", name="Train yes").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("The training was cancelled.")).to_be_visible(timeout=15_000)
    page.get_by_role("link", name="Train again").click()
    expect(page.get_by_text("cancelled")).to_be_visible()
    page.get_by_role("link", name="Open the run").click()
    expect(page.get_by_text("The training was cancelled.")).to_be_visible()
    assert complaints == []


def test_a_killed_server_leaves_an_interrupted_run_and_the_page_finds_out(server: Server, page: Page) -> None:
    page.get_by_role("checkbox", name="up").uncheck()
    page.get_by_role("button", name="Train yes").click()
    expect(page.get_by_role("button", name="Cancel")).to_be_visible()
    server.kill()
    expect(page.get_by_text("The connection broke.")).to_be_visible()
    server.start()
    expect(page.get_by_text("The training was interrupted")).to_be_visible(timeout=20_000)


def put_runs(exports: Path) -> None:
    """Bundles as three runs of a project leave them: each of another seed and another design, each better than the one before."""
    base = read_manifest(SHIPPED)
    del base["files"]
    for number in range(1, RUNS + 1):
        truth = [index % 3 for index in range(30)]
        guessed = [label if index < 20 + 3 * number else 0 for index, label in enumerate(truth)]
        metric = summarise(*(np.array(values) for values in (truth, guessed)), base["labels"])
        changes: dict[str, Any] = {
            "project": "words",
            "run": f"run-{number}",
            "created_at": f"2026-01-0{number}T10:00:00+00:00",
            "metrics": {"float": {"test": metric}, "int8": {"test": metric}},
            "training": {"epochs": 60, "seed": number, "epochs_run": 60, "best_epoch": 55, "stopped": "planned", "seconds": 70},
            "model": base["model"] | {"name": f"design-{number}", "design": [{"type": "conv2d", "filters": 8 * number}]},
            "board": {"instructions": number * 1_000_000, "flash_bytes": 1, "ram_bytes": 1, "estimated": True},
        }
        write_bundle(exports / "words" / f"run-{number}", lambda folder, changes=changes: fill(folder, base | changes))


def fill(folder: Path, manifest: dict[str, Any]) -> dict[str, Any]:
    """One file is enough for a table."""
    (folder / "model_int8.tflite").write_bytes(bytes(1000))
    return manifest


def column(table: Locator, name: str) -> list[str]:
    """What stands in a column, in the order of the rows."""
    headings = [text.strip(" ↓↑") for text in table.get_by_role("columnheader").all_text_contents()]
    return [row.locator("th, td").nth(headings.index(name)).inner_text() for row in table.locator("tbody tr").all()]


def test_runs_are_sorted_by_a_column_and_two_are_compared_with_the_keyboard(server: Server, page: Page) -> None:
    complaints = watch(page)
    put_runs(server.exports)
    page.reload()
    table = page.get_by_role("region", name="Table of runs")
    expect(table.locator("tbody tr")).to_have_count(RUNS)
    assert column(table, "Design") == ["design-3", "design-2", "design-1"]  # the newest first
    assert column(table, "Instructions")[0] == "3 M"
    assert [cell.split("\n")[0] for cell in column(table, "Test, int8")] == ["97 %", "90 %", "83 %"]

    page.get_by_role("button", name="Instructions").press("Enter")
    expect(table.locator("th[aria-sort=descending]")).to_have_text("Instructions↓")
    page.get_by_role("button", name="Instructions").press("Enter")
    expect(table.locator("th[aria-sort=ascending]")).to_have_text("Instructions↑")
    eventually(lambda: column(table, "Design") == ["design-1", "design-2", "design-3"])

    boxes = table.get_by_role("checkbox")
    boxes.nth(0).press("Space")
    expect(page.get_by_text("Choose one more run to compare.")).to_be_visible()
    boxes.nth(2).press("Space")
    compared = page.get_by_role("region", name="Two runs compared")
    expect(page.get_by_role("heading", name="The two runs differ in 3 settings")).to_be_visible()
    rows = [row.inner_text().split() for row in compared.locator("tr.differs").all()]
    assert rows == [
        ["name", "design-1", "design-3"],
        ["Layer", "1", "conv2d:", "filters", "8", "conv2d:", "filters", "24"],
        ["seed", "1", "3"],
    ]
    expect(compared.get_by_role("row", name="n_mfcc")).to_be_hidden()
    page.get_by_role("checkbox", name="Show what is the same, too").press("Space")
    expect(compared.get_by_role("row", name="n_mfcc 13 13")).to_be_visible()
    boxes.nth(1).press("Space")  # a third takes the place of the first
    expect(boxes.nth(0)).not_to_be_checked()
    assert complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("name", "size"), [("phone", PHONE), ("desktop", DESKTOP)])
def test_the_page_is_accessible_and_within_the_screen(
    server: Server, launch: Callable[..., Browser], name: str, size: dict[str, int], scheme: str
) -> None:
    put_runs(server.exports)
    context = new_phone(launch, viewport=size, color_scheme=scheme, reduced_motion="reduce", has_touch=name == "phone")
    page = context.new_page()
    complaints = watch(page)
    page.goto(server.url)
    put_clips(page, "yes", MIN_CLIPS)
    eventually(lambda: len(server.clips()) == MIN_CLIPS)
    page.goto(f"{server.url}/#/train")
    table = page.get_by_role("region", name="Table of runs")
    for row in (0, 1):
        table.get_by_role("checkbox").nth(row).check()
    expect(page.get_by_role("region", name="Two runs compared")).to_be_visible()
    for fold in ("Epochs and seed", "Few clips? Cross-validate"):
        page.get_by_text(fold).click()
    look_at(page, f"train-runs-{name}-{scheme}")
    # On a phone the table scrolls, not the page, and tells which run a row is of.
    first = table.locator("tbody th").first
    left = first.bounding_box()
    table.evaluate("element => { element.scrollLeft = 300; }")
    assert left and first.bounding_box() == left
    assert complaints == []


def test_settings_of_a_run_are_checked_and_sent(server: Server, page: Page) -> None:
    page.get_by_role("checkbox", name="up").uncheck()
    page.get_by_text("Epochs and seed").click()
    page.get_by_role("textbox", name="Epochs").fill("many")
    page.get_by_role("button", name="Train yes").click()
    expect(page.get_by_role("alert")).to_have_text("Epochs must be a whole number from 1 to 500.")
    page.get_by_role("textbox", name="Epochs").fill("7")
    page.get_by_role("textbox", name="Seed").fill("3")
    with page.expect_request(lambda request: request.url.endswith("/jobs") and request.method == "POST") as asked:
        page.get_by_role("button", name="Train yes").click()
    assert asked.value.post_data_json == {"kind": "train", "labels": ["yes"], "epochs": 7, "seed": 3}
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("The training was cancelled.")).to_be_visible(timeout=15_000)


def test_a_cross_validation_is_started_followed_and_read(server: Server, page: Page) -> None:
    page.get_by_role("checkbox", name="up").uncheck()
    page.get_by_text("Few clips? Cross-validate").click()
    page.get_by_role("combobox", name="Folds").select_option("10")
    page.get_by_role("button", name="Cross-validate").click()
    expect(page.get_by_role("alert")).to_contain_text(f"has {MIN_CLIPS} clips; each of 10 folds needs one")
    complaints = watch(page)
    page.get_by_role("combobox", name="Folds").select_option("3")
    page.get_by_text("Epochs and seed").click()
    page.get_by_role("textbox", name="Epochs").fill("1")
    page.get_by_role("button", name="Cross-validate").click()
    expect(page.get_by_text("Fold 1 of 3, epoch 1 of 1")).to_be_visible(timeout=120_000)
    accuracy = page.get_by_role("region", name="Accuracy over all folds")
    n_clips = 2 * MIN_CLIPS + 3
    expect(accuracy.get_by_text(f"{n_clips} clips")).to_be_visible(timeout=240_000)
    expect(accuracy.get_by_role("row")).to_have_count(1 + 3)
    look_at(page, "train-folds-phone-light")
    (result,) = [json.loads(path.read_text()) for path in (server.data / "jobs").glob("*.result.json")]
    assert result["total"]["n"] == n_clips and len(result["folds"]) == 3
    page.get_by_role("link", name="Train again").click()
    expect(page.get_by_role("heading", name="Cross-validations")).to_be_visible()
    expect(page.get_by_text("3 folds")).to_be_visible()
    assert complaints == []
