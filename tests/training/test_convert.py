"""Conversion, held against Keras, LiteRT's reference kernels and the real TFLM interpreter; and the bundle's file work."""

import json
from pathlib import Path

import numpy as np
import pytest

from training.convert import int8, tfjs
from training.convert.bundle import write_bundle
from training.convert.manifest import check_manifest, check_name, read_manifest
from training.features import load_default
from training.quiet import import_tensorflow, silent_stderr
from training.vision.params import load_default as load_default_preprocess

PARAMS = load_default()


def manifest(**changes: object) -> dict:
    values = {
        "schema": 1, "kind": "speech", "project": "p", "run": "r", "created_at": "2026-01-01T00:00:00+00:00",
        "labels": ["yes", "unknown"], "params": PARAMS.to_dict(), "params_crc32": PARAMS.crc32, "window": 16000, "stride": 3200,
        "input": {}, "output": {}, "decision": {}, "metrics": {}, "files": {},
    }  # fmt: skip
    return values | changes


@pytest.fixture(scope="module")
def features() -> np.ndarray:
    """Three classes in turn, each around a pattern of its own."""
    rng = np.random.default_rng(3)
    patterns = rng.normal(0, 6, (3, *PARAMS.shape))
    return (patterns[np.arange(66) % 3] + rng.normal(0, 8, (66, *PARAMS.shape))).astype(np.float32)


@pytest.fixture(scope="module", params=["ds_cnn", "conv1d"])
def model(request: pytest.FixtureRequest, features: np.ndarray) -> "object":
    import_tensorflow()
    import keras

    from training.speech import models
    from training.speech.design import preset_design

    keras.utils.set_random_seed(7)
    network = models.build(preset_design(request.param), PARAMS, 3, features.mean(axis=(0, 1)), features.std(axis=(0, 1)))
    network.compile("adam", "categorical_crossentropy")
    # A little training, so that the scores are not all alike.
    network.fit(features, np.eye(3, dtype=np.float32)[np.arange(66) % 3], epochs=12, batch_size=11, verbose=0)
    return network


@pytest.fixture(scope="module")
def exported(model: "object", features: np.ndarray, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict]:
    from training.convert.export import export_model

    folder = tmp_path_factory.mktemp("exported")
    return folder, export_model(model, features, features, folder)


def test_tfjs_keeps_rounded_weights_in_16_bits(model: "object", features: np.ndarray, tmp_path: Path) -> None:
    """And folding and rounding change the scores by no more than that costs."""
    from training.convert.export import export_model
    from training.convert.half import round_weights

    rounded = clone(model)
    before = rounded.predict(features, verbose=0)
    round_weights(rounded)
    np.testing.assert_allclose(rounded.predict(features, verbose=0), before, atol=5e-3)
    assert export_model(rounded, features, features, tmp_path)["checks"]["tfjs_max_difference"] < 1e-5
    n_folded = sum(weights.size for layer in rounded.layers if hasattr(layer, "kernel") for weights in layer.get_weights())
    stored = sum(path.stat().st_size for path in (tmp_path / "tfjs").glob("*.bin"))
    assert stored < 2.3 * n_folded, "most weights take 32 bits still"


def clone(model: "object") -> "object":
    import keras

    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    return copy


def test_every_form_gives_the_same_scores(model: "object", exported: tuple[Path, dict], features: np.ndarray) -> None:
    import tensorflow as tf

    from training.convert.tflm import Int8Model

    folder, about = exported
    wanted = model.predict(features, verbose=0)
    assert wanted.std(axis=0).max() > 0.05, "scores that are all alike prove nothing"
    np.testing.assert_allclose(tfjs.run(folder / "tfjs", features), wanted, atol=1e-5)
    with pytest.warns(UserWarning, match="tf.lite.Interpreter is deprecated"):
        floats = tf.lite.Interpreter(str(folder / "model_float.tflite"))
    floats.allocate_tensors()
    floats.set_tensor(floats.get_input_details()[0]["index"], features[:1])
    floats.invoke()
    np.testing.assert_allclose(floats.get_tensor(floats.get_output_details()[0]["index"]), wanted[:1], atol=1e-5)
    board = Int8Model((folder / "model_int8.tflite").read_bytes()).scores(features)
    assert np.abs(board - wanted).mean() < 0.03
    assert about["checks"]["tfjs_max_difference"] < 1e-5


def test_tflm_equals_the_reference_kernels_bit_for_bit(exported: tuple[Path, dict]) -> None:
    from training.convert.tflm import HAS_TFLM, Int8Model, _ReferenceRunner

    assert HAS_TFLM, "the real interpreter is the point of this test"
    model = (exported[0] / "model_int8.tflite").read_bytes()
    rows = np.random.default_rng(4).integers(-128, 128, (50, *PARAMS.shape)).astype(np.int8)
    reference = _ReferenceRunner(model)
    np.testing.assert_array_equal(Int8Model(model).run(rows), np.concatenate([reference(row[None]) for row in rows]))


def test_arena_is_the_smallest_that_works(exported: tuple[Path, dict]) -> None:
    from training.convert.tflm import _TflmRunner

    model, arena = (exported[0] / "model_int8.tflite").read_bytes(), exported[1]["arena_bytes"]
    _TflmRunner(model, arena)
    with silent_stderr(), pytest.raises(ValueError, match="refuses the model"):
        _TflmRunner(model, arena - 16)


def test_shapes_are_fixed_and_operators_known(exported: tuple[Path, dict]) -> None:
    about = exported[1]
    assert about["input"]["shape"] == [1, *PARAMS.shape] and about["output"]["shape"] == [1, 3]
    allowed = {"RESHAPE", "DEPTHWISE_CONV_2D", "CONV_2D", "MEAN", "MAX_POOL_2D", "FULLY_CONNECTED", "SOFTMAX"}
    assert set(about["ops"]) <= allowed


def test_an_operator_that_tflm_lacks_is_named() -> None:
    import_tensorflow()
    import tensorflow as tf

    function = tf.function(lambda x: tf.math.segment_sum(x, [0, 0]), input_signature=[tf.TensorSpec((2, 3))])
    model = tf.lite.TFLiteConverter.from_concrete_functions([function.get_concrete_function()]).convert()
    with pytest.raises(ValueError, match="SEGMENT_SUM, which TensorFlow Lite for Microcontrollers does not have"):
        int8.check_operators(bytes(model))


def one_hot(indices: list[int]) -> np.ndarray:
    return np.eye(3)[indices]


def test_int8_that_answers_differently_is_refused() -> None:
    from training.convert.export import check_int8

    truth = [0] * 200
    assert check_int8(one_hot(truth), one_hot([1] * 4 + truth[4:])) == 4
    with pytest.raises(ValueError, match="differently from float on 5 of 200 validation windows"):
        check_int8(one_hot(truth), one_hot([1] * 5 + truth[5:]))
    assert check_int8(one_hot([0] * 6), one_hot([1, 1, 0, 0, 0, 0])) == 2
    with pytest.raises(ValueError, match="3 of 6"):
        check_int8(one_hot([0] * 6), one_hot([1, 1, 1, 0, 0, 0]))


@pytest.mark.parametrize("wrong", [2e-4, float("nan")])
def test_tfjs_that_computes_something_else_is_refused(wrong: float) -> None:
    from training.convert.export import check_tfjs

    assert check_tfjs(np.array([[0.2]]), np.array([[0.20005]])) == pytest.approx(5e-5)
    with pytest.raises(ValueError, match="TF.js differs from Keras"):
        check_tfjs(np.array([[0.2]]), np.array([[0.2 + wrong]]))


def test_a_broken_graph_model_is_refused_with_its_reason(
    exported: tuple[Path, dict], features: np.ndarray, tmp_path: Path
) -> None:
    (tmp_path / "model.json").write_text("{}")
    with pytest.raises(ValueError, match="TF.js cannot run the model"):
        tfjs.run(tmp_path, features[:1])


def test_training_does_not_begin_where_tfjs_is_missing(
    clips_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from training.speech.train import TrainConfig, train

    monkeypatch.setattr(tfjs, "VENDOR", tmp_path)
    config = TrainConfig(clips=clips_folder, labels=("rise",), bundle=tmp_path / "b", project="p", run="r")
    events: list[dict] = []
    with pytest.raises(ValueError, match="Run `make setup`"):
        train(config, events.append)
    assert events == []


def test_calibration_is_balanced() -> None:
    labels = np.array([0] * 500 + [1] * 30 + [2] * 1000)
    rows = int8.calibration_rows(labels, seed=1)
    assert np.bincount(labels[rows]).tolist() == [30, 30, 30]
    assert len(set(rows)) == 90 and not np.array_equal(rows, np.sort(rows))
    assert len(int8.calibration_rows(np.repeat([0, 1, 2], 500), seed=1)) == int8.CALIBRATION_WINDOWS


def test_quantisation_rounds_and_clips(exported: tuple[Path, dict]) -> None:
    from training.convert.tflm import Int8Model

    board = Int8Model((exported[0] / "model_int8.tflite").read_bytes())
    scale, zero = board.input["scale"], board.input["zero_point"]
    values = np.array([0, scale, 1.4 * scale, 1.6 * scale, 1e9, -1e9])
    assert board.quantise(values).tolist() == [zero, zero + 1, zero + 1, zero + 2, 127, -128]


def test_a_bundle_is_whole_or_not_there(tmp_path: Path) -> None:
    def fill(folder: Path) -> dict:
        (folder / "tfjs").mkdir()
        (folder / "tfjs" / "model.json").write_text("{}")
        return manifest()

    def break_off(folder: Path) -> dict:
        fill(folder)
        raise ValueError("int8 answers differently")

    with pytest.raises(ValueError, match="int8 answers differently"):
        write_bundle(tmp_path / "p" / "r", break_off)
    assert list((tmp_path / "p").iterdir()) == []
    write_bundle(tmp_path / "p" / "r", fill)
    assert read_manifest(tmp_path / "p" / "r")["files"]["tfjs/model.json"]["bytes"] == 2
    assert [path.name for path in (tmp_path / "p").iterdir()] == ["r"]
    with pytest.raises(ValueError, match="a bundle never changes"):
        write_bundle(tmp_path / "p" / "r", fill)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"schema": 2}, "schema must be 1"),
        ({"labels": None}, "'labels' must be of type list"),
        ({"window": None}, "'window' must be of type int"),
        ({"kind": "smell"}, "kind must be one of speech, vision"),
        ({"kind": "vision"}, "'preprocess' must be of type dict"),
        ({"params_crc32": "00000000"}, f"have CRC-32 {PARAMS.crc32}, the manifest says '00000000'"),
        ({"params": PARAMS.to_dict() | {"window": "hamming"}}, "window must be one of"),
    ],
)
def test_a_manifest_that_cannot_be_trusted_is_refused(changes: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_manifest(manifest(**changes))


def vision_manifest(**changes: object) -> dict:
    of_speech = ("params", "params_crc32", "window", "stride", "decision")
    values = {key: value for key, value in manifest(kind="vision").items() if key not in of_speech}
    preprocess = load_default_preprocess()
    return values | {"preprocess": preprocess.to_dict(), "preprocess_crc32": preprocess.crc32} | changes


def test_a_model_for_photos_needs_its_preprocessing_and_nothing_of_sounds() -> None:
    assert check_manifest(vision_manifest())["kind"] == "vision"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"preprocess_crc32": "00000000"},
            "the preprocessing's parameters have CRC-32 [0-9a-f]{8}, the manifest says '00000000'",
        ),
        ({"preprocess_crc32": None}, "'preprocess_crc32' must be of type str"),
        ({"preprocess": load_default_preprocess().to_dict() | {"resize": "nearest"}}, "resize must be one of triangle"),
        ({"preprocess": {}}, "preprocessing parameter 'crop' is missing"),
    ],
)
def test_a_preprocessing_that_cannot_be_trusted_is_refused(changes: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_manifest(vision_manifest(**changes))


def test_who_needs_a_model_for_sounds_takes_none_for_photos(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps(vision_manifest()))
    assert read_manifest(tmp_path, "vision") == read_manifest(tmp_path)
    with pytest.raises(ValueError, match="is a model for photos; this needs one for sounds"):
        read_manifest(tmp_path, "speech")


def test_a_folder_without_manifest_is_no_bundle(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is not a bundle"):
        read_manifest(tmp_path)
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(ValueError, match="is not JSON"):
        read_manifest(tmp_path)
    (tmp_path / "manifest.json").write_text(json.dumps(manifest()))
    assert read_manifest(tmp_path)["labels"] == ["yes", "unknown"]


@pytest.mark.parametrize("name", ["", "..", "A", "a/b", "-a", "a" * 41, "a b", "a\n"])
def test_names_of_runs(name: str) -> None:
    with pytest.raises(ValueError, match="a run is named with"):
        check_name(name, "run")
