"""`nestling codegen`, the emulators under it, and what may not grow: instructions, flash, arena."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from server.cli import main
from tests.firmware import bench
from training.convert.codegen import generate
from training.convert.codegen.bench import BoardModel
from training.convert.cortexm import Machine, MissingToolError, Toolchain, run_qemu

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "exports" / "yes-no" / "model_int8.tflite"
GROWTH = 1.05


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["codegen", *map(str, arguments)])


def test_it_writes_sources_that_are_complete(tmp_path: Path) -> None:
    result = run(SHIPPED, "--out", tmp_path)
    assert result.exit_code == 0 and "arena" in result.output
    assert {"model.h", "model.cpp", "kernels"} <= {path.name for path in tmp_path.iterdir()}


def test_bench_says_what_it_takes(tmp_path: Path) -> None:
    rows = np.random.default_rng(1).normal(0, 10, (3, 49, 13)).astype(np.float32)
    np.save(tmp_path / "inputs.npy", rows)
    result = run(SHIPPED, "--out", tmp_path / "out", "--bench", "--inputs", tmp_path / "inputs.npy", "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert set(found) == {"instructions", "arena_bytes", "flash_bytes", "equal_to_tflm", "inputs"}
    assert found["equal_to_tflm"] is True and found["inputs"] == 103
    assert 1e6 < found["instructions"] < 1e7 and 20_000 < found["flash_bytes"] < 100_000
    assert "equal to TFLM" in run(SHIPPED, "--out", tmp_path / "out", "--bench").output


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.zeros((2, 7), np.int8), "must hold inputs of shape (n, 1, 49, 13), got (2, 7)"),
        (np.zeros((0, 49, 13), np.int8), "must hold inputs of shape"),
        (np.zeros((2, 49, 13), np.int32), "must hold int8 or finite floats, got int32"),
        (np.full((2, 49, 13), np.nan), "must hold int8 or finite floats, got float64"),
    ],
)
def test_inputs_that_do_not_fit_are_refused(values: np.ndarray, message: str, tmp_path: Path) -> None:
    np.save(tmp_path / "inputs.npy", values)
    result = run(SHIPPED, "--out", tmp_path / "out", "--bench", "--inputs", tmp_path / "inputs.npy")
    assert result.exit_code == 1 and message in result.output


def test_what_is_wrong_is_said_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "no.tflite").write_text("hello")
    result = run(tmp_path / "no.tflite", "--out", tmp_path / "out")
    assert result.exit_code == 1 and result.output == "nestling: this is not a .tflite file: it does not hold the mark TFL3\n"
    (tmp_path / "inputs.npy").write_text("hello")
    result = run(SHIPPED, "--out", tmp_path / "out", "--bench", "--inputs", tmp_path / "inputs.npy")
    assert result.exit_code == 1 and "is not a .npy file of numbers" in result.output
    assert run(SHIPPED, "--out", tmp_path / "out", "--inputs", tmp_path / "inputs.npy").exit_code == 2
    assert run(SHIPPED).exit_code == 2
    monkeypatch.setenv("PATH", str(tmp_path))
    result = run(SHIPPED, "--out", tmp_path / "out", "--bench")
    assert result.exit_code == 1
    assert "arm-none-eabi-gcc is not installed; install it with: apt-get install gcc-arm-none-eabi" in result.output
    with pytest.raises(MissingToolError, match="arm-none-eabi-gcc is not installed"):
        Toolchain()


def test_code_that_does_not_compile_is_shown(tmp_path: Path) -> None:
    (tmp_path / "wrong.cpp").write_text("int main() { return nothing; }\n")
    with pytest.raises(ValueError, match="'nothing' was not declared"):
        Toolchain().build([tmp_path / "wrong.cpp"], tmp_path / "wrong.elf")


FAULT = 'extern "C" void Fault() { __asm volatile("udf #0"); }\nint main() { Fault(); return 0; }\n'


def test_a_fault_is_told_and_does_not_hang(tmp_path: Path) -> None:
    (tmp_path / "fault.cpp").write_text(FAULT)
    image = Toolchain().build([tmp_path / "fault.cpp"], tmp_path / "fault.elf", keep=["Fault"])
    with pytest.raises(RuntimeError, match="Fault faulted at 0x"):
        Machine(image).call("Fault")
    with pytest.raises(ValueError, match="has no symbol 'Nothing'"):
        Machine(image).call("Nothing")
    assert run_qemu(image)[0] == 125


# Counts down every 40 instructions of QEMU's.
TIMED = """
#include <stdint.h>
#include <stdio.h>
#include "model.h"
extern "C" void initialise_monitor_handles(void);
static volatile uint32_t* const timer = reinterpret_cast<volatile uint32_t*>(0x40000000);
static int8_t input[nestling::model::kInputBytes];
static int8_t output[nestling::model::kOutputBytes];
int main() {
  initialise_monitor_handles();
  timer[2] = 0xFFFFFFFFu;
  timer[1] = 0xFFFFFFFFu;
  timer[0] = 1;
  const uint32_t before = timer[1];
  nestling::model::Run(input, output);
  const uint32_t after = timer[1];
  printf("%lu\\n", static_cast<unsigned long>(before - after));
  return 0;
}
"""


def test_unicorn_and_qemu_count_alike(tmp_path: Path) -> None:
    generated = generate(SHIPPED.read_bytes())
    counted = BoardModel(generated, tmp_path).count(np.zeros(generated.input.shape, np.int8))
    (tmp_path / "timed.cpp").write_text(TIMED)
    sources = [*generated.write(tmp_path), tmp_path / "timed.cpp"]
    image = Toolchain().build(sources, tmp_path / "timed.elf", [tmp_path], semihosting=True)
    code, printed = run_qemu(image)
    assert code == 0
    assert 40 * int(printed) == pytest.approx(counted, abs=200)


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> bench.Numbers:
    return bench.measure(tmp_path_factory.mktemp("bench"))


def test_nothing_grows_by_more_than_a_twentieth(measured: bench.Numbers) -> None:
    """What grew for good reason is written anew by `python -m tests.firmware.bench --write`, in the commit that did it."""
    baseline = bench.read_baseline()
    assert set(baseline) == set(measured)
    grown = [
        f"{name}: {what} {measured[name][what]:,}, was {before:,}"
        for name, numbers in baseline.items()
        for what, before in numbers.items()
        if measured[name][what] > GROWTH * before
    ]
    assert not grown, "; ".join(grown)


def test_ds_cnn_takes_less_than_with_the_vendor_s_kernels(measured: bench.Numbers) -> None:
    """TFLM with CMSIS-NN takes 7.70 M instructions, 22,820 bytes of arena and 171,684 of flash for the same shape."""
    found = measured["mlperf_ds_cnn"]
    assert found["instructions"] < 5_000_000 and found["arena_bytes"] < 22_820 and found["flash_bytes"] < 66_388
