"""How often a model that was trained on single words misses one on a stream, and fires at talk: FRR at given FA/h."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from training.bench.negatives import prompts, unheard
from training.features import MfccParams
from training.labels import UNKNOWN
from training.speech.clips import list_clips
from training.speech.decide import N_SMOOTH, find_peaks, keyword_stream, noisy, sieve, smooth, word_peaks
from training.speech.engines import float_engine, load_engine
from training.speech.stream import NOTHING, Mark, Scores, Tally, detections, read_decision, score_stream, tally
from training.speech.windows import windows_to_judge

RATES = (0.5, 2.0, 5.0)
_SEED = 5


@dataclass(frozen=True)
class Heard:
    """What a model made of keywords in noise and of hours without.

    missed: share of the keywords at each of `RATES` false accepts an hour, thresholds by keyword chosen on these very hours.
    normal: as it decides by the preset that it begins with.
    unheard: false accepts an hour with those thresholds where nothing has been chosen.
    unheard_normal: as it decides there by the preset that it begins with.
    """

    missed: Mapping[float, float]
    normal: Tally
    unheard: Mapping[float, float]
    unheard_normal: Tally


def hear(bundle: Path, manifest: Mapping[str, Any], clips: Path) -> Heard:
    """Int8 on TFLM, on every keyword among the clips in noise at 5 to 20 dB, and on the other clips, Debian's prompts and music.

    Raises:
        ValueError: the clips, the prompts or the music are not there.
    """
    ear = _Ear(bundle, manifest)
    params, labels = ear.params, ear.labels
    windows = windows_to_judge(list_clips(clips), labels, params, lambda done, of: None)
    rng = np.random.default_rng(_SEED)
    said = keyword_stream(windows, labels, params, rng, at_least=1)
    keywords = [label for label in labels if label != UNKNOWN]
    others = [pcm for pcm, label in zip(windows.pcm, windows.labels, strict=True) if labels[label] == UNKNOWN]
    quiet = [*map(ear.hear, (noisy(others, params.sample_rate, rng), *prompts(keywords, params.sample_rate)))]
    fresh = [*map(ear.hear, unheard(keywords, params.sample_rate))]
    heard, in_quiet, in_fresh = ear.hear(said.pcm), ear.judge(quiet), ear.judge(fresh)
    missed, elsewhere = {}, {}
    for rate in RATES:
        n_missed = n_accepts = 0
        for label, own in word_peaks(heard, said, labels, params.clip_length).items():
            highest = ear.peaks(quiet, label)
            threshold = highest[min(round(rate / len(keywords) * in_quiet.hours), len(highest) - 1)]
            n_missed += int((own <= threshold).sum())
            n_accepts += int((ear.peaks(fresh, label) > threshold).sum())
        missed[rate] = n_missed / len(said.marks)
        elsewhere[rate] = n_accepts / in_fresh.hours
    return Heard(missed, in_quiet + ear.judge([heard], said.marks), elsewhere, in_fresh)


class _Ear:
    """A bundle's model, and how it decides by the preset that it begins with."""

    def __init__(self, bundle: Path, manifest: Mapping[str, Any]) -> None:
        self.params, self.labels = MfccParams.from_dict(manifest["params"]), manifest["labels"]
        self._stride, self._decisions = manifest["stride"], read_decision(manifest)
        model = keras.saving.load_model(bundle / "model.keras", compile=False)
        self._score = sieve(float_engine(model), load_engine(bundle, "int8"), self.labels)

    def hear(self, pcm: NDArray[np.int16]) -> Scores:
        return score_stream(pcm, self.params, self._stride, self._score)

    def judge(self, streams: Sequence[Scores], marks: Sequence[Mark] = ()) -> Tally:
        """What is detected in streams with these keywords; with none, all of it is accepted falsely."""
        tolerance, rate = self.params.clip_length, self.params.sample_rate
        found = ((detections(scores, self._decisions, self.labels), int(scores.at[-1])) for scores in streams if len(scores.at))
        return sum((tally(detected, marks, n_samples, tolerance, rate) for detected, n_samples in found), NOTHING)

    def peaks(self, streams: Sequence[Scores], label: str) -> NDArray[np.float64]:
        """How sure it was of a keyword where nobody said it, surest first."""
        column, apart = self.labels.index(label), max(1, self._decisions.refractory // self._stride)
        found = [find_peaks(smooth(scores.rows, N_SMOOTH)[:, column], apart) for scores in streams]
        return np.sort(np.concatenate(found))[::-1]
