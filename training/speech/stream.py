"""A model on a stream: scores, decisions, and how often these are wrong. numpy only.

A stream is heard as a phone and a board hear it: an inference every `stride` samples over the `window` samples before. Scores
are averaged over the last `n_smooth` inferences; the keyword whose mean is the highest and reaches its own threshold is
detected; then nothing is for `refractory` samples. `web/js/dsp/decision.js` and the firmware's `decision.cpp` are the twins of
`Decision`; `tests/vectors/decision.json` (`python -m training.speech.stream_vectors`) holds the three together.
"""

import math
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.features import MfccParams, extract
from training.labels import UNKNOWN
from training.metrics import wilson_interval

PRESETS: Mapping[str, float] = {"strict": 0.1, "normal": 0.5, "eager": 2.0}  # false accepts an hour that each is chosen for
DEFAULT = "normal"
_CHUNK_INFERENCES = 2000
HIGHEST = 255 / 256  # of a score that leaves an int8 model
HIGHEST_LOGIT = math.log(HIGHEST / (1 - HIGHEST))

Score = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""Features, float32, shape (n, n_frames, n_mfcc), to scores, float32, shape (n, n_labels)."""


@dataclass(frozen=True)
class Preset:
    """Thresholds by keyword, and the false accepts an hour that they were chosen for; None where they were not."""

    false_accepts_per_hour: float | None
    thresholds: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Decisions:
    """How a bundle decides. `refractory` in samples; `preset` is the one to begin with."""

    n_smooth: int
    refractory: int
    preset: str
    presets: Mapping[str, Preset]

    def thresholds(self, labels: Sequence[str], preset: str | None = None) -> NDArray[np.float64]:
        """Of each label, shape (n_labels,); what is never detected has infinity. Raises ValueError: there is no such preset."""
        name = preset or self.preset
        if name not in self.presets:
            raise ValueError(f"the model has no preset {name!r}; it has {', '.join(self.presets)}")
        chosen = self.presets[name].thresholds
        return np.array([np.inf if label == UNKNOWN else chosen[label] for label in labels])


@dataclass(frozen=True)
class Detection:
    """A keyword that was heard: `score` is the mean, `at` the position in the stream, in samples, where it was decided."""

    label: str
    score: float
    at: int


def read_decision(manifest: Mapping[str, Any]) -> Decisions:
    """How a bundle decides. Bundles from before there were presets name one threshold, which becomes that of every keyword.

    Raises:
        ValueError: the manifest's `decision` is not whole.
    """
    decision, keywords = manifest["decision"], [label for label in manifest["labels"] if label != UNKNOWN]
    try:
        presets = _read_presets(decision, keywords)
        preset = decision["preset"] if "presets" in decision else DEFAULT
        n_smooth, refractory = int(decision["n_smooth"]), int(decision["refractory"])
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"the manifest's decision is not whole: {error}") from error
    if preset not in presets:
        raise ValueError(f"the manifest's decision begins with preset {preset!r}, which it does not have")
    return Decisions(n_smooth=n_smooth, refractory=refractory, preset=preset, presets=presets)


def _read_presets(decision: Mapping[str, Any], keywords: Sequence[str]) -> dict[str, Preset]:
    if "presets" not in decision:
        return {DEFAULT: Preset(None, dict.fromkeys(keywords, float(decision["threshold"])))}
    return {
        name: Preset(preset["false_accepts_per_hour"], {word: float(preset["thresholds"][word]) for word in keywords})
        for name, preset in decision["presets"].items()
    }


class Decision:
    """From a stream of scores to detections.

    Args:
        decisions: of the bundle.
        labels: in the order of the scores.
        preset: which of the thresholds.
    Raises:
        ValueError: the bundle has no such preset.
    """

    def __init__(self, decisions: Decisions, labels: Sequence[str], preset: str | None = None) -> None:
        self._labels, self._refractory = labels, decisions.refractory
        self._thresholds = decisions.thresholds(labels, preset)
        self._last: deque[NDArray[np.float64]] = deque(maxlen=decisions.n_smooth)
        self._silent_until = -math.inf

    def push(self, scores: Sequence[float] | NDArray[np.floating[Any]], at: int) -> Detection | None:
        """Take the scores of the inference whose last sample is `at`; return what is detected by it."""
        self._last.append(np.asarray(scores, np.float64))
        mean = np.sum(self._last, axis=0) / len(self._last)
        best = int(mean.argmax())
        if len(self._last) < (self._last.maxlen or 0) or at < self._silent_until or mean[best] < self._thresholds[best]:
            return None
        self._silent_until = at + self._refractory
        return Detection(self._labels[best], float(mean[best]), at)


@dataclass(frozen=True)
class Scores:
    """Scores of a stream. at: position of each inference's last sample, int64, shape (n,). rows: float32, shape (n, n_labels)."""

    at: NDArray[np.int64]
    rows: NDArray[np.float32]


def score_stream(
    pcm: NDArray[np.int16],
    params: MfccParams,
    stride: int,
    score: Score,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Scores:
    """Scores of a stream, an inference at each multiple of `stride` that has a whole window before it.

    Each frame's features are computed once, whatever number of windows it lies in.

    Args:
        pcm: int16, shape (n_samples,), at `params.sample_rate` Hz.
        params: the front end; a window is its `clip_length`.
        stride: samples between two inferences.
        score: the model.
        progress: is told how many inferences are done.
    Raises:
        ValueError: the stride is no multiple of the hop, so that windows would share no frames.
    """
    if stride < params.hop_length or stride % params.hop_length:
        raise ValueError(f"'stride' must be a multiple of {params.hop_length} samples, got {stride}")
    window = params.clip_length
    at = np.arange(-(-window // stride) * stride, len(pcm) + 1, stride)
    if not len(at):
        return Scores(at, np.zeros((0, 0), np.float32))
    n_frames = params.frames_in(window)
    frames = extract(pcm[at[0] - window : at[-1]], params, np.float32)
    # A window's frames are neighbours, so windows are views into all frames: (inferences, n_frames, n_mfcc).
    windows = np.lib.stride_tricks.sliding_window_view(frames, n_frames, axis=0)[:: stride // params.hop_length]
    rows = []
    for start in range(0, len(at), _CHUNK_INFERENCES):
        chunk = windows[start : min(start + _CHUNK_INFERENCES, len(at))].swapaxes(1, 2)
        rows.append(score(np.ascontiguousarray(chunk, np.float32)))
        progress(min(start + _CHUNK_INFERENCES, len(at)), len(at))
    return Scores(at, np.concatenate(rows))


def detections(scores: Scores, decisions: Decisions, labels: Sequence[str], preset: str | None = None) -> list[Detection]:
    """What is detected in a stream, with one of the presets. Raises ValueError: the bundle has no such preset."""
    decision = Decision(decisions, labels, preset)
    found = (decision.push(row, int(at)) for row, at in zip(scores.rows, scores.at, strict=True))
    return [detection for detection in found if detection]


@dataclass(frozen=True)
class Mark:
    """A keyword that is said from sample `start` to sample `end` of a stream."""

    label: str
    start: int
    end: int


@dataclass(frozen=True)
class Tally:
    """How a stream was heard.

    Args:
        keywords, missed: keywords that were said, and those that were not detected.
        confused: detections of another keyword while one was said.
        false_accepts: detections while none was said.
        hours: how long none was said.
    """

    keywords: int
    missed: int
    confused: int
    false_accepts: int
    hours: float

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))

    def describe(self) -> dict[str, Any]:
        """The counts, FRR (missed/keywords) and FA/h with their 95 % intervals; None where nothing was heard of the kind."""
        rates = {
            "false_rejects": self.missed / self.keywords if self.keywords else None,
            "false_rejects_95": list(wilson_interval(self.missed, self.keywords)),
            "false_accepts_per_hour": self.false_accepts / self.hours if self.hours else None,
            "false_accepts_per_hour_95": [
                bound / self.hours if self.hours else None for bound in garwood_interval(self.false_accepts)
            ],
        }
        return {**{name: getattr(self, name) for name in self.__dataclass_fields__}, **rates}


def tally(found: Iterable[Detection], marks: Sequence[Mark], n_samples: int, tolerance: int, sample_rate: int) -> Tally:
    """Match detections with keywords.

    A detection counts for a keyword when it comes from the word's start to `tolerance` samples behind its end: one window,
    because the last inference that hears any of the word comes then. A second detection of the same word there counts nothing.

    Args:
        found: detections, in their order.
        marks: keywords, in their order; their spans with the tolerance should not overlap.
        n_samples: of the stream.
        tolerance: samples.
        sample_rate: of the stream, in Hz.
    """
    starts = np.array([mark.start for mark in marks])
    ends = np.minimum([mark.end + tolerance for mark in marks], n_samples)
    heard, confused, false_accepts = set(), 0, 0
    for detection in found:
        index = int(np.searchsorted(starts, detection.at, side="right")) - 1
        if index < 0 or detection.at > ends[index]:
            false_accepts += 1
        elif marks[index].label == detection.label:
            heard.add(index)
        else:
            confused += 1
    hours = (n_samples - float(np.sum(ends - starts))) / sample_rate / 3600
    return Tally(len(marks), len(marks) - len(heard), confused, false_accepts, hours)


def det_points(
    streams: Sequence[tuple[Scores, Sequence[Mark], int]],
    decisions: Decisions,
    labels: Sequence[str],
    tolerance: int,
    sample_rate: int,
    n_points: int = 40,
) -> list[dict[str, Any]]:
    """The DET curve: FRR and FA/h with one threshold for every keyword, from high to low, evenly in their logits.

    Args:
        streams: scores, keywords and length in samples of each.
        decisions: of the bundle; its thresholds do not matter here.
        labels, tolerance, sample_rate: as in `tally`.
        n_points: how many thresholds are tried.
    """
    points = []
    for threshold in 1 / (1 + np.exp(-np.linspace(HIGHEST_LOGIT, -2.0, n_points))):
        alike = with_threshold(decisions, labels, float(threshold))
        parts = (tally(detections(scores, alike, labels), marks, n, tolerance, sample_rate) for scores, marks, n in streams)
        points.append({"threshold": round(float(threshold), 5)} | sum(parts, NOTHING).describe())
    return points


def with_threshold(decisions: Decisions, labels: Sequence[str], threshold: float) -> Decisions:
    """The same with one threshold for every keyword."""
    return replace(decisions, preset=DEFAULT, presets={DEFAULT: Preset(None, dict.fromkeys(labels, threshold))})


def garwood_interval(count: int) -> tuple[float, float]:
    """Exact 95 % interval of a Poisson mean of which `count` events were seen: F. Garwood, Biometrika 28 (1936)."""
    low = _poisson_mean(count - 1, 0.975) if count else 0.0
    return low, _poisson_mean(count, 0.025)


def _poisson_mean(count: int, probability: float) -> float:
    """The mean with which at most `count` events have the probability, found by halving: it falls as the mean grows."""
    low, high = 0.0, 10.0 + 3.0 * (count + 1)
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if _poisson_at_most(count, middle) > probability else (low, middle)
    return low


def _poisson_at_most(count: int, mean: float) -> float:
    n = np.arange(count + 1)
    log_factorials = np.concatenate([[0.0], np.cumsum(np.log(n[1:]))])
    return float(np.exp(n * math.log(mean) - mean - log_factorials).sum())


NOTHING = Tally(0, 0, 0, 0, 0.0)
