"""A network of an expert's own: a Keras function in a file that the person at the computer has named, and nobody else can.

The file holds `def build(input_shape, n_labels): return keras.Model`. It is run in the process that trains, never in the server.
"""

import runpy
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np

from training.features.params import MfccParams

_CALIBRATION_WINDOWS = 8
_SUM_TOLERANCE = 1e-3


def read_expert(file: Path, params: MfccParams, n_labels: int) -> keras.Model:
    """Run the file and let it build its network.

    Args:
        file: the Python file.
        params: the front end; the network takes float32, shape (batch, n_frames, n_mfcc).
        n_labels: number of classes; it gives a softmax over them.
    Raises:
        ValueError: it does not run, or does not give such a network; the message names the file and says what is wrong.
    """
    try:
        build = _run(file, lambda: runpy.run_path(str(file))).get("build")
    except OSError as error:
        raise ValueError(f"the expert's file {file.name} cannot be read: {error.strerror or error}") from error
    if not callable(build):
        raise ValueError(f"{file.name} has no function build(input_shape, n_labels)")
    model = _run(file, lambda: build(params.shape, n_labels))
    _check_kind(file, model)
    _check_shapes(file, model, params, n_labels)
    _check_layers(file, model)
    return model


def rebuilt_on(model: keras.Model, x: keras.KerasTensor) -> keras.KerasTensor:
    """The output of a network's layers on another input, so that they stand in one graph with what comes before them."""
    if isinstance(model, keras.Sequential):
        for layer in model.layers:
            x = layer(x)
        return x
    # Keras has no public way to do this that keeps the layers; calling the model would make it one layer, opaque to conversion.
    return keras.tree.flatten(model._run_through_graph(x, operation_fn=lambda operation: operation))[0]


def check_runs_on_board(file: Path, model: keras.Model, params: MfccParams) -> None:
    """Raise ValueError unless it gives a softmax, and int8 of it has only operators that TFLM and the generated C++ have."""
    rows = np.random.default_rng(0).normal(0, 10, (_CALIBRATION_WINDOWS, *params.shape)).astype(np.float32)
    scores = np.asarray(model.predict(rows, verbose=0))
    if not (np.isfinite(scores).all() and (scores >= 0).all() and np.abs(scores.sum(axis=1) - 1).max() < _SUM_TOLERANCE):
        raise ValueError(f"{file.name}: the scores must add up to 1; end with a dense layer of activation softmax")
    from training.convert.codegen import generate

    try:
        generate(_to_int8(model, rows))
    except ValueError as error:
        raise ValueError(f"{file.name}: the board cannot run it: {error}") from error


def _to_int8(model: keras.Model, rows: Any) -> bytes:
    import tensorflow as tf

    from training.convert.int8 import to_int8
    from training.quiet import silent_stderr

    with tempfile.TemporaryDirectory() as folder, silent_stderr():
        signature = [tf.TensorSpec((1, *model.input_shape[1:]), tf.float32, name="features")]
        model.export(folder, format="tf_saved_model", input_signature=signature, verbose=False)
        try:
            return to_int8(Path(folder), rows)
        except ValueError:
            raise
        except Exception as error:  # TensorFlow's converter raises classes of its own, with pages of text
            raise ValueError(f"TensorFlow Lite cannot convert it: {_first_line(error)}") from error


def _run(file: Path, what: Callable[[], Any]) -> Any:
    """Raises ValueError with the line of the file where it went wrong."""
    try:
        return what()
    except OSError:
        raise
    except (Exception, SystemExit) as error:
        raise ValueError(f"{file.name}{_line_of(file, error)}: {type(error).__name__}: {_first_line(error)}") from error


def _line_of(file: Path, error: BaseException) -> str:
    if isinstance(error, SyntaxError):
        return f", line {error.lineno}"
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).name == file.name]
    return f", line {frames[-1].lineno}" if frames else ""


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:300] if lines else "it says no more"


def _check_kind(file: Path, model: object) -> None:
    if not isinstance(model, keras.Model):
        raise ValueError(f"{file.name}: build must return a keras.Model, got {type(model).__name__}")
    if not isinstance(model, keras.Sequential) and type(model).__name__ != "Functional":
        raise ValueError(f"{file.name}: build must return keras.Model(inputs, outputs) or keras.Sequential, not another class")


def _check_shapes(file: Path, model: keras.Model, params: MfccParams, n_labels: int) -> None:
    wanted = {"input": (None, *params.shape), "output": (None, n_labels)}
    for what, shape in wanted.items():
        given = getattr(model, f"{what}_shape", None)
        if given != shape:
            raise ValueError(f"{file.name}: the network's {what} must have the shape {shape}, got {given}")


def _check_layers(file: Path, model: keras.Model) -> None:
    """Recurrent layers are found here: TensorFlow Lite's converter ends the process at some of them."""
    for layer in model.layers:
        if isinstance(layer, keras.layers.RNN | keras.layers.Bidirectional):
            raise ValueError(
                f"{file.name}: the board's C++ has no recurrent layers, and '{layer.name}' is one; "
                "take convolutions over time, which look back as well"
            )
