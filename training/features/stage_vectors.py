"""Golden vectors of the front end's stages: what Python and the page must both show of the same frame, for many settings.

`python -m training.features.stage_vectors` writes `tests/vectors/stages.json`. Each setting also carries what it costs on the
board (`training.features.cost`), which the page computes, too.
"""

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.features.cost import cost
from training.features.mfcc import stages
from training.features.params import MfccParams, load_default

PATH = Path(__file__).parents[2] / "tests" / "vectors" / "stages.json"
TOLERANCE = 1e-4  # largest absolute difference of any value of any stage
STAGES = ("windowed", "power", "mel", "log_mel", "mfcc")
_N_SAMPLES = 3000

# What a person may choose, at its edges: comment and change of the default.
SETTINGS: Mapping[str, tuple[str, dict[str, Any]]] = {
    "default": ("mfcc.json as it stands", {}),
    "short_odd_frame": (
        "a frame of odd length, a transform that begins with radix 2",
        {"frame_length": 201, "hop_length": 100, "n_fft": 256, "n_mels": 20},
    ),
    "long_frame": (
        "a long frame without zeros behind it",
        {"frame_length": 1024, "hop_length": 512, "n_fft": 1024, "n_mels": 64, "n_mfcc": 20},
    ),
    "padded_frame": (
        "a frame with a third of zeros behind it, one coefficient",
        {"frame_length": 1300, "hop_length": 400, "n_fft": 2048, "n_mfcc": 1},
    ),
    "empty_bands": (
        "so few bins that some triangles hold none",
        {"frame_length": 64, "hop_length": 64, "n_fft": 64, "n_mels": 24, "n_mfcc": 24},
    ),
    "all_frequencies": (
        "from 0 Hz to half the sample rate, the lowest floor, all coefficients",
        {"fmin": 0, "fmax": 8000, "log_floor": 1e-12, "n_mfcc": 40},
    ),
    "telephone": (
        "300 to 3,400 Hz, a high floor, a shorter clip",
        {"fmin": 300, "fmax": 3400, "n_mels": 16, "n_mfcc": 10, "log_floor": 1e-2, "clip_length": 8000},
    ),
}


def build() -> dict[str, Any]:
    """The golden vectors as the file holds them."""
    pcm = signal()
    return {
        "schema": 1,
        "generator": "python -m training.features.stage_vectors",
        "tolerance": TOLERANCE,
        "comment": "a tone that glides over faint noise, and what one frame of it becomes",
        "pcm": base64.b64encode(pcm.tobytes()).decode(),
        "cases": [_case(pcm, *setting) for setting in settings()],
    }


def settings() -> Iterator[tuple[str, str, MfccParams]]:
    """All settings: (id, comment, parameters)."""
    for name, (comment, change) in SETTINGS.items():
        yield name, comment, replace(load_default(), **change)


def signal() -> NDArray[np.int16]:
    """The samples that all settings look at."""
    t = np.arange(_N_SAMPLES) / load_default().sample_rate
    glide = 6000 * np.sin(2 * np.pi * (150 * t + 9000 * t**2))
    pcm: NDArray[np.int16] = np.rint(glide + np.random.default_rng(20261128).normal(0, 30, _N_SAMPLES)).astype("<i2")
    return pcm


def _case(pcm: NDArray[np.int16], name: str, comment: str, params: MfccParams) -> dict[str, Any]:
    found = stages(pcm, params)
    frame = len(found.mfcc) // 2
    rows = {stage: getattr(found, stage)[frame] for stage in STAGES} | {"windowed": found.windowed[frame, : params.frame_length]}
    return {
        "id": name,
        "comment": comment,
        "params": params.to_dict(),
        "shape": list(params.shape),
        "cost": cost(params).to_dict(),
        "frame": frame,
        "stages": {stage: [round(float(value), 7) for value in values] for stage, values in rows.items()},
    }


if __name__ == "__main__":
    PATH.write_text(json.dumps(build(), separators=(",", ":")).replace('{"id"', '\n{"id"') + "\n", encoding="utf-8")
    print(PATH)
