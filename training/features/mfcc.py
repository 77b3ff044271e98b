"""The reference front end: 16-bit PCM to MFCCs in float64, numpy only.

Every other implementation (JavaScript, C++) is held to this one by `tests/vectors/mfcc.json`, and this one to librosa.
Source: S. Davis and P. Mermelstein, "Comparison of parametric representations for monosyllabic word recognition",
IEEE TASSP 28 (1980); mel scale as in HTK (S. Young et al., The HTK Book, 5.4).
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.features.params import MfccParams

FULL_SCALE = 32768.0  # int16 to [-1, 1)
_CHUNK_FRAMES = 256  # a chunk's spectra stay in the CPU's cache: twice as fast as all clips at once


def extract(
    pcm: NDArray[np.int16], params: MfccParams, dtype: type[np.float64] | type[np.float32] = np.float64
) -> NDArray[np.floating[Any]]:
    """MFCCs of one clip or of many clips of one length.

    Args:
        pcm: mono audio, int16, shape (..., n_samples), at `params.sample_rate` Hz.
        params: the front end.
        dtype: float64 is the reference; float32, within 1e-3 of it, is what training uses: it takes two thirds of the time.
    Returns:
        dtype, shape (..., n_frames, n_mfcc).
    Raises:
        ValueError: pcm is not int16, or is shorter than one frame.
    """
    frames = frame_clip(pcm, params)
    flat = frames.reshape(-1, params.frame_length)
    dct = dct_matrix(params.n_mels, params.n_mfcc).T.astype(dtype)
    mfcc: NDArray[Any] = np.empty((len(flat), params.n_mfcc), dtype)
    for start in range(0, len(flat), _CHUNK_FRAMES):
        chunk = slice(start, start + _CHUNK_FRAMES)
        np.matmul(log_mel(flat[chunk], params, dtype), dct, out=mfcc[chunk])
    return mfcc.reshape(*frames.shape[:-1], params.n_mfcc)


def frame_clip(pcm: NDArray[np.int16], params: MfccParams) -> NDArray[np.int16]:
    """Cut clips into overlapping frames; a tail shorter than a frame is dropped.

    Args:
        pcm: int16, shape (..., n_samples).
        params: `frame_length` and `hop_length` are in samples.
    Returns:
        int16, shape (..., n_frames, frame_length): a read-only view of `pcm`.
    Raises:
        ValueError: pcm is not int16, or is shorter than one frame.
    """
    pcm = np.asarray(pcm)
    if pcm.dtype != np.int16:
        raise ValueError(f"pcm must be int16, got {pcm.dtype}")
    if pcm.ndim == 0 or pcm.shape[-1] < params.frame_length:
        n_samples = pcm.shape[-1] if pcm.ndim else 0
        raise ValueError(f"pcm must hold at least one frame ({params.frame_length} samples), got {n_samples}")
    frames = np.lib.stride_tricks.sliding_window_view(pcm, params.frame_length, axis=-1)
    return frames[..., :: params.hop_length, :]


def log_mel(
    frames: NDArray[np.int16], params: MfccParams, dtype: type[np.float64] | type[np.float32] = np.float64
) -> NDArray[np.floating[Any]]:
    """Natural logarithm of the mel band powers of frames, floored.

    Args:
        frames: int16, shape (n_frames, frame_length).
        params: the front end.
        dtype: of the computation.
    Returns:
        dtype, shape (n_frames, n_mels); no value is below log(log_floor).
    """
    bands = mel_energies(power_spectrum(window_frames(frames, params, dtype), params), params)
    np.maximum(bands, params.log_floor, out=bands)
    np.log(bands, out=bands)
    return bands


def window_frames(
    frames: NDArray[np.int16], params: MfccParams, dtype: type[np.float64] | type[np.float32] = np.float64
) -> NDArray[np.floating[Any]]:
    """Frames in [-1, 1), times the window, and zeros up to the transform's length. dtype, shape (n_frames, n_fft)."""
    windowed: NDArray[Any] = np.zeros((len(frames), params.n_fft), dtype)
    window = (hann_periodic(params.frame_length) / FULL_SCALE).astype(dtype)
    np.multiply(frames.astype(dtype), window, out=windowed[:, : params.frame_length])
    return windowed


def power_spectrum(windowed: NDArray[np.floating[Any]], params: MfccParams) -> NDArray[np.floating[Any]]:
    """|X|^2 of the bins from 0 Hz to half the sample rate, not normalised. Shape (n_frames, n_fft // 2 + 1)."""
    parts: NDArray[Any] = np.fft.rfft(windowed, params.n_fft).view(windowed.dtype)
    parts *= parts
    power: NDArray[Any] = parts[:, ::2] + parts[:, 1::2]
    return power


def mel_energies(power: NDArray[np.floating[Any]], params: MfccParams) -> NDArray[np.floating[Any]]:
    """Power under each triangle of the filterbank. Shape (n_frames, n_mels)."""
    bands: NDArray[Any] = power @ mel_filterbank(params).T.astype(power.dtype)
    return bands


@dataclass(frozen=True, kw_only=True)
class Stages:
    """What frames become on their way to MFCCs, float64: one row a frame.

    windowed: (n_frames, n_fft), of full scale 1. power: (n_frames, n_fft // 2 + 1). mel, log_mel: (n_frames, n_mels).
    mfcc: (n_frames, n_mfcc).
    """

    windowed: NDArray[np.floating[Any]]
    power: NDArray[np.floating[Any]]
    mel: NDArray[np.floating[Any]]
    log_mel: NDArray[np.floating[Any]]
    mfcc: NDArray[np.floating[Any]]


def stages(pcm: NDArray[np.int16], params: MfccParams) -> Stages:
    """Every stage of one clip: what the page's step by step is held to (`tests/vectors/stages.json`).

    Args:
        pcm: int16, shape (n_samples,).
        params: the front end.
    Raises:
        ValueError: pcm is not int16, or is shorter than one frame.
    """
    frames = frame_clip(pcm, params)
    windowed = window_frames(frames, params)
    power = power_spectrum(windowed, params)
    return Stages(
        windowed=windowed,
        power=power,
        mel=mel_energies(power, params),
        log_mel=log_mel(frames, params),
        mfcc=extract(pcm, params),
    )


@lru_cache
def hann_periodic(length: int) -> NDArray[np.float64]:
    """Periodic Hann window, 0.5 - 0.5 cos(2 pi n / length). float64, shape (length,)."""
    return _frozen(0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length))


@lru_cache
def mel_filterbank(params: MfccParams) -> NDArray[np.float64]:
    """Triangles with a peak of 1, spaced evenly on the HTK mel scale from fmin to fmax.

    Returns:
        float64, shape (n_mels, n_fft // 2 + 1).
    """
    edges = mel_to_hz(np.linspace(hz_to_mel(params.fmin), hz_to_mel(params.fmax), params.n_mels + 2))
    bins = np.arange(params.n_fft // 2 + 1) * params.sample_rate / params.n_fft
    rising = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
    return _frozen(np.maximum(0.0, np.minimum(rising, falling)))


@lru_cache
def dct_matrix(n_mels: int, n_mfcc: int) -> NDArray[np.float64]:
    """First rows of the orthonormal DCT-II. float64, shape (n_mfcc, n_mels)."""
    rows = np.cos(np.pi / n_mels * np.outer(np.arange(n_mfcc), np.arange(n_mels) + 0.5)) * np.sqrt(2 / n_mels)
    rows[0] /= np.sqrt(2)
    return _frozen(rows)


def hz_to_mel(hz: float | NDArray[np.float64]) -> NDArray[np.float64]:
    """HTK mel of a frequency in Hz."""
    mel: NDArray[np.float64] = 2595.0 * np.log10(1.0 + np.asarray(hz, np.float64) / 700.0)
    return mel


def mel_to_hz(mel: float | NDArray[np.float64]) -> NDArray[np.float64]:
    """Frequency in Hz of an HTK mel."""
    hz: NDArray[np.float64] = 700.0 * (10.0 ** (np.asarray(mel, np.float64) / 2595.0) - 1.0)
    return hz


def _frozen(table: NDArray[np.float64]) -> NDArray[np.float64]:
    table.flags.writeable = False  # tables are shared through the cache
    return table
