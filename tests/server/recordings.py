"""Recordings that the server's tests send."""

import io
import uuid
from typing import Any

import numpy as np
import soundfile


def samples(seed: int, seconds: float = 0.5, rate: int = 16_000) -> np.ndarray:
    """int16 noise, another for every seed."""
    return np.random.default_rng(seed).integers(-8000, 8000, int(seconds * rate)).astype(np.int16)


def wav(data: np.ndarray, rate: int = 16_000, subtype: str = "PCM_16", form: str = "WAV") -> bytes:
    """A sound file."""
    if subtype in ("FLOAT", "DOUBLE"):
        data = data / 32768  # soundfile scales integers to other integers only
    body = io.BytesIO()
    soundfile.write(body, data, rate, subtype=subtype, format=form)
    return body.getvalue()


def new_id() -> str:
    """What a phone would make."""
    return str(uuid.uuid4())


def lasting(clip: dict[str, Any]) -> dict[str, Any]:
    """A clip without what depends on the other clips, or on whether the server has looked at it yet."""
    return {name: value for name, value in clip.items() if name not in ("split", "verdict", "level_db", "peak_db")}
