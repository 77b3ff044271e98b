"""The workshop's case: thirty clips each of two words and of other words, by few people; how well are others heard?

A draw is two words and some people. Nobody in the recordings says a word thirty times, so each person's one recording of it
becomes several takes: at another pace, at another moment, louder or softer, in more or less noise. What is tested on are the
recordings, as they are, of everybody else. The body that a draw begins with has learned none of the words that are tested.
"""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.clips import Clip
from training.features import MfccParams
from training.labels import UNKNOWN
from training.speech.audio import read_clip, to_pcm
from training.speech.augment import MARGIN_SECONDS, coloured_noise
from training.speech.clips import list_clips
from training.speech.windows import Windows, cut, word_start

N_CLIPS = 30  # of each word
PEOPLE = (1, 3, 10)
N_TESTED = 100  # of each word, at most
FOLDS: Mapping[str, Sequence[tuple[str, str]]] = {
    "a": (("left", "right"), ("stop", "go"), ("on", "off"), ("go", "left"), ("on", "stop")),
    "b": (("up", "down"), ("cat", "eight"), ("one", "zero"), ("yes", "no"), ("down", "no")),
}
"""Pairs of words by fold; a body of a fold is taught without any of its words."""

_PACE = (0.9, 1.12)
_SHIFT_SECONDS = 0.08
_GAIN_DB = (-8.0, 4.0)
_SNR_DB = (15.0, 40.0)


@dataclass(frozen=True)
class Corpus:
    """Windows with margins, int16, shape (n, n_samples), and the word and the speaker of each."""

    pcm: NDArray[np.int16]
    words: NDArray[np.str_]
    speakers: NDArray[np.str_]

    @classmethod
    def read(cls, folder: Path, params: MfccParams) -> "Corpus":
        """Of a folder `<word>/<speaker>_nohash_<take>.flac`. Raises ValueError."""
        clips = list_clips(folder)
        margin = int(MARGIN_SECONDS * params.sample_rate)
        pcm = np.zeros((len(clips), params.clip_length + 2 * margin), np.int16)
        for row, clip in enumerate(clips):
            samples = read_clip(clip.path, params.sample_rate)
            pcm[row] = cut(samples, word_start(samples, params.clip_length) - margin, pcm.shape[1])
        return cls(pcm, np.array([clip.folder for clip in clips]), np.array([clip.speaker for clip in clips]))


@dataclass(frozen=True)
class Draw:
    """Two words, by so many people; the number makes it another draw than the others."""

    fold: str
    words: tuple[str, str]
    people: int
    number: int

    @property
    def labels(self) -> list[str]:
        """The model's classes."""
        return [*self.words, UNKNOWN]

    @property
    def seed(self) -> int:
        """The same in each run; people are the same ones for the same number as far as there are so many."""
        return zlib.crc32(f"{self.words} {self.number}".encode())


def all_draws(n: int) -> list[Draw]:
    """`n` draws for each number of people, by turns from the folds."""
    found = []
    for number in range(n):
        fold = "ab"[number % 2]
        words = FOLDS[fold][number // 2 % len(FOLDS[fold])]
        found += [Draw(fold, words, people, number) for people in PEOPLE]
    return found


def left_out(fold: str) -> list[str]:
    """All words that are tested in a fold."""
    return sorted({word for pair in FOLDS[fold] for word in pair})


def deal(draw: Draw, corpus: Corpus, params: MfccParams) -> tuple[Windows, Windows]:
    """The windows that a draw learns from, with margins, and those that it is tested on, without."""
    rng = np.random.default_rng(draw.seed)
    spoke = [set(corpus.speakers[corpus.words == word]) for word in draw.words]
    people = list(rng.permutation(sorted(spoke[0] & spoke[1]))[: draw.people])
    rows = list(_learned(draw, corpus, people, rng))
    used = {corpus.speakers[row] for row, _ in rows}
    takes = np.stack([another_take(corpus.pcm[row], params.sample_rate, rng) for row, _ in rows])
    tested = list(_tested(draw, corpus, used, rng))
    judged = corpus.pcm[[row for row, _ in tested]]
    margin = (judged.shape[1] - params.clip_length) // 2
    return _windows(takes, rows, corpus, draw), _windows(judged[:, margin:-margin], tested, corpus, draw)


def _learned(draw: Draw, corpus: Corpus, people: Sequence[str], rng: np.random.Generator) -> Iterator[tuple[int, str]]:
    """Rows and labels of what is learned: of unknown from the same people, and from another where one said nothing else."""
    each = N_CLIPS // len(people)
    said = ~np.isin(corpus.words, draw.words)
    strangers = sorted(set(corpus.speakers[said]) - set(corpus.speakers[~said]))
    for person in people:
        own = corpus.speakers == person
        for word in draw.words:
            yield from ((int(row), word) for row in rng.choice(np.flatnonzero(own & (corpus.words == word)), each))
        others = np.flatnonzero(own & said)
        if not len(others):
            others = np.flatnonzero((corpus.speakers == rng.choice(strangers)) & said)
        yield from ((int(row), UNKNOWN) for row in rng.choice(others, each))


def _tested(draw: Draw, corpus: Corpus, used: set[str], rng: np.random.Generator) -> Iterator[tuple[int, str]]:
    """Rows and labels of what is tested: by nobody who was learned from."""
    strange = ~np.isin(corpus.speakers, sorted(used))
    for word in draw.words:
        yield from ((int(row), word) for row in rng.permutation(np.flatnonzero(strange & (corpus.words == word)))[:N_TESTED])
    others = rng.permutation(np.flatnonzero(strange & ~np.isin(corpus.words, draw.words)))[:N_TESTED]
    yield from ((int(row), UNKNOWN) for row in others)


def _windows(pcm: NDArray[np.int16], rows: Sequence[tuple[int, str]], corpus: Corpus, draw: Draw) -> Windows:
    clips = [Clip(path=Path(corpus.words[row], str(row)), folder=label, speaker=corpus.speakers[row]) for row, label in rows]
    labels = np.array([draw.labels.index(label) for _, label in rows], np.int64)
    return Windows(np.ascontiguousarray(pcm), labels, [0] * len(rows), clips)


def another_take(pcm: NDArray[np.int16], sample_rate: int, rng: np.random.Generator) -> NDArray[np.int16]:
    """The same person with the same word another time: int16, shape (n_samples,), as long as `pcm`."""
    n = len(pcm)
    shift = rng.uniform(-_SHIFT_SECONDS, _SHIFT_SECONDS) * sample_rate
    at = (n - 1) / 2 + shift + (np.arange(n) - (n - 1) / 2) * rng.uniform(*_PACE)
    samples = np.interp(at, np.arange(n), pcm / 32768, left=0, right=0)
    noise = coloured_noise(1, n, sample_rate, rng)[0]
    level = np.sqrt((samples**2).mean() / (noise**2).mean()) * 10 ** (-rng.uniform(*_SNR_DB) / 20)
    return to_pcm((samples + level * noise) * 10 ** (rng.uniform(*_GAIN_DB) / 20))


def edge_impulse_params(params: MfccParams) -> MfccParams:
    """Edge Impulse's default MFCC block: frames of 20 ms side by side, 32 filters, 13 coefficients; without its pre-emphasis."""
    return replace(params, frame_length=320, hop_length=320, n_mels=32, n_mfcc=13, fmin=80.0, fmax=params.sample_rate / 2)
