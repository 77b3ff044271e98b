"""Every clip of a project as a dot in a plane: what is alike lies together."""

import base64
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from server.errors import MissingError
from server.jobs import Jobs
from server.looks import Looker, Seen
from server.store import Store
from training.clips import SPLITS
from training.speech.neighbours import principal_components

FEATURES = "features"
EMBED = "embed"  # the kind of job that passes all clips through a model
N_DIRECTIONS = 24  # of the vectors that a page lays out itself: they hold 80 % of what differs between words, in a megabyte
_DECIMALS = 4


class Maps:
    """Maps of all projects, made when they are asked for: 10,000 clips take half a second."""

    def __init__(self, store: Store, looker: Looker, jobs: Jobs) -> None:
        self._store = store
        self._looker = looker
        self._jobs = jobs

    def map(self, project: str, of: str, with_vectors: bool) -> dict[str, Any]:
        """The dots of a project, in columns.

        Args:
            project: whose.
            of: "features", or the path of a bundle whose job of kind `embed` is done.
            with_vectors: whether to give the vectors too, for another layout.
        Returns:
            "ids", "x", "y"; "label" and "split" as indices into "labels" and "splits" (-1: in none), "disabled"; "explained": the
            share of the variance that each axis shows; "left": how many clips of the project are not on the map.
        Raises:
            MissingError: no such project, or the clips have not been passed through that model yet.
        """
        seen, counts = self._looker.seen(project), self._store.counts(project)
        vectors = seen.vectors if of == FEATURES else None
        if vectors is None:
            seen, vectors = _embedded(seen, self._embedding(project, of))
        coordinates, shares = principal_components(vectors, N_DIRECTIONS if with_vectors else 2)
        left = sum(counts.values()) - len(seen)
        found = {"of": of, **self._about(project, seen, list(counts)), **_axes(coordinates, shares), "left": left}
        return found | ({"vectors": _packed(coordinates)} if with_vectors else {})

    def _about(self, project: str, seen: Seen, labels: list[str]) -> dict[str, Any]:
        splits = self._store.splits(project).of
        index = {name: i for i, name in enumerate(labels)}
        return {
            "ids": [row.id for row in seen.rows],
            "labels": labels,
            "label": [index.get(row.label, -1) for row in seen.rows],
            "splits": list(SPLITS),
            "split": [SPLITS.index(split) if (split := splits.get(row.id)) else -1 for row in seen.rows],
            "disabled": [int(row.disabled) for row in seen.rows],
        }

    def _embedding(self, project: str, bundle: str) -> Mapping[str, Any]:
        """What the newest finished job has made of the project's clips."""
        for job in self._jobs.list(("done",)):
            if (job.kind, job.project, job.config.get("bundle")) == (EMBED, project, bundle):
                found: dict[str, Any] = json.loads(self._jobs.result_path(job.id).read_text(encoding="utf-8"))
                return found
        raise MissingError(f"the clips have not been passed through model {bundle[:120]!r}; start a job of kind {EMBED!r} first")


def _embedded(seen: Seen, embedding: Mapping[str, Any]) -> tuple[Seen, NDArray[np.float32]]:
    """Those clips that are still as the model was given them, and its vectors."""
    packed = base64.b64decode(embedding["vectors"])
    vectors = np.frombuffer(packed, "<f4").reshape(len(embedding["ids"]), -1)
    given = {
        clip_id: (i, tuple(trim or (None, None)))
        for i, (clip_id, trim) in enumerate(zip(embedding["ids"], embedding["trims"], strict=True))
    }
    same = seen.only(lambda row: row.id in given and given[row.id][1] == (row.trim_start, row.trim_end))
    return same, vectors[[given[row.id][0] for row in same.rows]]


def _axes(coordinates: NDArray[np.float32], shares: NDArray[np.float64]) -> dict[str, Any]:
    x, y = (np.round(coordinates[:, axis].astype(np.float64), _DECIMALS).tolist() for axis in (0, 1))
    return {"x": x, "y": y, "explained": np.round(shares[:2], _DECIMALS).tolist()}


def _packed(vectors: NDArray[np.float32]) -> dict[str, Any]:
    """float32, little-endian, row by row, in base64."""
    data = base64.b64encode(np.ascontiguousarray(vectors, "<f4").tobytes()).decode()
    return {"dimensions": vectors.shape[1], "data": data}
