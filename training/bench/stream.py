"""How often a model that was trained on single words misses one on a stream, and fires at talk: FRR at given FA/h."""

from collections.abc import Iterable, Mapping, Sequence
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
    params, labels, decisions = MfccParams.from_dict(manifest["params"]), manifest["labels"], read_decision(manifest)
    model = keras.saving.load_model(bundle / "model.keras", compile=False)
    engine = sieve(float_engine(model), load_engine(bundle, "int8"), labels)
    windows = windows_to_judge(list_clips(clips), labels, params, lambda done, of: None)
    rng = np.random.default_rng(_SEED)
    said = keyword_stream(windows, labels, params, rng, at_least=1)
    keywords = [label for label in labels if label != UNKNOWN]
    others = [pcm for pcm, label in zip(windows.pcm, windows.labels, strict=True) if labels[label] == UNKNOWN]

    def scored(pcm: NDArray[np.int16]) -> Scores:
        return score_stream(pcm, params, manifest["stride"], engine)

    def judged(scores: Scores, pcm: NDArray[np.int16], marks: Sequence[Mark] = ()) -> Tally:
        return tally(detections(scores, decisions, labels), marks, len(pcm), params.clip_length, params.sample_rate)

    def all_judged(parts: Iterable[tuple[Scores, NDArray[np.int16]]]) -> Tally:
        return sum((judged(*part) for part in parts), NOTHING)

    quiet = [(scored(pcm), pcm) for pcm in (noisy(others, params.sample_rate, rng), *prompts(keywords, params.sample_rate))]
    fresh = [(scored(pcm), pcm) for pcm in unheard(keywords, params.sample_rate)]
    heard, in_quiet, in_fresh = scored(said.pcm), all_judged(quiet), all_judged(fresh)
    peaks = word_peaks(heard, said, labels, params.clip_length)
    apart = max(1, decisions.refractory // manifest["stride"])
    missed, elsewhere = {}, {}
    for rate in RATES:
        n_missed = n_accepts = 0
        for label, own in peaks.items():
            column = labels.index(label)
            highest = _peaks(quiet, column, apart)
            threshold = highest[min(round(rate / len(peaks) * in_quiet.hours), len(highest) - 1)]
            n_missed += int((own <= threshold).sum())
            n_accepts += int((_peaks(fresh, column, apart) > threshold).sum())
        missed[rate] = n_missed / len(said.marks)
        elsewhere[rate] = n_accepts / in_fresh.hours
    return Heard(missed, in_quiet + judged(heard, said.pcm, said.marks), elsewhere, in_fresh)


def _peaks(parts: Sequence[tuple[Scores, NDArray[np.int16]]], column: int, apart: int) -> NDArray[np.float64]:
    """How sure a model was of a class where nobody said it, surest first."""
    return np.sort(np.concatenate([find_peaks(smooth(scores.rows, N_SMOOTH)[:, column], apart) for scores, _ in parts]))[::-1]
