"""Training as a whole, through the process that the server starts and through the `nestling` command."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.training.conftest import write_clips
from training.features import extract, load_default
from training.speech.audio import read_clip
from training.speech.presets import DEFAULT_PRESET

TRAIN = [sys.executable, "-m", "training.job"]
NESTLING = [sys.executable, "-m", "server.cli"]


def nestling(*arguments: object, expect: int = 0) -> subprocess.CompletedProcess[str]:
    result = subprocess.run([*NESTLING, *map(str, arguments)], capture_output=True, text=True, timeout=900)
    assert result.returncode == expect, result.stdout + result.stderr
    return result


def process(folder: Path, clips: Path, *options: str, **changes: object) -> list[str]:
    """The command of a job that trains; its bundle is `folder`/p/r."""
    settings = {"task": "train", "kind": "speech", "clips": str(clips), "exports": str(folder), "project": "p", "run": "r"}
    choices = {
        "labels": ["rise", "fall"],
        "epochs": 1,
        "seed": 1,
        "params": load_default().to_dict(),
        "design": {"preset": "ds_cnn"},
    }
    with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False) as file:
        json.dump({**settings, **choices, **changes}, file)
    return [*TRAIN, "--settings", file.name, *options]


@pytest.fixture(scope="module")
def trained(clips_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict]]:
    """A bundle trained by the command, and the events that it printed."""
    exports = tmp_path_factory.mktemp("exports")
    result = nestling(
        "train", "--clips", clips_folder, "--labels", "rise,fall", "--epochs", 25, "--run", "r", "--exports", exports, "--json"
    )
    events = [json.loads(line) for line in result.stdout.splitlines()]
    return Path(events[-1]["path"]), events


def test_events_tell_the_whole_way(trained: tuple[Path, list[dict]]) -> None:
    bundle, events = trained
    kinds = [event["event"] for event in events]
    n_epochs = kinds.count("epoch")
    assert kinds[0] == "start" and kinds[-1] == "done" and 20 < n_epochs <= 25
    assert events[0]["labels"] == ["rise", "fall", "unknown"]
    assert sum(sum(splits.values()) for splits in events[0]["clips"].values()) == 90
    told = list(dict.fromkeys(event["stage"] for event in events if event["event"] == "stage"))
    assert [stage for stage in told if stage != "decide"] == ["features", "speak", "train", "convert", "evaluate"]
    epochs = [event for event in events if event["event"] == "epoch"]
    assert epochs[-1]["loss"] < epochs[0]["loss"] and epochs[-1]["val_accuracy"] > 0.5
    assert bundle.name == "r" and bundle.parent.parent.is_dir()
    manifest = json.loads((bundle / "manifest.json").read_text())
    training = manifest["training"]
    late = {event["epoch"]: event["val_loss"] for event in epochs if event["epoch"] > 20}
    assert training["epochs_run"] == n_epochs and training["best_epoch"] == min(late, key=late.get)
    assert training["stopped"] == ("planned" if n_epochs == 25 else "no_new_low") and training["seconds"] > 0
    # What is kept are the weights of that epoch.
    best = next(event for event in epochs if event["epoch"] == training["best_epoch"])
    assert manifest["metrics"]["float"]["validation"]["accuracy"] == pytest.approx(best["val_accuracy"], abs=1e-4)
    assert manifest["model"]["preset"] == DEFAULT_PRESET and manifest["model"]["design"][0]["type"] == "conv1d"
    assert 1e6 < manifest["board"]["instructions"] < 3e6 and manifest["board"]["estimated"] is True


def test_it_has_chosen_how_sure_it_must_be(trained: tuple[Path, list[dict]]) -> None:
    decision = json.loads((trained[0] / "manifest.json").read_text())["decision"]
    assert list(decision["presets"]) == ["strict", "normal", "eager"] == list(decision["chosen_on"]["false_rejects"])
    assert all(set(preset["thresholds"]) == {"rise", "fall"} for preset in decision["presets"].values())
    assert decision["chosen_on"]["keywords"] >= 60 and decision["chosen_on"]["negative_hours"] > 0.05


def test_the_model_tells_the_words_apart(trained: tuple[Path, list[dict]]) -> None:
    manifest = json.loads((trained[0] / "manifest.json").read_text())
    for engine in ("float", "int8"):
        test = manifest["metrics"][engine]["test"]
        assert test["accuracy"] >= 0.8, test
        low, high = test["interval_95"]
        assert 0 < low < test["accuracy"] <= high <= 1
    assert manifest["checks"]["tfjs_max_difference"] < 1e-4
    assert 5_000 < manifest["arena_bytes"] < 60_000
    assert manifest["files"]["model_int8.tflite"]["bytes"] == (trained[0] / "model_int8.tflite").stat().st_size < 60_000
    assert set(manifest["files"]) >= {
        "model.keras",
        "model_float.tflite",
        "model_int8.tflite",
        "tfjs/model.json",
        "arduino/arduino.ino",
    }


def test_each_answer_to_a_held_back_clip_is_kept(trained: tuple[Path, list[dict]], clips_folder: Path) -> None:
    manifest, evaluation = (json.loads((trained[0] / f"{name}.json").read_text()) for name in ("manifest", "evaluation"))
    assert evaluation["labels"] == manifest["labels"] and set(evaluation["splits"]) == {"validation", "test"}
    for split, rows in evaluation["splits"].items():
        assert len({row["clip"] for row in rows}) == len(rows) == manifest["metrics"]["int8"][split]["n"]
        assert all((clips_folder / f"{row['clip']}.wav").is_file() for row in rows)
        for engine in ("float", "int8"):
            right = sum(int(np.argmax(row[engine])) == row["truth"] for row in rows)
            assert right / len(rows) == manifest["metrics"][engine][split]["accuracy"]
    assert {"evaluation.json", "weights.json"} <= set(manifest["files"])


def test_the_weights_file_tells_what_int8_loses(trained: tuple[Path, list[dict]]) -> None:
    weights = json.loads((trained[0] / "weights.json").read_text())
    layers = {layer["name"]: layer for layer in weights["layers"]}
    assert {layer["op"] for layer in layers.values()} == {"CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"}
    assert next(iter(layers)) == "standardise" and list(layers)[-1] == "scores" and layers["scores"]["type"] == "Dense"
    for layer in layers.values():
        assert sum(layer["histogram"]["counts"]) == layer["n"] == np.prod(layer["shape"])
        assert len(layer["histogram"]["edges"]) == 129 and layer["histogram"]["edges"][0] == layer["min"]
        # A weight is at most half a step from its int8; evenly spread, that is a root mean square of 0.29 steps.
        assert 0 <= layer["weight_error"] < 0.5 * max(layer["scales"])
        step = layer["activation"]["scale"]
        # Of 256 steps; a clip that differs from all that was learned from may leave the range.
        assert 0 < layer["activation_error"] < 10 * step and layer["activation"]["max"] < 400 * step
    assert weights["input"]["scale"] == pytest.approx(json.loads((trained[0] / "manifest.json").read_text())["input"]["scale"])


@pytest.mark.parametrize("engine", ["float", "int8"])
def test_evaluate_judges_fresh_recordings(trained: tuple[Path, list[dict]], tmp_path: Path, engine: str) -> None:
    write_clips(tmp_path, {"rise": "rise", "fall": "fall", "murmur": "other"}, 8, seed=99)
    result = json.loads(nestling("evaluate", "--bundle", trained[0], "--clips", tmp_path, "--engine", engine, "--json").stdout)
    assert result["n"] == 24 and result["engine"] == engine and result["labels"] == ["rise", "fall", "unknown"]
    assert result["accuracy"] >= 0.75
    counted = np.zeros((3, 3), int)
    for prediction in result["predictions"]:
        assert prediction["predicted"] == max(prediction["scores"], key=prediction["scores"].get)
        assert prediction["label"] == {"murmur": "unknown"}.get(
            prediction["file"].split("/")[0], prediction["file"].split("/")[0]
        )
        counted[result["labels"].index(prediction["label"]), result["labels"].index(prediction["predicted"])] += 1
    assert counted.tolist() == result["confusion"] and np.trace(counted) / 24 == result["accuracy"]


def test_classify_says_what_and_where(trained: tuple[Path, list[dict]], tmp_path: Path) -> None:
    folder = write_clips(tmp_path, {"rise": "rise"}, 3, seed=7)
    files = sorted(folder.glob("*/*.wav"))
    results = json.loads(nestling("classify", "--bundle", trained[0], *files, "--json").stdout)
    assert [result["file"] for result in results] == list(map(str, files))
    for result in results:
        assert 0 <= result["at_s"] <= 1 and sum(result["scores"].values()) == pytest.approx(1, abs=0.02)
    assert [result["label"] for result in results].count("rise") >= 2
    assert "rise" in nestling("classify", "--bundle", trained[0], files[0]).stdout


def test_features_command_equals_the_reference(tmp_path: Path) -> None:
    write_clips(tmp_path, {"rise": "rise"}, 1)
    file = tmp_path / "rise" / "rise000.wav"
    result = json.loads(nestling("features", file, "--json").stdout)
    params = load_default()
    wanted = extract(read_clip(file, params.sample_rate), params)
    assert result["shape"] == list(wanted.shape) == [99, 13] and result["params_crc32"] == params.crc32
    assert result["params"] == params.to_dict()
    np.testing.assert_allclose(result["mfcc"], wanted, rtol=0, atol=1e-9)


def test_the_same_seed_gives_the_same_model(clips_folder: Path, tmp_path: Path) -> None:
    commands = [process(tmp_path / run, clips_folder, seed=5) for run in ("a", "b")]
    children = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for command in commands]
    assert [child.wait(timeout=900) for child in children] == [0, 0]
    first, second = (tmp_path / run / "p" / "r" for run in ("a", "b"))
    for file in ("model_int8.tflite", "tfjs/group1-shard1of1.bin"):
        assert (first / file).read_bytes() == (second / file).read_bytes()


def test_the_command_uses_the_projects_settings(tmp_path: Path) -> None:
    project = tmp_path / "data" / "projects" / "p"
    write_clips(project / "clips", {"rise": "rise", "fall": "fall", "whistle": "other"}, 6)
    params = load_default().to_dict() | {"n_mfcc": 10}
    settings = {"schema": 1, "params": params, "design": {"preset": "conv1d"}}
    (project / "settings.json").write_text(json.dumps(settings))
    exports = ["--data", tmp_path / "data", "--exports", tmp_path / "exports"]
    nestling("train", "--project", "p", "--labels", "rise,fall", "--epochs", 1, "--run", "r", *exports)
    manifest = json.loads((tmp_path / "exports" / "p" / "r" / "manifest.json").read_text())
    assert manifest["params"] == params and manifest["input"]["shape"][-1] == 10 and manifest["model"]["preset"] == "conv1d"

    (project / "settings.json").write_text(json.dumps({"schema": 1, "design": {"preset": "huge"}}))
    result = nestling("train", "--project", "p", "--labels", "rise,fall", *exports, expect=1)
    assert "settings.json of project 'p' cannot be used: preset must be one of" in " ".join(result.stderr.split())


def test_a_run_is_never_overwritten(trained: tuple[Path, list[dict]], clips_folder: Path) -> None:
    bundle = trained[0]
    result = nestling(
        "train", "--clips", clips_folder, "--labels", "rise,fall", "--run", "r", "--exports", bundle.parent.parent, expect=1
    )
    assert "a bundle never changes" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--labels", "rise"], 2, "name either --project or --clips"),
        (["--labels", "rise", "--clips", "{clips}", "--project", "p"], 2, "name either --project or --clips"),
        (["--labels", "../rise", "--clips", "{clips}"], 2, "a label holds only letters"),
        (["--labels", "rise", "--clips", "{clips}", "--epochs", "0"], 2, "0 is not in the range"),
        (["--labels", "rise", "--clips", "{clips}", "--run", "../x"], 2, "a run is named with"),
        (["--labels", "rise", "--clips", "nowhere"], 2, "does not exist"),
        (["--labels", "dive", "--clips", "{clips}"], 1, "label 'dive' has 0 clips; at least 5 are needed. Record 5 more."),
        (["--labels", "rise", "--project", "p", "--data", "{empty}"], 1, "there is no folder"),
    ],
)
def test_wrong_use_and_data_that_will_not_do(
    clips_folder: Path, tmp_path: Path, arguments: list[str], code: int, message: str
) -> None:
    filled = [argument.format(clips=clips_folder, empty=tmp_path) for argument in arguments]
    result = nestling("train", *filled, "--exports", tmp_path / "exports", expect=code)
    assert message in " ".join(result.stderr.split()) and "Traceback" not in result.stderr
    assert not (tmp_path / "exports").exists()


def test_a_broken_file_among_the_clips_is_named(tmp_path: Path) -> None:
    write_clips(tmp_path / "clips", {"rise": "rise", "fall": "fall"}, 6)
    (tmp_path / "clips" / "rise" / "broken.wav").write_text("not audio")
    result = subprocess.run(process(tmp_path / "exports", tmp_path / "clips"), capture_output=True, text=True, timeout=120)
    assert result.returncode == 1
    assert json.loads(result.stdout.splitlines()[-1]) == {
        "event": "error",
        "detail": "broken.wav is not a WAV, FLAC, OGG or MP3 recording",
    }
    assert not list(tmp_path.glob("exports/*/*"))


def test_a_bundle_of_another_front_end_is_refused(trained: tuple[Path, list[dict]], tmp_path: Path) -> None:
    manifest = json.loads((trained[0] / "manifest.json").read_text())
    manifest["params"]["fmax"] = 4000
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    soundfile.write(tmp_path / "clip.wav", np.zeros(16000), 16000)
    result = nestling("classify", "--bundle", tmp_path, tmp_path / "clip.wav", expect=1)
    assert "parameters have CRC-32" in result.stderr


@pytest.mark.parametrize("how", ["close standard input", "terminate"])
def test_a_stopped_run_leaves_nothing(clips_folder: Path, tmp_path: Path, how: str) -> None:
    command = process(tmp_path, clips_folder, "--watch-stdin", epochs=500)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as child:
        assert child.stdin and child.stdout
        for line in child.stdout:
            if json.loads(line)["event"] == "epoch":
                break
        child.stdin.close() if how == "close standard input" else os.kill(child.pid, signal.SIGTERM)
        child.stdout.read()
        assert child.wait(timeout=60) == 143
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_full_disk_is_told_and_leaves_nothing(clips_folder: Path, tmp_path: Path) -> None:
    """A limit on the size of files stands in for a disk that fills up while the bundle is written."""
    command = process(tmp_path, clips_folder)
    limited = ["/bin/sh", "-c", 'ulimit -f 8; exec "$@"', "sh", *command]
    result = subprocess.run(limited, capture_output=True, text=True, timeout=900)
    assert result.returncode == 1
    event = json.loads(result.stdout.splitlines()[-1])
    assert event["event"] == "error" and event["detail"].endswith("Nothing was made.")
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
