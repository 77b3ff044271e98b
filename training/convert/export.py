"""A trained Keras model to every form that a bundle carries, each held against the original.

Conversion fails loudly: an operator that TFLM lacks, int8 that answers differently from float, TF.js that computes
something else than Keras.
"""

import tempfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from training.convert import int8, tfjs
from training.convert.half import store_halves
from training.convert.tflm import Int8Model, arena_bytes, runtime_name
from training.quiet import silent_stderr

MAX_DISAGREEMENT = 0.02  # share of the validation windows on which int8 may answer differently
FORGIVEN_DISAGREEMENTS = 2  # windows; on few clips two are more than 2 %
MAX_TFJS_DIFFERENCE = 1e-4
_TFJS_WINDOWS = 64


def export_model(
    model: keras.Model, calibration: NDArray[np.float32], validation: NDArray[np.float32], folder: Path
) -> dict[str, Any]:
    """Write `model.keras`, `model_float.tflite`, `model_int8.tflite` and `tfjs/` into a folder.

    Args:
        model: takes features, shape (batch, n_frames, n_mfcc).
        calibration: features to take the int8 ranges from, float32, shape (n, n_frames, n_mfcc).
        validation: features to hold int8 and TF.js against Keras on, float32, shape (n, n_frames, n_mfcc).
        folder: where to write.
    Returns:
        What the manifest says of the conversion: input, output, checks, arena_bytes, float_arena_bytes, int8_runtime and,
        within `model`, ops.
    Raises:
        ValueError: a conversion does not hold; the sentence says which and by how much.
    """
    model.save(folder / "model.keras", include_optimizer=False)
    with tempfile.TemporaryDirectory() as temporary, silent_stderr():
        saved_model = Path(temporary) / "saved_model"
        signature = [tf.TensorSpec((1, *model.input_shape[1:]), tf.float32, name="features")]
        model.export(saved_model, format="tf_saved_model", input_signature=signature, verbose=False)
        exact = int8.to_float(saved_model)
        (folder / "model_float.tflite").write_bytes(exact)
        quantised = int8.to_int8(saved_model, calibration)
        (folder / "model_int8.tflite").write_bytes(quantised)
        tfjs.convert(saved_model, Path(temporary) / "tfjs")
        store_halves(Path(temporary) / "tfjs", folder / "tfjs")
    scores = np.asarray(model.predict(validation, batch_size=256, verbose=0))
    board = Int8Model(quantised)
    return {
        "input": board.input,
        "output": board.output,
        "ops": int8.operators(quantised),
        "checks": {
            "windows": len(validation),
            "int8_disagreements": check_int8(scores, board.scores(validation)),
            "tfjs_max_difference": check_tfjs(scores[:_TFJS_WINDOWS], tfjs.run(folder / "tfjs", validation[:_TFJS_WINDOWS])),
        },
        "arena_bytes": arena_bytes(quantised),
        "float_arena_bytes": arena_bytes(exact),
        "int8_runtime": runtime_name(),
    }


def check_int8(float_scores: NDArray[np.floating], int8_scores: NDArray[np.floating]) -> int:
    """On how many windows int8 gives another answer than float. Raises ValueError when these are too many."""
    n = len(float_scores)
    differing = int((float_scores.argmax(axis=1) != int8_scores.argmax(axis=1)).sum())
    if differing > MAX_DISAGREEMENT * n and differing > FORGIVEN_DISAGREEMENTS:
        raise ValueError(
            f"int8 answers differently from float on {differing} of {n} validation windows; "
            f"at most {MAX_DISAGREEMENT:.0%} may differ. More clips or more epochs make the model surer."
        )
    return differing


def check_tfjs(keras_scores: NDArray[np.floating], tfjs_scores: NDArray[np.floating]) -> float:
    """Largest difference between the scores of TF.js and of Keras. Raises ValueError when it is above 1e-4."""
    difference = float(np.abs(keras_scores - tfjs_scores).max(initial=0.0))
    if not difference <= MAX_TFJS_DIFFERENCE:
        raise ValueError(f"TF.js differs from Keras by {difference:.2g}; at most {MAX_TFJS_DIFFERENCE:g} is allowed")
    return difference


def multiply_accumulates(model: keras.Model) -> int:
    """Multiply-accumulates of one inference: convolutions and dense layers."""
    return sum(_layer_macs(layer) for layer in model.layers)


def _layer_macs(layer: keras.Layer) -> int:
    if isinstance(layer, keras.layers.DepthwiseConv2D | keras.layers.Conv2D):
        return int(np.prod(layer.output.shape[1:3])) * int(np.prod(layer.kernel.shape))
    if isinstance(layer, keras.layers.Dense):
        return int(np.prod(layer.kernel.shape))
    return 0
