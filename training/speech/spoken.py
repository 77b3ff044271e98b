"""Words that synthetic voices say, so that a person need not record hundreds: near misses of the keywords and other words for
*unknown*, and the keywords themselves.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from training.clips import Clip
from training.features.params import MfccParams
from training.run import Emit, Progress
from training.speech.audio import to_pcm
from training.speech.augment import MARGIN_SECONDS
from training.speech.voices import NoVoicesError, Utterance, Voices
from training.speech.windows import Windows, cut

SOURCE = "synthetic"  # the folder that their clips seem to lie in

_WORDS = Path(__file__).with_name("words.txt")
_PEAK = 0.7
_AUDIBLE = 0.02  # of the peak: what is quieter at a word's ends is silence
_SHORTEST_SECONDS = 0.05
_N_NEAR = 8  # near misses of each keyword
_TIMES_NEAR = 5
_TIMES_KEYWORD = 40
_N_OTHERS = 200
_STRESS = str.maketrans("", "", "',%_: ")


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
    return voices.phonemes(text).translate(_STRESS)


def near_misses(keywords: Sequence[str], n: int, voices: Voices) -> list[str]:
    """For each keyword the `n` words of the list that sound most like it, by the edit distance of their phonemes."""
    sounds = {word: sound_of(word, voices) for word in word_list() if word not in keywords}
    found: dict[str, None] = {}
    for keyword in keywords:
        own = sound_of(keyword, voices)
        by_distance = sorted(sounds, key=lambda word: (edit_distance(own, sounds[word]) / max(len(own), len(sounds[word])), word))
        found |= dict.fromkeys([word for word in by_distance if sounds[word] != own][:n])
    return list(found)


def speak_for(labels: Sequence[str], params: MfccParams, seed: int, emit: Emit) -> Windows | None:
    """What `spoken_windows` gives, with events; None with a warning where there are no synthetic voices."""
    try:
        return spoken_windows(labels, params, int(MARGIN_SECONDS * params.sample_rate), seed, _telling(emit))
    except NoVoicesError as error:
        warning = f"Nothing is learned from synthetic voices: {error}"
        emit({"event": "warning", "code": "no_voices", "detail": warning})
        return None


def spoken_windows(labels: Sequence[str], params: MfccParams, margin: int, seed: int, progress: Progress) -> Windows:
    """Windows to learn, of words that synthetic voices say, each in the middle.

    Args:
        labels: the model's classes; the last one is unknown.
        params: the front end.
        margin: samples kept on both sides.
        seed: the same seed, the same words and voices.
        progress: is told how many are spoken.
    Returns:
        Windows of the keywords, of words that sound like them, and of others.
    Raises:
        NoVoicesError: there are no voices on this computer, or they fell silent.
    """
    rng = np.random.default_rng((seed, 2))
    *keywords, unknown = labels
    with Voices() as voices:
        plan = list(_plan(keywords, unknown, voices, rng))
        words = []
        for number, (text, label) in enumerate(plan, 1):
            words.append((text, label, speak(voices, text, params.sample_rate, rng)))
            progress(number, len(plan))
    words = [word for word in words if len(word[2])]
    length = params.clip_length + 2 * margin
    starts = [(len(pcm) - length) // 2 for _, _, pcm in words]
    return Windows(
        pcm=np.array([cut(pcm, start, length) for (_, _, pcm), start in zip(words, starts, strict=True)], np.int16),
        labels=np.array([list(labels).index(label) for _, label, _ in words], np.int64),
        starts=starts,
        clips=[Clip(path=Path(SOURCE, text), folder=label) for text, label, _ in words],
    )


def _telling(emit: Emit) -> Progress:
    """Tells at each tenth how many words are spoken."""

    def tell(n: int, of: int) -> None:
        if n * 10 // of > (n - 1) * 10 // of:
            detail = f"{n} of {of} words spoken by synthetic voices"
            emit({"event": "stage", "stage": "speak", "detail": detail, "n": n, "of": of})

    return tell


def _plan(keywords: Sequence[str], unknown: str, voices: Voices, rng: np.random.Generator) -> Iterator[tuple[str, str]]:
    """What to say, and for which label."""
    texts = [keyword.replace("_", " ").replace("-", " ") for keyword in keywords]
    for text, keyword in zip(texts, keywords, strict=True):
        yield from [(text, keyword)] * _TIMES_KEYWORD
    near = near_misses(texts, _N_NEAR, voices)
    yield from [(text, unknown) for text in near] * _TIMES_NEAR
    others = [word for word in word_list() if word not in texts and word not in near]
    yield from ((str(word), unknown) for word in rng.choice(others, _N_OTHERS, replace=False))


def edit_distance(one: str, other: str) -> int:
    """Fewest letters to insert, delete or replace (V. Levenshtein, 1966)."""
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        above, row[0] = row[0], i
        for j, another in enumerate(other, 1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (letter != another))
    return row[-1]
