"""Is a recording of one word usable, and how loud is it? Numpy only.

`web/js/dsp/verdict.js` is its twin, and tells how the thresholds were found; golden vectors in `tests/vectors/verdict.json`
hold the two together, so that a clip which was imported is judged as one that a phone recorded.
"""

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FINE, SILENT, CLIPPED, CUT_OFF = "fine", "silent", "clipped", "cut off"
VERDICTS = (FINE, SILENT, CLIPPED, CUT_OFF)

FULL_SCALE = 32768.0
SILENCE_DB = -100.0  # what all zeros give
SILENT_DB = -65  # of the loudest block: what stays below is a muted or absent microphone
PATH = Path(__file__).parents[2] / "tests" / "vectors" / "verdict.json"

_ABOVE_FLOOR_DB = 10
_CLIPPED_RUN, _CLIPPED_SAMPLES, _CLIPPED_AT = 3, 8, 32700
_EDGE_BLOCKS, _EDGE_BELOW_LOUDEST_DB, _EDGE_ABOVE_FLOOR_DB = 2, 16, 6
_FLOOR_QUANTILE = 0.2


def verdict(pcm: NDArray[np.int16], sample_rate: int) -> str:
    """Judge a recording by its blocks of 20 ms, against its own noise floor.

    Args:
        pcm: int16, shape (n_samples,).
        sample_rate: in Hz.
    Returns:
        "silent" (nothing was said, or nothing arrived), "clipped" (too loud), "cut off" (the word reaches into an edge), "fine".
    """
    levels = _block_levels(pcm, int(sample_rate / 50 + 0.5))
    if not len(levels):
        return SILENT
    floor = np.sort(levels)[int(_FLOOR_QUANTILE * (len(levels) - 1))]
    loudest = levels.max()
    if loudest < SILENT_DB or loudest - floor < _ABOVE_FLOOR_DB:
        return SILENT
    if _is_clipped(pcm):
        return CLIPPED
    edge = max(levels[:_EDGE_BLOCKS].max(), levels[-_EDGE_BLOCKS:].max())
    return CUT_OFF if edge > max(loudest - _EDGE_BELOW_LOUDEST_DB, floor + _EDGE_ABOVE_FLOOR_DB) else FINE


def rms_db(pcm: NDArray[np.int16]) -> float:
    """Root mean square of a recording in dBFS; -100 where there is nothing."""
    return float(_to_db(_rms(pcm.reshape(1, -1)))[0]) if len(pcm) else SILENCE_DB


def peak_db(pcm: NDArray[np.int16]) -> float:
    """Largest sample of a recording in dBFS; -100 where there is nothing."""
    return float(_to_db(np.array([np.abs(pcm.astype(np.float64)).max()]))[0]) if len(pcm) else SILENCE_DB


def _block_levels(pcm: NDArray[np.int16], length: int) -> NDArray[np.float64]:
    return _to_db(_rms(pcm[: len(pcm) // length * length].reshape(-1, length)))


def _rms(blocks: NDArray[np.int16]) -> NDArray[np.float64]:
    # The squares are whole numbers that a double holds exactly, whatever their order.
    root: NDArray[np.float64] = np.sqrt((blocks.astype(np.float64) ** 2).sum(axis=1) / blocks.shape[1])
    return root


def _to_db(amplitudes: NDArray[np.float64]) -> NDArray[np.float64]:
    """dBFS of amplitudes in units of int16."""
    decibels: NDArray[np.float64] = np.maximum(SILENCE_DB, 20 * np.log10(np.maximum(amplitudes, 1e-9) / FULL_SCALE))
    return decibels


def _is_clipped(pcm: NDArray[np.int16]) -> bool:
    """A clipped converter holds its limit: samples in runs of three or more."""
    held = np.abs(pcm.astype(np.int32)) >= _CLIPPED_AT
    edges = np.flatnonzero(np.diff(np.concatenate(([0], held.astype(np.int8), [0]))))
    runs = edges[1::2] - edges[::2]
    return bool(runs[runs >= _CLIPPED_RUN].sum() >= _CLIPPED_SAMPLES)


def build() -> dict[str, Any]:
    """The golden vectors of the verdict and of both levels; at 4 kHz, because a block's duration is what matters."""
    return {
        "schema": 1,
        "generator": "python -m training.speech.verdict",
        "tolerance": {"python": 1e-9, "javascript": 1e-9},
        "cases": [_case(*signal) for signal in _signals()],
    }


def _signals() -> list[tuple[str, str, int, NDArray[np.int16]]]:
    """Recordings at the edges of the verdict: (id, comment, sample rate, pcm)."""
    rng = np.random.default_rng(20261128)
    rate, length = 4000, 3200
    noise = rng.normal(0, 25, length)

    def word(start: int, level: float = 9000, n_samples: int = 1400) -> NDArray[np.float64]:
        samples = noise.copy()
        end = min(start + n_samples, length)
        tone = level * np.hanning(n_samples) * np.sin(np.arange(n_samples) * 0.7)
        samples[max(start, 0) : end] += tone[max(-start, 0) : end - start]
        return samples

    def held(n_runs: int, run: int) -> NDArray[np.float64]:
        samples = word(900)
        for number in range(n_runs):
            samples[1200 + 20 * number : 1200 + 20 * number + run] = 32767 if number % 2 else -32768
            samples[1200 + 20 * number + run] = 0
        return samples

    def steady(loudest: float) -> NDArray[np.float64]:
        samples = np.full(length, 1000.0)
        samples[1600:1680] = loudest
        return samples

    return [
        ("fine", "a word in its middle", rate, _int16(word(900))),
        ("quiet", "the same 26 dB quieter, which is still a word", rate, _int16(word(900, 450))),
        ("nothing", "all zeros", rate, _int16(np.zeros(length))),
        ("empty", "no samples at all", rate, _int16(np.zeros(0))),
        ("one_sample_short", "one sample short of a block", rate, _int16(word(900)[:79])),
        ("one_bit", "noise of one least significant bit", rate, _int16(rng.integers(-1, 2, length))),
        ("room", "noise alone, however loud", rate, _int16(rng.normal(0, 4000, length))),
        ("just_a_word", "one block 10.1 dB above the rest", rate, _int16(steady(1000 * 10 ** (10.1 / 20)))),
        ("just_no_word", "one block 9.9 dB above the rest", rate, _int16(steady(1000 * 10 ** (9.9 / 20)))),
        ("begins_before", "half of the word lies before the recording", rate, _int16(word(-700))),
        ("ends_after", "half of the word lies behind it", rate, _int16(word(2500))),
        ("too_loud", "a word at twice full scale", rate, _int16(word(900, 66000))),
        ("held_eight", "the limit held in runs of 4 and 4", rate, _int16(held(2, 4))),
        (
            "held_seven",
            "in runs of 3 and 4: one sample too few",
            rate,
            _int16(np.where(np.arange(length) == 1203, 0, held(2, 4))),
        ),
        ("pairs", "ten runs of two, which is loud but not held", rate, _int16(held(10, 2))),
        ("clipped_and_cut", "too loud comes before cut off", rate, _int16(word(-700, 66000))),
        ("tail", "what is left behind the last whole block is not heard", rate, _int16(np.append(word(900), np.full(79, 9000)))),
        ("odd_rate", "11,025 Hz: a block is 221 samples", 11025, _int16(word(900))),
    ]


def _int16(samples: NDArray[Any]) -> NDArray[np.int16]:
    pcm: NDArray[np.int16] = np.clip(np.rint(samples), -32768, 32767).astype("<i2")
    return pcm


def _case(name: str, comment: str, sample_rate: int, pcm: NDArray[np.int16]) -> dict[str, Any]:
    judged = {"verdict": verdict(pcm, sample_rate), "peak_db": peak_db(pcm), "level_db": rms_db(pcm)}
    about = {"id": name, "comment": comment, "sample_rate": sample_rate}
    return about | {"pcm": base64.b64encode(pcm.tobytes()).decode()} | judged


if __name__ == "__main__":
    PATH.write_text(json.dumps(build(), indent=1) + "\n", encoding="utf-8")
    print(PATH)
