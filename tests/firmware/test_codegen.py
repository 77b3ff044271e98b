"""Generated C++ against the real TFLM interpreter, byte for byte: on the PC with sanitizers, on Cortex-M4F in two emulators."""

import os
from pathlib import Path

import numpy as np
import pytest

from tests.firmware import models
from tests.firmware.codegen_harness import OnMachine, OnPc, OnQemu, Programs
from training.convert.codegen import Generated, generate
from training.convert.codegen.arithmetic import exponentials, quantise_multiplier, requantisation
from training.convert.codegen.bench import random_inputs
from training.convert.manifest import read_manifest
from training.convert.memory import Buffer, plan
from training.convert.tflm import Int8Model, arena_bytes
from training.quiet import import_tensorflow, silent_stderr

ROOT = Path(__file__).parents[2]
BENCH_DATA = Path(os.environ.get("NESTLING_BENCH_DATA", ROOT.parent / "shared" / "data"))
SHIPPED = ROOT / "exports" / "yes-no" / "model_int8.tflite"
N_INPUTS = 30
N_WINDOWS = 1000
N_SEEDS = 4
EXTREME = "channels_3 channels_8 residuals valid many_blocks multiplier depthwise_wide depthwise_bands deep".split()
BUILDS = ("pc", "unicorn", "qemu")


NAMES = [case.name for case in models.CASES] + ["mlperf_ds_cnn", "preset_ds_cnn", "shipped"]
NAMES += [f"extreme_{name}_{seed}" for name in EXTREME for seed in range(N_SEEDS)]


@pytest.fixture(scope="session", autouse=True)
def _tensorflow() -> None:
    import_tensorflow()


@pytest.fixture(scope="session")
def tflites() -> dict[str, bytes]:
    made = {}
    with silent_stderr():
        for case in (*models.CASES, models.DS_CNN):
            made[case.name] = models.convert(case)
        made["preset_ds_cnn"] = models.preset_ds_cnn()
    for name in EXTREME:
        for seed in range(N_SEEDS):
            made[f"extreme_{name}_{seed}"] = models.with_extreme_numbers(made[name], seed)
    return made | {"shipped": SHIPPED.read_bytes()}


@pytest.fixture(scope="session")
def generated(tflites: dict[str, bytes]) -> dict[str, Generated]:
    return {name: generate(model, namespace=name, name=name) for name, model in tflites.items()}


@pytest.fixture(scope="session")
def programs(generated: dict[str, Generated], tmp_path_factory: pytest.TempPathFactory) -> Programs:
    return Programs(tmp_path_factory.mktemp("codegen"), generated)


@pytest.fixture(scope="session")
def inputs(generated: dict[str, Generated]) -> dict[str, np.ndarray]:
    few = {"mlperf_ds_cnn": 8, "preset_ds_cnn": 8}
    return {name: random_inputs(model, few.get(name, N_INPUTS)) for name, model in generated.items()}


@pytest.fixture(scope="session")
def wanted(tflites: dict[str, bytes], inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    runs = {name: Int8Model(model) for name, model in tflites.items()}
    return {name: np.stack([runs[name].invoke(row).ravel() for row in rows]) for name, rows in inputs.items()}


@pytest.fixture(scope="session")
def on_pc(programs: Programs) -> OnPc:
    return programs.on_pc("-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-O1")


@pytest.fixture(scope="session")
def on_machine(programs: Programs) -> OnMachine:
    return programs.on_machine()


@pytest.fixture(scope="session")
def on_qemu(programs: Programs) -> OnQemu:
    return programs.on_qemu()


@pytest.fixture(scope="session")
def got(on_pc: OnPc, on_machine: OnMachine, on_qemu: OnQemu, inputs: dict[str, np.ndarray]) -> dict[str, dict[str, np.ndarray]]:
    return {name: build.run(inputs) for name, build in zip(BUILDS, (on_pc, on_machine, on_qemu), strict=True)}


@pytest.mark.parametrize("name", NAMES)
def test_outputs_equal_tflm_byte_for_byte(
    name: str, got: dict[str, dict[str, np.ndarray]], wanted: dict[str, np.ndarray]
) -> None:
    for build in BUILDS:
        np.testing.assert_array_equal(got[build][name], wanted[name], err_msg=build)


def test_the_outputs_prove_something(wanted: dict[str, np.ndarray], generated: dict[str, Generated]) -> None:
    # The shipped model is sure that noise is none of its words: the real windows below say more of it.
    plain = {name: rows for name, rows in wanted.items() if not name.startswith("extreme") and name != "shipped"}
    assert all(len(np.unique(rows)) >= 10 for rows in plain.values())
    sources = "".join(text for model in generated.values() for text in model.files.values())
    for way in ("Rounding::kAboveZero", "Rounding::kSigned", "Rounding::kWide", "Depthwise3x3(", "Depthwise(", "true", "false"):
        assert sources.count(way) >= 10, way


def test_all_operators_are_covered(tflites: dict[str, bytes]) -> None:
    from training.convert.codegen.layers import SUPPORTED
    from training.convert.int8 import operators

    assert {name for model in tflites.values() for name in operators(model)} == set(SUPPORTED)


@pytest.fixture(scope="session")
def windows() -> np.ndarray:
    """Features of 1,000 real recordings as the shipped model's int8."""
    from training.features import MfccParams, extract
    from training.speech.clips import list_clips
    from training.speech.windows import windows_to_judge

    folder = BENCH_DATA / "speech" / "train"
    if not folder.is_dir():
        pytest.fail(f"this test needs real voices in {folder}; NESTLING_BENCH_DATA names another folder")
    manifest = read_manifest(SHIPPED.parent)
    params = MfccParams.from_dict(manifest["params"])
    clips = list_clips(folder)[::3][:N_WINDOWS]
    judged = windows_to_judge(clips, manifest["labels"], params, lambda done, total: None)
    return Int8Model(SHIPPED.read_bytes()).quantise(extract(judged.pcm, params, np.float32))


def test_the_shipped_model_on_a_thousand_real_windows(windows: np.ndarray, on_pc: OnPc, on_machine: OnMachine) -> None:
    scores = Int8Model(SHIPPED.read_bytes()).run(windows)
    assert len(windows) == N_WINDOWS and len(np.unique(scores.argmax(axis=1))) == 3 and len(np.unique(scores)) >= 100
    np.testing.assert_array_equal(on_pc.run({"shipped": windows})["shipped"], scores)
    np.testing.assert_array_equal(on_machine.run({"shipped": windows})["shipped"], scores)


@pytest.mark.parametrize("name", ["mlperf_ds_cnn", "preset_ds_cnn", "shipped"])
def test_the_arena_is_smaller_than_tflm_s(name: str, tflites: dict[str, bytes], generated: dict[str, Generated]) -> None:
    assert generated[name].arena_bytes < 0.6 * (arena_bytes(tflites[name]) or 0)


def test_an_operator_that_is_not_supported_is_named_with_its_tensor() -> None:
    def build(net: object) -> object:
        net.conv(2)
        net.x = models.tf.nn.sigmoid(net.x)
        return net

    with silent_stderr():
        model = models.convert(models.Case("sigmoid", (1, 4, 4, 1), build))
    with pytest.raises(ValueError, match="LOGISTIC, which makes the tensor 'Identity', is not supported; supported are CONV_2D"):
        generate(model)


def test_a_sum_that_broadcasts_is_refused() -> None:
    def build(net: object) -> object:
        net.x = net.x + models.tf.reduce_mean(net.x, (1, 2), keepdims=True)
        return net

    with silent_stderr():
        model = models.convert(models.Case("broadcast", (1, 4, 4, 3), build))
    with pytest.raises(ValueError, match="ADD, which makes .* must add tensors of one shape"):
        generate(model)


def test_a_float_model_is_refused() -> None:
    with pytest.raises(ValueError, match="must be int8 with one scale, it is float32"):
        generate((SHIPPED.parent / "model_float.tflite").read_bytes())


def test_what_is_no_model_is_refused(tflites: dict[str, bytes]) -> None:
    with pytest.raises(ValueError, match="not a .tflite file"):
        generate(b"GIF89a, not a model")
    model, rng = tflites["channels_3"], np.random.default_rng(2)
    for length in rng.integers(0, len(model), 200):
        with pytest.raises(ValueError):
            generate(model[:length])


def test_damaged_models_never_end_in_anything_but_a_sentence(tflites: dict[str, bytes]) -> None:
    model, rng = tflites["channels_3"], np.random.default_rng(3)
    for _ in range(300):
        damaged = bytearray(model)
        for place in rng.integers(8, len(model), 3):
            damaged[place] = rng.integers(0, 256)
        try:
            generate(bytes(damaged))
        except ValueError as error:
            assert str(error)


def test_buffers_that_live_at_once_do_not_overlap() -> None:
    rng = np.random.default_rng(4)
    for _ in range(200):
        first = rng.integers(0, 20, 12)
        spans = zip(rng.integers(1, 5000, 12), first, first + rng.integers(0, 5, 12), strict=True)
        buffers = [Buffer(n_bytes=int(n), first=int(begin), last=int(end)) for n, begin, end in spans]
        total = plan(buffers)
        for number, one in enumerate(buffers):
            assert one.offset % 16 == 0 and one.offset + one.n_bytes <= total
            for other in buffers[:number]:
                apart = one.offset + one.n_bytes <= other.offset or other.offset + other.n_bytes <= one.offset
                assert apart or one.last < other.first or other.last < one.first


def test_exponentials_are_those_of_mathematics() -> None:
    scale = np.float32(0.037)
    table = np.array(exponentials(scale, np.float32(1))) / 2**31
    np.testing.assert_allclose(table, np.exp(-np.arange(len(table)) * float(scale)), atol=2e-7)


def test_multipliers_are_within_half_a_unit() -> None:
    for real in np.random.default_rng(5).uniform(-30, 8, 500):
        multiplier = quantise_multiplier(2.0**real)
        again = multiplier.factor * 2.0 ** (multiplier.left - multiplier.right - 31)
        assert again == pytest.approx(2.0**real, rel=2**-31) and not (multiplier.left and multiplier.right)
    assert quantise_multiplier(2.0**-33).factor == 0


def test_sums_that_a_fast_path_could_not_hold_go_the_wide_way() -> None:
    rows, none = np.full((1, 4), 127, np.int8), (-128, 127)
    small = requantisation(rows, np.array([10]), 0, [quantise_multiplier(0.01)], 3, none)[0]
    large = requantisation(rows, np.array([2**30]), 0, [quantise_multiplier(0.01)], 3, none)[0]
    above = requantisation(rows, np.array([10]), 0, [quantise_multiplier(300.0)], 3, none)[0]
    assert [found.rounding for found in (small, large, above)] == ["kSigned", "kWide", "kWide"]


def test_generating_twice_gives_the_same_and_writes_all_that_is_needed(tmp_path: Path) -> None:
    first, second = (generate(SHIPPED.read_bytes()) for _ in range(2))
    assert first.files == second.files
    sources = first.write(tmp_path)
    assert {path.parent.name for path in sources} == {tmp_path.name, "kernels"} and (tmp_path / "model.h").is_file()
    for text in first.files.values():
        assert "Generated by `nestling codegen`. Do not edit." in text and str(ROOT) not in text
