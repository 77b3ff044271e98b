"""From a folder of recordings to a finished bundle.

The pipeline is the workflow: clips -> windows -> augmentation -> features -> Keras -> int8 and TF.js -> checks -> bundle.
"""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
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
from training.run import Emit, RunConfig, counting, describe_run, emit_done, emit_start
from training.speech.augment import MARGIN_SECONDS, Augmenter
from training.speech.clips import check_trainable, list_clips, split_clips
from training.speech.design import Design, board_figures, check_design, cost
from training.speech.head_start import BODIES, find_head_start, read_about
from training.speech.presets import DEFAULT_EPOCHS, DEFAULT_PRESET
from training.speech.spoken import speak_for
from training.speech.windows import Windows, windows_to_judge, windows_to_learn

STRIDE_HOPS = 10  # frames between two inferences on a stream: five a second by default

_PACKAGES = ("nestling", "tensorflow", "keras", "tensorflowjs", "numpy")


@dataclass(frozen=True, kw_only=True)
class TrainConfig(RunConfig):
    """Everything that a run depends on; written into the manifest.

    Raises:
        ValueError: epochs or seed is out of range.
    """

    epochs: int = DEFAULT_EPOCHS
    design: Design = field(default_factory=lambda: check_design({"preset": DEFAULT_PRESET}))
    params: MfccParams = field(default_factory=load_default)
    test_clips: Path | None = None  # a folder of its own for the test split, of other people
    head_start: bool = True  # begin with a body that knows words, where there is one
    synthetic: bool = True  # learn from synthetic voices, too


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
    spoken = _speak_and_import(config, dataset, emit)
    features = {split: _features(windows, params) for split, windows in dataset.judge.items()}
    model, how = _learn(config, dataset, spoken, features["validation"], emit)
    learned = model, how | {"seconds": round(time.monotonic() - started, 1)}
    manifest = write_bundle(config.bundle, lambda folder: _fill(folder, config, dataset, features, learned, emit))
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
    emit_start(emit, config, config.design.title, split_by, counts)
    if not sum(counts[labels[-1]].values()):
        warning = (
            "There are no clips of other words: it can learn from synthetic voices only what is none of yours. "
            "Record some other words, too."
        )
        emit({"event": "warning", "code": "no_other_words", "detail": warning})
    progress = counting(emit, "features", sum(map(len, splits.values())), "clips read")
    margin = int(MARGIN_SECONDS * params.sample_rate)
    learn = windows_to_learn(splits["train"], labels, params, margin, progress)
    judge = {split: windows_to_judge(splits[split], labels, params, progress) for split in ("validation", "test")}
    return Dataset(labels, split_by, counts, fingerprint(clips), learn, judge)


def _speak_and_import(config: TrainConfig, dataset: Dataset, emit: Emit) -> Windows | None:
    """What synthetic voices say, where any are asked for: in a process of their own, beside TensorFlow's import."""
    with ThreadPoolExecutor(1) as pool:
        speaking = pool.submit(speak_for, dataset.labels, config.params, config.seed, emit) if config.synthetic else None
        import_tensorflow()
        return speaking.result() if speaking else None


def _learn(
    config: TrainConfig, dataset: Dataset, spoken: Windows | None, validation: NDArray[np.float32], emit: Emit
) -> tuple[Any, dict[str, Any]]:
    """The trained network, and how its training went."""
    from training.speech.fit import fit

    return fit(
        config.design,
        config.params,
        dataset.learn,
        len(dataset.labels),
        epochs=config.epochs,
        seed=config.seed,
        held=(validation, dataset.judge["validation"].labels),
        emit=emit,
        spoken=spoken,
        head_start=find_head_start(config.design, config.params) if config.head_start else None,
    )


def _fill(
    folder: Path,
    config: TrainConfig,
    dataset: Dataset,
    features: dict[str, NDArray[np.float32]],
    learned: tuple[Any, dict[str, Any]],
    emit: Emit,
) -> dict[str, Any]:
    """Convert into the bundle's folder and describe the run: the manifest without its files."""
    from training.convert.export import export_model, multiply_accumulates
    from training.convert.half import round_weights
    from training.convert.int8 import calibration_rows
    from training.convert.weights import write_weights
    from training.speech.fit import BATCH_SIZE

    params, (model, how) = config.params, learned
    round_weights(model)
    emit({"event": "stage", "stage": "convert", "detail": "int8 for the board, TF.js for the phone, each checked against Keras"})
    rows = calibration_rows(dataset.learn.labels, config.seed)
    # Augmented: a phone held closer than those of the training clips must not saturate the input.
    calibration = Augmenter(dataset.learn, params, len(dataset.labels), config.seed).vary(rows)
    exported = export_model(model, calibration, features["validation"], folder)
    emit({"event": "stage", "stage": "evaluate", "detail": "float and int8 on clips that were not trained on"})
    judged = _judge(folder, dataset, features, model)
    write_evaluation(folder, dataset.labels, judged)
    write_weights(folder, _with_kernel(model), features["validation"] if "validation" in judged else calibration)
    stride = STRIDE_HOPS * params.hop_length
    decision = _decide(folder, config, dataset, stride, model, emit)
    manifest = {
        **describe_run(config, "speech", dataset.labels, _PACKAGES),
        "attribution": _attribution(config, how["start"]),
        "params": params.to_dict(),
        "params_crc32": params.crc32,
        "window": params.clip_length,
        "stride": stride,
        "decision": decision,
        "model": {
            "preset": config.design.preset,
            "name": config.design.title,
            "design": config.design.layer_list(),
            "parameters": model.count_params(),
            "multiply_accumulates": multiply_accumulates(model),
            "ops": exported.pop("ops"),
        },
        "training": {
            "epochs": config.epochs,
            "seed": config.seed,
            "batch_size": BATCH_SIZE,
            "fractions": list(config.fractions),
            **how,
        },
        "dataset": {"fingerprint": dataset.fingerprint, "split_by": dataset.split_by, "clips": dataset.counts},
        **_board(config, len(dataset.labels)),
        "metrics": {"float": {}, "int8": {}} | summarise_splits(judged, dataset.labels),
        **exported,
    }
    write_sketch(manifest, (folder / "model_int8.tflite").read_bytes(), folder / "arduino")
    return manifest


def _decide(folder: Path, config: TrainConfig, dataset: Dataset, stride: int, model: Any, emit: Emit) -> dict[str, Any]:
    """How sure the model must be, chosen on a stream of what it has not learned from."""
    from training.speech.decide import choose_decision, sieve
    from training.speech.engines import float_engine, load_engine

    emit({"event": "stage", "stage": "evaluate", "detail": "how sure it must be, on a stream of words, talk and noise"})

    def progress(done: int, of: int) -> None:
        detail = f"{done} of {of} minutes without keywords listened to"
        emit({"event": "stage", "stage": "evaluate", "detail": detail, "n": done, "of": of})

    score = sieve(float_engine(model), load_engine(folder, "int8"), dataset.labels)
    return choose_decision(score, config.params, stride, dataset.labels, dataset.judge["validation"], config.seed, progress)


def _attribution(config: TrainConfig, preset: str | None) -> str:
    """Whose recordings it learned from: the run's own, and those of the body that it began with."""
    body = read_about(BODIES)[preset]["attribution"] if preset else ""
    own = config.attribution.rstrip(".")
    return body if own in body else f"{config.attribution} {body}".strip()


def _board(config: TrainConfig, n_labels: int) -> dict[str, Any]:
    """What the model takes of a board, estimated; nothing of an expert's network."""
    return {} if config.design.expert else {"board": board_figures(cost(config.design, config.params, n_labels))}


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
