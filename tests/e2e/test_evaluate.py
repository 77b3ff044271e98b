"""Evaluate and Optimize: what a model's bundle says of it, and what can be done about what it took for something else."""

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import PHONE, SHIPPED, Server, eventually, new_phone, put_clips, put_older_words, put_own_things, put_photos, watch
from playwright.sync_api import Browser, Locator, Page, expect
from test_pages import DESKTOP, look_at

from training.clips import Clip
from training.convert.bundle import write_bundle
from training.convert.manifest import read_manifest
from training.convert.weights import describe_weights
from training.evaluation import Judged, summarise_splits, write_evaluation

LABELS = ["yes", "no", "unknown"]
N_HELD = {"yes": 4, "no": 3, "unknown": 3}  # of each label, in each of the two splits


@pytest.fixture(scope="session")
def weights() -> dict[str, Any]:
    """What int8 does to the layers of the model that is shipped."""
    windows = np.random.default_rng(5).normal(0, 4, (3, 49, 13)).astype(np.float32)
    float_model, int8_model = ((SHIPPED / f"model_{engine}.tflite").read_bytes() for engine in ("float", "int8"))
    return describe_weights(float_model, int8_model, [], windows)


def put_model(exports: Path, clips: Sequence[Path], weights: dict[str, Any]) -> dict[str, Judged]:
    """Write a bundle as training writes one, that has answered to these clips: one yes in each split it took for no."""
    judged = {split: judge(half, split) for split, half in zip(("validation", "test"), halves(clips), strict=True)}
    manifest = read_manifest(SHIPPED)
    del manifest["files"]

    def fill(folder: Path) -> dict[str, Any]:
        for engine in ("float", "int8"):
            shutil.copy(SHIPPED / f"model_{engine}.tflite", folder)
        write_evaluation(folder, LABELS, judged)
        (folder / "weights.json").write_text(json.dumps(weights), encoding="utf-8")
        figures = {"board": {"instructions": 4_310_000}, "arena_bytes": 31_248, "float_arena_bytes": 98_352}
        figures |= {
            "metrics": summarise_splits(judged, LABELS),
            "decision": {"n_smooth": 3, "threshold": 0.7, "refractory": 16_000},
        }
        return manifest | figures | {"project": "words", "run": "judged"}

    write_bundle(exports / "words" / "judged", fill)
    return judged


def halves(clips: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """As many clips of each label for either split."""
    by_label = {label: [path for path in clips if path.parent.name == label] for label in LABELS}
    return tuple([path for label, n in N_HELD.items() for path in by_label[label][n * i : n * (i + 1)]] for i in range(2))  # type: ignore[return-value]


def judge(paths: Sequence[Path], split: str) -> Judged:
    """Answers that are sure and right, but for the first yes."""
    clips = [Clip(path=path, folder=path.parent.name) for path in paths]
    truth = np.array([LABELS.index(clip.folder) for clip in clips])
    rng = np.random.default_rng(len(split))
    scores = 0.04 + 0.02 * rng.random((len(clips), 3))
    scores[range(len(clips)), truth] = 0.6 + 0.3 * rng.random(len(clips))
    scores[0] = [0.18, 0.77, 0.05]
    return Judged(clips=clips, truth=truth, scores={"float": scores, "int8": scores.round(2)})


@pytest.fixture
def judged(server: Server, page: Page, weights: dict[str, Any]) -> dict[str, Judged]:
    """A project with clips, and a model that has answered to them."""
    return fill(server, page, weights)


def fill(server: Server, page: Page, weights: dict[str, Any]) -> dict[str, Judged]:
    """Clips by the page, and the bundle of a model beside them."""
    page.goto(server.url)
    expect(page.get_by_role("heading", name="Record")).to_be_visible()
    for label, n in N_HELD.items():
        put_clips(page, label, 2 * n)
    eventually(lambda: len(server.clips()) == 2 * sum(N_HELD.values()))
    return put_model(server.exports, server.clips(), weights)


def clip_of(page: Page, clip_id: str) -> dict[str, Any]:
    """What the server says of a clip."""
    answer = page.request.get(f"{page.url.split('#')[0]}projects/words/clips/{clip_id}")
    found: dict[str, Any] = answer.json()
    return found


def cell(page: Page, name: str) -> Locator:
    """A cell of the confusion matrix."""
    return page.get_by_role("region", name="Confusion matrix").get_by_role("button", name=name)


def test_a_mistake_is_heard_and_mended(server: Server, page: Page, judged: dict[str, Judged]) -> None:
    page.goto(f"{server.url}/#/evaluate")
    validation, test = (page.get_by_role("region", name=name, exact=True) for name in ("Validation", "Test"))
    for card, use in ((validation, "Use it to choose"), (test, "Use it once, at the end")):
        expect(card).to_contain_text(use)
        expect(card).to_contain_text("10 clips")
        expect(card.get_by_role("definition")).to_have_text(["90 % 60-98 %", "90 % 60-98 %"])
    row = page.get_by_role("region", name="Each label").get_by_role("row", name="yes")
    expect(row.get_by_role("cell")).to_have_text(["100 %", "75 %", "86 %"])

    cell(page, "yes heard as no: 1 clip").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="yes heard as no: 1 clip")).to_be_focused()
    mistaken = judged["validation"].clips[0].id
    item = page.get_by_role("region", name="yes heard as no: 1 clip").get_by_role("listitem")
    expect(item).to_have_count(1)
    expect(item).to_contain_text("no 0.77 yes 0.18")
    item.get_by_role("button", name="Play").click()
    expect(item.get_by_role("button", name="Stop")).to_be_visible()
    expect(item.get_by_role("button", name="Play")).to_be_visible(timeout=10_000)  # it has been heard to its end

    item.get_by_role("button", name="To training").click()
    expect(item).to_contain_text("The next model learns from it.")
    assert (clip_of(page, mistaken)["split"], clip_of(page, mistaken)["pinned"]) == ("train", True)
    item.get_by_role("button", name="Leave out").click()
    expect(item).to_contain_text("The next model leaves it out.")
    assert clip_of(page, mistaken)["disabled"] is True
    item.get_by_role("button", name="Leave out").click()
    expect(item).not_to_contain_text("The next model leaves it out.")
    item.get_by_role("combobox").select_option("no")
    expect(item).to_contain_text("Its label is no now.")
    assert [path.parent.name for path in server.clips() if path.stem == mistaken] == ["no"]
    item.get_by_role("button", name="Delete").click()
    expect(item).to_contain_text("Deleted.")
    assert mistaken not in [path.stem for path in server.clips()]
    item.get_by_role("button", name="Undo").click()
    expect(item.get_by_role("combobox")).to_have_value("no")
    assert mistaken in [path.stem for path in server.clips()]

    # The numbers are those of a model that is made: they stay. The other split has cells of its own.
    expect(cell(page, "yes heard as no: 1 clip")).to_be_visible()
    page.get_by_role("radio", name="test", exact=True).check()
    expect(item).to_have_count(0)
    cell(page, "no heard as no: 3 clips").click()
    shown = page.get_by_role("region", name="no heard as no: 3 clips").get_by_role("listitem")
    expect(shown).to_have_count(3)
    page.get_by_role("button", name="Judge in 5 parts").click()
    page.wait_for_url("**/#/train?job=*")
    assert [job["kind"] for job in page.request.get(f"{server.url}/jobs").json()["jobs"]] == ["kfold"]
    page.request.post(f"{server.url}/jobs/{page.url.split('=')[-1]}/cancel")


def test_the_threshold_is_a_handle(server: Server, page: Page, judged: dict[str, Judged]) -> None:
    page.goto(f"{server.url}/#/evaluate")
    section = page.get_by_role("region", name="Threshold")
    slider = section.get_by_role("slider")
    scores, is_no = judged["validation"].scores["int8"][:, 1], judged["validation"].truth == 1
    section.get_by_role("radio", name="no", exact=True).check()

    def counted(threshold: float) -> tuple[str, str]:
        accepts, rejects = int((scores[~is_no] >= threshold).sum()), int((scores[is_no] < threshold).sum())
        return f"False accepts{accepts} of 7 clips that are not no: ", f"False rejects{rejects} of 3 clips of no: "

    def shows(threshold: float) -> None:
        expect(section.get_by_role("status").or_(section.locator("output"))).to_have_text(f"{threshold:.2f}")
        for text in counted(threshold):
            expect(section.locator(".errors")).to_contain_text(text)

    shows(0.7)
    assert counted(0.7)[0].startswith("False accepts1 of")  # the yes that it took for a no
    expect(section.locator(".errors")).to_contain_text("14 % (3-51 %)")
    slider.focus()
    for _ in range(8):
        page.keyboard.press("ArrowRight")
    shows(0.78)
    assert counted(0.78)[0].startswith("False accepts0 of")
    page.keyboard.press("Home")
    shows(0.0)
    assert counted(0.0) == ("False accepts7 of 7 clips that are not no: ", "False rejects0 of 3 clips of no: ")
    section.get_by_role("button", name="Back to 0.70").click()
    shows(0.7)
    for view in ("ROC", "DET"):
        section.get_by_role("radio", name=view).check()
        curve = section.get_by_role("img", name=f"{view} curve of no")
        slider.fill("1")
        box = curve.bounding_box() or pytest.fail("the curve is not on the screen")
        height = 20 if view == "ROC" else box["height"] - 50  # where everything is let in
        curve.click(position={"x": box["width"] - 20, "y": height})
        expect(section.locator(".errors")).to_contain_text("False accepts7 of 7")  # all is let in


def test_float_and_int8_layer_by_layer(server: Server, page: Page, judged: dict[str, Judged], weights: dict[str, Any]) -> None:
    page.goto(f"{server.url}/#/optimize")
    table = page.get_by_role("region", name="float32 beside int8")
    sizes = [(server.exports / "words" / "judged" / f"model_{engine}.tflite").stat().st_size for engine in ("float", "int8")]
    cells = [f"{size / 1000:.1f} kB" for size in sizes] + [f"÷ {sizes[0] / sizes[1]:.1f}"]
    expect(table.get_by_role("row", name="Size").get_by_role("cell")).to_have_text(cells)
    expect(table.get_by_role("row", name="RAM").get_by_role("cell")).to_have_text(["98.4 kB", "31.2 kB", "÷ 3.1"])
    expect(table.get_by_role("row", name="Accuracy, test")).to_contain_text("0.0 points")
    expect(table.get_by_role("row", name="Instructions")).to_contain_text("4.31 M")

    layers = page.get_by_role("region", name="Layer by layer")
    worst = min(weights["layers"], key=lambda layer: layer["signal_to_noise_db"] or np.inf)
    marked = layers.get_by_role("row").filter(has_text="loses most")
    expect(marked).to_have_count(1)
    expect(marked).to_contain_text(f"{worst['signal_to_noise_db']:.1f} dB")
    last = weights["layers"][-1]
    layers.get_by_role("button", name=last["name"], exact=True).click()
    expect(page.get_by_role("group", name=f"Weights of {last['name']}")).to_be_visible()
    expect(page.get_by_role("img", name=f"Histogram of {last['n']:,} weights")).to_be_visible()
    page.get_by_role("radio", name="× 16").check()

    number = page.get_by_role("region", name="One number through int8")
    how = read_manifest(SHIPPED)["output"]  # 1/256, -128
    number.get_by_label("Where").select_option(label="output: a score")
    number.get_by_label("Number").fill("0,3")
    expect(number.get_by_role("listitem").nth(2)).to_contain_text(
        f"int8 \u2212{-(round(0.3 / how['scale']) + how['zero_point'])}"
    )
    expect(number.get_by_role("listitem").nth(3)).to_contain_text("0.3008")
    number.get_by_label("Number").fill("7")
    expect(number).to_contain_text("beyond int8, so it is held at 127")
    number.get_by_label("Number").fill("seven")
    expect(number.get_by_role("alert")).to_have_text("seven is not a number. Type one such as 1.3 or -0.5.")
    expect(page.get_by_role("region", name="What others have measured").get_by_role("row", name="MobileNet v2")).to_contain_text(
        "63.7 %"
    )


def test_an_older_bundle_says_what_it_has_not_kept(server: Server, page: Page) -> None:
    bundle = put_older_words(server.exports)
    page.goto(f"{server.url}/#/evaluate?bundle={bundle}")
    expect(page.get_by_text("This model was made before answers were kept")).to_be_visible()
    metrics = read_manifest(SHIPPED)["metrics"]["int8"]["validation"]
    expect(page.get_by_role("region", name="Validation", exact=True)).to_contain_text(f"{round(100 * metrics['accuracy'])} %")
    matrix = page.get_by_role("region", name="Confusion matrix")
    expect(matrix.get_by_role("cell").first).to_have_text(str(metrics["confusion"][0][0]))
    expect(page.get_by_role("region", name="Threshold")).to_have_count(0)
    page.get_by_role("link", name="Optimize").last.click()
    expect(page.get_by_text("This model was made before its weights were described")).to_be_visible()
    expect(page.get_by_role("region", name="One number through int8")).to_contain_text("scale")


def test_a_photo_that_was_mistaken_is_mended(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/#/record?kind=vision")
    expect(page.get_by_text("Project pictures: 0 photos stored")).to_be_visible()
    for label in ("cup", "spoon"):
        put_photos(page, label, 3)
    eventually(lambda: len(server.photos()) == 6)
    put_own_things(server.exports, ["cup", "spoon"])
    bundle = server.exports / "pictures" / "untrained"
    clips = [Clip(path=path, folder=path.parent.name) for path in server.photos()]
    truth = np.array([["cup", "spoon"].index(clip.folder) for clip in clips])
    judged = {"validation": Judged(clips=clips, truth=truth, scores={"float": np.array([[0.2, 0.8]] * 6)})}
    manifest = read_manifest(bundle) | {"metrics": summarise_splits(judged, ["cup", "spoon"])}
    write_evaluation(bundle, ["cup", "spoon"], judged)
    manifest["files"]["evaluation.json"] = {"bytes": (bundle / "evaluation.json").stat().st_size, "sha256": ""}
    (bundle / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")

    page.goto(f"{server.url}/#/evaluate")
    cell(page, "cup seen as spoon: 3 photos").click()
    items = page.get_by_role("region", name="cup seen as spoon").get_by_role("listitem")
    expect(items.get_by_role("img", name="Photo of cup")).to_have_count(3)
    items.first.get_by_role("button", name="To training").click()
    expect(items.first).to_contain_text("The next model learns from it.")
    look_at(page, "evaluate-pictures-phone-light")
    page.goto(f"{server.url}/#/optimize")
    expect(page.get_by_text("No board here runs a network for photos")).to_be_visible()
    look_at(page, "optimize-pictures-phone-light")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("name", "size"), [("phone", PHONE), ("desktop", DESKTOP)])
def test_the_pages_are_accessible_and_within_the_screen(
    server: Server, launch: Callable[..., Browser], weights: dict[str, Any], name: str, size: dict[str, int], scheme: str
) -> None:
    page = new_phone(launch, viewport=size, color_scheme=scheme, reduced_motion="reduce", has_touch=name == "phone").new_page()
    complaints = watch(page)
    fill(server, page, weights)
    page.goto(f"{server.url}/#/evaluate")
    expect(page.get_by_role("region", name="Threshold")).to_be_visible()
    expect(page.locator(".action .primary")).to_be_in_viewport(ratio=1)
    look_at(page, f"evaluate-{name}-{scheme}")
    cell(page, "yes heard as yes: 3 clips").click()
    expect(page.get_by_role("button", name="Leave out")).to_have_count(3)
    look_at(page, f"evaluate-cell-{name}-{scheme}")
    page.get_by_role("radio", name="DET").check()
    page.get_by_role("region", name="Threshold").scroll_into_view_if_needed()
    look_at(page, f"evaluate-threshold-{name}-{scheme}")
    page.goto(f"{server.url}/#/optimize")
    expect(page.get_by_role("img", name="Histogram of")).to_be_visible()
    look_at(page, f"optimize-{name}-{scheme}")
    page.get_by_role("img", name="Histogram of").scroll_into_view_if_needed()
    look_at(page, f"optimize-layers-{name}-{scheme}")
    assert complaints == []
