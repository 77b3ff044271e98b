"""Golden vectors of metrics and curves: what Python and the page must both make of the same answers.

`python -m training.metrics_vectors` writes `tests/vectors/metrics.json`. The file describes itself; cases name edges. Errors are
counted here anew at every threshold, one clip at a time: that is slow, and too plain to be wrong.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.metrics import summarise, wilson_interval

PATH = Path(__file__).parents[1] / "tests" / "vectors" / "metrics.json"
# Largest absolute difference allowed; the page's normal deviates are good to 1.15e-9 of their value, all else to the last bits.
TOLERANCE = {"javascript": 1e-12, "deviate": 1e-8}
_LABELS = ("yes", "no", "unknown")
_PROPORTIONS = ((0, 0), (0, 1), (1, 1), (0, 18), (17, 18), (18, 18), (544, 551), (5000, 10000))
_PROBABILITIES = (1e-6, 0.001, 0.02, 0.02425, 0.1, 0.3, 0.5, 0.7, 0.9, 0.97575, 0.98, 0.999, 1 - 1e-6)


def build() -> dict[str, Any]:
    """The golden vectors as the file holds them."""
    return {
        "schema": 1,
        "generator": "python -m training.metrics_vectors",
        "tolerance": TOLERANCE,
        "intervals": [{"correct": correct, "n": n, "interval": wilson_interval(correct, n)} for correct, n in _PROPORTIONS],
        "deviates": [{"probability": p, "deviate": NormalDist().inv_cdf(p)} for p in _PROBABILITIES],
        "cases": [_case(*answers) for answers in _answers()],
    }


def count_errors(scores: NDArray[np.floating[Any]], positive: NDArray[np.bool_]) -> list[dict[str, Any]]:
    """False accepts and false rejects at each score as the threshold, highest first.

    Args:
        scores: of one label, shape (n,); a clip is accepted where its score reaches the threshold.
        positive: whether a clip has that label, shape (n,).
    Returns:
        [{"threshold", "false_accepts", "false_rejects"}]; the first has the threshold None, which nothing reaches.
    """
    points: list[dict[str, Any]] = [{"threshold": None, "false_accepts": 0, "false_rejects": int(positive.sum())}]
    for threshold in sorted(set(scores.tolist()), reverse=True):
        pairs = list(zip(scores.tolist(), positive.tolist(), strict=True))
        accepted = sum(score >= threshold and not there for score, there in pairs)
        rejected = sum(score < threshold and there for score, there in pairs)
        points.append({"threshold": threshold, "false_accepts": accepted, "false_rejects": rejected})
    return points


def area_under_curve(scores: NDArray[np.floating[Any]], positive: NDArray[np.bool_]) -> float | None:
    """How often a clip of the label scores higher than one of another, ties half; None where there are none of either.

    This is the area under the ROC curve: J. A. Hanley and B. J. McNeil, Radiology 143 (1982).
    """
    there, others = scores[positive], scores[~positive]
    if not len(there) or not len(others):
        return None
    higher = (there[:, None] > others).sum() + 0.5 * (there[:, None] == others).sum()
    return float(higher / (len(there) * len(others)))


def _answers() -> Iterator[tuple[str, str, NDArray[np.integer[Any]], NDArray[np.floating[Any]]]]:
    """What models have answered: (id, comment, index of each clip's label, scores)."""
    rng = np.random.default_rng(20261128)
    truth = rng.integers(0, 3, 60)
    yield "usual", "sixty clips of three labels, most of them right", truth, _scores(rng, truth, 1.5)
    yield "ties", "scores in tenths: many clips share a threshold", truth, _scores(rng, truth, 1.0).round(1)
    yield "guessing", "scores that know nothing", truth, _scores(rng, truth, 0.0)
    yield "perfect", "every clip is sure and right", truth[:12], np.eye(3)[truth[:12]]
    yield "no_such_clip", "nobody said yes: its recall is not known", np.array([1, 2, 1]), np.eye(3)[[1, 2, 2]]
    yield "never_claimed", "nothing was heard as yes: its precision is not known", np.array([0, 1, 2]), np.eye(3)[[1, 1, 2]]
    yield "one_clip", "one clip alone", np.array([0]), np.array([[0.2, 0.5, 0.3]])
    yield "none", "no clip was held back", np.array([], int), np.empty((0, 3))


def _scores(rng: np.random.Generator, truth: NDArray[np.integer[Any]], knows: float) -> NDArray[np.floating[Any]]:
    """Scores that add up to 1, to five decimals as in a bundle."""
    raw = np.exp(rng.normal(0, 1, (len(truth), 3)) + knows * np.eye(3)[truth])
    scores: NDArray[np.floating[Any]] = (raw / raw.sum(axis=1, keepdims=True)).round(5)
    return scores


def _case(name: str, comment: str, truth: NDArray[np.integer[Any]], scores: NDArray[np.floating[Any]]) -> dict[str, Any]:
    predicted = scores.argmax(axis=1)
    return {
        "id": name,
        "comment": comment,
        "labels": _LABELS,
        "truth": truth.tolist(),
        "scores": scores.tolist(),
        "summary": summarise(truth, predicted, _LABELS),
        "curves": [_curve(scores[:, index], truth == index) for index in range(len(_LABELS))],
    }


def _curve(scores: NDArray[np.floating[Any]], positive: NDArray[np.bool_]) -> dict[str, Any]:
    return {"points": count_errors(scores, positive), "area": area_under_curve(scores, positive)}


if __name__ == "__main__":
    PATH.parent.mkdir(parents=True, exist_ok=True)
    PATH.write_text(json.dumps(build(), indent=1) + "\n", encoding="utf-8")
    print(PATH)
