"""Clips to windows: what a model learns from and is judged on.

A keyword gives the one window that holds the word. Unknown speech and noise are cut in several places for training,
because a model that listens to a stream meets every part of them. For judging, every clip gives one window, where the
word is: this is also what `nestling evaluate` and `nestling classify` look at.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.clips import Clip
from training.features.params import MfccParams
from training.labels import UNKNOWN
from training.run import Progress
from training.speech.audio import read_clip
from training.speech.locate import locate_word


@dataclass(frozen=True)
class Windows:
    """Windows of one split.

    pcm: int16, shape (n, length). labels: index of the class, int64, shape (n,). starts: first sample of each within its
    clip. clips: the clip of each window. is_noise: bool, shape (n,).
    """

    pcm: NDArray[np.int16]
    labels: NDArray[np.int64]
    starts: list[int]
    clips: list[Clip]

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def is_noise(self) -> NDArray[np.bool_]:
        return np.array([clip.is_noise for clip in self.clips], bool)

    def chosen(self, which: Sequence[bool] | NDArray[np.bool_]) -> "Windows":
        """Those that are chosen, in their order."""
        rows = np.flatnonzero(which)
        return Windows(self.pcm[rows], self.labels[rows], [self.starts[row] for row in rows], [self.clips[row] for row in rows])


def cut(pcm: NDArray[np.int16], start: int, length: int) -> NDArray[np.int16]:
    """`length` samples from `start` on, which may lie outside of the clip: what is not there is zero."""
    window = np.zeros(length, np.int16)
    first, last = max(start, 0), min(start + length, len(pcm))
    window[first - start : last - start] = pcm[first:last]
    return window


def word_start(pcm: NDArray[np.int16], length: int) -> int:
    """Start of the window to judge a clip by; negative where a clip shorter than the window stands in its middle."""
    return locate_word(pcm, length) if len(pcm) >= length else (len(pcm) - length) // 2


def windows_to_judge(clips: Sequence[Clip], labels: Sequence[str], params: MfccParams, progress: Progress) -> Windows:
    """One window a clip, where the word is. Raises ValueError when a file is not audio."""
    return _collect(clips, labels, params, lambda pcm, clip: [word_start(pcm, params.clip_length)], 0, progress)


def windows_to_learn(
    clips: Sequence[Clip], labels: Sequence[str], params: MfccParams, margin: int, progress: Progress
) -> Windows:
    """Training windows, each with `margin` samples of its clip on both sides, to shift and stretch within.

    Raises ValueError when a file is not audio.
    """

    def starts(pcm: NDArray[np.int16], clip: Clip) -> list[int]:
        located = word_start(pcm, params.clip_length)
        if clip.label(labels) != UNKNOWN and not clip.is_noise:
            return [located]
        step = params.clip_length if clip.is_noise else params.clip_length // 2
        spread = range(0, len(pcm) - params.clip_length + 1, step)
        return sorted({located, *(start for start in spread if abs(start - located) > step // 2)})

    return _collect(clips, labels, params, starts, margin, progress)


def _collect(
    clips: Sequence[Clip],
    labels: Sequence[str],
    params: MfccParams,
    find_starts: Callable[[NDArray[np.int16], Clip], list[int]],
    margin: int,
    progress: Progress,
) -> Windows:
    length = params.clip_length + 2 * margin
    pcm, indices, starts, sources = [], [], [], []
    for number, clip in enumerate(clips, 1):
        samples = read_clip(clip.path, params.sample_rate)
        for start in find_starts(samples, clip):
            pcm.append(cut(samples, start - margin, length))
            indices.append(list(labels).index(clip.label(labels)))
            starts.append(start)
            sources.append(clip)
        progress(number, len(clips))
    return Windows(np.array(pcm, np.int16).reshape(-1, length), np.array(indices, np.int64), starts, sources)
