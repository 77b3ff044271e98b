"""Words and how they are said by synthetic voices: what learning from them and judging with them share."""

from functools import cache
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from training.speech.audio import to_pcm
from training.speech.voices import Utterance, Voices

_WORDS = Path(__file__).with_name("words.txt")
_PEAK = 0.7
_AUDIBLE = 0.02  # of the peak: what is quieter at a word's ends is silence
_SHORTEST_SECONDS = 0.05
_STRESS = str.maketrans("", "", "',%_ ")


@cache
def word_list() -> tuple[str, ...]:
    """Common English words of many sounds, in alphabetic order."""
    return tuple(_WORDS.read_text(encoding="utf-8").split())


def speak(voices: Voices, text: str, sample_rate: int, rng: np.random.Generator) -> NDArray[np.int16]:
    """A word said by anybody, without the silence around it.

    Args:
        voices: that speak.
        text: what.
        sample_rate: of the result, in Hz.
        rng: draws who speaks, and how.
    Returns:
        int16, shape (n_samples,); empty where it is no word.
    Raises:
        NoVoicesError: the voices fell silent.
    """
    samples = soxr.resample(voices.say(Utterance.draw(text, rng)) / 32768.0, voices.sample_rate, sample_rate, quality="HQ")
    return trimmed(samples, sample_rate)


def trimmed(samples: NDArray[np.floating], sample_rate: int) -> NDArray[np.int16]:
    """Samples without the silence around them, at one peak; empty where less than a sound is left."""
    peak = np.abs(samples).max(initial=0.0)
    audible = np.flatnonzero(np.abs(samples) > _AUDIBLE * peak)
    if len(audible) < _SHORTEST_SECONDS * sample_rate:  # silence has none
        return np.zeros(0, np.int16)
    return to_pcm(samples[audible[0] : audible[-1] + 1] * (_PEAK / peak))


def sound_of(text: str, voices: Voices) -> str:
    """The phonemes of a text without marks of stress and length, which do not tell words apart."""
    return phonemes_of(text, voices).replace(":", "")


def phonemes_of(text: str, voices: Voices) -> str:
    """The phonemes of a text without marks of stress."""
    return voices.phonemes(text).translate(_STRESS)
