"""The two ways to run a bundle's model in Python, behind one call: features to scores."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ENGINES = ("float", "int8")
Engine = Callable[[NDArray[np.float32]], NDArray[np.float32]]


def load_engine(bundle: Path, engine: str) -> Engine:
    """A function from features, float32, shape (n, n_frames, n_mfcc), to scores, float32, shape (n, n_labels).

    Args:
        bundle: folder of the bundle.
        engine: "int8" is the TFLM interpreter, as the board runs it; "float" the Keras model.
    Raises:
        ValueError: there is no such engine, or the bundle's model cannot be run.
    """
    if engine == "int8":
        from training.convert.tflm import Int8Model

        return Int8Model((bundle / "model_int8.tflite").read_bytes()).scores
    if engine == "float":
        import keras

        # safe_mode: a bundle from elsewhere must not run code of its own.
        return float_engine(keras.saving.load_model(bundle / "model.keras", compile=False, safe_mode=True))
    raise ValueError(f"engine must be one of {', '.join(ENGINES)}, got {engine!r}")


def float_engine(model: "keras.Model") -> Engine:  # type: ignore[name-defined]  # noqa: F821
    """The Keras model as an engine."""
    return lambda features: np.asarray(model.predict(features, batch_size=256, verbose=0), np.float32)
