"""Judging a bundle on clips: what `nestling evaluate` and `nestling classify` print."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.convert.manifest import read_manifest
from training.features import MfccParams, extract
from training.metrics import name_scores, summarise
from training.run import Progress
from training.speech.audio import read_clip
from training.speech.clips import list_clips
from training.speech.engines import Engine, load_engine
from training.speech.windows import cut, windows_to_judge, word_start


def evaluate(bundle: Path, clips_folder: Path, engine: str, progress: Progress) -> dict[str, Any]:
    """Judge a bundle on a folder `<label>/<file>`: one window a clip, where the word is.

    Returns:
        {n, labels, engine, accuracy, interval_95, confusion, per_label, predictions [{file, label, predicted, scores}]}.
    Raises:
        ValueError: the bundle or the clips cannot be read.
    """
    manifest = read_manifest(bundle)
    params, labels = MfccParams.from_dict(manifest["params"]), manifest["labels"]
    windows = windows_to_judge(list_clips(clips_folder), labels, params, progress)
    scores = load_engine(bundle, engine)(extract(windows.pcm, params, np.float32))
    predictions = [
        {
            "file": clip.path.relative_to(clips_folder).as_posix(),
            "label": labels[truth],
            "predicted": labels[int(np.argmax(row))],
            "scores": name_scores(labels, row),
        }
        for clip, truth, row in zip(windows.clips, windows.labels, scores, strict=True)
    ]
    metrics = summarise(windows.labels, scores.argmax(axis=1), labels)
    return {"n": metrics.pop("n"), "labels": labels, "engine": engine, **metrics, "predictions": predictions}


def classify(bundle: Path, files: Sequence[Path], engine: str, progress: Progress) -> list[dict[str, Any]]:
    """Scores of single recordings, where the word is.

    Returns:
        [{file, label, scores, at_s}]: `at_s` is where in the recording the window starts, in seconds.
    Raises:
        ValueError: the bundle or a recording cannot be read.
    """
    manifest = read_manifest(bundle)
    params, labels = MfccParams.from_dict(manifest["params"]), manifest["labels"]
    run = load_engine(bundle, engine)
    results = []
    for number, file in enumerate(files, 1):
        results.append(_classify_one(file, read_clip(file, params.sample_rate), run, labels, params))
        progress(number, len(files))
    return results


def _classify_one(file: Path, pcm: NDArray[np.int16], run: Engine, labels: Sequence[str], params: MfccParams) -> dict[str, Any]:
    start = word_start(pcm, params.clip_length)
    window = cut(pcm, start, params.clip_length)
    scores = run(extract(window, params, np.float32)[None])[0]
    label = labels[int(np.argmax(scores))]
    return {
        "file": str(file),
        "label": label,
        "scores": name_scores(labels, scores),
        "at_s": max(0.0, start / params.sample_rate),
    }
