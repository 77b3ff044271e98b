"""Golden vectors of the front end: what Python, JavaScript and C++ must all compute from the same samples.

`python -m training.features.vectors` writes `tests/vectors/mfcc.json`. The file describes itself; cases name edges.
"""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.features.mfcc import extract
from training.features.params import MfccParams, load_default

PATH = Path(__file__).parents[2] / "tests" / "vectors" / "mfcc.json"
# Largest absolute difference allowed. Float32 arithmetic differs by up to 1.6e-4 on quiet noise; the smallest
# mistake of convention (a symmetric window) moves MFCCs by 0.33.
TOLERANCE = {"python": 1e-6, "javascript": 1e-4, "cpp": 5e-3}
_SHORT = 1600  # samples: 4 frames of the default front end


def build(params: MfccParams) -> dict[str, Any]:
    """The golden vectors as the file holds them."""
    return {
        "schema": 1,
        "generator": "python -m training.features.vectors",
        "params": params.to_dict(),
        "params_crc32": params.crc32,
        "tolerance": TOLERANCE,
        "cases": [_case(params, *signal) for signal in signals(params)],
    }


def signals(params: MfccParams) -> Iterator[tuple[str, str, list[str], NDArray[np.int16]]]:
    """Test signals at the edges of the front end: (id, comment, flags, pcm)."""
    rate = params.sample_rate
    n = np.arange(_SHORT)
    rng = np.random.default_rng(20261123)
    square = np.where(n // 40 % 2, -32768, 32767)
    yield "silence", "all zeros: every mel band is at the floor", ["floor"], _int16(0 * n)
    yield "dc", "a constant of 1000: leaks into the lowest bands through the window", [], _int16(0 * n + 1000)
    yield "impulse", "one sample at full scale, inside the second frame only partly windowed", [], _int16(32767 * (n == 500))
    yield "lsb_noise", "noise of one least significant bit", ["floor"], _int16(rng.integers(-1, 2, _SHORT))
    yield "full_scale_sine", "1 kHz at full scale", [], _int16(32767 * np.sin(2 * np.pi * 1000 * n / rate))
    yield "clipped_square", "a 200 Hz square wave between -32768 and 32767", ["clipped"], _int16(square)
    yield "most_negative", "every sample -32768", ["clipped"], _int16(0 * n - 32768)
    yield "between_bins", "a quiet sine halfway between two FFT bins", [], _int16(800 * np.sin(2 * np.pi * 1015.625 * n / rate))
    yield "above_fmax", "7.9 kHz: above the highest mel band", [], _int16(16000 * np.sin(2 * np.pi * 7900 * n / rate))
    yield "one_frame", "exactly one frame of noise", [], _int16(rng.normal(0, 3000, params.frame_length))
    yield (
        "one_short_of_two",
        "one sample short of two frames: the tail is dropped",
        [],
        _int16(rng.normal(0, 3000, params.frame_length + params.hop_length - 1)),
    )
    yield (
        "one_sample_short",
        "one sample short of a frame: an error",
        ["error"],
        _int16(rng.normal(0, 3000, params.frame_length - 1)),
    )
    yield "chirp", "one clip: 50 Hz to 8 kHz in a second over faint noise", [], _chirp(params, rng)


def _chirp(params: MfccParams, rng: np.random.Generator) -> NDArray[np.int16]:
    t = np.arange(params.clip_length) / params.sample_rate
    phase = 2 * np.pi * (50 * t + (params.sample_rate / 2 - 50) / 2 * t**2 / t[-1])
    return _int16(9000 * np.sin(phase) + rng.normal(0, 20, params.clip_length))


def _int16(samples: NDArray[Any]) -> NDArray[np.int16]:
    pcm: NDArray[np.int16] = np.clip(np.rint(samples), -32768, 32767).astype("<i2")
    return pcm


def _case(params: MfccParams, name: str, comment: str, flags: list[str], pcm: NDArray[np.int16]) -> dict[str, Any]:
    case: dict[str, Any] = {"id": name, "comment": comment, "flags": flags, "pcm": base64.b64encode(pcm.tobytes()).decode()}
    if "error" in flags:
        return case
    mfcc = extract(pcm, params)
    return case | {"shape": list(mfcc.shape), "mfcc": [round(float(value), 9) for value in mfcc.ravel()]}


if __name__ == "__main__":
    PATH.parent.mkdir(parents=True, exist_ok=True)
    PATH.write_text(json.dumps(build(load_default()), indent=1) + "\n", encoding="utf-8")
    print(PATH)
