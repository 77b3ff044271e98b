"""A model on a stream: scores, decisions, and how they are judged."""

import json
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import chi2

from training.features import MfccParams, extract, load_default
from training.speech import stream_vectors
from training.speech.stream import (
    NOTHING,
    Decision,
    Detection,
    Mark,
    Scores,
    Tally,
    det_points,
    detections,
    garwood_interval,
    read_decision,
    score_stream,
    tally,
)

VECTORS = json.loads(stream_vectors.PATH.read_text(encoding="utf-8"))
LABELS = VECTORS["labels"]
DECISIONS = read_decision(VECTORS)


def test_the_vectors_are_those_that_the_generator_makes() -> None:
    assert json.loads(json.dumps(stream_vectors.build())) == VECTORS


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["id"])
@pytest.mark.parametrize("preset", ["strict", "normal", "eager"])
def test_detections(case: dict[str, Any], preset: str) -> None:
    """Held to a plain account of the rule, which knows the whole stream at once."""
    levels, decision = np.array(case["scores"]) - VECTORS["zero_point"], VECTORS["decision"]
    thresholds, free_at, found = decision["presets"][preset]["thresholds"], 0, []
    for last in range(decision["n_smooth"] - 1, len(levels)):
        means = levels[last + 1 - decision["n_smooth"] : last + 1].mean(axis=0) * VECTORS["scale"]
        label = LABELS[int(np.argmax(means))]
        if case["at"][last] >= free_at and label != "unknown" and means.max() >= thresholds[label]:
            found.append((label, case["at"][last], pytest.approx(means.max(), abs=VECTORS["tolerance"])))
            free_at = case["at"][last] + decision["refractory"]
    assert [(each["label"], each["at"], each["score"]) for each in case["detections"][preset]] == found


def test_an_old_manifest_has_one_preset() -> None:
    old = read_decision({"labels": LABELS, "decision": {"n_smooth": 3, "threshold": 0.7, "refractory": 16000}})
    assert list(old.presets) == ["normal"] and old.presets["normal"].false_accepts_per_hour is None
    assert old.thresholds(LABELS).tolist() == [0.7, 0.7, np.inf]


def test_presets_that_are_not_there() -> None:
    with pytest.raises(ValueError, match="the model has no preset 'bold'; it has strict, normal, eager"):
        Decision(DECISIONS, LABELS, "bold")
    broken = {"labels": LABELS, "decision": {**VECTORS["decision"], "presets": {"normal": {"false_accepts_per_hour": 1}}}}
    with pytest.raises(ValueError, match="the manifest's decision is not whole: 'thresholds'"):
        read_decision(broken)
    with pytest.raises(ValueError, match="begins with preset 'bold', which it does not have"):
        read_decision({"labels": LABELS, "decision": {**VECTORS["decision"], "preset": "bold"}})


def echo(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """A "model" whose scores tell which features it was given: the sums of three parts."""
    return np.stack([part.sum(axis=(1, 2)) for part in np.array_split(features, 3, axis=1)], axis=1)


@pytest.mark.parametrize("clip_length", [16000, 15900], ids=["a whole number of hops", "and a bit"])
def test_a_stream_is_scored_window_by_window(clip_length: int) -> None:
    params = MfccParams.from_dict({**load_default().to_dict(), "clip_length": clip_length})
    stride = 10 * params.hop_length
    pcm = np.random.default_rng(1).normal(0, 2000, 5 * 16000 + 77).astype(np.int16)
    seen: list[tuple[int, int]] = []
    scores = score_stream(pcm, params, stride, echo, lambda done, of: seen.append((done, of)))
    assert scores.at.tolist() == [at for at in range(0, len(pcm) + 1, stride) if at >= clip_length]
    windows = np.array([pcm[at - clip_length : at] for at in scores.at])
    np.testing.assert_allclose(scores.rows, echo(extract(windows, params, np.float32)), rtol=1e-5, atol=1e-2)
    assert seen == [(len(scores.at), len(scores.at))]


def test_a_stream_shorter_than_a_window_has_no_scores() -> None:
    params = load_default()
    scores = score_stream(np.zeros(params.clip_length - 1, np.int16), params, 3200, echo)
    assert len(scores.at) == 0 and detections(scores, DECISIONS, LABELS) == []
    with pytest.raises(ValueError, match="'stride' must be a multiple of 320 samples, got 3201"):
        score_stream(np.zeros(16000, np.int16), params, 3201, echo)


def test_detections_are_matched_with_keywords() -> None:
    marks = [Mark("yes", 20_000, 30_000), Mark("no", 60_000, 70_000), Mark("yes", 100_000, 110_000)]
    found = [
        Detection("yes", 0.9, 19_999),  # a sample too early
        Detection("yes", 0.9, 46_000),  # just in time: the end and a window
        Detection("yes", 0.9, 46_001),  # a sample too late
        Detection("yes", 0.9, 65_000),  # while no was said
        Detection("no", 0.9, 70_000),
        Detection("no", 0.9, 86_000),  # the same word once more counts nothing
    ]
    assert tally(found, marks, 16000 * 3600, 16_000, 16_000) == Tally(3, 1, 1, 2, pytest.approx(1 - 78_000 / 57_600_000))
    assert tally([], [], 0, 16_000, 16_000) == NOTHING
    # What lies behind the stream's end is nobody's time.
    assert tally([], [Mark("yes", 0, 9_000)], 10_000, 16_000, 16_000) == Tally(1, 1, 0, 0, 0.0)


def test_rates_have_intervals() -> None:
    told = Tally(100, 8, 1, 3, 2.0).describe()
    assert told["false_rejects"] == 0.08 and told["false_accepts_per_hour"] == 1.5
    assert told["false_rejects_95"] == pytest.approx([0.0411, 0.1500], abs=1e-4)
    assert told["false_accepts_per_hour_95"] == pytest.approx([0.619 / 2, 8.767 / 2], abs=1e-3)
    assert NOTHING.describe()["false_rejects"] is None and NOTHING.describe()["false_accepts_per_hour_95"] == [None, None]


@pytest.mark.parametrize("count", [0, 1, 2, 7, 40, 400])
def test_the_poisson_interval_is_garwoods(count: int) -> None:
    low, high = garwood_interval(count)
    assert low == pytest.approx(chi2.ppf(0.025, 2 * count) / 2 if count else 0, rel=1e-9, abs=1e-12)
    assert high == pytest.approx(chi2.ppf(0.975, 2 * count + 2) / 2, rel=1e-9)


def test_the_det_curve_trades_one_error_for_the_other() -> None:
    rng = np.random.default_rng(5)
    rows = rng.dirichlet([0.3, 0.3, 0.6], 4000).astype(np.float32)
    at = 3200 * (5 + np.arange(4000))
    marks = [Mark(LABELS[n % 2], 64_000 * n, 64_000 * n + 16_000) for n in range(1, 190)]
    for n, mark in enumerate(marks, 1):
        row = (mark.end - 16_000) // 3200
        rows[row : row + 4] = np.eye(3)[LABELS.index(mark.label)] * (n / 190) + (1 - n / 190) * np.eye(3)[2]
    points = det_points([(Scores(at, rows), marks, int(at[-1]))], DECISIONS, LABELS, 16_000, 16_000)
    assert [point["threshold"] for point in points] == sorted((point["threshold"] for point in points), reverse=True)
    assert points[0]["false_rejects"] > 0.9 and points[-1]["false_rejects"] < 0.5
    assert points[0]["false_accepts"] < points[-1]["false_accepts"]
