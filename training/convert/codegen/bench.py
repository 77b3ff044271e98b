"""Building a generated model for Cortex-M4F, running it in the emulator, and holding its outputs against TFLM's."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.convert.codegen.emit import Generated
from training.convert.cortexm import Image, Machine, Toolchain

N_RANDOM = 100
_HARNESS = """\
// The emulator's way in: it puts an input into nestling_input, calls NestlingRun and reads nestling_output.
#include "model.h"

extern "C" {
alignas(16) int8_t nestling_input[nestling::model::kInputBytes];
alignas(16) int8_t nestling_output[nestling::model::kOutputBytes];
void NestlingRun(void) { nestling::model::Run(nestling_input, nestling_output); }
}

int main() {
  NestlingRun();
  return 0;
}
"""


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What a model takes on the board."""

    instructions: int  # of one inference, on the first input
    arena_bytes: int
    flash_bytes: int  # code, weights, and what they need of the C library and of start-up code
    equal_to_tflm: bool | None  # None where the TFLM interpreter is not there
    inputs: int  # how many were compared

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


class BoardModel:
    """A generated model (files named `model`, namespace `nestling::model`) in the emulator.

    Raises:
        MissingToolError: compiler or emulator are not installed.
        ValueError: it does not fit on the board.
    """

    def __init__(self, generated: Generated, folder: Path) -> None:
        sources = generated.write(folder)
        harness = folder / "harness.cpp"
        harness.write_text(_HARNESS, encoding="utf-8")
        self.image: Image = Toolchain().build([*sources, harness], folder / "model.elf", [folder])
        self._machine = Machine(self.image)
        self._output = generated.output

    def run(self, values: NDArray[np.int8]) -> NDArray[np.int8]:
        """One inference: int8, the input's shape, to int8, the output's shape."""
        self._machine.write("nestling_input", values.tobytes())
        self._machine.call("NestlingRun")
        return np.frombuffer(self._machine.read("nestling_output", self._output.size), np.int8).reshape(self._output.shape)

    def count(self, values: NDArray[np.int8]) -> int:
        """Instructions of one inference."""
        self._machine.write("nestling_input", values.tobytes())
        return self._machine.count("NestlingRun")[1]

    def profile(self, values: NDArray[np.int8]) -> dict[str, int]:
        """Instructions of one inference, by the function that they are in."""
        self._machine.write("nestling_input", values.tobytes())
        return self._machine.profile("NestlingRun")


def run_bench(
    model: bytes, generated: Generated, inputs: NDArray[np.int8], folder: Path, progress: Callable[[int, int], None]
) -> Bench:
    """Run a model on inputs, in the emulator and in TFLM.

    Args:
        model: the `.tflite`.
        generated: what was generated from it.
        inputs: int8, shape (n, *the input's shape); n is at least 1.
        folder: where to build.
        progress: called with how many inputs are done, and how many there are.
    """
    from training.convert.tflm import HAS_TFLM, Int8Model

    board = BoardModel(generated, folder)
    reference = Int8Model(model) if HAS_TFLM else None
    is_equal = True
    for done, values in enumerate(inputs):
        progress(done, len(inputs))
        got = board.run(values)
        is_equal = is_equal and (reference is None or np.array_equal(got, reference.invoke(values)))
    progress(len(inputs), len(inputs))
    return Bench(
        instructions=board.count(inputs[0]), arena_bytes=generated.arena_bytes, flash_bytes=board.image.flash_bytes,
        equal_to_tflm=None if reference is None else is_equal, inputs=len(inputs),
    )  # fmt: skip


def random_inputs(generated: Generated, n: int = N_RANDOM, seed: int = 0) -> NDArray[np.int8]:
    """int8 inputs, shape (n, *the input's shape): all lowest, all highest, both mixed, then random ones."""
    shape = generated.input.shape
    rng = np.random.default_rng(seed)
    inputs = rng.integers(-128, 128, (n, *shape)).astype(np.int8)
    extremes = [np.full(shape, -128), np.full(shape, 127), np.where(rng.random(shape) < 0.5, -128, 127)]
    for row, values in zip(inputs, extremes, strict=False):
        row[...] = values
    return inputs


def load_inputs(path: Path, generated: Generated) -> NDArray[np.int8]:
    """Inputs from a .npy file: int8, or floats that are quantised as the model's input is; shape (n, *the input's shape).

    A model for one input at a time also takes (n, *the shape without its leading 1).

    Raises:
        ValueError: it is no such file; the message says what was found.
    """
    try:
        values = np.load(path, allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise ValueError(f"{path} is not a .npy file of numbers: {error}") from error
    shape = generated.input.shape
    if isinstance(values, np.ndarray) and shape[0] == 1 and values.shape[1:] == shape[1:]:
        values = values[:, None]
    if not isinstance(values, np.ndarray) or values.shape[1:] != shape or not len(values):
        raise ValueError(f"{path} must hold inputs of shape (n, {', '.join(map(str, shape))}), got {np.shape(values)}")
    if values.dtype == np.int8:
        return values
    if not np.issubdtype(values.dtype, np.floating) or not np.isfinite(values).all():
        raise ValueError(f"{path} must hold int8 or finite floats, got {values.dtype}")
    scaled = np.rint(values / generated.input.scale) + generated.input.zero_point
    return np.clip(scaled, -128, 127).astype(np.int8)
