"""The board's front end: close to the reference, and the same bits in numpy, on the PC and on a Cortex-M4F."""

import base64
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.firmware.conftest import FIRMWARE, HOST, ROOT, Build, run
from training.convert import board_frontend, frontend_tables
from training.convert.cortexm import CPU_FLAGS, Image, Machine, Toolchain, run_qemu
from training.features import stage_vectors
from training.features.cost import frame_instructions
from training.features.mfcc import extract, frame_clip
from training.features.params import MfccParams, load_default

PARAMS = load_default()
VECTORS = json.loads((ROOT / "tests" / "vectors" / "mfcc.json").read_text(encoding="utf-8"))
MAX_INSTRUCTIONS = 33_500  # a frame; 32,517 were measured, 60,000 are allowed
SOURCES = ("frontend/fft.cpp", "frontend/mfcc.cpp")


def golden(name: str = "") -> Iterator[tuple[dict, np.ndarray]]:
    for case in VECTORS["cases"]:
        if "mfcc" in case:
            yield case, np.frombuffer(base64.b64decode(case["pcm"]), "<i2")


def hard_pcm() -> np.ndarray:
    """The golden vectors' samples one after another, full-scale noise, noise of a few least significant bits, and steps."""
    rng = np.random.default_rng(5)
    parts = [pcm for _, pcm in golden()]
    parts += [rng.integers(-32768, 32768, 8000), rng.integers(-2, 3, 8000), np.repeat(rng.integers(-32768, 32768, 40), 200)]
    return np.concatenate(parts).astype(np.int16)


def write_tables(params: MfccParams, folder: Path) -> list[Path]:
    """A source tree of the front end alone, for any parameters; its sources."""
    for name in ("hot.h", "status.h", *SOURCES, "frontend/fft.h", "frontend/mfcc.h"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes((FIRMWARE / "nestling" / "src" / name).read_bytes())
    (folder / "generated").mkdir(exist_ok=True)
    frontend_tables.write_tables(params, folder / "generated")
    return [*(folder / name for name in SOURCES), folder / "generated" / "frontend_tables.cpp"]


def run_on_pc(program: Path, frames: np.ndarray, folder: Path, monkeypatch: pytest.MonkeyPatch) -> np.ndarray:
    monkeypatch.chdir(folder)
    (folder / "frames.bin").write_bytes(np.ascontiguousarray(frames).tobytes())
    run([str(program)])
    return np.fromfile(folder / "mfcc.bin", np.float32).reshape(len(frames), -1)


def bits(values: np.ndarray) -> list[int]:
    return np.ascontiguousarray(values, np.float32).view(np.uint32).ravel().tolist()


@pytest.mark.parametrize("case", [case["id"] for case, _ in golden()])
def test_it_equals_the_reference_on_the_golden_vectors(case: str) -> None:
    wanted, pcm = next((wanted, pcm) for wanted, pcm in golden() if wanted["id"] == case)
    mfcc = board_frontend.extract(pcm, PARAMS)
    assert mfcc.dtype == np.float32 and list(mfcc.shape) == wanted["shape"]
    assert np.abs(mfcc.ravel() - np.array(wanted["mfcc"])).max() < VECTORS["tolerance"]["cpp"]


@pytest.mark.parametrize("optimisation", ["-O0", "-O2"])
def test_the_pc_computes_the_same_bits(build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, optimisation: str) -> None:
    pcm = hard_pcm()
    program = build([HOST / "frontend_main.cpp", *write_tables(PARAMS, tmp_path)], [tmp_path], [optimisation, "-msse2"])
    mfcc = run_on_pc(program, frame_clip(pcm, PARAMS), tmp_path, monkeypatch)
    assert bits(mfcc) == bits(board_frontend.extract(pcm, PARAMS))


OTHERS = {
    "radix 2 first, odd frame": {"n_fft": 256, "frame_length": 201, "hop_length": 100, "n_mels": 20},
    "longer transform": {"n_fft": 2048, "frame_length": 1501, "hop_length": 700, "n_mfcc": 20},
    "shortest transform, empty bands": {"n_fft": 64, "frame_length": 64, "hop_length": 32, "n_mels": 24},
    "all bins": {"fmin": 0, "fmax": 8000, "n_mels": 64, "log_floor": 1e-12},
}


@pytest.mark.parametrize("name", OTHERS)
def test_other_parameters_work_too(build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    params = replace(PARAMS, **OTHERS[name])
    pcm = np.random.default_rng(2).integers(-20000, 20000, 8000).astype(np.int16)
    twin = board_frontend.extract(pcm, params)
    assert np.abs(twin - extract(pcm, params)).max() < VECTORS["tolerance"]["cpp"]
    program = build([HOST / "frontend_main.cpp", *write_tables(params, tmp_path)], [tmp_path], ["-O1"])
    assert bits(run_on_pc(program, frame_clip(pcm, params), tmp_path, monkeypatch)) == bits(twin)


SETTINGS = {name: params for name, _, params in stage_vectors.settings()}


@pytest.mark.parametrize("name", SETTINGS)
def test_what_the_page_may_choose_works_on_the_board_and_costs_what_it_says(tmp_path: Path, name: str) -> None:
    """Each setting of the golden vectors on the Cortex-M4F: features close to Python's, instructions close to the estimate."""
    params = SETTINGS[name]
    sources = [FIRMWARE / "emulator" / "frontend.cpp", *write_tables(params, tmp_path)]
    machine = Machine(Toolchain().build(sources, tmp_path / "frontend.elf", [tmp_path], keep=["ProcessFrame"]))
    pcm = stage_vectors.signal()
    frame = frame_clip(pcm, params)[1]
    machine.write("frame", frame.tobytes())
    is_ok, count = machine.count("ProcessFrame")
    assert is_ok == 1
    mfcc = np.frombuffer(machine.read("mfcc", 4 * params.n_mfcc), np.float32)
    assert np.abs(mfcc - extract(pcm, params)[1]).max() < VECTORS["tolerance"]["cpp"]
    assert frame_instructions(params) == pytest.approx(count, rel=0.005)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    """The front end for a Cortex-M4F, with the board's flags."""
    folder = tmp_path_factory.mktemp("cortex")
    sources = [FIRMWARE / "emulator" / "frontend.cpp", *write_tables(PARAMS, folder)]
    return Toolchain().build(sources, folder / "frontend.elf", [folder], keep=["ProcessFrame"])


def test_a_cortex_m4f_computes_the_same_bits_within_its_time(image: Image) -> None:
    machine = Machine(image)
    pcm = hard_pcm()
    frames, twin = frame_clip(pcm, PARAMS), board_frontend.extract(pcm, PARAMS)
    counts = set()
    for frame, wanted in zip(frames, twin, strict=True):
        machine.write("frame", frame.tobytes())
        is_ok, count = machine.count("ProcessFrame")
        counts.add(count)
        assert is_ok == 1
        assert machine.read("mfcc", 4 * PARAMS.n_mfcc) == wanted.tobytes()
    print(f"\n{max(counts):,} instructions a frame")
    assert max(counts) < MAX_INSTRUCTIONS


def test_qemu_computes_the_same_bits(tmp_path: Path) -> None:
    pcm = hard_pcm()[:24000]
    sources = [HOST / "frontend_main.cpp", *write_tables(PARAMS, tmp_path)]
    image = Toolchain().build(sources, tmp_path / "program.elf", [tmp_path], semihosting=True)
    (tmp_path / "frames.bin").write_bytes(np.ascontiguousarray(frame_clip(pcm, PARAMS)).tobytes())
    assert run_qemu(image, folder=tmp_path) == (0, "")
    assert bits(np.fromfile(tmp_path / "mfcc.bin", np.float32)) == bits(board_frontend.extract(pcm, PARAMS))


def made_up_clips() -> np.ndarray:
    """Tones that glide over noise of many levels: 60 clips of a second, int16."""
    rng = np.random.default_rng(8)
    t = np.arange(PARAMS.clip_length) / PARAMS.sample_rate
    clips = []
    for _ in range(60):
        tone = 10 ** rng.uniform(1, 4.4) * np.sin(2 * np.pi * (rng.uniform(100, 2000) * t + rng.uniform(-600, 600) * t**2))
        clips.append(tone * np.sin(np.pi * t) ** 2 + rng.normal(0, 10 ** rng.uniform(0, 3.5), len(t)))
    return np.clip(np.rint(clips), -32768, 32767).astype(np.int16)


def test_int8_features_are_the_reference_s_but_for_one_in_a_thousand(manifest: dict) -> None:
    clips = made_up_clips()
    scale, zero_point = manifest["input"]["scale"], manifest["input"]["zero_point"]
    reference = np.clip(np.rint(extract(clips, PARAMS) / scale) + zero_point, -128, 127).astype(int)
    board = np.stack([board_frontend.quantise(board_frontend.extract(clip, PARAMS), scale, zero_point) for clip in clips])
    difference = np.abs(board - reference)
    print(f"\n{np.count_nonzero(difference)} of {difference.size} int8 features differ")
    assert difference.max() <= 1
    assert np.count_nonzero(difference) <= difference.size / 1000


def test_int8_rounds_half_to_even_and_clips() -> None:
    values = np.array([0.5, 1.5, 2.5, -0.5, -1.5, 1e9, -1e9, 126.5, 127.49], np.float32)
    assert board_frontend.quantise(values, 1.0, 0).tolist() == [0, 2, 2, 0, -2, 127, -128, 126, 127]


def test_tables_are_written_exactly() -> None:
    tables = frontend_tables.build_tables(PARAMS)
    text = frontend_tables.source(PARAMS)
    for name, values in (("kHann", tables.window), ("kFftTwiddles", tables.twiddles), ("kMelWeights", tables.mel_weights)):
        body = re.search(rf"{name}\[\d+\] = {{(.*?)}};", text, re.DOTALL)
        assert body is not None
        written = [np.float32(number.strip().rstrip("f")) for number in body[1].split(",") if number.strip()]
        assert bits(np.array(written)) == bits(values)


def test_a_clip_that_is_too_short_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least one frame"):
        board_frontend.extract(np.zeros(479, np.int16), PARAMS)


def test_no_flag_of_the_compiler_makes_it_fuse_multiply_and_add(tmp_path: Path) -> None:
    gcc = shutil.which("arm-none-eabi-gcc") or pytest.fail("apt-get install gcc-arm-none-eabi")
    for source in write_tables(PARAMS, tmp_path):
        flags = [*CPU_FLAGS, "-Os", "-std=gnu++14", "-ffp-contract=fast", f"-I{tmp_path}"]
        assembly = run([gcc, *flags, "-S", "-o", "-", str(source)]).decode()
        assert "vmul" in assembly or source.stem == "frontend_tables"
        assert not re.search(r"\bv(fma|fms|fnma|fnms|mla|mls)\b", assembly)
