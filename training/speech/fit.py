"""How a network for words learns: in which batches, at which rate, and from what. Whoever imports this imports Keras."""

import queue
import threading
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from training.features.params import MfccParams
from training.learning import Learning
from training.run import Emit, EpochLines
from training.speech import models
from training.speech.augment import Augmenter
from training.speech.design import Design
from training.speech.windows import Windows

BATCH_SIZE = 32
MIN_STEPS = 8  # an epoch of few clips draws this many batches, each clip several times in other guises
PEAK_RATE, WARMUP_EPOCHS = 4e-3, 2

Held = tuple[NDArray[np.float32], NDArray[np.int64]]  # features, shape (n, n_frames, n_mfcc), and indices of classes, shape (n,)


def fit(
    design: Design,
    params: MfccParams,
    learn: Windows,
    n_labels: int,
    *,
    epochs: int,
    seed: int,
    held: Held | None,
    emit: Emit,
) -> tuple[keras.Model, dict[str, int | str]]:
    """Train a fresh network.

    Args:
        design: the network.
        params: the front end.
        learn: windows of the training split, with margins.
        n_labels: number of classes; the last one is unknown.
        epochs: how many are planned; `training.stop` tells when fewer will do.
        seed: the same seed, the same network.
        held: the validation split, which chooses the best epoch; None or empty, and the last one is kept.
        emit: is given the events.
    Returns:
        The network with its best weights, and {"epochs_run", "best_epoch", "stopped"}.
    """
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()
    augmenter = Augmenter(learn, params, n_labels, seed)
    sample = np.concatenate([next(augmenter.batches(BATCH_SIZE))[0] for _ in range(8)]).reshape(-1, params.n_mfcc)
    model = models.build(design, params, n_labels, sample.mean(axis=0), sample.std(axis=0) + 1e-3)
    steps = max(MIN_STEPS, len(learn) // BATCH_SIZE)
    compile_model(model, epochs, steps)
    n = model.count_params()
    emit({"event": "stage", "stage": "train", "detail": f"{n:,} parameters, {steps} batches an epoch", "n": n, "steps": steps})
    one_hot = np.eye(n_labels, dtype=np.float32)
    learning = Learning(epochs, EpochLines(epochs, emit))
    model.fit(
        _ahead((features, one_hot[labels]) for features, labels in augmenter.batches(BATCH_SIZE)),
        epochs=epochs,
        steps_per_epoch=steps,
        shuffle=False,
        validation_data=(held[0], one_hot[held[1]]) if held and len(held[1]) else None,
        validation_batch_size=256,
        callbacks=[learning],
        verbose=0,
    )
    return model, learning.describe()


def compile_model(model: keras.Model, epochs: int, steps: int) -> None:
    """Make a network ready to learn for so many epochs of so many batches."""
    model.compile(
        keras.optimizers.AdamW(_learning_rate(epochs * steps, WARMUP_EPOCHS * steps), weight_decay=1e-3),
        keras.losses.CategoricalCrossentropy(label_smoothing=0.05),
        metrics=["accuracy"],
    )


def _learning_rate(steps: int, warmup: int) -> Any:
    warmup = min(warmup, steps // 2)
    return keras.optimizers.schedules.CosineDecay(
        PEAK_RATE / 100, max(1, steps - warmup), warmup_target=PEAK_RATE, warmup_steps=warmup, alpha=0.01
    )


def _ahead(batches: Iterator[Any], depth: int = 8) -> Iterator[Any]:
    """Make batches in a thread while the network learns from the last ones; the order stays the same."""
    waiting: queue.Queue[Any] = queue.Queue(depth)
    stopped = threading.Event()

    def produce() -> None:
        for batch in batches:
            while not stopped.is_set():
                try:
                    waiting.put(batch, timeout=0.5)
                    break
                except queue.Full:
                    continue
            if stopped.is_set():
                return

    threading.Thread(target=produce, daemon=True, name="augmentation").start()
    try:
        while True:
            yield waiting.get()
    finally:
        stopped.set()
