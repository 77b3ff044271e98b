"""Reading recordings: what libsndfile reads, at any rate, mono or stereo, to the 16-bit mono PCM that the front end takes."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from training.clips import read_decisions

SUFFIXES = frozenset({".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff"})
FILES = "WAV, FLAC, OGG or MP3 file"  # the messages' words for them


def read_clip(path: Path, sample_rate: int) -> NDArray[np.int16]:
    """Read a recording, or that part of it which counts where its comment tells of one.

    Args:
        path: a file that libsndfile reads.
        sample_rate: wanted, in Hz.
    Returns:
        int16, shape (n_samples,): the mean of the channels at `sample_rate`.
    Raises:
        ValueError: the file is not audio, or holds no samples.
    """
    try:
        with soundfile.SoundFile(path) as file:
            rate, trim = file.samplerate, read_decisions(read_about(file), file.frames).trim
            samples = file.read(dtype="float32", always_2d=True)[slice(*trim) if trim else slice(None)]
    except (soundfile.LibsndfileError, OSError) as error:
        raise ValueError(f"{path.name} is not a WAV, FLAC, OGG or MP3 recording") from error
    if len(samples) == 0:
        raise ValueError(f"{path.name} holds no samples")
    if not np.isfinite(samples).all():
        raise ValueError(f"{path.name} holds samples that are not numbers")
    return to_pcm(soxr.resample(samples.mean(axis=1), rate, sample_rate, quality="HQ"))


def read_about(file: soundfile.SoundFile) -> dict[str, Any]:
    """The JSON object that the server wrote into a recording's comment; {} where there is none, or one that is not ours."""
    try:
        about = json.loads(file.comment or "{}")
    except ValueError:
        return {}
    return about if isinstance(about, dict) else {}


def to_pcm(samples: NDArray[np.floating]) -> NDArray[np.int16]:
    """Samples in [-1, 1) to int16: rounded to the nearest, clipped at full scale."""
    return np.clip(np.rint(samples * 32768.0), -32768, 32767).astype(np.int16)
