"""What a model answered to each clip that it was judged on: `evaluation.json` of a bundle, which the page Evaluate reads."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.clips import Clip
from training.metrics import summarise

FILE_NAME = "evaluation.json"
_DECIMALS = 5


@dataclass(frozen=True, kw_only=True)
class Judged:
    """The clips of one split with the index of each one's label, shape (n,), and each engine's scores, shape (n, n_labels)."""

    clips: Sequence[Clip]
    truth: NDArray[np.integer[Any]]
    scores: Mapping[str, NDArray[np.floating[Any]]]

    def rows(self) -> list[dict[str, Any]]:
        """Each clip as {"clip": "<folder>/<id>", "truth", and scores by engine}."""
        return [
            {
                "clip": f"{clip.folder}/{clip.id}",
                "truth": int(truth),
                **{engine: [round(float(score), _DECIMALS) for score in scores[row]] for engine, scores in self.scores.items()},
            }
            for row, (clip, truth) in enumerate(zip(self.clips, self.truth, strict=True))
        ]

    def metrics(self, labels: Sequence[str]) -> dict[str, dict[str, Any]]:
        """The metrics of each engine."""
        return {engine: summarise(self.truth, scores.argmax(axis=1), labels) for engine, scores in self.scores.items()}


def summarise_splits(splits: Mapping[str, Judged], labels: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The manifest's metrics: by engine, then by split."""
    found: dict[str, dict[str, Any]] = {}
    for split, judged in splits.items():
        for engine, metrics in judged.metrics(labels).items():
            found.setdefault(engine, {})[split] = metrics
    return found


def write_evaluation(folder: Path, labels: Sequence[str], splits: Mapping[str, Judged]) -> None:
    """Write `evaluation.json` into a bundle's folder."""
    described = {"labels": list(labels), "splits": {split: judged.rows() for split, judged in splits.items()}}
    text = json.dumps(described, ensure_ascii=False, allow_nan=False) + "\n"
    (folder / FILE_NAME).write_text(text, encoding="utf-8")
