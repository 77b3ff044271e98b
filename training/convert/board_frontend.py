"""The board's front end in numpy: the same float32 operations in the same order, so the same bits as the C++.

`nestling board check` holds a board against it without needing a compiler. The reference stays `training.features.mfcc`:
this one is within 5e-3 of it (`tests/firmware/test_frontend.py`).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.convert.frontend_tables import Tables, build_tables, stage_lengths
from training.features.mfcc import frame_clip
from training.features.params import MfccParams

Floats = NDArray[np.float32]


def extract(pcm: NDArray[np.int16], params: MfccParams) -> Floats:
    """MFCCs of one clip as the board computes them.

    Args:
        pcm: int16, shape (n_samples,).
        params: the front end.
    Returns:
        float32, shape (n_frames, n_mfcc).
    Raises:
        ValueError: pcm is not int16, or is shorter than one frame.
    """
    tables = build_tables(params)
    power = _power(_transform(*_windowed(frame_clip(pcm, params), params, tables), tables), tables)
    log_mel = np.empty((len(power), params.n_mels), np.float32)
    first = 0
    for band, (start, length) in enumerate(zip(tables.mel_start.tolist(), tables.mel_length.tolist(), strict=True)):
        weights = tables.mel_weights[first : first + length]
        log_mel[:, band] = _dot(power[:, start : start + length], weights)
        first += length
    log_mel = _log(np.maximum(log_mel, np.float32(params.log_floor)))
    return np.stack([_dot(log_mel, row) for row in tables.dct], axis=1)


def quantise(features: Floats, scale: float, zero_point: int) -> NDArray[np.int8]:
    """Features to int8 as the board does: float32 division, rounded half to even."""
    scaled = np.clip(features / np.float32(scale), np.float32(-1024), np.float32(1024))
    return np.clip(np.rint(scaled) + np.float32(zero_point), -128, 127).astype(np.int8)


def _windowed(frames: NDArray[np.int16], params: MfccParams, tables: Tables) -> tuple[Floats, Floats]:
    padded = np.zeros((len(frames), params.n_fft), np.float32)
    padded[:, : params.frame_length] = frames.astype(np.float32) * tables.window
    real, imaginary = np.empty((2, len(frames), params.n_fft // 2), np.float32)
    real[:, tables.position], imaginary[:, tables.position] = padded[:, ::2], padded[:, 1::2]
    return real, imaginary


def _transform(real: Floats, imaginary: Floats, tables: Tables) -> tuple[Floats, Floats]:
    size = real.shape[1]
    if tables.starts_with_two:
        for part in (real, imaginary):
            pairs = part.reshape(-1, size // 2, 2)
            first, second = pairs[..., 0].copy(), pairs[..., 1].copy()
            pairs[..., 0], pairs[..., 1] = first + second, first - second
    else:
        _join_fours(real, imaginary, 1, None)
    at = 0
    for length in stage_lengths(size, tables.starts_with_two):
        _join_fours(real, imaginary, length, tables.twiddles[at : at + 6 * length].reshape(length, 6).T)
        at += 6 * length
    return real, imaginary


def _join_fours(real: Floats, imaginary: Floats, length: int, twiddles: Floats | None) -> None:
    """One stage of radix 4, in place."""
    shape = (len(real), -1, 4, length)
    parts = [(real.reshape(shape)[:, :, n].copy(), imaginary.reshape(shape)[:, :, n].copy()) for n in range(4)]
    if twiddles is not None:
        for n in (1, 2, 3):
            (x, y), wr, wi = parts[n], twiddles[2 * n - 2], twiddles[2 * n - 1]
            parts[n] = (x * wr - y * wi, x * wi + y * wr)
    (ar, ai), (br, bi), (cr, ci), (dr, di) = parts
    sum_ac, dif_ac, sum_bd, dif_bd = (ar + cr, ai + ci), (ar - cr, ai - ci), (br + dr, bi + di), (br - dr, bi - di)
    out_real, out_imaginary = real.reshape(shape), imaginary.reshape(shape)
    out_real[:, :, 0], out_imaginary[:, :, 0] = sum_ac[0] + sum_bd[0], sum_ac[1] + sum_bd[1]
    out_real[:, :, 1], out_imaginary[:, :, 1] = dif_ac[0] + dif_bd[1], dif_ac[1] - dif_bd[0]
    out_real[:, :, 2], out_imaginary[:, :, 2] = sum_ac[0] - sum_bd[0], sum_ac[1] - sum_bd[1]
    out_real[:, :, 3], out_imaginary[:, :, 3] = dif_ac[0] - dif_bd[1], dif_ac[1] + dif_bd[0]


def _power(spectrum: tuple[Floats, Floats], tables: Tables) -> Floats:
    """Power of bins 0 ... M of the real signal; 0 and M, which no triangle covers, stay 0."""
    real, imaginary = spectrum
    size = real.shape[1]
    k = np.arange(1, size // 2 + 1)
    wr, wi = tables.split.T
    zr, zi, mr, mi = real[:, k], imaginary[:, k], real[:, size - k], imaginary[:, size - k]
    er, ei, odd_r, odd_i = zr + mr, zi - mi, zi + mi, mr - zr
    tr, ti = wr * odd_r - wi * odd_i, wr * odd_i + wi * odd_r
    power = np.zeros((len(real), size + 1), np.float32)
    power[:, size - k] = (er - tr) * (er - tr) + (ei - ti) * (ei - ti)
    power[:, k] = (er + tr) * (er + tr) + (ei + ti) * (ei + ti)
    return power


def _dot(rows: Floats, weights: Floats) -> Floats:
    """Products added one after another, from 0."""
    total = np.zeros(len(rows), np.float32)
    for column, weight in zip(rows.T, weights, strict=True):
        total += column * weight
    return total


def _log(x: Floats) -> Floats:
    """Natural logarithm of positive normal numbers: x = 2^e m, log m = 2 artanh((m - 1) / (m + 1))."""
    bits = x.view(np.int32)
    exponent = (bits - np.int32(0x3F3504F3)) >> 23
    mantissa = (bits - (exponent << 23)).astype(np.int32).view(np.float32)
    one: Any = np.float32
    s = (mantissa - one(1)) / (mantissa + one(1))
    z = s * s
    series = ((z * one(0.111111112) + one(0.142857149)) * z + one(0.200000003)) * z + one(0.333333343)
    log_mantissa = s * one(2) * (z * series) + s * one(2)
    return exponent.astype(np.float32) * one(0.693147182) + log_mantissa
