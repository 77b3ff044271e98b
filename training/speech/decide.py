"""Choosing how a model decides: a threshold for each keyword and each stated number of false accepts an hour.

What is chosen on are two streams that the model has not learned from. In one the validation keywords are said in noise, beside
other words; in the other nobody says any: an hour of talk by synthetic voices in several languages, the validation clips of other
words and noise, and made-up noise. The thresholds follow from the highest scores in the latter. An hour does not tell of events
that come once in ten, so the tail is drawn on: above a high level the logit of a score falls off exponentially, which is a
straight line of the logarithm of the rate over the logit (peaks over threshold: S. Coles, An Introduction to Statistical
Modeling of Extreme Values, 2001, chapter 4, with shape 0).
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.features import MfccParams
from training.labels import UNKNOWN
from training.run import Progress
from training.speech.audio import to_pcm
from training.speech.augment import coloured_noise
from training.speech.chatter import JUDGED, chatter
from training.speech.stream import (
    DEFAULT,
    HIGHEST,
    PRESETS,
    Mark,
    Score,
    Scores,
    detections,
    read_decision,
    score_stream,
    tally,
)
from training.speech.voices import NoVoicesError
from training.speech.windows import Windows

N_SMOOTH = 3
REFRACTORY_SECONDS = 1.0
CHATTER_SECONDS = 3600.0
_PIECE_SECONDS = 600.0
_NOISE_SECONDS = 30.0
_N_COLOURS = 60  # of made-up noise; then they come again, at other levels
_MIN_KEYWORDS = 60  # few clips are said several times, each time in other noise
_SLOT_SECONDS = 2.8  # of one keyword beside itself: something else, a pause, and the time in which it may be detected
_BEFORE_SECONDS = (1.2, 1.7)
_SNR_DB = (5.0, 20.0)
_NOISE_DBFS = (-70.0, -25.0)
_FADE_SECONDS = 0.01  # a clip that begins in the middle of a sound must not click
_ENOUGH = 5  # false accepts that must have been seen for a rate to be counted instead of drawn on
# Highest scores that the tail is fitted to. Chosen on ten hours of talk that the shipped model heard, each hour's thresholds
# judged on the other nine: of 0.1, 0.5 and 2 false accepts an hour, 20 scores gave 0.04, 0.46 and 2.2, 30 0.0, 0.2 and 1.6.
_N_TAIL = 20
_LOWEST = 0.5  # no threshold is below: one score is then higher than all others together
# Where the tail is drawn on, no threshold is above what this share of the keywords stays below: a word that nobody can say
# well enough is worth less than silence, and the rate that is drawn on is a guess.
_MISSED_AT_MOST = {"strict": 0.2, "normal": 0.08, "eager": 0.04}
_WORTH = 0.1  # a keyword's score by the quick engine from which on the exact one is asked


@dataclass(frozen=True)
class Stream:
    """Sound, int16, and the keywords in it."""

    pcm: NDArray[np.int16]
    marks: list[Mark]


def choose_decision(
    score: Score,
    params: MfccParams,
    stride: int,
    labels: Sequence[str],
    validation: Windows,
    seed: int,
    progress: Progress,
) -> dict[str, Any]:
    """The manifest's `decision`, see DESIGN.md ("Decisions on a stream").

    Args:
        score: the model.
        params: the front end.
        stride: samples between two inferences.
        labels: the model's classes.
        validation: windows that the model has not learned from, one a clip.
        seed: the same seed, the same streams.
        progress: is told how many minutes of the stream without keywords are heard, and of how many.
    """
    rng = np.random.default_rng((seed, 6))
    said = keyword_stream(validation, labels, params, rng)
    heard = score_stream(said.pcm, params, stride, score)
    refractory = int(REFRACTORY_SECONDS * params.sample_rate)
    keywords = [index for index, label in enumerate(labels) if label != UNKNOWN]
    peaks: dict[int, list[NDArray[np.float64]]] = {index: [] for index in keywords}
    seconds, planned_minutes = 0.0, max(1, round(CHATTER_SECONDS / 60))
    for pcm in negative_streams(validation, labels, params, rng):
        means = smooth(score_stream(pcm, params, stride, score).rows, N_SMOOTH)
        for index in keywords:
            peaks[index].append(find_peaks(means[:, index], max(1, refractory // stride)))
        seconds += len(pcm) / params.sample_rate
        progress(min(round(seconds / 60), planned_minutes), planned_minutes)
    hours = seconds / 3600
    tails = {labels[index]: Tail(np.sort(np.concatenate(found))[::-1], hours) for index, found in peaks.items()}
    presets, extrapolated = _presets(tails, word_peaks(heard, said, labels, params.clip_length))
    decision = {"n_smooth": N_SMOOTH, "refractory": refractory, "preset": DEFAULT, "presets": presets}
    missed = _false_rejects(decision, heard, said, labels, params)
    chosen_on = {"negative_hours": round(hours, 3), "keywords": len(said.marks), "extrapolated": extrapolated}
    return decision | {"chosen_on": chosen_on | {"false_rejects": missed}}


def sieve(quick: Score, exact: Score, labels: Sequence[str]) -> Score:
    """A model whose scores are exact wherever a keyword may have been said, and quick elsewhere, which is nearly everywhere."""
    keywords = [index for index, label in enumerate(labels) if label != UNKNOWN]

    def score(features: NDArray[np.float32]) -> NDArray[np.float32]:
        rows = quick(features).copy()
        worth = rows[:, keywords].max(axis=1) >= _WORTH
        if worth.any():
            rows[worth] = exact(features[worth])
        return rows

    return score


def keyword_stream(
    windows: Windows, labels: Sequence[str], params: MfccParams, rng: np.random.Generator, at_least: int = _MIN_KEYWORDS
) -> Stream:
    """Every keyword of some windows said in noise at 5 to 20 dB, every other one after another word.

    Args:
        windows: one a clip, the word in its middle.
        labels: the model's classes.
        params: the front end.
        rng: draws noise, levels and places.
        at_least: so many keywords are said: few clips several times.
    """
    is_keyword = np.array([labels[index] != UNKNOWN for index in windows.labels], bool)
    words, others = np.flatnonzero(is_keyword), np.flatnonzero(~is_keyword)
    rows = np.concatenate([rng.permutation(words) for _ in range(-(-at_least // max(1, len(words))))])
    length, size = int(_SLOT_SECONDS * params.sample_rate) + params.clip_length, params.clip_length
    pieces, marks = [], []
    for number, row in enumerate(rows):
        start = int(rng.uniform(*_BEFORE_SECONDS) * params.sample_rate) + max(0, size - params.sample_rate)
        slot = np.zeros(length)
        slot[start : start + size] = _faded(windows.pcm[row], params.sample_rate)
        noise = _background(windows, others, length, params, rng)
        slot += noise * (_level(windows.pcm[row]) / _level(noise) / 10 ** (rng.uniform(*_SNR_DB) / 20))
        if number % 2 and len(others):
            slot[: min(size, start)] += _faded(windows.pcm[rng.choice(others)], params.sample_rate)[: min(size, start)]
        marks.append(Mark(labels[windows.labels[row]], number * length + start, number * length + start + size))
        pieces.append(to_pcm(slot / 32768))
    return Stream(np.concatenate(pieces) if pieces else np.zeros(0, np.int16), marks)


def negative_streams(
    windows: Windows, labels: Sequence[str], params: MfccParams, rng: np.random.Generator
) -> Iterator[NDArray[np.int16]]:
    """Sound in which nobody says a keyword, int16, in pieces: other words and noise; then talk, where this computer has voices.

    A piece is spoken while the one before is listened to.
    """
    rate = params.sample_rate
    yield noisy([pcm for pcm, label in zip(windows.pcm, windows.labels, strict=True) if labels[label] == UNKNOWN], rate, rng)
    keywords = [label for label in labels if label != UNKNOWN]
    n = math.ceil(CHATTER_SECONDS / _PIECE_SECONDS)

    def talk(own_rng: np.random.Generator) -> NDArray[np.int16]:
        return noisy([chatter(CHATTER_SECONDS / n, keywords, rate, own_rng, JUDGED)], rate, own_rng)

    with ThreadPoolExecutor(1) as pool, suppress(NoVoicesError):
        first, *others = rng.spawn(n)
        speaking = pool.submit(talk, first)
        for own_rng in others:  # one piece ahead and no more: who cancels does not wait for the rest
            piece = speaking.result()
            speaking = pool.submit(talk, own_rng)
            yield piece
        yield speaking.result()


def noisy(pieces: Sequence[NDArray[np.int16]], sample_rate: int, rng: np.random.Generator) -> NDArray[np.int16]:
    """Pieces one behind the other and half a minute of nothing, all in made-up noise that changes every second. int16."""
    silence = np.zeros(int(_NOISE_SECONDS * sample_rate))
    sound = np.concatenate([*(_faded(pcm, sample_rate) for pcm in pieces), silence])
    seconds = -(-len(sound) // sample_rate)
    noise = coloured_noise(min(seconds, _N_COLOURS), sample_rate, sample_rate, rng)
    noise /= np.sqrt((noise**2).mean(axis=1, keepdims=True))
    levels = np.float32(32768 * 10 ** (rng.uniform(*_NOISE_DBFS, (seconds, 1)) / 20))
    sound += (noise[np.arange(seconds) % len(noise)] * levels).ravel()[: len(sound)]
    return to_pcm(sound / 32768)


def smooth(rows: NDArray[np.floating], n_smooth: int) -> NDArray[np.float64]:
    """Means of the last `n_smooth` rows, from where there are as many: shape (n - n_smooth + 1, n_labels)."""
    if len(rows) < n_smooth:
        return np.zeros((0, rows.shape[1]), np.float64)
    return np.lib.stride_tricks.sliding_window_view(rows.astype(np.float64), n_smooth, axis=0).mean(axis=2)


@dataclass(frozen=True)
class Tail:
    """How often an hour a score is reached where nobody says the keyword.

    Args:
        peaks: scores, one an event, highest first.
        hours: in which they were seen.
    """

    peaks: NDArray[np.float64]
    hours: float

    def threshold(self, per_hour: float) -> tuple[float, bool]:
        """What is reached so many times an hour, and whether that lies beyond what was seen."""
        n_wanted, logits = per_hour * self.hours, _logit(self.peaks)
        if _ENOUGH <= n_wanted < len(logits):
            count = int(n_wanted)
            return _sigmoid((logits[count - 1] + logits[count]) / 2), False
        n, level, slope = self._line()
        return _sigmoid(level + slope * math.log(n / n_wanted)), True

    def per_hour(self, threshold: float) -> float:
        """How often an hour a threshold is reached: counted, or drawn on where it was reached too seldom."""
        seen = int((self.peaks >= threshold).sum())
        if seen >= _ENOUGH:
            return seen / self.hours
        n, level, slope = self._line()
        return n * math.exp((level - float(_logit(np.array([threshold]))[0])) / slope) / self.hours

    def _line(self) -> tuple[int, float, float]:
        """How many peaks lie above a level, the level, and the mean of what they exceed it by, which is the most likely scale."""
        logits = _logit(self.peaks)
        n = min(_N_TAIL, len(logits) // 2)
        if n < 2:
            return 1, float(_logit(np.array([_LOWEST]))[0]), 1.0
        return n, float(logits[n]), max(0.1, float(np.mean(logits[:n] - logits[n])))


def find_peaks(means: NDArray[np.float64], apart: int) -> NDArray[np.float64]:
    """The highest means, highest first, none less than `apart` inferences from a higher one: those would fall into its pause."""
    free = np.ones(len(means), bool)
    peaks = []
    for index in np.argsort(-means, kind="stable"):
        if free[index]:
            peaks.append(means[index])
            free[max(0, index - apart + 1) : index + apart] = False
    return np.array(peaks)


def _presets(tails: Mapping[str, Tail], words: Mapping[str, NDArray[np.float64]]) -> tuple[dict[str, dict[str, Any]], bool]:
    """Thresholds by preset and keyword, each given the same share of the false accepts; and whether any was drawn on."""
    presets, is_drawn_on = {}, False
    for name, wanted in PRESETS.items():
        thresholds, is_limited = {}, False
        for label, tail in tails.items():
            threshold, drawn_on = tail.threshold(wanted / len(tails))
            highest = float(np.quantile(words[label], _MISSED_AT_MOST[name])) if drawn_on and len(words[label]) else HIGHEST
            is_limited |= highest < threshold
            is_drawn_on |= drawn_on
            thresholds[label] = math.floor(1000 * max(_LOWEST, min(threshold, highest, HIGHEST))) / 1000
        expected = sum(tail.per_hour(thresholds[label]) for label, tail in tails.items())
        rate = max(wanted, round(expected, 1)) if is_limited else wanted
        presets[name] = {"false_accepts_per_hour": rate, "thresholds": thresholds}
    return presets, is_drawn_on


def word_peaks(heard: Scores, said: Stream, labels: Sequence[str], window: int) -> dict[str, NDArray[np.float64]]:
    """The highest mean score of each keyword that was said, by label: float64, shape (n_said,)."""
    means, at = smooth(heard.rows, N_SMOOTH), heard.at[N_SMOOTH - 1 :]
    peaks: dict[str, list[float]] = {label: [] for label in labels}
    for mark in said.marks:
        near = (at >= mark.start) & (at <= mark.end + window)
        peaks[mark.label].append(float(means[near, labels.index(mark.label)].max(initial=0.0)))
    return {label: np.array(values) for label, values in peaks.items()}


def _false_rejects(
    decision: dict[str, Any], heard: Scores, said: Stream, labels: Sequence[str], params: MfccParams
) -> dict[str, float]:
    """The share of keywords that each preset misses; {} where none was said."""
    decisions = read_decision({"decision": decision, "labels": labels})
    rates = {}
    for name in decisions.presets if said.marks else ():
        found = detections(heard, decisions, labels, name)
        result = tally(found, said.marks, len(said.pcm), params.clip_length, params.sample_rate)
        rates[name] = round(result.missed / result.keywords, 4)
    return rates


def _background(
    windows: Windows, others: NDArray[np.int64], length: int, params: MfccParams, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Noise of the clips where there is any, every other time, and made-up noise else. float64, shape (length,)."""
    recorded = others[windows.is_noise[others]] if len(others) else others
    if len(recorded) and rng.random() < 0.5:
        return np.resize(windows.pcm[rng.choice(recorded)].astype(np.float64), length)
    return coloured_noise(1, length, params.sample_rate, rng)[0].astype(np.float64)


def _faded(pcm: NDArray[np.int16], sample_rate: int) -> NDArray[np.float64]:
    n = min(int(_FADE_SECONDS * sample_rate), len(pcm) // 2)
    ramp = np.linspace(0, 1, n)
    faded = pcm.astype(np.float64)
    faded[:n] *= ramp
    faded[len(pcm) - n :] *= ramp[::-1]
    return faded


def _level(pcm: NDArray[Any]) -> float:
    """Root mean square; of silence a least bit's."""
    return max(1e-3, float(np.sqrt(np.mean(pcm.astype(np.float64) ** 2))))


def _logit(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    inside = np.clip(scores, 1e-4, HIGHEST)
    return np.log(inside / (1 - inside))


def _sigmoid(logit: float) -> float:
    return 1 / (1 + math.exp(-logit))
