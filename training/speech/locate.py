"""Where in a recording the word is: the second that a model learns from and is tested on.

`web/js/dsp/locate.js` is its twin (golden vectors in `tests/vectors/locate.json`), so that the page shades the very
second that training will cut.
"""

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

BLOCK = 320  # samples; 20 ms at 16 kHz
QUIET_QUANTILE = 0.2  # a fifth of a recording, at least, is not the word
PATH = Path(__file__).parents[2] / "tests" / "vectors" / "locate.json"


def locate_word(pcm: NDArray[np.int16], window: int) -> int:
    """First sample of the window that holds the word.

    Amplitude above twice the quiet level is summed over each possible window of whole blocks; the first best one is taken
    and moved so that the centroid of its activity lies in the middle. Amplitude and not energy: a click must not outweigh
    a word. A recording without activity gives its middle.

    Args:
        pcm: int16, shape (n_samples,).
        window: length in samples.
    Returns:
        A start in [0, n_samples - window]; 0 when the recording is not longer than the window.
    """
    n_samples = len(pcm)
    if n_samples <= window:
        return 0
    activity = _activity(pcm)
    n_blocks = window // BLOCK
    sums = [float(activity[start : start + n_blocks].sum()) for start in range(len(activity) - n_blocks + 1)]
    best = int(np.argmax(sums))
    if sums[best] == 0:
        return (n_samples - window) // 2
    blocks = np.arange(best, best + n_blocks) + 0.5
    centroid = float((blocks * activity[best : best + n_blocks]).sum()) / sums[best]
    return min(max(int(np.floor(centroid * BLOCK - window / 2)), 0), n_samples - window)


def _activity(pcm: NDArray[np.int16]) -> NDArray[np.float64]:
    blocks = pcm[: len(pcm) // BLOCK * BLOCK].astype(np.float64).reshape(-1, BLOCK)
    amplitude = np.sqrt((blocks**2).sum(axis=1))
    quiet = np.sort(amplitude)[int(QUIET_QUANTILE * (len(amplitude) - 1))]
    return np.maximum(0.0, amplitude - 2 * quiet)


def build() -> dict[str, Any]:
    """The golden vectors of `locate_word`; short, with a window of 200 ms, because the block is what matters."""
    rng = np.random.default_rng(20261123)
    window, length = 3200, 6400
    faint = rng.normal(0, 30, length)

    def word(start: int, n_samples: int, level: float = 6000) -> NDArray[np.float64]:
        samples = faint.copy()
        samples[start : start + n_samples] += level * np.hanning(n_samples) * np.sin(np.arange(n_samples) * 0.3)
        return samples

    cases = {
        "early": word(320, 1600),
        "middle": word(2400, 1920),
        "late": word(4600, 1760),
        "touching_the_end": word(4800, 1600),
        "two_words": word(600, 1200, 3000) + word(4000, 1400, 9000),
        "click_and_word": word(3600, 1800) + 30000 * (np.arange(length) == 100),
        "silence": np.zeros(length),
        "as_long_as_the_window": word(800, 1600)[:window],
        "tail_shorter_than_a_block": word(2400, 1920)[: length - 1],
    }
    pcm = {name: np.clip(np.rint(samples), -32768, 32767).astype("<i2") for name, samples in cases.items()}
    return {
        "schema": 1,
        "generator": "python -m training.speech.locate",
        "window": window,
        "tolerance": {"python": 0, "javascript": 1},
        "cases": [
            {"id": name, "pcm": base64.b64encode(samples.tobytes()).decode(), "start": locate_word(samples, window)}
            for name, samples in pcm.items()
        ],
    }


if __name__ == "__main__":
    PATH.write_text(json.dumps(build(), indent=1) + "\n", encoding="utf-8")
    print(PATH)
