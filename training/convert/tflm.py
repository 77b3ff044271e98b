"""Running an int8 model as the board will: the real TFLM interpreter (PyPI `tflite-micro`).

Where that has no wheel (macOS), LiteRT's reference kernels stand in, and `runtime_name` says so. Never LiteRT's default
interpreter: its XNNPACK delegate gives other bits.
"""

import importlib.metadata
import importlib.util
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.quiet import silent_stderr

HAS_TFLM = importlib.util.find_spec("tflite_micro") is not None
_ARENA_LIMIT = 1 << 24
_ARENA_STEP = 16  # TFLM aligns its arena to 16 bytes


def runtime_name() -> str:
    """What runs int8 models here, with its version, as the manifest states it."""
    if HAS_TFLM:
        return f"tflite-micro {importlib.metadata.version('tflite-micro')}"
    return f"LiteRT reference kernels, tensorflow {importlib.metadata.version('tensorflow')}"


class Int8Model:
    """An int8 `.tflite` with one input of shape (1, ...) and one output of shape (1, n_labels).

    Raises:
        ValueError: the interpreter refuses the model, or it is not int8 in and out.
    """

    def __init__(self, model: bytes) -> None:
        self._run = _TflmRunner(model) if HAS_TFLM else _ReferenceRunner(model)
        for name, details in (("input", self._run.input), ("output", self._run.output)):
            if details["dtype"] != np.int8:
                raise ValueError(f"the model's {name} must be int8, got {np.dtype(details['dtype'])}")
        self.input = _describe(self._run.input)
        self.output = _describe(self._run.output)

    def quantise(self, features: NDArray[np.floating]) -> NDArray[np.int8]:
        """Features to the model's int8: round(x / scale) + zero point, clipped."""
        scaled = np.rint(features / self.input["scale"]) + self.input["zero_point"]
        return np.clip(scaled, -128, 127).astype(np.int8)

    def run(self, quantised: NDArray[np.int8]) -> NDArray[np.int8]:
        """int8 inputs, shape (n, ...), to int8 outputs, shape (n, n_labels)."""
        rows = [self._run(np.ascontiguousarray(row[None])) for row in quantised]
        return np.concatenate(rows) if rows else np.empty((0, self.output["shape"][-1]), np.int8)

    def invoke(self, values: NDArray[np.int8]) -> NDArray[np.int8]:
        """One inference: int8, the input's whole shape, to int8, the output's; for models whose shape holds a batch too."""
        return self._run(np.ascontiguousarray(values))

    def scores(self, features: NDArray[np.floating]) -> NDArray[np.float32]:
        """Features, shape (n, n_frames, n_mfcc), to scores, float32, shape (n, n_labels)."""
        quantised = self.run(self.quantise(features)).astype(np.float32)
        return (quantised - self.output["zero_point"]) * np.float32(self.output["scale"])


def arena_bytes(model: bytes) -> int | None:
    """The smallest tensor arena that TFLM accepts, found by bisection; None where TFLM is not there, or does not take the model.

    Measured with 64-bit pointers: an upper bound for a 32-bit board.
    """
    if not HAS_TFLM:
        return None
    low, high = 0, _ARENA_LIMIT
    with silent_stderr():  # TFLM complains of every arena that is too small
        if not _fits(model, high):
            return None
        while high - low > _ARENA_STEP:
            middle = (low + high) // 2 // _ARENA_STEP * _ARENA_STEP
            low, high = (low, middle) if _fits(model, middle) else (middle, high)
    return high


def _fits(model: bytes, arena_size: int) -> bool:
    try:
        _TflmRunner(model, arena_size)
    except ValueError:
        return False
    return True


class _TflmRunner:
    def __init__(self, model: bytes, arena_size: int = _ARENA_LIMIT) -> None:
        from tflite_micro import runtime

        try:
            self._interpreter = runtime.Interpreter.from_bytes(model, arena_size=arena_size)
        except RuntimeError as error:
            raise ValueError(f"TensorFlow Lite for Microcontrollers refuses the model: {error}") from error
        self.input = self._interpreter.get_input_details(0)
        self.output = self._interpreter.get_output_details(0)

    def __call__(self, row: NDArray[np.int8]) -> NDArray[np.int8]:
        self._interpreter.set_input(row, 0)
        self._interpreter.invoke()
        return np.array(self._interpreter.get_output(0), np.int8)


class _ReferenceRunner:
    def __init__(self, model: bytes) -> None:
        import tensorflow as tf

        resolver = tf.lite.experimental.OpResolverType.BUILTIN_REF
        with warnings.catch_warnings(action="ignore"):  # it announces that it will move to another package
            self._interpreter = tf.lite.Interpreter(model_content=model, experimental_op_resolver_type=resolver)
        self._interpreter.allocate_tensors()
        self.input = self._interpreter.get_input_details()[0]
        self.output = self._interpreter.get_output_details()[0]

    def __call__(self, row: NDArray[np.int8]) -> NDArray[np.int8]:
        self._interpreter.set_tensor(self.input["index"], row)
        self._interpreter.invoke()
        return np.array(self._interpreter.get_tensor(self.output["index"]), np.int8)


def _describe(details: dict[str, Any]) -> dict[str, Any]:
    quantisation = details["quantization_parameters"]
    return {
        "shape": [int(size) for size in details["shape"]],
        "dtype": "int8",
        "scale": float(quantisation["scales"][0]),
        "zero_point": int(quantisation["zero_points"][0]),
    }
