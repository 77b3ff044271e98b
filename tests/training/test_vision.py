"""Photos to a bundle: train, classify and evaluate by the command line, and what is refused."""

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from training.convert import tfjs
from training.convert.graph import Graph
from training.convert.manifest import read_manifest
from training.run import RunConfig
from training.vision import augment
from training.vision.params import load_default
from training.vision.photos import read_photo
from training.vision.preprocess import prepare
from training.vision.train import load_dataset, softmax, train

ROOT = Path(__file__).resolve().parents[2]
N_PHOTOS = 20


def picture(thing: str, rng: np.random.Generator) -> Image.Image:
    """A ball or a box somewhere on a plain ground."""
    image = Image.new("RGB", (320, 240), tuple(rng.integers(90, 256, 3).tolist()))
    left, top, side = (int(rng.integers(*limits)) for limits in ((20, 160), (10, 90), (90, 140)))
    colour = tuple(rng.integers(0, 160, 3).tolist())
    shape = (left, top, left + side, top + side)
    draw = ImageDraw.Draw(image)
    if thing == "ball":
        draw.ellipse(shape, fill=colour, outline="black", width=3)
    else:
        draw.rectangle(shape, fill=colour, outline="black", width=3)
        draw.line((left, top + side // 2, left + side, top + side // 2), fill="white", width=12)
    return image


def write_photos(folder: Path, things: tuple[str, ...], n: int, seed: int) -> Path:
    """`n` photos of each thing in `<folder>/<thing>/`."""
    rng = np.random.default_rng(seed)
    for thing in things:
        (folder / thing).mkdir(parents=True)
        for number in range(n):
            picture(thing, rng).save(folder / thing / f"{thing}{number:02}.png")
    return folder


def run(*arguments: object, code: int = 0) -> Any:
    """What `nestling ... --json` prints, or what it complains of."""
    command = [sys.executable, "-m", "server.cli", *map(str, arguments)]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == code, answer.stderr
    return answer.stderr if code else answer.stdout


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """20 photos each of two things."""
    return write_photos(tmp_path_factory.mktemp("photos") / "shapes", ("ball", "box"), N_PHOTOS, 1)


@pytest.fixture(scope="module")
def trained(photos: Path) -> tuple[Path, list[dict[str, Any]]]:
    """A bundle, and the events of its training."""
    exports = photos.parent / "exports"
    out = run("train", "--kind", "vision", "--clips", photos, "--exports", exports, "--run", "first", "--json")
    return exports / "shapes" / "first", [json.loads(line) for line in out.splitlines()]


def test_a_bundle_tells_what_it_learned(trained: tuple[Path, list[dict[str, Any]]]) -> None:
    bundle, events = trained
    manifest = read_manifest(bundle)
    assert manifest["kind"] == "vision" and manifest["labels"] == ["ball", "box"]
    assert manifest["dataset"]["clips"] == {label: {"train": 12, "validation": 4, "test": 4} for label in ("ball", "box")}
    test = manifest["metrics"]["float"]["test"]
    assert test["n"] == 8 and test["accuracy"] >= 0.75
    assert test["interval_95"][0] < test["accuracy"] <= test["interval_95"][1]
    mistakes = [mistake for mistake in manifest["mistakes"] if mistake["split"] == "test"]
    assert len(mistakes) == test["n"] - round(test["accuracy"] * test["n"])
    assert 0 <= manifest["checks"]["tfjs_max_difference"] <= 1e-4
    assert set(manifest["files"]) >= {"model.keras", "tfjs/model.json"}
    kinds = [event["event"] for event in events]
    assert kinds[0] == "start" and kinds[-1] == "done"
    assert [event["stage"] for event in events if event["event"] == "stage"][-3:] == ["train", "convert", "evaluate"]
    epochs = [event for event in events if event["event"] == "epoch"]
    training = manifest["training"]
    assert len(epochs) == training["epochs_run"] <= training["epochs"] == epochs[0]["epochs"]
    assert 0.8 * training["epochs"] < training["best_epoch"] <= training["epochs_run"] and training["seconds"] > 0
    evaluation = json.loads((bundle / "evaluation.json").read_text())
    for split, rows in evaluation["splits"].items():
        assert all(set(row) == {"clip", "truth", "float"} for row in rows)
        right = sum(int(np.argmax(row["float"])) == row["truth"] for row in rows)
        assert right / len(rows) == manifest["metrics"]["float"][split]["accuracy"]
    assert epochs[-1]["loss"] < epochs[0]["loss"]
    assert not any(event["event"] == "warning" for event in events)


def test_the_network_below_is_the_one_of_things(trained: tuple[Path, list[dict[str, Any]]]) -> None:
    own, things = (Graph.read(folder / "tfjs") for folder in (trained[0], ROOT / "exports" / "things"))
    different = [a["name"] for (a, x), (b, y) in zip(own.weights, things.weights, strict=True) if (a, x) != (b, y)]
    assert len(different) == 2 and all("/scores_" in name for name in different)


def test_new_photos_are_told_apart(trained: tuple[Path, list[dict[str, Any]]], tmp_path: Path) -> None:
    fresh = write_photos(tmp_path / "fresh", ("ball", "box"), 8, 2)
    result = json.loads(run("evaluate", "--bundle", trained[0], "--clips", fresh, "--json"))
    assert result["n"] == 16 and result["engine"] == "float" and result["labels"] == ["ball", "box"]
    assert result["accuracy"] >= 0.75
    assert sum(map(sum, result["confusion"])) == 16
    files = [fresh / prediction["file"] for prediction in result["predictions"][:3]]
    said = json.loads(run("classify", "--bundle", trained[0], "--json", *files))
    for one, prediction in zip(said, result["predictions"], strict=False):
        assert one["label"] == one["class"] == prediction["predicted"]
        assert one["scores"] == pytest.approx(prediction["scores"], abs=1e-4)
        assert sum(one["scores"].values()) == pytest.approx(1, abs=1e-4)
    assert "accuracy" in run("evaluate", "--bundle", trained[0], "--clips", fresh)
    assert "ball" in run("classify", "--bundle", trained[0], files[0])


def test_tfjs_says_what_python_says(trained: tuple[Path, list[dict[str, Any]]], photos: Path) -> None:
    photo = photos / "ball" / "ball00.png"
    python = json.loads(run("classify", "--bundle", trained[0], "--json", photo))[0]["scores"]
    scores = tfjs.run(trained[0] / "tfjs", prepare(read_photo(photo))[None], "scores")[0]
    assert [python["ball"], python["box"]] == pytest.approx(scores.tolist(), abs=1e-4)


def test_the_same_seed_gives_the_same_layer(photos: Path, tmp_path: Path) -> None:
    def layer(name: str, seed: int) -> list[bytes]:
        config = RunConfig(clips=photos, labels=(), bundle=tmp_path / name, project="p", run=name, epochs=2, seed=seed)
        train(config, lambda event: None)
        return [content for how, content in Graph.read(tmp_path / name / "tfjs").weights if "/scores_" in how["name"]]

    assert layer("one", 7) == layer("two", 7) != layer("three", 8)


def test_one_burst_is_said_to_flatter(tmp_path: Path) -> None:
    rng, events = np.random.default_rng(3), []
    for thing in ("ball", "box"):
        (tmp_path / thing).mkdir()
        for number in range(10):
            about = {"session": thing if thing == "box" else f"{number % 3}", "recorded_at": f"2026-01-01T00:00:{number:02}Z"}
            picture(thing, rng).save(tmp_path / thing / f"{number}.jpg", comment=json.dumps(about).encode())
    config = RunConfig(clips=tmp_path, labels=(), bundle=tmp_path / "b", project="p", run="r", epochs=1)
    dataset = load_dataset(config, events.append)
    assert [event["detail"] for event in events if event["event"] == "warning"] == [
        "The photos of box come from fewer than three bursts. Photos of one burst look alike, so the accuracy is flattering. "
        "Take some more in another place or light."
    ]
    assert dataset.counts == {"ball": {"train": 4, "validation": 3, "test": 3}, "box": {"train": 6, "validation": 2, "test": 2}}


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        (("ball", "cup"), "label 'cup' has 0 photos; at least 5 are needed. Take 5 more."),
        (("ball",), "there is only one label, 'ball': a model needs something to tell it from. Take photos of another thing."),
        (("ball", "ball"), "label 'ball' stands twice"),
    ],
)
def test_photos_that_will_not_do(photos: Path, tmp_path: Path, labels: tuple[str, ...], sentence: str) -> None:
    config = RunConfig(clips=photos, labels=labels, bundle=tmp_path / "b", project="p", run="r", epochs=1)
    with pytest.raises(ValueError, match=sentence):
        train(config, lambda event: None)
    assert not (tmp_path / "b").exists()


def test_a_photo_that_is_none_stops_the_training(tmp_path: Path) -> None:
    folder = write_photos(tmp_path / "photos", ("ball", "box"), 5, 4)
    (folder / "ball" / "ball00.png").write_text("not a photo")
    config = RunConfig(clips=folder, labels=(), bundle=tmp_path / "b", project="p", run="r", epochs=1)
    with pytest.raises(ValueError, match="ball00.png is not a photo"):
        train(config, lambda event: None)
    assert not (tmp_path / "b").exists()


def test_without_the_network_it_says_how_to_get_it(photos: Path, tmp_path: Path) -> None:
    config = RunConfig(clips=photos, labels=(), bundle=tmp_path / "b", project="p", run="r", epochs=1)
    with pytest.raises(ValueError, match="Run `make setup`"):
        train(config, lambda event: None, tmp_path / "nothing")


def test_wrong_use_of_the_commands(photos: Path) -> None:
    assert "name the words to tell apart" in run("train", "--clips", photos, code=2)
    assert "photos have one network only" in run("train", "--kind", "vision", "--clips", photos, "--preset", "ds_cnn", code=2)


def test_guises_differ_and_keep_their_size() -> None:
    params = load_default()
    photo = picture("ball", np.random.default_rng(5))
    rng = np.random.default_rng(6)
    guises = [np.asarray(augment.vary(photo, rng, (params.width, params.height))) for _ in range(4)]
    assert {guise.shape for guise in guises} == {(params.height, params.width, 3)}
    assert all(np.abs(a.astype(int) - b).mean() > 1 for a, b in pairwise(guises))


def test_softmax_takes_large_numbers() -> None:
    scores = softmax(np.array([[1000.0, 0.0], [0.0, 0.0]]))
    np.testing.assert_allclose(scores, [[1, 0], [0.5, 0.5]])
