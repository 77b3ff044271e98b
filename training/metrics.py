"""Accuracy with its interval, the confusion matrix, and what each label gets right. numpy only."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

_Z_95 = 1.959963984540054


def wilson_interval(correct: int, n: int) -> tuple[float, float]:
    """95 % interval of a proportion: E. B. Wilson, J. Am. Stat. Assoc. 22 (1927). (0, 1) when n is 0."""
    if n == 0:
        return 0.0, 1.0
    share, z2 = correct / n, _Z_95**2
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z_95 * np.sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return max(0.0, float(centre - half)), min(1.0, float(centre + half))


def summarise(truth: NDArray[np.integer[Any]], predicted: NDArray[np.integer[Any]], labels: Sequence[str]) -> dict[str, Any]:
    """All metrics of one set of predictions.

    Args:
        truth, predicted: indices of classes, shape (n,).
        labels: the classes.
    Returns:
        {n, accuracy, interval_95, confusion (rows = true label), per_label {label: {precision, recall, f1}}};
        a value that would divide by zero is None.
    """
    confusion = np.zeros((len(labels), len(labels)), int)
    np.add.at(confusion, (truth, predicted), 1)
    n, correct = len(truth), int(np.trace(confusion))
    return {
        "n": n,
        "accuracy": correct / n if n else None,
        "interval_95": list(wilson_interval(correct, n)),
        "confusion": confusion.tolist(),
        "per_label": {label: _label_metrics(confusion, index) for index, label in enumerate(labels)},
    }


def name_scores(labels: Sequence[str], scores: NDArray[np.floating[Any]]) -> dict[str, float]:
    """Scores by label, to the precision of a float32."""
    return {label: round(float(score), 6) for label, score in zip(labels, scores, strict=True)}


def _label_metrics(confusion: NDArray[np.integer[Any]], index: int) -> dict[str, float | None]:
    hits, claimed, there = int(confusion[index, index]), int(confusion[:, index].sum()), int(confusion[index].sum())
    return {
        "precision": hits / claimed if claimed else None,
        "recall": hits / there if there else None,
        "f1": 2 * hits / (claimed + there) if claimed + there else None,
    }
