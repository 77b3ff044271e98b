"""One training of the benchmark: as a project's, but judged on what it is told to be judged on, in int8 on TFLM."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.features import MfccParams
from training.quiet import import_tensorflow, silent_stderr
from training.speech.augment import Augmenter
from training.speech.design import Design
from training.speech.head_start import HeadStart
from training.speech.presets import DEFAULT_EPOCHS
from training.speech.windows import Windows


@dataclass(frozen=True)
class Right:
    """Which of the tested windows were right, bool, shape (n,), in float and in int8; the int8 model, and what it takes."""

    floating: NDArray[np.bool_]
    int8: NDArray[np.bool_]
    model: bytes
    multiply_accumulates: int


def learn_and_judge(
    design: Design,
    params: MfccParams,
    learn: Windows,
    tested: Windows,
    n_labels: int,
    *,
    seed: int,
    spoken: Windows | None,
    head_start: HeadStart | None,
    epochs: int = DEFAULT_EPOCHS,
) -> Right:
    """Train, quantise, judge. See `training.speech.fit.fit` for the arguments; `tested` are windows without margins."""
    import_tensorflow()
    import keras
    import tensorflow as tf

    from training.convert.export import multiply_accumulates
    from training.convert.int8 import calibration_rows, to_int8
    from training.convert.tflm import Int8Model
    from training.features import extract
    from training.speech.fit import fit

    keras.backend.clear_session()
    model, _ = fit(
        design, params, learn, n_labels, epochs=epochs, seed=seed, held=None, emit=lambda event: None, spoken=spoken,
        head_start=head_start,
    )  # fmt: skip
    calibration = Augmenter(learn, params, n_labels, seed).vary(calibration_rows(learn.labels, seed))
    with tempfile.TemporaryDirectory() as folder, silent_stderr():
        saved_model = Path(folder) / "saved_model"
        signature = [tf.TensorSpec((1, *params.shape), tf.float32, name="features")]
        model.export(saved_model, format="tf_saved_model", input_signature=signature, verbose=False)
        content = to_int8(saved_model, calibration)
    features = extract(tested.pcm, params, np.float32)
    floating = np.asarray(model.predict(features, batch_size=256, verbose=0)).argmax(axis=1)
    return Right(
        floating == tested.labels,
        Int8Model(content).scores(features).argmax(axis=1) == tested.labels,
        content,
        multiply_accumulates(model),
    )
