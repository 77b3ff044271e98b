"""From a folder of recordings to a finished bundle.

The pipeline is the workflow: clips -> windows -> augmentation -> features -> Keras -> int8 and TF.js -> checks -> bundle.
"""

import queue
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.clips import SPLITS, fingerprint
from training.convert import tfjs
from training.convert.bundle import check_free, write_bundle
from training.convert.sketch import check_labels, write_sketch
from training.evaluation import Judged, summarise_splits, write_evaluation
from training.features import MfccParams, extract, load_default
from training.labels import UNKNOWN
from training.quiet import import_tensorflow
from training.run import Emit, EpochLines, RunConfig, counting, describe_run, emit_done, emit_start
from training.speech.augment import MARGIN_SECONDS, Augmenter
from training.speech.clips import check_trainable, list_clips, split_clips
from training.speech.presets import DEFAULT_EPOCHS, DEFAULT_PRESET, PRESETS
from training.speech.windows import Windows, windows_to_judge, windows_to_learn

BATCH_SIZE = 32
MIN_STEPS = 8  # an epoch of few clips draws this many batches, each clip several times in other guises
PEAK_RATE, WARMUP_EPOCHS = 4e-3, 2
STRIDE_HOPS = 10  # frames between two inferences on a stream: five a second by default
DECISION = {"n_smooth": 3, "threshold": 0.7, "refractory": 16000}

_PACKAGES = ("nestling", "tensorflow", "keras", "tensorflowjs", "numpy")


@dataclass(frozen=True, kw_only=True)
class TrainConfig(RunConfig):
    """Everything that a run depends on; written into the manifest.

    Raises:
        ValueError: epochs, seed or preset is out of range.
    """

    epochs: int = DEFAULT_EPOCHS
    preset: str = DEFAULT_PRESET
    params: MfccParams = field(default_factory=load_default)
    test_clips: Path | None = None  # a folder of its own for the test split, of other people

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.preset not in PRESETS:
            raise ValueError(f"preset must be one of {', '.join(PRESETS)}, got {self.preset!r}")


@dataclass(frozen=True)
class Dataset:
    """The clips of a run, split and cut."""

    labels: list[str]
    split_by: str
    counts: dict[str, dict[str, int]]
    fingerprint: str
    learn: Windows
    judge: dict[str, Windows]


def train(config: TrainConfig, emit: Emit) -> dict[str, Any]:
    """Train, convert, check and write a bundle.

    Args:
        config: what to train, and where to.
        emit: is given each event of DESIGN.md ("Training events") as it happens.
    Returns:
        The manifest.
    Raises:
        ValueError: the clips will not do, or the model does not survive conversion. No bundle is written then.
    """
    started = time.monotonic()
    check_free(config.bundle)
    check_labels([*config.labels, UNKNOWN])  # told now, and not after an hour
    tfjs.check_ready()
    params = config.params
    dataset = load_dataset(config, params, emit)
    import_tensorflow()
    features = {split: _features(windows, params) for split, windows in dataset.judge.items()}
    model = _fit(config, params, dataset, features["validation"], emit)
    manifest = write_bundle(config.bundle, lambda folder: _fill(folder, config, params, dataset, features, model, emit))
    emit_done(emit, config, manifest, started)
    return manifest


def load_dataset(config: TrainConfig, params: MfccParams, emit: Emit) -> Dataset:
    """Read, check, split and cut the clips. Raises ValueError with the sentence that says what is missing."""
    clips = list_clips(config.clips)
    labels = check_trainable(Counter(clip.folder for clip in clips), config.labels)
    split_by, splits = split_clips(clips, labels, config.fractions)
    if config.test_clips:
        splits["test"] = list_clips(config.test_clips)
    counts = {label: dict.fromkeys(SPLITS, 0) for label in labels}
    for split, members in splits.items():
        for clip in members:
            counts[clip.label(labels)][split] += 1
    emit_start(emit, config, config.preset, split_by, counts)
    if not sum(counts[labels[-1]].values()):
        emit(
            {"event": "warning", "detail": "There are no clips of other words, so the model will take any word for one of yours."}
        )
    progress = counting(emit, "features", sum(map(len, splits.values())), "clips read")
    margin = int(MARGIN_SECONDS * params.sample_rate)
    learn = windows_to_learn(splits["train"], labels, params, margin, progress)
    judge = {split: windows_to_judge(splits[split], labels, params, progress) for split in ("validation", "test")}
    return Dataset(labels, split_by, counts, fingerprint(clips), learn, judge)


def _fit(config: TrainConfig, params: MfccParams, dataset: Dataset, validation: NDArray[np.float32], emit: Emit) -> Any:
    import keras
    import tensorflow as tf

    from training.speech import models

    keras.utils.set_random_seed(config.seed)
    tf.config.experimental.enable_op_determinism()
    n_labels = len(dataset.labels)
    augmenter = Augmenter(dataset.learn, params, n_labels, config.seed)
    sample = np.concatenate([next(augmenter.batches(BATCH_SIZE))[0] for _ in range(8)]).reshape(-1, params.n_mfcc)
    model = models.build(config.preset, params, n_labels, sample.mean(axis=0), sample.std(axis=0) + 1e-3)
    steps = max(MIN_STEPS, len(dataset.learn) // BATCH_SIZE)
    model.compile(
        keras.optimizers.AdamW(_learning_rate(config.epochs * steps, WARMUP_EPOCHS * steps), weight_decay=1e-3),
        keras.losses.CategoricalCrossentropy(label_smoothing=0.05),
        metrics=["accuracy"],
    )
    emit({"event": "stage", "stage": "train", "detail": f"{model.count_params():,} parameters, {steps} batches an epoch"})
    one_hot = np.eye(n_labels, dtype=np.float32)
    model.fit(
        _ahead((features, one_hot[labels]) for features, labels in augmenter.batches(BATCH_SIZE)),
        epochs=config.epochs,
        steps_per_epoch=steps,
        shuffle=False,
        validation_data=(validation, one_hot[dataset.judge["validation"].labels]) if len(validation) else None,
        validation_batch_size=256,
        callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=EpochLines(config.epochs, emit))],
        verbose=0,
    )
    return model


def _learning_rate(steps: int, warmup: int) -> Any:
    import keras

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


def _fill(
    folder: Path,
    config: TrainConfig,
    params: MfccParams,
    dataset: Dataset,
    features: dict[str, NDArray[np.float32]],
    model: Any,
    emit: Emit,
) -> dict[str, Any]:
    """Convert into the bundle's folder and describe the run: the manifest without its files."""
    from training.convert.export import export_model, multiply_accumulates
    from training.convert.int8 import calibration_rows
    from training.convert.weights import write_weights

    emit({"event": "stage", "stage": "convert", "detail": "int8 for the board, TF.js for the phone, each checked against Keras"})
    rows = calibration_rows(dataset.learn.labels, config.seed)
    # Augmented: a phone held closer than those of the training clips must not saturate the input.
    calibration = Augmenter(dataset.learn, params, len(dataset.labels), config.seed).vary(rows)
    exported = export_model(model, calibration, features["validation"], folder)
    emit({"event": "stage", "stage": "evaluate", "detail": "float and int8 on clips that were not trained on"})
    judged = _judge(folder, dataset, features, model)
    write_evaluation(folder, dataset.labels, judged)
    write_weights(folder, _with_kernel(model), features["validation"] if "validation" in judged else calibration)
    manifest = {
        **describe_run(config, "speech", dataset.labels, _PACKAGES),
        "params": params.to_dict(),
        "params_crc32": params.crc32,
        "window": params.clip_length,
        "stride": STRIDE_HOPS * params.hop_length,
        "decision": DECISION,
        "model": {
            "preset": config.preset,
            "parameters": model.count_params(),
            "multiply_accumulates": multiply_accumulates(model),
            "ops": exported.pop("ops"),
        },
        "training": {"epochs": config.epochs, "seed": config.seed, "batch_size": BATCH_SIZE, "fractions": list(config.fractions)},
        "dataset": {"fingerprint": dataset.fingerprint, "split_by": dataset.split_by, "clips": dataset.counts},
        "metrics": {"float": {}, "int8": {}} | summarise_splits(judged, dataset.labels),
        **exported,
    }
    write_sketch(manifest, (folder / "model_int8.tflite").read_bytes(), folder / "arduino")
    return manifest


def _judge(folder: Path, dataset: Dataset, features: dict[str, NDArray[np.float32]], model: Any) -> dict[str, Judged]:
    """What float and int8 answer to each clip that was held back, by split."""
    from training.speech.engines import float_engine, load_engine

    engines = {"float": float_engine(model), "int8": load_engine(folder, "int8")}
    return {
        split: Judged(
            clips=windows.clips, truth=windows.labels, scores={name: run(features[split]) for name, run in engines.items()}
        )
        for split, windows in dataset.judge.items()
        if len(windows)
    }


def _with_kernel(model: Any) -> list[tuple[str, str]]:
    """Name and type of the layers that have one, in the order in which they run."""
    return [(layer.name, type(layer).__name__) for layer in model.layers if hasattr(layer, "kernel")]


def _features(windows: Windows, params: MfccParams) -> NDArray[np.float32]:
    return extract(windows.pcm, params, np.float32)
