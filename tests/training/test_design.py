"""Designs: their networks and figures against Keras, and their cost against the C++ that is generated of them."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from server.cli import main
from tests.firmware.codegen_harness import Programs
from tests.firmware.models import tf, to_int8
from tests.training.conftest import write_clips
from training.convert.codegen import generate
from training.convert.codegen.bench import BoardModel
from training.convert.manifest import read_manifest
from training.features.params import load_default
from training.quiet import import_tensorflow
from training.speech.design import MAX_LAYERS, Design, board_figures, check_design, check_trainable, cost, preset_design
from training.speech.presets import PRESETS

ROOT = Path(__file__).parents[2]
PARAMS = load_default()
# The worst of ten networks were 4.1 % off for instructions and 2.8 % for flash.
INSTRUCTIONS_OFF, FLASH_OFF = 0.06, 0.05

NORMALISED = {"batch_norm": True}
OWN: dict[str, list[dict[str, Any]]] = {
    "pools": [
        {"type": "reshape_image"}, {"type": "conv2d", "filters": 16, "kernel": [5, 5], **NORMALISED}, {"type": "max_pool2d"},
        {"type": "conv2d", "filters": 24}, {"type": "average_pool2d", "size": [3, 2], "padding": "valid"},
        {"type": "flatten"}, {"type": "dense", "units": 20},
    ],
    "odd": [
        {"type": "reshape_image"},
        {"type": "conv2d", "filters": 7, "strides": [2, 1], "padding": "valid", "activation": "relu6"},
        {"type": "depthwise_conv2d", "stride": 2, "activation": "none"},
        {"type": "conv2d", "filters": 13, "kernel": [1, 1], **NORMALISED},
        {"type": "depthwise_conv2d", "kernel": [5, 3]}, {"type": "global_average_pool2d"},
    ],
    "sequence": [
        {"type": "reshape_image"}, {"type": "conv2d", "filters": 12, "kernel": [3, 5], "strides": [1, 2]},
        {"type": "reshape_sequence"}, {"type": "conv1d", "filters": 16, **NORMALISED, "activation": "none"},
        {"type": "conv1d", "filters": 8, "kernel": 1, "strides": 2}, {"type": "dropout"}, {"type": "global_average_pool2d"},
        {"type": "dense", "units": 9, "activation": "none"},
    ],
}  # fmt: skip
DESIGNS = {
    **{name: preset_design(name) for name in PRESETS},
    **{name: check_design({"layers": own}) for name, own in OWN.items()},
}


def network(design: Design) -> Any:
    import_tensorflow()
    from training.speech import models

    return models.build(design, PARAMS, 3, np.zeros(PARAMS.n_mfcc), np.ones(PARAMS.n_mfcc))


def quantised(model: Any) -> bytes:
    """The network with other numbers than those of an untrained batch normalisation, as int8 `.tflite`."""
    import keras

    rng = np.random.default_rng(3)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            n = layer.gamma.shape[0]
            layer.set_weights([rng.uniform(0.5, 1.5, n), rng.normal(0, 0.3, n), np.zeros(n), np.ones(n)])
    function = tf.function(lambda x: model(x, training=False), input_signature=[tf.TensorSpec((1, *PARAMS.shape), tf.float32)])
    return to_int8(function, (1, *PARAMS.shape), 1.0, 3)


def test_the_presets_are_the_networks_that_they_were() -> None:
    wanted = {"ds_cnn": 14765, "ds_cnn_wide": 23773, "conv1d": 1373}
    assert {name: network(preset_design(name)).count_params() for name in wanted} == wanted
    layers = [type(layer).__name__ for layer in network(preset_design("ds_cnn")).layers]
    block = ["DepthwiseConv2D", "BatchNormalization", "ReLU", "Conv2D", "BatchNormalization", "ReLU"]
    first = ["InputLayer", "Reshape", "DepthwiseConv2D", "Reshape", "Conv2D", "BatchNormalization", "ReLU"]
    assert layers == [*first, *block * 4, "GlobalAveragePooling2D", "Dropout", "Dense"]


@pytest.mark.parametrize("name", DESIGNS)
def test_shapes_parameters_and_products_are_those_of_keras(name: str) -> None:
    from training.convert.export import multiply_accumulates

    figures, model = cost(DESIGNS[name], PARAMS, 3), network(DESIGNS[name])
    assert figures["parameters"] == model.count_params()
    assert figures["multiply_accumulates"] == multiply_accumulates(model)
    assert [*figures["layers"][-1]["shape"]] == [*model.layers[-1].input.shape[1:]]
    assert figures["problems"] == [] == figures["warnings"]


def test_the_cost_is_that_of_the_generated_code(tmp_path: Path) -> None:
    """The arena to the byte; instructions and flash as near as DESIGN.md says."""
    names = ["conv1d", "tiny_conv", *OWN]
    graphs = {name: quantised(network(DESIGNS[name])) for name in names}
    models = {name: generate(graph, namespace=name, name=name) for name, graph in graphs.items()}
    estimated = {name: cost(DESIGNS[name], PARAMS, 3) for name in names}
    assert {name: estimated[name]["arena_bytes"] for name in names} == {name: models[name].arena_bytes for name in names}
    machine = Programs(tmp_path, models).on_machine().machine
    for number, name in enumerate(names):
        machine.write("inputs", np.random.default_rng(1).integers(-128, 128, 8192).astype(np.int8).tobytes())
        counted = machine.count("RunModel", number)[1]
        assert estimated[name]["instructions"] == pytest.approx(counted, rel=INSTRUCTIONS_OFF), name
    flash = BoardModel(generate(graphs["pools"]), tmp_path / "pools").image.flash_bytes
    assert estimated["pools"]["flash_bytes"] == pytest.approx(flash, rel=FLASH_OFF)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (5, "a design must be an object with a preset or with layers, got '5'"),
        ({"preset": "nothing"}, "preset must be one of medium, .*, got 'nothing'"),
        ({"preset": "ds_cnn", "layers": []}, "preset must be"),
        ({"expert": False}, "preset must be"),
        ({"expert": True, "file": "/etc/passwd"}, "preset must be"),
        ({"layers": []}, f"layers must be a list of 1 to {MAX_LAYERS} layers"),
        ({"layers": [{"type": "flatten"}] * 41}, "layers must be a list of 1 to"),
        ({"layers": [{"type": "flatten"}, {"type": "conv9d"}]}, "layer 2: type must be one of conv2d, .*, got 'conv9d'"),
        ({"layers": ["dense"]}, "layer 1: a layer must be an object with a type, got 'dense'"),
        ({"layers": [{"type": "dense", "width": 3}]}, "layer 1: dense has no option 'width'; it has units, activation"),
        ({"layers": [{"type": "dense", "units": 0}]}, "units of dense must be a whole number from 1 to 1024, got '0'"),
        ({"layers": [{"type": "dense", "units": True}]}, "units of dense must be a whole number"),
        ({"layers": [{"type": "conv2d", "kernel": 3}]}, r"kernel of conv2d must be two whole numbers \(rows, columns\)"),
        ({"layers": [{"type": "conv2d", "activation": "sin"}]}, "activation of conv2d must be one of relu, .*, got 'sin'"),
        ({"layers": [{"type": "dropout", "rate": float("nan")}]}, "rate of dropout must be a number from 0 to 0.9"),
        ({"layers": [{"type": "flatten"}], "name": "x" * 61}, "name must be 1 to 60 characters"),
    ],
)
def test_what_is_no_design_is_refused(values: object, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        check_design(values)


def test_a_design_is_the_same_after_a_journey_through_json() -> None:
    for design in (*DESIGNS.values(), check_design({"expert": True})):
        assert check_design(json.loads(json.dumps(design.to_dict()))) == design
    complete = check_design({"layers": preset_design("ds_cnn").layer_list(), "name": "own"})
    assert complete.layers == preset_design("ds_cnn").layers and complete.title == "own"


@pytest.mark.parametrize(("kind", "keras_name"), [("lstm", "LSTM"), ("gru", "GRU")])
def test_what_the_board_does_not_have_is_counted_and_refused(kind: str, keras_name: str) -> None:
    design = check_design({"layers": [{"type": kind, "units": 8}]})
    figures = cost(design, PARAMS, 3)
    import_tensorflow()
    import keras

    layer = getattr(keras.layers, keras_name)(8)
    layer.build((None, *PARAMS.shape))
    row = figures["layers"][0]
    assert row["parameters"] == layer.count_params() and row["shape"] == [8]
    assert "take conv1d layers" in row["problem"]
    assert figures["problems"] == [f"layer 1, {kind}: {row['problem']}"]
    assert figures["arena_bytes"] is figures["board"] is figures["milliseconds"] is None
    with pytest.raises(ValueError) as refused:
        check_trainable(design, PARAMS, 3)
    with pytest.raises(ValueError) as not_built:
        network(design)
    assert str(refused.value) == str(not_built.value) == figures["problems"][0]


@pytest.mark.parametrize(
    ("layers", "sentence"),
    [
        ([{"type": "flatten"}, {"type": "conv2d"}], "layer 2, conv2d: it needs rows, columns and channels"),
        (
            [{"type": "reshape_image"}, {"type": "conv1d"}],
            "layer 2, conv1d: it needs one column, but is given 49 x 13 x 1; put ",
        ),
        ([{"type": "dense"}], "layer 1, dense: it needs a flat row of numbers, but is given 49 x 1 x 13; put flatten"),
        ([{"type": "conv2d"}], "the last layer gives 49 x 1 x 16, but the scores need a flat row"),
        (
            [{"type": "conv1d", "kernel": 60, "padding": "valid"}],
            "layer 1, conv1d: its window of 60 x 1 is larger than the 49",
        ),
        (
            [{"type": "flatten"}, {"type": "dense", "activation": "tanh"}],
            "layer 2, dense: the board's C.. has no activation",
        ),
        ([{"type": "flatten"}, *[{"type": "dense", "units": 1024}] * 6], "it has 5,904,413 parameters; at most 4,000,000"),
    ],
)
def test_layers_that_do_not_fit_say_what_to_do(layers: list[dict[str, Any]], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        check_trainable(check_design({"layers": layers}), PARAMS, 3)


def test_a_network_that_is_too_large_for_the_board_is_warned_of() -> None:
    wide = {"type": "conv2d", "filters": 512, "kernel": [5, 5]}
    figures = cost(check_design({"layers": [{"type": "reshape_image"}, wide, {"type": "flatten"}]}), PARAMS, 3)
    assert figures["problems"] == []
    about = " ".join(figures["warnings"])
    assert "bytes of flash, and the board has 983,040" in about and "bytes of RAM, and the board has 262,144" in about
    assert "more than the 200 ms between two of them" in about
    assert board_figures(figures)["ram_bytes"] > 262_144


GOOD = """
import keras

def build(input_shape, n_labels):
    inputs = keras.Input(input_shape)
    x = keras.layers.Reshape((*input_shape, 1))(inputs)
    x = keras.layers.Conv2D(8, 3, strides=2, activation="relu")(x)
    y = keras.layers.Conv2D(8, 3, padding="same")(x)
    x = keras.layers.GlobalAveragePooling2D()(keras.layers.Add()([x, y]))
    return keras.Model(inputs, keras.layers.Dense(n_labels, activation="softmax")(x))
"""
RECURRENT = GOOD.replace("GlobalAveragePooling2D()(", "GRU(4)(keras.layers.Reshape((-1, 8))(").replace("y]))", "y])))")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("import keras\n\n1 / 0\n", r"net.py, line 3: ZeroDivisionError: division by zero"),
        ("def build(:\n", "net.py, line 1: SyntaxError"),
        ("raise SystemExit(3)", "net.py, line 1: SystemExit: 3"),
        ("size = 3", r"net.py has no function build\(input_shape, n_labels\)"),
        ("def build(input_shape, n_labels):\n    return 5", "build must return a keras.Model, got int"),
        (GOOD.replace("Dense(n_labels", "Dense(7"), r"output must have the shape \(None, 3\), got \(None, 7\)"),
        (GOOD.replace('"softmax"', '"linear"'), "the scores must add up to 1"),
        (RECURRENT, "recurrent layers, and 'gru"),
        (GOOD.replace('"relu"', '"gelu"'), "the board cannot run it: the model needs GELU"),
    ],
)  # fmt: skip
def test_an_experts_file_that_will_not_do_says_why(tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "net.py").write_text(text)
    with pytest.raises(ValueError, match=sentence):
        network(check_design({"expert": True}).with_file(tmp_path / "net.py"))


def test_an_experts_network_is_trained_by_a_job(tmp_path: Path) -> None:
    """Its layers stand behind the scaling of the features, and the bundle is like any other."""
    (tmp_path / "net.py").write_text(GOOD)
    clips = write_clips(tmp_path / "clips", {"rise": "rise", "fall": "fall"}, 6)
    settings = {
        "task": "train", "kind": "speech", "project": "p", "job": "j", "run": "r", "clips": str(clips), "data": str(tmp_path),
        "exports": str(tmp_path / "exports"), "result": str(tmp_path / "result.json"), "labels": ["rise", "fall"], "epochs": 1,
        "seed": 1, "params": PARAMS.to_dict(), "design": {"expert": True}, "expert_model": str(tmp_path / "net.py"),
    }  # fmt: skip
    (tmp_path / "settings.json").write_text(json.dumps(settings))
    command = [sys.executable, "-m", "training.job", "--settings", str(tmp_path / "settings.json")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    manifest = read_manifest(tmp_path / "exports" / "p" / "r")
    assert manifest["model"]["name"] == "expert" and "ADD" in manifest["model"]["ops"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ('{"layers": [{"type": "conv9d"}]}', "is no design: layer 1: type must be one of conv2d"),
        ("layers", "is no design: Expecting value"),
    ],
)
def test_a_file_that_is_no_design_is_refused_on_the_command_line(tmp_path: Path, content: str, sentence: str) -> None:
    (tmp_path / "net.json").write_text(content)
    options = ["--clips", str(tmp_path), "--labels", "yes", "--design", str(tmp_path / "net.json")]
    refused = CliRunner().invoke(main, ["train", *options])
    assert refused.exit_code == 1 and sentence in refused.stderr
    both = CliRunner().invoke(main, ["train", *options, "--preset", "ds_cnn"])
    assert both.exit_code == 2 and "name one network" in both.stderr
