"""Metrics and curves: the golden vectors are what Python computes, and what others compute too."""

import json

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import det_curve, precision_recall_fscore_support, roc_auc_score, roc_curve

from training import metrics_vectors
from training.metrics import wilson_interval

VECTORS = json.loads(metrics_vectors.PATH.read_text(encoding="utf-8"))
CASES = {case["id"]: case for case in VECTORS["cases"]}


def test_the_vectors_are_what_is_computed_now() -> None:
    assert json.loads(json.dumps(metrics_vectors.build())) == VECTORS


@pytest.mark.parametrize(("correct", "n"), [(1, 1), (0, 18), (17, 18), (544, 551)])
def test_the_interval_is_scipys(correct: int, n: int) -> None:
    assert wilson_interval(correct, n) == pytest.approx(tuple(binomtest(correct, n).proportion_ci(method="wilson")), abs=1e-12)


@pytest.mark.parametrize("name", ["usual", "ties", "guessing", "perfect"])
@pytest.mark.parametrize("index", [0, 1, 2])
def test_curves_are_scikit_learns(name: str, index: int) -> None:
    case = CASES[name]
    positive, scores = np.array(case["truth"]) == index, np.array(case["scores"])[:, index]
    points = {np.inf if each["threshold"] is None else each["threshold"]: each for each in case["curves"][index]["points"]}
    accepts, hits, thresholds = roc_curve(positive, scores, drop_intermediate=False)
    assert list(thresholds) == list(points)
    for point, accept, hit in zip(points.values(), accepts, hits, strict=True):
        assert point["false_accepts"] == pytest.approx(accept * (~positive).sum())
        assert point["false_rejects"] == pytest.approx((1 - hit) * positive.sum())
    for accept, reject, threshold in zip(*det_curve(positive, scores), strict=True):
        point = points[threshold]
        rates = point["false_accepts"] / (~positive).sum(), point["false_rejects"] / positive.sum()
        assert rates == pytest.approx((accept, reject))
    assert case["curves"][index]["area"] == pytest.approx(roc_auc_score(positive, scores))


@pytest.mark.parametrize("name", ["usual", "ties", "guessing"])
def test_what_each_label_gets_right_is_scikit_learns(name: str) -> None:
    case = CASES[name]
    predicted = np.array(case["scores"]).argmax(axis=1)
    theirs = precision_recall_fscore_support(case["truth"], predicted)
    for index, label in enumerate(case["labels"]):
        assert list(case["summary"]["per_label"][label].values()) == pytest.approx([values[index] for values in theirs[:3]])
