"""SavedModel to TensorFlow Lite: float32, and int8 in and out for the microcontroller.

Post-training quantisation as in Jacob et al., arXiv:1712.05877: weights a scale a channel, activations a scale a tensor,
the ranges taken from windows that are balanced over the classes of the training split.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from tensorflow.lite.python import schema_py_generated as schema

from training.convert.operators import TFLM_OPERATORS

CALIBRATION_WINDOWS = 300


def calibration_rows(labels: NDArray[np.int64], seed: int, n_rows: int = CALIBRATION_WINDOWS) -> NDArray[np.int64]:
    """Rows to calibrate on: as many of each class as the smallest class has, at most `n_rows` in all, in mixed order."""
    rng = np.random.default_rng(seed)
    classes = [rng.permutation(np.flatnonzero(labels == label)) for label in np.unique(labels)]
    each = max(1, min(*map(len, classes), n_rows // len(classes)))
    return rng.permutation(np.concatenate([rows[:each] for rows in classes]))


def to_float(saved_model: Path) -> bytes:
    """A float32 `.tflite` of a SavedModel."""
    return bytes(tf.lite.TFLiteConverter.from_saved_model(str(saved_model)).convert())


def to_int8(saved_model: Path, calibration: NDArray[np.float32]) -> bytes:
    """An int8 `.tflite`, int8 in and out.

    Args:
        saved_model: folder of the SavedModel; its one input has shape (1, n_frames, n_mfcc).
        calibration: features, float32, shape (n, n_frames, n_mfcc).
    Raises:
        ValueError: the result has an operator that TFLM does not have; the message names it.
    """

    def representative() -> Iterator[list[NDArray[np.float32]]]:
        for window in calibration:
            yield [window[None]]

    converter = tf.lite.TFLiteConverter.from_saved_model(str(saved_model))
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = representative
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    model = bytes(converter.convert())
    check_operators(model)
    return model


def operators(model: bytes) -> list[str]:
    """Names of the operators in a `.tflite`, in order of first use, as in the TensorFlow Lite schema."""
    names = {number: name for name, number in vars(schema.BuiltinOperator).items() if isinstance(number, int)}
    flat = schema.Model.GetRootAsModel(model, 0)
    found: dict[str, None] = {}
    for subgraph in map(flat.Subgraphs, range(flat.SubgraphsLength())):
        for operator in map(subgraph.Operators, range(subgraph.OperatorsLength())):
            code = flat.OperatorCodes(operator.OpcodeIndex())
            found[names[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]] = None
    return list(found)


def check_operators(model: bytes) -> None:
    """Raise ValueError when a `.tflite` has an operator that TFLM does not have."""
    if missing := [name for name in operators(model) if name not in TFLM_OPERATORS]:
        raise ValueError(f"the model needs {', '.join(missing)}, which TensorFlow Lite for Microcontrollers does not have")
