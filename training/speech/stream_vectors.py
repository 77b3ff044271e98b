"""Golden vectors of the decision: what Python, the page and the board must all detect in the same scores.

`python -m training.speech.stream_vectors` writes `tests/vectors/decision.json`. The file describes itself; cases name edges.
Scores are int8 as they leave a model of scale 1/256 and zero point -128, so that all three compute with the same numbers.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.speech.stream import Scores, detections, read_decision

PATH = Path(__file__).parents[2] / "tests" / "vectors" / "decision.json"
TOLERANCE = 1e-6  # of a detection's score: the board's is a float32
STRIDE = 3200
LABELS = ["yes", "no", "unknown"]
DECISION = {
    "n_smooth": 3,
    "refractory": 16000,
    "preset": "normal",
    "presets": {
        "strict": {"false_accepts_per_hour": 0.1, "thresholds": {"yes": 0.97, "no": 0.9}},
        "normal": {"false_accepts_per_hour": 0.5, "thresholds": {"yes": 0.75, "no": 0.6}},
        "eager": {"false_accepts_per_hour": 2.0, "thresholds": {"yes": 0.4, "no": 0.3}},
    },
}


def build() -> dict[str, Any]:
    """The golden vectors as the file holds them."""
    return {
        "schema": 1,
        "generator": "python -m training.speech.stream_vectors",
        "labels": LABELS,
        "decision": DECISION,
        "stride": STRIDE,
        "scale": 1 / 256,
        "zero_point": -128,
        "tolerance": TOLERANCE,
        "cases": [_case(*stream) for stream in streams()],
    }


def streams() -> Iterator[tuple[str, str, NDArray[np.int64]]]:
    """Scores at the edges of the decision, 0 to 255: (id, comment, shape (n, 3))."""
    rng = np.random.default_rng(20261129)
    yes, no, quiet = [255, 0, 1], [0, 255, 1], [0, 1, 255]
    yield "nothing", "nobody speaks", np.array([quiet] * 8)
    yield "too_early", "two inferences only: nothing is decided before the third", np.array([yes] * 2)
    yield "once", "one inference among quiet ones is no word", np.array([quiet, yes, quiet, quiet, quiet])
    yield "held", "a word that does not end is detected again after the pause", np.array([yes] * 14)
    yield "exactly", "a mean of exactly 0.75, which is the threshold of yes", np.array([[192, 32, 32]] * 4)
    yield "just_below", "one step less", np.array([[192, 32, 32], [192, 32, 32], [191, 32, 33], [0, 0, 255]])
    yield (
        "own_threshold",
        "0.65 is enough for no and not for yes",
        np.array([[166, 20, 70]] * 5 + [quiet] * 5 + [[20, 166, 70]] * 5),
    )
    yield "tie", "of equal means the first is the highest", np.array([[120, 120, 16]] * 4)
    yield "other_word", "the pause after a word is a pause for every word", np.array([yes] * 4 + [no] * 4 + [quiet] * 3)
    yield "unknown_highest", "a keyword that is not the highest", np.array([[110, 10, 136]] * 5)
    shares = rng.dirichlet([0.25, 0.25, 0.35], 240)
    smooth = np.apply_along_axis(lambda column: np.convolve(column, [0.3, 0.4, 0.3], "same"), 0, shares)
    yield "random", "48 seconds of scores that come and go", np.minimum(np.rint(256 * smooth), 255).astype(int)


def _case(name: str, comment: str, levels: NDArray[np.int64]) -> dict[str, Any]:
    at = STRIDE * (5 + np.arange(len(levels)))
    scores = Scores(at, (levels / 256).astype(np.float32))
    decisions = read_decision({"labels": LABELS, "decision": DECISION})
    found = {
        preset: [
            {"label": each.label, "score": round(each.score, 9), "at": each.at}
            for each in detections(scores, decisions, LABELS, preset)
        ]
        for preset in decisions.presets
    }
    return {"id": name, "comment": comment, "at": at.tolist(), "scores": (levels - 128).tolist(), "detections": found}


if __name__ == "__main__":
    PATH.write_text(json.dumps(build(), indent=1) + "\n", encoding="utf-8")
    print(PATH)
