"""Augmentation: what a room, another distance, another mouth would have made of the same clip.

Shift, speed, gain and background noise work on samples; SpecAugment (Park et al., arXiv:1904.08779) on the log-mel bands,
before the DCT, where a masked band means a masked frequency.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.features.mfcc import dct_matrix, frame_clip, log_mel
from training.features.params import MfccParams
from training.speech.audio import to_pcm
from training.speech.windows import Windows

_N_MADE = 96  # synthetic noises to draw from: making a new one each time takes half of all augmentation
MARGIN_SECONDS = 0.2  # kept around a window, to shift and stretch within


@dataclass(frozen=True, kw_only=True)
class Augmentation:
    """How strongly to augment. Ranges are drawn from evenly; levels in dB relative to full scale."""

    shift_seconds: float = 0.1
    speed: tuple[float, float] = (0.88, 1.14)
    gain_db: tuple[float, float] = (-18.0, 9.0)
    noise_share: float = 0.75
    snr_db: tuple[float, float] = (0.0, 30.0)
    floor_dbfs: tuple[float, float] = (-85.0, -60.0)
    noise_windows: float = 0.06
    mask_bands: int = 6
    mask_frames: int = 8


class Augmenter:
    """Draws endless augmented batches from the training windows, the classes in fixed shares.

    Args:
        windows: of the training split, each with a margin on both sides.
        params: the front end.
        n_labels: number of classes; the last one is unknown.
        seed: the same seed draws the same batches.
        settings: strengths.
    """

    def __init__(
        self, windows: Windows, params: MfccParams, n_labels: int, seed: int, settings: Augmentation | None = None
    ) -> None:
        self._windows = windows
        self._params = params
        self._n_labels = n_labels
        self._rng = np.random.default_rng(seed)
        self._settings = settings or Augmentation()
        self._margin = (windows.pcm.shape[1] - params.clip_length) // 2
        made = coloured_noise(_N_MADE, windows.pcm.shape[1], params.sample_rate, self._rng)
        self._noise = _unit_power(np.concatenate([windows.pcm[windows.is_noise].astype(np.float32), made]))
        self._probabilities = _draw_probabilities(windows.labels, n_labels)

    def batches(self, size: int) -> Iterator[tuple[NDArray[np.float32], NDArray[np.int64]]]:
        """Features, float32, shape (size, n_frames, n_mfcc), and classes, int64, shape (size,), for ever."""
        while True:
            chosen = self._rng.choice(len(self._windows), size, p=self._probabilities)
            samples = self._distort(self._windows.pcm[chosen])
            labels = self._windows.labels[chosen].copy()
            silent = self._rng.random(size) < self._settings.noise_windows
            samples[silent] = self._background(int(silent.sum())) * self._amplitude(int(silent.sum()), (-70.0, -20.0))
            labels[silent] = self._n_labels - 1
            yield self._features(to_pcm(samples)), labels

    def vary(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Features of chosen windows, each augmented once: shape (len(rows), n_frames, n_mfcc)."""
        return self._features(to_pcm(self._distort(self._windows.pcm[rows])))

    def _distort(self, pcm: NDArray[np.int16]) -> NDArray[np.float32]:
        settings, n = self._settings, len(pcm)
        samples = self._stretch(pcm)
        level = np.sqrt((samples**2).mean(axis=1, keepdims=True))
        noisy = self._rng.random((n, 1)) < settings.noise_share
        samples += self._background(n) * (noisy * level / self._amplitude(n, settings.snr_db))
        samples *= self._amplitude(n, settings.gain_db)
        # A digital zero never comes out of a microphone: a model must not learn clip ends by it.
        samples += self._background(n) * self._amplitude(n, settings.floor_dbfs)
        return samples

    def _stretch(self, pcm: NDArray[np.int16]) -> NDArray[np.float32]:
        """Shift and change the speed, by linear interpolation within the margins."""
        length = self._params.clip_length
        reach = min(self._margin, int(self._settings.shift_seconds * self._params.sample_rate))
        centre = (pcm.shape[1] - 1) / 2
        grid = np.arange(length) - (length - 1) / 2
        out = np.empty((len(pcm), length), np.float32)
        for row, samples in enumerate(pcm):
            speed = self._rng.uniform(*self._settings.speed)
            positions = centre + self._rng.uniform(-reach, reach) + grid * speed
            out[row] = np.interp(positions, np.arange(len(samples)), samples, left=0, right=0)
        return out / 32768

    def _background(self, n: int) -> NDArray[np.float32]:
        """Noise of unit power, shape (n, clip_length): half of it recorded, where there is such, half of it made."""
        n_recorded = len(self._noise) - _N_MADE
        made = self._rng.integers(n_recorded, len(self._noise), n)
        recorded = self._rng.integers(max(n_recorded, 1), size=n)
        rows = np.where((self._rng.random(n) < 0.5) & (n_recorded > 0), recorded, made)
        offsets = self._rng.integers(2 * self._margin + 1, size=n)
        noise = np.empty((n, self._params.clip_length), np.float32)
        for target, row, first in zip(noise, rows, offsets, strict=True):
            target[:] = self._noise[row, first : first + len(target)]
        return noise

    def _amplitude(self, n: int, decibels: tuple[float, float]) -> NDArray[np.float32]:
        """Factors drawn evenly in decibels, shape (n, 1)."""
        return (10 ** (self._rng.uniform(*decibels, (n, 1)) / 20)).astype(np.float32)

    def _features(self, pcm: NDArray[np.int16]) -> NDArray[np.float32]:
        params = self._params
        frames = frame_clip(pcm, params)
        bands = log_mel(frames.reshape(-1, params.frame_length), params, np.float32).reshape(*frames.shape[:-1], params.n_mels)
        self._mask(bands)
        mfcc: NDArray[np.float32] = bands @ dct_matrix(params.n_mels, params.n_mfcc).T.astype(np.float32)
        return mfcc

    def _mask(self, bands: NDArray[np.floating]) -> None:
        """SpecAugment: one run of bands and one of frames, replaced by the clip's mean."""
        _, n_frames, n_mels = bands.shape
        for clip in bands:
            mean = clip.mean()
            width = self._rng.integers(min(self._settings.mask_bands, n_mels) + 1)
            first = self._rng.integers(n_mels - width + 1)
            clip[:, first : first + width] = mean
            width = self._rng.integers(min(self._settings.mask_frames, n_frames) + 1)
            first = self._rng.integers(n_frames - width + 1)
            clip[first : first + width] = mean


def coloured_noise(n: int, length: int, sample_rate: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Noise with a power spectrum of f^-a, a drawn from 0 (white) to 2 (brown). float32, shape (n, length)."""
    spectrum = np.fft.rfft(rng.standard_normal((n, length), np.float32))
    frequency = np.fft.rfftfreq(length, 1 / sample_rate)
    slope = rng.uniform(0, 2, (n, 1))
    # Flat below 40 Hz: no rumble without end.
    return np.fft.irfft(spectrum * np.maximum(frequency, 40) ** (-slope / 2), length).astype(np.float32)


def _unit_power(noise: NDArray[np.float32]) -> NDArray[np.float32]:
    return noise / (np.sqrt((noise**2).mean(axis=1, keepdims=True)) + 1e-9)


def _draw_probabilities(labels: NDArray[np.int64], n_labels: int) -> NDArray[np.float64]:
    """Each window's chance to be drawn: keywords in equal shares, unknown (the widest class) in two."""
    share = np.ones(n_labels)
    share[-1] = 2.0
    counts = np.bincount(labels, minlength=n_labels)
    probabilities = (share / np.maximum(counts, 1))[labels]
    return probabilities / probabilities.sum()
