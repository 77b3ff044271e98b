"""Augmentation: what another room, distance, mouth or microphone would have made of the same clip.

It works on the power in the mel bands, which is computed once a window. There another pace is another row, another throat
another column (vocal tract length perturbation, N. Jaitly and G. Hinton, ICML workshop 2013), an echo a decaying sum, a
microphone's colour a factor a band, noise an addition: a few operations on small arrays, which take a twenty-fifth of what
the same takes on samples. SpecAugment (Park et al., arXiv:1904.08779) follows on the logarithms, where a masked band means a
masked frequency; the DCT comes last.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from training.features.mfcc import (
    FULL_SCALE,
    dct_matrix,
    frame_clip,
    hz_to_mel,
    mel_energies,
    mel_to_hz,
    power_spectrum,
    window_frames,
)
from training.features.params import MfccParams
from training.speech.audio import to_pcm
from training.speech.connected import Connected
from training.speech.windows import Windows

MARGIN_SECONDS = 0.2  # kept around a window, to shift and stretch within

_N_MADE = 96  # synthetic noises to draw from: making a new one each time takes half of all augmentation
_MADE_LEVEL = 0.05  # of full scale, at which they are made: far from clipping and from rounding
_N_THROATS = 25
_CHUNK_WINDOWS = 64
_LEAST_UNKNOWN, _MOST_UNKNOWN = 1.4, 3.0  # in shares of a keyword: with more the keywords lose to it, with fewer it to them
_SPOKEN_KEYWORD, _LEAST_SPOKEN_KEYWORD = 20, 0.04  # as many recordings all synthetic voices together are worth
_SPOKEN_UNKNOWN, _LEAST_SPOKEN_UNKNOWN = 16, 0.4
_CONNECTED_HALF = 100  # recordings of a keyword with which half of that share is drawn
_COLOURS_DB = np.array([3.0, 1.8, 1.2, 1.2])  # deviation of each wave over the bands that colours a microphone

Powers = NDArray[np.float32]
"""Power in the mel bands, as the front end has it before its logarithm: shape (n, frames, n_mels)."""


@dataclass(frozen=True, kw_only=True)
class Augmentation:
    """How strongly to augment. Ranges are drawn from evenly; levels in dB relative to full scale, or to the loud part."""

    shift_seconds: float = 0.1
    pace: tuple[float, float] = (0.8, 1.25)
    throat: tuple[float, float] = (0.82, 1.2)  # of another length: its resonances are so many times as high
    gain_db: tuple[float, float] = (-18.0, 9.0)
    echo_share: float = 0.6
    echo_seconds: tuple[float, float] = (0.1, 0.6)  # in which an echo falls by 60 dB
    echo_db: tuple[float, float] = (-22.0, -4.0)
    noise_share: float = 0.8
    snr_db: tuple[float, float] = (-3.0, 30.0)
    babble_share: float = 0.3  # of the noises, where there are voices to make it of
    floor_dbfs: tuple[float, float] = (-85.0, -58.0)
    mask_bands: float = 0.2  # of all bands, at most
    mask_frames: float = 0.2
    noise_windows: float = 0.05  # of a batch: nobody speaks
    cut_windows: float = 0.03  # of a batch: a keyword of which less than half is left, which is none
    cut_seconds: tuple[float, float] = (0.5, 0.65)
    connected_share: float = 0.15  # of unknown, at most: words run together, among which a keyword is none


def mel_powers(pcm: NDArray[np.int16], params: MfccParams) -> Powers:
    """Power in the mel bands of windows, int16, shape (n, n_samples): float32, shape (n, frames, n_mels)."""
    found = np.empty((len(pcm), params.frames_in(pcm.shape[1]), params.n_mels), np.float32)
    for start in range(0, len(pcm), _CHUNK_WINDOWS):
        frames = frame_clip(pcm[start : start + _CHUNK_WINDOWS], params)
        spectra = power_spectrum(window_frames(frames.reshape(-1, params.frame_length), params, np.float32), params)
        found[start : start + _CHUNK_WINDOWS] = mel_energies(spectra, params).reshape(*frames.shape[:2], params.n_mels)
    return found


class Guises:
    """Draws features of windows as other rooms, mouths and microphones would have given them.

    Args:
        params: the front end.
        n_samples: of the windows that will be given, margins and all.
        noise: recorded noise, int16, shape (n, n_samples), as long as the windows; n may be 0.
        rng: draws.
        settings: strengths.
        voices: powers of speech to make babble of; None for none.
    """

    def __init__(
        self,
        params: MfccParams,
        n_samples: int,
        noise: NDArray[np.int16],
        rng: np.random.Generator,
        settings: Augmentation | None = None,
        voices: Powers | None = None,
    ) -> None:
        self._params = params
        self._rng = rng
        self._settings = settings or Augmentation()
        made = coloured_noise(_N_MADE, n_samples, params.sample_rate, rng)
        made *= _MADE_LEVEL / np.sqrt((made**2).mean(axis=1, keepdims=True))
        pool = np.concatenate([noise, to_pcm(made)])
        levels = (pool.astype(np.float32) ** 2).mean(axis=1) / FULL_SCALE**2
        self._noise = mel_powers(pool, params) / (levels + 1e-12)[:, np.newaxis, np.newaxis]
        self._unit = float(self._noise[len(noise) :].sum(axis=2).mean())  # power of noise of full scale
        self._voices = voices

    def features(self, powers: Powers, *, cut_off: bool = False) -> NDArray[np.float32]:
        """Features, float32, shape (n, n_frames, n_mfcc), of windows with margins; `cut_off`: words that begin or end outside."""
        return self._mfcc(self._heard(self._spoken(powers, cut_off)))

    def nobody(self, n: int) -> NDArray[np.float32]:
        """Features of windows in which there is noise only."""
        return self._mfcc(self._background(n) * self._factors(n, (-70.0, -20.0)))

    def _spoken(self, powers: Powers, cut_off: bool) -> Powers:
        """At another pace, at another moment, by another throat."""
        settings, params, n = self._settings, self._params, len(powers)
        seconds = self._rng.uniform(*settings.cut_seconds, (n, 1)) * self._rng.choice([-1, 1], (n, 1))
        if not cut_off:
            seconds = self._rng.uniform(-settings.shift_seconds, settings.shift_seconds, (n, 1))
        slowest, fastest = np.log(settings.pace)
        pace = np.exp(self._rng.uniform(slowest, fastest, (n, 1)))
        rows = np.arange(params.n_frames) - (params.n_frames - 1) / 2
        at = (powers.shape[1] - 1) / 2 + seconds * params.sample_rate / params.hop_length + rows * pace
        moved = _rows_between(powers, at)
        throats = self._rng.integers(_N_THROATS, size=n)
        return moved @ self._throats[throats]

    def _heard(self, powers: Powers) -> Powers:
        """With the echo of a room, through a microphone, among noise, at some level."""
        settings, n = self._settings, len(powers)
        self._add_echo(powers)
        powers *= 10 ** (self._rng.standard_normal((n, len(_COLOURS_DB))) * _COLOURS_DB @ self._waves / 10)[:, np.newaxis]
        noisy = self._rng.random((n, 1, 1)) < settings.noise_share
        level = _loud_part(powers) / self._unit
        powers += self._background(n) * (noisy * level / self._factors(n, settings.snr_db))
        powers *= self._factors(n, settings.gain_db)
        # A digital zero never comes out of a microphone: a model must not learn clip ends by it.
        powers += self._background(n) * self._factors(n, settings.floor_dbfs)
        return powers

    def _add_echo(self, powers: Powers) -> None:
        """The tail of a room: noise that decays exponentially, so its power does, too."""
        settings, n = self._settings, len(powers)
        hop = self._params.hop_length / self._params.sample_rate
        decay = np.exp(-6 * np.log(10) * hop / self._rng.uniform(*settings.echo_seconds, (n, 1))).astype(np.float32)
        share = 10 ** (self._rng.uniform(*settings.echo_db, (n, 1)) / 10) * (self._rng.random((n, 1)) < settings.echo_share)
        tail = np.zeros((n, powers.shape[2]), np.float32)
        for row in range(powers.shape[1]):
            dry = powers[:, row].copy()
            powers[:, row] += (share * (1 - decay)).astype(np.float32) * tail
            tail = decay * tail + dry

    def _background(self, n: int) -> Powers:
        """Noise of full scale, shape (n, n_frames, n_mels): half of it recorded, where there is such, half of it made."""
        n_recorded, n_frames = len(self._noise) - _N_MADE, self._params.n_frames
        made = self._rng.integers(n_recorded, len(self._noise), n)
        recorded = self._rng.integers(max(n_recorded, 1), size=n)
        noise = self._noise[np.where((self._rng.random(n) < 0.5) & (n_recorded > 0), recorded, made)]
        if self._voices is not None:
            babble = self._rng.random(n) < self._settings.babble_share
            several = self._voices[self._rng.integers(len(self._voices), size=(int(babble.sum()), 3))].sum(axis=1)
            noise[babble] = several * (self._unit / (several.sum(axis=2).mean(axis=1) + 1e-12))[:, np.newaxis, np.newaxis]
        first = self._rng.integers(noise.shape[1] - n_frames + 1, size=(n, 1))
        return noise[np.arange(n)[:, np.newaxis], first + np.arange(n_frames)]

    def _factors(self, n: int, decibels: tuple[float, float]) -> Powers:
        """Of power, drawn evenly in decibels, shape (n, 1, 1)."""
        return (10 ** (self._rng.uniform(decibels[0], decibels[1], (n, 1, 1)) / 10)).astype(np.float32)

    def _mfcc(self, powers: Powers) -> NDArray[np.float32]:
        params = self._params
        bands = np.log(np.maximum(powers, params.log_floor))
        self._mask(bands)
        mfcc: NDArray[np.float32] = bands @ dct_matrix(params.n_mels, params.n_mfcc).T.astype(np.float32)
        return mfcc

    def _mask(self, bands: NDArray[np.float32]) -> None:
        """SpecAugment: one run of bands and one of frames, replaced by the clip's mean."""
        n, n_frames, n_mels = bands.shape
        masked = self._runs(n, n_frames, self._settings.mask_frames)[:, :, np.newaxis]
        masked = masked | self._runs(n, n_mels, self._settings.mask_bands)[:, np.newaxis]
        np.copyto(bands, bands.mean(axis=(1, 2), keepdims=True), where=masked)

    def _runs(self, n: int, length: int, share: float) -> NDArray[np.bool_]:
        """One run a row, bool, shape (n, length), of at most this share of the row."""
        width = self._rng.integers(int(share * length) + 1, size=(n, 1))
        first = self._rng.integers(length - width + 1)
        place = np.arange(length)
        return (place >= first) & (place < first + width)

    @cached_property
    def _throats(self) -> NDArray[np.float32]:
        """What makes bands those of another throat, by throat: shape (throats, n_mels, n_mels), applied from the right."""
        params = self._params
        mels = np.linspace(hz_to_mel(params.fmin), hz_to_mel(params.fmax), params.n_mels + 2)[1:-1]
        place = np.arange(params.n_mels)
        warps = []
        for factor in np.linspace(*self._settings.throat, _N_THROATS):
            source = np.interp(hz_to_mel(mel_to_hz(mels) / factor), mels, place)
            # Column b takes from the two bands between which its source lies.
            warps.append(np.maximum(0, 1 - np.abs(place[:, np.newaxis] - source)))
        return np.array(warps, np.float32)

    @cached_property
    def _waves(self) -> NDArray[np.float64]:
        """Slow waves over the bands, shape (waves, n_mels)."""
        places = (np.arange(self._params.n_mels) + 0.5) / self._params.n_mels
        return np.cos(np.pi * np.outer(np.arange(1, len(_COLOURS_DB) + 1), places))


class Augmenter:
    """Draws endless augmented batches from the training windows, the classes in fixed shares.

    Args:
        windows: of the training split, each with a margin on both sides.
        params: the front end.
        n_labels: number of classes; the last one is unknown.
        seed: the same seed draws the same batches.
        settings: strengths.
        spoken: windows of synthetic voices, which have a share of each class.
    """

    def __init__(
        self,
        windows: Windows,
        params: MfccParams,
        n_labels: int,
        seed: int,
        settings: Augmentation | None = None,
        spoken: Windows | None = None,
    ) -> None:
        self._settings = settings or Augmentation()
        self._rng = np.random.default_rng(seed)
        self._unknown = n_labels - 1
        self._powers = mel_powers(windows.pcm, params)
        voices = self._powers[~windows.is_noise & (windows.labels == self._unknown)]
        self._guises = Guises(
            params,
            windows.pcm.shape[1],
            windows.pcm[windows.is_noise],
            self._rng,
            self._settings,
            voices if len(voices) else None,
        )
        noise = windows.labels[windows.is_noise]
        self._nobody = int(noise[0]) if len(noise) else self._unknown  # the class of windows in which nobody speaks
        self._labels, self._probabilities = windows.labels, _draw_probabilities(windows.labels, n_labels)
        if spoken is not None and len(spoken):
            self._add(spoken, mel_powers(spoken.pcm, params), n_labels)
        chances = self._probabilities.copy()
        chances[np.flatnonzero(windows.is_noise)] = 0
        self._connected = Connected(self._powers, chances, params.hop_length / params.sample_rate, self._rng)
        # The fewer recordings of a keyword there are, the less of the little that is known of it may be called unknown.
        n_recorded = np.bincount(windows.labels, minlength=n_labels)[:-1].mean() if n_labels > 1 else 0.0
        self._connected_share = self._settings.connected_share * n_recorded / (n_recorded + _CONNECTED_HALF)

    def _add(self, spoken: Windows, powers: Powers, n_labels: int) -> None:
        """Let synthetic voices have their share of each class; all of it where nobody has recorded any."""
        counts = np.bincount(self._labels, minlength=n_labels)
        share = np.array([_spoken_share(count, label == self._unknown) for label, count in enumerate(counts)])
        share[np.bincount(spoken.labels, minlength=n_labels) == 0] = 0.0
        wanted = _class_shares(counts)
        # What is spoken of a class takes its share from what is recorded of it.
        own = _draw_probabilities(spoken.labels, n_labels)
        per_class = np.bincount(spoken.labels, own, n_labels)
        of_spoken = (wanted * share / np.where(per_class > 0, per_class, 1.0))[spoken.labels] * own
        recorded = np.bincount(self._labels, self._probabilities, n_labels)
        of_recorded = (wanted * (1 - share) / np.where(recorded > 0, recorded, 1.0))[self._labels] * self._probabilities
        self._powers = np.concatenate([self._powers, powers])
        self._labels = np.concatenate([self._labels, spoken.labels])
        together = np.concatenate([of_recorded, of_spoken])
        self._probabilities = together / together.sum()

    def batches(self, size: int) -> Iterator[tuple[NDArray[np.float32], NDArray[np.int64]]]:
        """Features, float32, shape (size, n_frames, n_mfcc), and classes, int64, shape (size,), for ever."""
        while True:
            rows = self._rng.choice(len(self._labels), size, p=self._probabilities)
            fate = self._rng.random(size)
            silent = fate < self._settings.noise_windows
            cut = ~silent & (fate < self._settings.noise_windows + self._settings.cut_windows)
            connected = (self._labels[rows] == self._unknown) & (fate >= 1 - self._connected_share)
            powers = self._powers[rows]
            if self._connected:
                powers[connected] = self._connected.draw(int(connected.sum()))
            features = self._guises.features(powers)
            features[silent] = self._guises.nobody(int(silent.sum()))
            features[cut] = self._guises.features(self._powers[rows[cut]], cut_off=True)
            yield features, np.where(silent, self._nobody, np.where(cut, self._unknown, self._labels[rows]))

    @property
    def n_windows(self) -> int:
        """Of all that are drawn from."""
        return len(self._labels)

    def vary(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Features of chosen windows, each augmented once: shape (len(rows), n_frames, n_mfcc)."""
        return self._guises.features(self._powers[rows])


def coloured_noise(n: int, length: int, sample_rate: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Noise with a power spectrum of f^-a, a drawn from 0 (white) to 2 (brown). float32, shape (n, length)."""
    spectrum = np.fft.rfft(rng.standard_normal((n, length), np.float32))
    frequency = np.fft.rfftfreq(length, 1 / sample_rate)
    slope = rng.uniform(0, 2, (n, 1))
    # Flat below 40 Hz: no rumble without end.
    return np.fft.irfft(spectrum * np.maximum(frequency, 40) ** (-slope / 2), length).astype(np.float32)


def _rows_between(powers: Powers, at: NDArray[np.float64]) -> Powers:
    """Rows at places that may lie between two, linearly; there is nothing before the first and after the last."""
    last = powers.shape[1] - 1
    inside = (at >= 0) & (at <= last)
    at = np.clip(at, 0, last - 1e-6)
    low = at.astype(np.int64)
    share = (at - low).astype(np.float32)[..., np.newaxis]
    clip = np.arange(len(powers))[:, np.newaxis]
    return (powers[clip, low] * (1 - share) + powers[clip, low + 1] * share) * inside[..., np.newaxis]


def _loud_part(powers: Powers) -> Powers:
    """Mean power of the loudest third of the frames, which is where a word is: shape (n, 1, 1)."""
    frames = np.sort(powers.sum(axis=2), axis=1)
    return frames[:, -max(1, frames.shape[1] // 3) :].mean(axis=1)[:, np.newaxis, np.newaxis]


def _draw_probabilities(labels: NDArray[np.int64], n_labels: int) -> NDArray[np.float64]:
    """Each window's chance to be drawn, so that classes have their shares however many windows there are of each."""
    counts = np.bincount(labels, minlength=n_labels)
    probabilities = (_class_shares(counts) / np.maximum(counts, 1))[labels]
    chances: NDArray[np.float64] = probabilities / probabilities.sum()
    return chances


def _class_shares(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Of what is drawn, given how many windows there are of each class: keywords in equal shares, unknown, the widest class, in
    a larger one, and the larger the more of it there is to tell.
    """
    shares = np.ones(len(counts))
    ratio = counts[-1] / max(1.0, counts[:-1].mean()) if len(counts) > 1 else 1.0
    shares[-1] = np.clip(_LEAST_UNKNOWN * np.sqrt(ratio), _LEAST_UNKNOWN, _MOST_UNKNOWN)
    return shares / shares.sum()


def _spoken_share(n_recorded: int, is_unknown: bool) -> float:
    """Of a class, what synthetic voices say of it: most of it where little is recorded, and little where much is."""
    as_good_as, least = (_SPOKEN_UNKNOWN, _LEAST_SPOKEN_UNKNOWN) if is_unknown else (_SPOKEN_KEYWORD, _LEAST_SPOKEN_KEYWORD)
    return max(least, as_good_as / (as_good_as + n_recorded))
