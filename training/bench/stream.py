"""How often a model that was trained on single words misses one on a stream, and fires at talk: FRR at given FA/h."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from training.bench.negatives import prompts
from training.features import MfccParams
from training.labels import UNKNOWN
from training.speech.clips import list_clips
from training.speech.decide import N_SMOOTH, Stream, find_peaks, keyword_stream, noisy, sieve, smooth, word_peaks
from training.speech.engines import float_engine, load_engine
from training.speech.stream import NOTHING, Scores, Tally, detections, read_decision, score_stream, tally
from training.speech.windows import windows_to_judge

RATES = (0.5, 2.0, 5.0)
_SEED = 5


@dataclass(frozen=True)
class Heard:
    """What a model made of keywords in noise and of hours without.

    missed: share of the keywords at each of `RATES` false accepts an hour, thresholds by keyword chosen on these very hours.
    normal: as it decides by the preset that it begins with.
    hours, keywords: how much was heard.
    """

    missed: Mapping[float, float]
    normal: Tally
    hours: float
    keywords: int


def hear(bundle: Path, manifest: Mapping[str, Any], clips: Path) -> Heard:
    """Int8 on TFLM, on every keyword among the clips in noise at 5 to 20 dB, and on the other clips and Debian's prompts.

    Raises:
        ValueError: the clips or the prompts are not there.
    """
    params, labels, decisions = MfccParams.from_dict(manifest["params"]), manifest["labels"], read_decision(manifest)
    model = keras.saving.load_model(bundle / "model.keras", compile=False)
    score = sieve(float_engine(model), load_engine(bundle, "int8"), labels)
    windows = windows_to_judge(list_clips(clips), labels, params, lambda done, of: None)
    rng = np.random.default_rng(_SEED)
    said = keyword_stream(windows, labels, params, rng, at_least=1)
    keywords = [label for label in labels if label != UNKNOWN]
    others = [pcm for pcm, label in zip(windows.pcm, windows.labels, strict=True) if labels[label] == UNKNOWN]
    quiet = [noisy(others, params.sample_rate, rng), *prompts(keywords, params.sample_rate)]
    heard = score_stream(said.pcm, params, manifest["stride"], score)
    silent = [score_stream(pcm, params, manifest["stride"], score) for pcm in quiet]
    streams = [(heard, said), *((scores, Stream(pcm, [])) for scores, pcm in zip(silent, quiet, strict=True))]
    normal = sum(
        (
            tally(detections(scores, decisions, labels), stream.marks, len(stream.pcm), params.clip_length, params.sample_rate)
            for scores, stream in streams
        ),
        NOTHING,
    )
    hours = sum(map(len, quiet)) / params.sample_rate / 3600
    peaks = word_peaks(heard, said, labels, params.clip_length)
    apart = max(1, decisions.refractory // manifest["stride"])
    missed = {rate: _missed(peaks, silent, labels, apart, rate / len(keywords) * hours) for rate in RATES}
    return Heard(missed, normal, hours, len(said.marks))


def _missed(
    words: Mapping[str, NDArray[np.float64]], silent: Sequence[Scores], labels: Sequence[str], apart: int, n_allowed: float
) -> float:
    """The share of keywords that stay below the thresholds which `n_allowed` false accepts of each keyword leave."""
    n_missed = 0
    for label, own in words.items():
        column = labels.index(label)
        peaks = np.concatenate([find_peaks(smooth(scores.rows, N_SMOOTH)[:, column], apart) for scores in silent])
        threshold = np.sort(peaks)[::-1][min(round(n_allowed), len(peaks) - 1)]
        n_missed += int((own <= threshold).sum())
    return n_missed / sum(map(len, words.values()))
