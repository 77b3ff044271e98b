"""Connected speech, made of single words: what a keyword sounds like in the middle of talk, where it is none.

Who records words leaves silence around them, and a network that has learned from such recordings fires at *no* in *number*.
Words and pieces of words are put together without pauses, as power in the mel bands, where that takes no more than copying
rows. A keyword among them is unknown: who speaks to a device makes a pause before and behind it.
"""

import numpy as np
from numpy.typing import NDArray

_AUDIBLE_DB = -18.0  # of a word's loudest rows: where it begins and ends
_LOUDEST = 3  # the row from the top that counts as loudest: one may be a click
_WORD_SECONDS = (0.16, 0.96)
_WHOLE = 0.4  # of the pieces; the others are halves of words
_LEVELS_DB = (-6.0, 6.0)
_PLACE_SECONDS = 0.2  # at most, from the middle
_GAP_ROWS = 3  # fewer than these between two pieces


class Connected:
    """Draws windows of connected speech.

    Args:
        powers: in the mel bands of windows with a word in each, float32, shape (n, n_rows, n_mels).
        chances: how often each stands in the middle, shape (n,).
        row_seconds: from one row to the next.
        rng: draws.
    """

    def __init__(
        self, powers: NDArray[np.float32], chances: NDArray[np.float64], row_seconds: float, rng: np.random.Generator
    ) -> None:
        self._rng = rng
        self._shape = powers.shape[1:]
        self._furthest = round(_PLACE_SECONDS / row_seconds)
        loudness = powers.sum(axis=2)
        peak = np.sort(loudness, axis=1)[:, -_LOUDEST, np.newaxis]
        audible = loudness > peak * 10 ** (_AUDIBLE_DB / 10)
        first = audible.argmax(axis=1)
        last = audible.shape[1] - audible[:, ::-1].argmax(axis=1)
        seconds = (last - first) * row_seconds
        rows = np.flatnonzero((peak[:, 0] > 0) & (seconds >= _WORD_SECONDS[0]) & (seconds <= _WORD_SECONDS[1]))
        self._words = [powers[row, first[row] : last[row]] for row in rows]
        self._levels = np.array([word.sum(axis=1).mean() for word in self._words])
        self._level = float(np.median(self._levels)) if len(rows) else 0.0
        self._chances = np.cumsum(chances[rows])

    def __bool__(self) -> bool:
        """Whether there are words to draw from."""
        return bool(len(self._chances) and self._chances[-1] > 0)

    def draw(self, n: int) -> NDArray[np.float32]:
        """Windows in which a word is followed, or preceded, or both, by others: float32, shape (n, n_rows, n_mels)."""
        windows = np.zeros((n, *self._shape), np.float32)
        for window in windows:
            word = self._word()
            space = len(window) - len(word)
            start = int(np.clip(space // 2 + self._rng.integers(-self._furthest, self._furthest + 1), 0, space))
            end = start + len(word)
            window[start:end] = word
            side = self._rng.integers(3)
            if side != 0 and start:
                window[:start] = self._talk(start)[-start:]
            if side != 1 and end < len(window):
                window[end:] = self._talk(len(window) - end)[: len(window) - end]
        return windows

    def _talk(self, n_rows: int) -> NDArray[np.float32]:
        """Pieces of words one after another, at least so many rows."""
        pieces: list[NDArray[np.float32]] = []
        while sum(map(len, pieces)) < n_rows:
            word = self._word()
            half = len(word) // 2
            piece = word if self._rng.random() < _WHOLE else (word[:half], word[half:])[self._rng.integers(2)]
            gap = np.zeros((self._rng.integers(_GAP_ROWS), self._shape[1]), np.float32)
            pieces += [gap, piece, gap]
        return np.concatenate(pieces)

    def _word(self) -> NDArray[np.float32]:
        """Any word, about as loud as the others."""
        number = np.searchsorted(self._chances, self._rng.random() * self._chances[-1], side="right")
        level = self._level / self._levels[number] * 10 ** (self._rng.uniform(*_LEVELS_DB) / 10)
        word: NDArray[np.float32] = self._words[number] * np.float32(level)
        return word
