"""A bundle on a stream: what `nestling stream` and `nestling evaluate --stream` print."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from training.clips import Clip
from training.convert.manifest import read_manifest
from training.features import MfccParams
from training.labels import UNKNOWN
from training.run import Progress
from training.speech.audio import SUFFIXES, read_clip
from training.speech.clips import list_clips
from training.speech.decide import Stream, keyword_stream, noisy
from training.speech.engines import load_engine
from training.speech.stream import (
    NOTHING,
    Mark,
    Score,
    Scores,
    det_points,
    detections,
    read_decision,
    score_stream,
    tally,
)
from training.speech.windows import windows_to_judge

_PIECE_SECONDS = 600  # of negatives, joined so that a folder of short prompts is a stream too


def hear(bundle: Path, file: Path, engine: str, preset: str | None, progress: Progress) -> dict[str, Any]:
    """What a bundle detects in a recording.

    Args:
        bundle: its folder.
        file: of any length.
        engine: "int8" or "float".
        preset: one of the bundle's; None for the one that it begins with.
        progress: is told how many inferences are done.
    Returns:
        {file, preset, seconds, detections [{label, score, at_s}]}: `at_s` is when it is decided, in seconds.
    Raises:
        ValueError: the bundle or the recording cannot be read, the latter is shorter than a window, or there is no such preset.
    """
    manifest = read_manifest(bundle, "speech")
    params, labels, decisions = MfccParams.from_dict(manifest["params"]), manifest["labels"], read_decision(manifest)
    decisions.thresholds(labels, preset)  # told now, and not after an hour of sound
    pcm = read_clip(file, params.sample_rate)
    if len(pcm) < params.clip_length:
        seconds = params.clip_length / params.sample_rate
        raise ValueError(f"{file.name} is shorter than the {seconds:g} s that the model hears at once")
    scores = score_stream(pcm, params, manifest["stride"], load_engine(bundle, engine), progress)
    found = detections(scores, decisions, labels, preset)
    return {
        "file": str(file),
        "preset": preset or decisions.preset,
        "seconds": round(len(pcm) / params.sample_rate, 3),
        "detections": [
            {"label": each.label, "score": round(each.score, 4), "at_s": round(each.at / params.sample_rate, 3)} for each in found
        ],
    }


def evaluate_stream(
    bundle: Path, clips_folder: Path, negatives: Path | None, engine: str, seed: int, progress: Progress
) -> dict[str, Any]:
    """Judge a bundle on a stream that is built of clips and noise, and on long recordings in which nobody says a keyword.

    Args:
        bundle: its folder.
        clips_folder: `<label>/<file>`. Each keyword is said once, in noise at 5 to 20 dB; other words and noise are negatives.
        negatives: a folder of recordings, however deep; None for none.
        engine: "int8" or "float".
        seed: draws noise and places.
        progress: is told how many inferences are done.
    Returns:
        As `judge_streams`, and {bundle, engine, seed}.
    Raises:
        ValueError: the bundle or the clips cannot be read, or no clip is a keyword's.
    """
    manifest = read_manifest(bundle, "speech")
    params, labels = MfccParams.from_dict(manifest["params"]), manifest["labels"]
    clips = list_clips(clips_folder)
    if not any(clip.label(labels) != UNKNOWN for clip in clips):
        words = ", ".join(label for label in labels if label != UNKNOWN)
        raise ValueError(f"no clip in {clips_folder} is of a word that the model knows ({words})")
    streams = _streams(clips, labels, params, negatives, seed)
    told = {"bundle": str(bundle), "engine": engine, "seed": seed}
    return told | judge_streams(load_engine(bundle, engine), manifest, streams, progress)


def judge_streams(score: Score, manifest: Mapping[str, Any], streams: Sequence[Stream], progress: Progress) -> dict[str, Any]:
    """Judge a model on streams.

    A detection counts for a keyword when it comes from the word's start to one window behind the end of the second that holds it.

    Returns:
        {keywords, negative_hours, presets {name: {chosen_for, thresholds, keywords, missed, confused, false_accepts, hours,
        false_rejects, false_rejects_95, false_accepts_per_hour, false_accepts_per_hour_95}}, det [the same by "threshold"]}.
    """
    params, labels, decisions = MfccParams.from_dict(manifest["params"]), manifest["labels"], read_decision(manifest)
    heard = _scored(score, manifest, streams, progress)
    presets = {}
    for name, preset in decisions.presets.items():
        parts = (
            tally(detections(scores, decisions, labels, name), marks, n, params.clip_length, params.sample_rate)
            for scores, marks, n in heard
        )
        about = {"chosen_for": preset.false_accepts_per_hour, "thresholds": dict(preset.thresholds)}
        presets[name] = about | sum(parts, NOTHING).describe()
    det = det_points(heard, decisions, labels, params.clip_length, params.sample_rate)
    first = next(iter(presets.values()))
    return {"keywords": first["keywords"], "negative_hours": round(first["hours"], 4), "presets": presets, "det": det}


def _scored(
    score: Score, manifest: Mapping[str, Any], streams: Sequence[Stream], progress: Progress
) -> list[tuple[Scores, list[Mark], int]]:
    """Scores, keywords and length of each stream."""
    params, stride = MfccParams.from_dict(manifest["params"]), manifest["stride"]
    counts = [max(0, (len(stream.pcm) - params.clip_length) // stride + 1) for stream in streams]
    heard = []
    for number, stream in enumerate(streams):
        tell = _shifted(progress, sum(counts[:number]), sum(counts))
        heard.append((score_stream(stream.pcm, params, stride, score, tell), stream.marks, len(stream.pcm)))
    return heard


def _shifted(progress: Progress, before: int, total: int) -> Progress:
    """For a part of something longer."""
    return lambda done, of: progress(before + done, total)


def _streams(clips: Sequence[Clip], labels: Sequence[str], params: MfccParams, negatives: Path | None, seed: int) -> list[Stream]:
    rng = np.random.default_rng(seed)
    windows = windows_to_judge(clips, labels, params, lambda done, of: None)
    others = [read_clip(clip.path, params.sample_rate) for clip in clips if clip.label(labels) == UNKNOWN]
    own = noisy(others, params.sample_rate, rng)
    streams = [keyword_stream(windows, labels, params, rng, at_least=1), Stream(own, [])]
    if negatives:
        streams += [Stream(pcm, []) for pcm in joined(_recordings(negatives), params.sample_rate)]
    return streams


def joined(files: Iterable[Path], sample_rate: int) -> Iterator[NDArray[np.int16]]:
    """Recordings one behind the other, in pieces of ten minutes: int16, shape (n_samples,). Raises ValueError: one is none."""
    waiting: list[NDArray[np.int16]] = []
    for file in files:
        if _is_empty(file):  # as some of Debian's prompts are
            continue
        waiting.append(read_clip(file, sample_rate))
        if sum(map(len, waiting)) >= _PIECE_SECONDS * sample_rate:
            yield np.concatenate(waiting)
            waiting = []
    if waiting:
        yield np.concatenate(waiting)


def _recordings(folder: Path) -> list[Path]:
    """All recordings of a folder, however deep. Raises ValueError: there is none."""
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    if not files:
        raise ValueError(f"there is no recording in {folder}")
    return files


def _is_empty(file: Path) -> bool:
    try:
        return soundfile.info(file).frames == 0
    except soundfile.LibsndfileError:
        return False  # reading it tells what is wrong
