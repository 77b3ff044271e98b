"""k-fold cross-validation, for sets so small that a test split of their own would say little.

The clips are dealt into folds (`folds.py`). As many networks learn from all folds but one and are judged on that
one, so that in the end every clip was judged once by a network that has not heard it; nor its speaker or session, if it can be.
Nothing is chosen by the fold that is judged: each network learns for all the planned epochs and keeps its last weights.
"""

import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.clips import Clip
from training.features import MfccParams, extract
from training.metrics import summarise
from training.quiet import import_tensorflow
from training.run import Emit, counting
from training.speech.augment import MARGIN_SECONDS
from training.speech.clips import list_clips
from training.speech.design import Design
from training.speech.folds import MAX_FOLDS, MIN_FOLDS, check_foldable, deal_folds
from training.speech.head_start import find_head_start
from training.speech.spoken import speak_for
from training.speech.windows import Windows, windows_to_judge, windows_to_learn


@dataclass(frozen=True, kw_only=True)
class FoldConfig:
    """Everything that a cross-validation depends on; written into its result.

    Raises:
        ValueError: folds is out of range.
    """

    clips: Path
    labels: tuple[str, ...]
    folds: int
    epochs: int
    seed: int
    params: MfccParams
    design: Design
    result: Path

    def __post_init__(self) -> None:
        if not MIN_FOLDS <= self.folds <= MAX_FOLDS:
            raise ValueError(f"folds must be {MIN_FOLDS} to {MAX_FOLDS}, got {self.folds}")


def cross_validate(config: FoldConfig, emit: Emit) -> dict[str, Any]:
    """Train and judge a network for each fold, and write the result.

    Args:
        config: what to train.
        emit: is given each event of DESIGN.md ("Training events") as it happens.
    Returns:
        {"labels", "split_by", "folds": [Metric], "total": Metric, "epochs", "seed"}, as it is written to `config.result`.
    Raises:
        ValueError: the clips will not do.
    """
    started = time.monotonic()
    clips = list_clips(config.clips)
    labels = check_foldable(Counter(clip.folder for clip in clips), config.labels, config.folds)
    split_by, dealt = deal_folds(clips, labels, config.folds)
    plan = {"folds": config.folds, "epochs": config.epochs, "seed": config.seed}
    emit({"event": "start", "labels": labels, "clips": _counts(dealt, labels), "split_by": split_by, **plan})
    predicted = _predict(config, clips, labels, dealt, emit)
    metrics = [summarise(truth, guesses, labels) for truth, guesses in predicted]
    truth, guesses = (np.concatenate(values) for values in zip(*predicted, strict=True))
    total = summarise(truth, guesses, labels)
    result = {"labels": labels, "split_by": split_by, "folds": metrics, "total": total, **_settings(config)}
    _write(config.result, result)
    emit({"event": "done", "metrics": total, "seconds": round(time.monotonic() - started, 1)})
    return result


def _predict(
    config: FoldConfig, clips: Sequence[Clip], labels: list[str], dealt: Sequence[Sequence[Clip]], emit: Emit
) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """True and guessed classes of each fold's clips, by the network that has not heard them."""
    params = config.params
    progress = counting(emit, "features", 2 * len(clips), "clips read")
    learn = windows_to_learn(clips, labels, params, int(MARGIN_SECONDS * params.sample_rate), progress)
    judge = windows_to_judge(clips, labels, params, progress)
    spoken, head_start = speak_for(labels, params, config.seed, emit), find_head_start(config.design, params)
    import_tensorflow()
    import keras

    from training.speech.fit import fit

    found = []
    for number, fold in enumerate(dealt, 1):
        about = {"fold": number, "folds": config.folds}
        model, _ = fit(
            config.design,
            params,
            _without(learn, fold),
            len(labels),
            epochs=config.epochs,
            seed=config.seed,
            held=None,
            emit=partial(_tell, emit, about),
            spoken=spoken,
            head_start=head_start,
        )
        held = _only(judge, fold)
        scores = model.predict(extract(held.pcm, params, np.float32), batch_size=256, verbose=0)
        found.append((held.labels, np.asarray(scores).argmax(axis=1)))
        emit({"event": "fold", **about, "metrics": summarise(*found[-1], labels)})
        keras.backend.clear_session()
    return found


def _tell(emit: Emit, about: Mapping[str, Any], event: Mapping[str, Any]) -> None:
    emit({**event, **about})


def _only(windows: Windows, clips: Sequence[Clip]) -> Windows:
    wanted = {clip.path for clip in clips}
    return windows.chosen([clip.path in wanted for clip in windows.clips])


def _without(windows: Windows, clips: Sequence[Clip]) -> Windows:
    left_out = {clip.path for clip in clips}
    return windows.chosen([clip.path not in left_out for clip in windows.clips])


def _counts(dealt: Sequence[Sequence[Clip]], labels: Sequence[str]) -> dict[str, list[int]]:
    """How many clips of each class each fold has."""
    return {label: [sum(clip.label(labels) == label for clip in fold) for fold in dealt] for label in labels}


def _settings(config: FoldConfig) -> dict[str, Any]:
    about = {"epochs": config.epochs, "seed": config.seed}
    return {**about, "params": config.params.to_dict(), "design": config.design.to_dict()}


def _write(path: Path, result: Mapping[str, Any]) -> None:
    """Whole, or not at all."""
    temporary = path.with_suffix(".partial")
    temporary.write_text(json.dumps(result, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
    temporary.replace(path)
