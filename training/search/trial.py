"""One trial: features, a short training, the accuracy on the validation split. The test split is never read here."""

import os
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.clips import fingerprint
from training.features import MfccParams, extract
from training.metrics import wilson_interval
from training.search.config import SearchConfig
from training.speech.augment import MARGIN_SECONDS, Augmenter
from training.speech.clips import check_trainable, list_clips, split_clips
from training.speech.design import Design
from training.speech.windows import Windows, windows_to_judge, windows_to_learn

_BATCH_SIZE = 32
_MIN_STEPS, _MAX_STEPS = 8, 64  # batches an epoch; more windows than 64 batches hold are drawn from at random
_GUISES = 3  # epochs' worth of augmented windows, which later epochs see again: features are what takes a trial's time
_MAX_CACHE_BYTES = 500_000_000


@dataclass(frozen=True)
class Data:
    """The windows that all trials learn from and are judged on."""

    labels: list[str]
    learn: Windows
    judge: Windows

    @property
    def steps(self) -> int:
        """Batches in an epoch."""
        return min(max(_MIN_STEPS, len(self.learn) // _BATCH_SIZE), _MAX_STEPS)


@dataclass(frozen=True)
class Features:
    """What one front end makes of the data.

    learn: shape (rows, n_frames, n_mfcc), whole epochs of whole batches. learn_labels: (rows,). judge: (n, n_frames, n_mfcc).
    """

    learn: NDArray[np.float32]
    learn_labels: NDArray[np.int64]
    judge: NDArray[np.float32]


def check_clips(config: SearchConfig) -> str:
    """The fingerprint of the clips. Raises ValueError when a model cannot be trained on them."""
    clips = list_clips(config.clips)
    check_trainable(Counter(clip.folder for clip in clips), config.labels)
    return fingerprint(clips)


def load_data(config: SearchConfig) -> Data:
    """Read and cut the clips. Raises ValueError with the sentence that says what is missing."""
    clips = list_clips(config.clips)
    labels = check_trainable(Counter(clip.folder for clip in clips), config.labels)
    _, splits = split_clips(clips, labels)
    margin = int(MARGIN_SECONDS * config.base.sample_rate)
    learn = windows_to_learn(splits["train"], labels, config.base, margin, lambda done, total: None)
    judge = windows_to_judge(splits["validation"], labels, config.base, lambda done, total: None)
    if not len(learn) or not len(judge):
        raise ValueError("a search needs clips to train on and clips for validation; none are in one of these splits")
    return Data(labels, learn, judge)


def features_of(data: Data, params: MfccParams, epochs: int, seed: int, cache: Path) -> Features:
    """The features of all windows, kept in the folder `cache` for other trials with the same front end."""
    guises = min(epochs, _GUISES)
    path = cache / f"{params.crc32}-{guises}-{seed}.npz"
    with suppress(OSError, ValueError, KeyError), np.load(path) as kept:
        os.utime(path)
        return Features(kept["learn"], kept["learn_labels"], kept["judge"])
    batches = Augmenter(data.learn, params, len(data.labels), seed).batches(_BATCH_SIZE)
    drawn = [next(batches) for _ in range(guises * data.steps)]
    found = Features(
        np.concatenate([features for features, _ in drawn]),
        np.concatenate([labels for _, labels in drawn]),
        extract(data.judge.pcm, params, np.float32),
    )
    _keep(path, found)
    return found


def _keep(path: Path, features: Features) -> None:
    """Write under another name and rename, because workers share the folder; a full disk only costs time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(OSError):
        with NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
            np.savez(file, learn=features.learn, learn_labels=features.learn_labels, judge=features.judge)
        Path(file.name).replace(path)
        _make_room(path.parent)


def _make_room(cache: Path) -> None:
    """Remove what has not been used for longest."""
    files = sorted(((path.stat().st_mtime, path.stat().st_size, path) for path in cache.glob("*.npz")), reverse=True)
    total = 0
    for _, size, path in files:
        total += size
        if total > _MAX_CACHE_BYTES:
            path.unlink(missing_ok=True)


def train(
    design: Design, params: MfccParams, data: Data, features: Features, epochs: int, seed: int, watch: Callable[[float], bool]
) -> dict[str, Any] | None:
    """Train a network for a few epochs, and judge it.

    Args:
        design, params: the network and its front end.
        data, features: what it learns from.
        epochs: how many.
        seed: of its weights.
        watch: is given the validation loss after each epoch, and says whether to go on.
    Returns:
        {"accuracy", "interval_95", "n"} on the validation split; None where `watch` ended it.
    """
    import keras
    import tensorflow as tf

    from training.speech import fit, models

    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()
    flat = features.learn.reshape(-1, params.n_mfcc)
    model = models.build(design, params, len(data.labels), flat.mean(axis=0), flat.std(axis=0) + 1e-3)
    rate = fit.compile_model(model, fit.PEAK_RATE, epochs * data.steps, fit.WARMUP_EPOCHS * data.steps, smooth=0.05)
    one_hot = np.eye(len(data.labels), dtype=np.float32)
    watching = _watching(watch)
    history = model.fit(
        _batches(features, one_hot),
        epochs=epochs,
        steps_per_epoch=data.steps,
        shuffle=False,
        validation_data=(features.judge, one_hot[data.judge.labels]),
        validation_batch_size=256,
        callbacks=[watching, rate],
        verbose=0,
    )
    if watching.is_ended:
        return None
    n = len(data.judge)
    correct = round(history.history["val_accuracy"][-1] * n)
    return {"accuracy": correct / n, "interval_95": list(wilson_interval(correct, n)), "n": n}


def _watching(watch: Callable[[float], bool]) -> Any:
    import keras

    class Watching(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
        """Asks after each epoch whether to go on; after the last one there is nothing to save."""

        is_ended = False

        def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
            goes_on = watch(float((logs or {})["val_loss"]))
            if not goes_on and epoch + 1 < self.params["epochs"]:
                self.is_ended = self.model.stop_training = True

    return Watching()


def _batches(features: Features, one_hot: NDArray[np.float32]) -> Any:
    while True:
        for first in range(0, len(features.learn_labels), _BATCH_SIZE):
            part = slice(first, first + _BATCH_SIZE)
            yield features.learn[part], one_hot[features.learn_labels[part]]
