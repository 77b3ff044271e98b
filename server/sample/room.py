"""What a room and a microphone make of a word: echo, colour, loudness, noise, and where in the clip it stands."""

from dataclasses import dataclass

import numpy as np
import soxr
from numpy.typing import NDArray

from server.audio import SAMPLE_RATE, Pcm
from training.speech.audio import to_pcm

Samples = NDArray[np.float64]

# Ranges are drawn from evenly; seconds, or decibels relative to full scale.
_CLIP_SECONDS = (1.4, 2.0)
_BEFORE_SECONDS = 0.15  # quiet around a word at least, so that it is not cut off
_AFTER_SECONDS = 0.35  # and room for the echo
_ECHO_SECONDS = (0.1, 0.5)  # in which an echo falls by 60 dB
_ECHO_DB = (-20.0, -6.0)
_TILT_DB = 6.0  # at most, over the three octaves on either side of 1 kHz: microphones and distances differ so
_PEAK_DB = (-24.0, -4.0)
_SNR_DB = (18.0, 40.0)
_NOISE_SECONDS = (1.0, 2.0)
_NOISE_DB = (-50.0, -28.0)
_HUM_HZ = (50.0, 60.0)
_AUDIBLE = 0.02  # of the peak: what is quieter at a word's ends is silence


@dataclass(frozen=True, kw_only=True)
class Room:
    """Where one person speaks, and into what."""

    echo: Samples
    tilt_db: float
    noise_slope: float

    @classmethod
    def draw(cls, rng: np.random.Generator) -> "Room":
        """One of many rooms."""
        seconds, level = rng.uniform(*_ECHO_SECONDS), _amplitude(rng.uniform(*_ECHO_DB))
        time = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
        tail = rng.standard_normal(len(time)) * 10 ** (-3 * time / seconds)
        echo = level * tail / np.sqrt((tail**2).sum())
        echo[0] = 1.0  # the word itself
        return cls(echo=echo, tilt_db=rng.uniform(-_TILT_DB, _TILT_DB), noise_slope=rng.uniform(0, 2))

    def record(self, word: NDArray[np.int16], sample_rate: int, rng: np.random.Generator) -> Pcm:
        """A clip with a word somewhere in it.

        Args:
            word: as it was spoken, int16, shape (n_samples,).
            sample_rate: of the word, in Hz.
            rng: draws position, loudness and noise.
        Returns:
            int16, shape (n_samples,), at 16 kHz.
        """
        said = self._hear(_trim(soxr.resample(word / 32768.0, sample_rate, SAMPLE_RATE, quality="HQ")))
        said *= _amplitude(rng.uniform(*_PEAK_DB)) / np.abs(said).max()
        before, after = (int(seconds * SAMPLE_RATE) for seconds in (_BEFORE_SECONDS, _AFTER_SECONDS))
        length = max(_draw_length(rng, _CLIP_SECONDS), before + len(said))
        start = int(rng.integers(before, max(before, length - after - len(said)) + 1))
        start = min(start, length - len(said))
        level = np.sqrt((said**2).mean()) * _amplitude(-rng.uniform(*_SNR_DB))
        clip = level * coloured_noise(length, self.noise_slope, rng)
        clip[start : start + len(said)] += said
        return to_pcm(clip)

    def _hear(self, word: Samples) -> Samples:
        """A word with its echo, through the microphone."""
        length = len(word) + len(self.echo) - 1
        spectrum = np.fft.rfft(word, length) * np.fft.rfft(self.echo, length)
        octaves = np.clip(np.log2(np.maximum(np.fft.rfftfreq(length, 1 / SAMPLE_RATE), 1) / 1000), -3, 3)
        heard: Samples = np.fft.irfft(spectrum * 10 ** (self.tilt_db * octaves / 3 / 20), length)
        return heard


def draw_noise(rng: np.random.Generator) -> Pcm:
    """A room in which nobody speaks: hiss or rumble, the hum of the mains, here and there a knock; 1 to 2 s."""
    length = _draw_length(rng, _NOISE_SECONDS)
    time = np.arange(length) / SAMPLE_RATE
    noise = coloured_noise(length, rng.uniform(0, 2), rng)
    hum = sum(np.sin(2 * np.pi * harmonic * rng.choice(_HUM_HZ) * time) / harmonic for harmonic in (1, 2, 3, 5))
    noise += rng.uniform(0, 0.7) * hum
    for start in rng.integers(length, size=rng.integers(4)):
        knock = coloured_noise(length - int(start), 1.0, rng) * np.exp(-time[: length - start] / rng.uniform(0.01, 0.06))
        noise[start:] += rng.uniform(2, 6) * knock
    return to_pcm(noise * _amplitude(rng.uniform(*_NOISE_DB)) / np.sqrt((noise**2).mean()))


def coloured_noise(length: int, slope: float, rng: np.random.Generator) -> Samples:
    """Noise of unit power with a power spectrum of f^-slope, from white (0) to brown (2); flat below 40 Hz."""
    spectrum = np.fft.rfft(rng.standard_normal(length))
    frequency = np.maximum(np.fft.rfftfreq(length, 1 / SAMPLE_RATE), 40)
    noise = np.fft.irfft(spectrum * frequency ** (-slope / 2), length)
    unit: Samples = noise / np.sqrt((noise**2).mean())
    return unit


def _trim(word: Samples) -> Samples:
    """A word without the silence around it."""
    audible = np.flatnonzero(np.abs(word) > _AUDIBLE * np.abs(word).max())
    return word[audible[0] : audible[-1] + 1]


def _draw_length(rng: np.random.Generator, seconds: tuple[float, float]) -> int:
    return int(rng.uniform(*seconds) * SAMPLE_RATE)


def _amplitude(decibels: float) -> float:
    return float(10 ** (decibels / 20))
