"""Who says what in the sample: forty voices, each *yes*, *no* and two other words."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from training.labels import UNKNOWN
from training.speech.voices import ACCENTS, VARIANTS, Utterance

KEYWORDS = ("yes", "no")
N_NOISES = 8
_N_OTHERS = 2  # other words that each voice says

# Common words, some of which begin or ring like a keyword. With nearer ones (snow, yet, know-how) a fifth of the clips is
# mistaken, because so few voices teach too little of the difference.
_OTHERS = (
    *("go", "now", "nine", "never", "hello", "window", "six", "seven", "left", "right"),
    *("up", "down", "stop", "on", "off", "one", "two", "three", "four", "five"),
    *("bird", "cat", "tree", "house", "happy", "water", "maybe", "please", "music", "light"),
    *("garden", "orange", "kitchen", "paper", "morning", "river", "table", "zero", "eight", "marvin"),
)


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """One clip: under which label, by whom, and what."""

    label: str
    speaker: str
    utterance: Utterance


def spoken(seed: int) -> Iterator[Spoken]:
    """All clips with words, speaker by speaker; the same for the same seed."""
    rng = np.random.default_rng(seed)
    first = int(rng.integers(len(ACCENTS)))
    others = [word for _ in range(_N_OTHERS) for word in rng.permutation(_OTHERS)]
    for n, variant in enumerate(VARIANTS):
        voice = f"{ACCENTS[(first + n) % len(ACCENTS)]}+{variant}"
        habits = _Habits(rng)
        words = [(word, word) for word in KEYWORDS] + [(UNKNOWN, str(others.pop())) for _ in range(_N_OTHERS)]
        for label, text in words:
            yield Spoken(label=label, speaker=f"{variant.lower()} (eSpeak NG)", utterance=habits.say(text, voice, rng))


class _Habits:
    """How fast, how high and how lively one person speaks, on the whole; from word to word it differs a little."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._usual = rng.integers((115, 30, 30), (190, 75, 80))

    def say(self, text: str, voice: str, rng: np.random.Generator) -> Utterance:
        pace, pitch, span = (int(value) for value in self._usual + rng.integers(-10, 11, 3))
        seed = int(rng.integers(2**31))
        return Utterance(text=text, voice=voice, seed=seed, words_per_minute=pace, pitch=pitch, range=span)
