"""Reading recordings: WAV, FLAC or OGG at any rate, mono or stereo, to the 16-bit mono PCM that the front end takes."""

from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

SUFFIXES = frozenset({".wav", ".flac", ".ogg"})


def read_clip(path: Path, sample_rate: int) -> NDArray[np.int16]:
    """Read a recording.

    Args:
        path: a WAV, FLAC or OGG file.
        sample_rate: wanted, in Hz.
    Returns:
        int16, shape (n_samples,): the mean of the channels at `sample_rate`.
    Raises:
        ValueError: the file is not audio, or holds no samples.
    """
    try:
        samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, OSError) as error:
        raise ValueError(f"{path.name} is not a WAV, FLAC or OGG recording") from error
    if len(samples) == 0:
        raise ValueError(f"{path.name} holds no samples")
    if not np.isfinite(samples).all():
        raise ValueError(f"{path.name} holds samples that are not numbers")
    return to_pcm(soxr.resample(samples.mean(axis=1), rate, sample_rate, quality="HQ"))


def to_pcm(samples: NDArray[np.floating]) -> NDArray[np.int16]:
    """Samples in [-1, 1) to int16: rounded to the nearest, clipped at full scale."""
    return np.clip(np.rint(samples * 32768.0), -32768, 32767).astype(np.int16)
