"""How a network for words learns: in which batches, at which rate, and from what. Whoever imports this imports Keras."""

import math
import queue
import threading
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from training.features.params import MfccParams
from training.learning import Learning
from training.run import Emit, EpochLines
from training.speech import models
from training.speech.augment import Augmenter
from training.speech.design import Design
from training.speech.head_start import HeadStart
from training.speech.spoken import WORDS
from training.speech.windows import Windows

BATCH_SIZE = 32
MIN_STEPS = 8  # an epoch of few clips draws this many batches, each clip several times in other guises
PEAK_RATE, WARMUP_EPOCHS = 4e-3, 2
# A body shall not forget what it knows for a few clips: with fewer than these it learns more slowly, and of the way to what is
# learned only a part is gone (WiSE-FT, M. Wortsman et al., "Robust fine-tuning of zero-shot models", arXiv:2109.01903).
_LEAST_SHARE, _WINDOWS_FOR_ALL = 0.65, 1000

_HEAD_WINDOWS = 1536  # drawn to begin the last layer with
_HEAD_STRENGTH = 0.03  # of its logistic regression, the inverse of the regularisation
# Of a keyword as synthetic voices say it with the recordings. Of 16 words by 1, 3 and 10 people: 0.71 to 0.96 (once 0.46), and
# of a keyword with the recordings of another 0.05 to 0.56.
_AGREEMENT = 0.62

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
    spoken: Windows | None = None,
    head_start: HeadStart | None = None,
) -> tuple[keras.Model, dict[str, Any]]:
    """Train a network.

    Args:
        design: the network.
        params: the front end.
        learn: windows of the training split, with margins.
        n_labels: number of classes; the last one is unknown.
        epochs: how many are planned; `training.stop` tells when fewer will do.
        seed: the same seed, the same network.
        held: the validation split, which chooses the best epoch; None or empty, and the last one is kept.
        emit: is given the events.
        spoken: windows that synthetic voices say. Those of keywords count only where a body hears that they are the same word.
        head_start: the body to begin with; None for a network that knows nothing.
    Returns:
        The network with its best weights, and {"epochs_run", "best_epoch", "stopped", "start", "synthetic"}.
    """
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()
    body = models.body_of(head_start, design, params) if head_start else None
    if spoken is not None:
        spoken = spoken.chosen(agreeing(body, params, learn, spoken, n_labels))
    augmenter = Augmenter(learn, params, n_labels, seed, spoken=spoken)
    if head_start:
        model = models.build(design, params, n_labels, np.zeros(params.n_mfcc), np.ones(params.n_mfcc))
        model.set_weights([*head_start.weights, *_head(body, augmenter, n_labels)])
        _keep_statistics(model)
    else:
        sample = np.concatenate([next(augmenter.batches(BATCH_SIZE))[0] for _ in range(8)]).reshape(-1, params.n_mfcc)
        model = models.build(design, params, n_labels, sample.mean(axis=0), sample.std(axis=0) + 1e-3)
    steps = max(MIN_STEPS, len(learn) // BATCH_SIZE)
    share = float(np.clip(len(learn) / _WINDOWS_FOR_ALL, _LEAST_SHARE, 1)) if body else 1.0
    rate = compile_model(model, PEAK_RATE * share, epochs * steps, WARMUP_EPOCHS * steps)
    begun = model.get_weights()
    n = model.count_params()
    emit({"event": "stage", "stage": "train", "detail": f"{n:,} parameters, {steps} batches an epoch", "n": n, "steps": steps})
    one_hot = np.eye(n_labels, dtype=np.float32)
    learning = Learning(epochs, EpochLines(epochs, emit))
    model.fit(
        ahead((features, one_hot[labels]) for features, labels in augmenter.batches(BATCH_SIZE)),
        epochs=epochs,
        steps_per_epoch=steps,
        shuffle=False,
        validation_data=(held[0], one_hot[held[1]]) if held and len(held[1]) else None,
        validation_batch_size=256,
        callbacks=[rate, learning],
        verbose=0,
    )
    if share < 1:
        model.set_weights([first + share * (last - first) for first, last in zip(begun, model.get_weights(), strict=True)])
    start = {"start": head_start.preset if head_start else None, "synthetic": 0 if spoken is None else len(spoken)}
    return model, learning.describe() | start


def agreeing(body: keras.Model | None, params: MfccParams, learn: Windows, spoken: Windows, n_labels: int) -> NDArray[np.bool_]:
    """Which spoken windows to learn from: all of unknown, and those of keywords that sound as the recordings do.

    A label need not be an English word, nor what is said under it. So the words that were spoken for a keyword must lie nearer
    to its recordings, as a body hears them, than the words of unknown do (area under the ROC curve); without a body nobody can
    tell, and none is taken.
    """
    unknown = spoken.labels == n_labels - 1
    found = unknown.copy()
    if body is None:
        return found
    # Beside whole words: what holds a keyword's sounds lies near it by intention.
    words = spoken.chosen([clip.path.parent.name == WORDS for clip in spoken.clips])
    heard, said = (_embedded(body, Augmenter(windows, params, n_labels, 1)) for windows in (learn, words))
    for label in range(n_labels - 1):
        own, others = said[words.labels == label], said[words.labels == n_labels - 1]
        if len(own) and len(others) and (learn.labels == label).any():
            centre = heard[learn.labels == label].mean(axis=0)
            found |= (spoken.labels == label) & (_area_under_roc(own @ centre, others @ centre) >= _AGREEMENT)
    return found


def _embedded(body: keras.Model, augmenter: Augmenter) -> NDArray[np.float32]:
    """What a body hears in each window, in one guise, as unit vectors: shape (n, n_channels)."""
    vectors = np.asarray(body.predict(augmenter.vary(np.arange(augmenter.n_windows)), batch_size=256, verbose=0))
    vectors -= vectors.mean(axis=0)
    unit: NDArray[np.float32] = vectors / (np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9)
    return unit


def _area_under_roc(high: NDArray[np.floating], low: NDArray[np.floating]) -> float:
    """How often one of `high` is above one of `low`."""
    return float((high[:, np.newaxis] > low).mean())


def _keep_statistics(model: keras.Model) -> None:
    """Let batch normalisation keep what a body knows of hundreds of voices: the means and deviations of a few people's words,
    and of the noise between them, are not those of the next person.
    """
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False


def _head(body: keras.Model, augmenter: Augmenter, n_labels: int) -> list[NDArray[np.float32]]:
    """Weights and biases of the last layer: logistic regression on what the body hears in augmented windows."""
    features, labels = next(augmenter.batches(_HEAD_WINDOWS))
    heard = np.asarray(body.predict(features, batch_size=256, verbose=0), np.float64)
    mean, deviation = heard.mean(axis=0), heard.std(axis=0) + 1e-3
    weights, biases = np.zeros((heard.shape[1], n_labels)), np.full(n_labels, -10.0)  # of a class that was not drawn
    present = np.unique(labels)
    regression = LogisticRegression(C=_HEAD_STRENGTH, max_iter=500).fit((heard - mean) / deviation, labels)
    slopes, offsets = regression.coef_, regression.intercept_
    if len(present) == 2:  # scikit-learn gives one row for two classes
        slopes, offsets = np.array([-slopes[0], slopes[0]]) / 2, np.array([-offsets[0], offsets[0]]) / 2
    weights[:, present] = (slopes / deviation).T
    biases[present] = offsets - (slopes / deviation) @ mean
    return [weights.astype(np.float32), biases.astype(np.float32)]


class CosineRate(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
    """A learning rate that rises for `warmup` batches and falls along a cosine for the rest (I. Loshchilov and F. Hutter, SGDR,
    arXiv:1608.03983). Set from outside of the graph: a Keras schedule is traced once for each variable of the network and once
    more for its decay, which takes longer than all batches of a small project.
    """

    def __init__(self, peak: float, steps: int, warmup: int) -> None:
        super().__init__()
        self._peak, self._steps, self._warmup, self._step = peak, steps, min(warmup, steps // 2), 0

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Keras calls it."""
        self.model.optimizer.learning_rate = self._peak * self._share(self._step)
        self._step += 1

    def _share(self, step: int) -> float:
        if step < self._warmup:
            return 0.01 + 0.99 * step / self._warmup
        progress = min(1.0, (step - self._warmup) / max(1, self._steps - self._warmup))
        return 0.01 + 0.99 * (1 + math.cos(math.pi * progress)) / 2


def compile_model(
    model: keras.Model, peak: float, steps: int, warmup: int, *, decay: float = 1e-3, smooth: float = 0.0
) -> CosineRate:
    """Make a network ready to learn in so many batches, at a rate of at most `peak`; the callback that sets it is returned."""
    optimizer = keras.optimizers.AdamW(peak, weight_decay=decay)
    optimizer.build(model.trainable_variables)  # or the batch is traced twice
    model.compile(optimizer, keras.losses.CategoricalCrossentropy(label_smoothing=smooth), metrics=["accuracy"])
    return CosineRate(peak, steps, warmup)


def ahead(batches: Iterator[Any], depth: int = 8) -> Iterator[Any]:
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
