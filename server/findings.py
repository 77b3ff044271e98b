"""Clips that a person should hear: the same twice, silent, too loud, cut off, or among clips of another label."""

import threading
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from server.errors import RefusedError
from server.looks import Looker, Seen
from server.store import Store
from training.labels import NOISE_FOLDERS, UNKNOWN
from training.speech.look import COPY
from training.speech.neighbours import nearest
from training.speech.verdict import CLIPPED, CUT_OFF, SILENT, SILENT_DB

KINDS = ("duplicate", "near_duplicate", "silent", "clipped", "cut_off", "odd")
MAX_PAGE = 200
_N_NEIGHBOURS = 5
_VERDICTS = {SILENT: "silent", CLIPPED: "clipped", CUT_OFF: "cut_off"}


@dataclass(frozen=True)
class Finding:
    """One thing to hear. `clips` are ids; `detail` holds what only this kind knows."""

    kind: str
    clips: list[str]
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class _Near:
    """The nearest others of each clip of a project, for as long as nothing else is there."""

    names: list[tuple[str, str]]
    indices: NDArray[np.int64]
    distances: NDArray[np.float32]


class Findings:
    """What is found in the clips of each project. Safe to share between threads."""

    def __init__(self, store: Store, looker: Looker) -> None:
        self._store = store
        self._looker = looker
        self._near: dict[str, _Near] = {}
        self._computing = threading.Lock()

    def all(self, project: str) -> list[Finding]:
        """All findings of a project, by kind and the clearest first; none in photos. Raises MissingError."""
        if self._store.medium(project).kind != "speech":
            return []
        seen = self._looker.seen(project).only(lambda row: not row.disabled)
        spoken = seen.only(lambda row: row.verdict != SILENT)
        near = self._nearest(project, spoken)
        return [*_copies(spoken, near), *_judged(seen.rows), *_odd(spoken.rows, near)]

    def page(self, project: str, kind: str | None, limit: int, after: str) -> tuple[dict[str, int], list[Finding], str | None]:
        """How many there are of each kind, a page of them, and the cursor of the next page or None.

        Args:
            project: whose.
            kind: only those, where given.
            limit: 1 to 200 findings.
            after: the cursor that the page before returned.
        Raises:
            MissingError: no such project.
            RefusedError: kind, limit or cursor is malformed.
        """
        if kind is not None and kind not in KINDS:
            raise RefusedError(f"kind must be one of {', '.join(KINDS)}, got {kind[:40]!r}")
        if not 1 <= limit <= MAX_PAGE:
            raise RefusedError(f"limit is 1 to {MAX_PAGE}, got {limit}")
        if after and not (after.isascii() and after.isdecimal()):
            raise RefusedError(f"after must be what the page before gave as next, got {after[:40]!r}")
        found = self.all(project)
        counts = Counter(finding.kind for finding in found)
        wanted = [finding for finding in found if kind in (None, finding.kind)]
        start = int(after[:9] or "0")
        end = start + limit
        return {name: counts[name] for name in KINDS}, wanted[start:end], str(end) if end < len(wanted) else None

    def _nearest(self, project: str, spoken: Seen) -> _Near:
        names = [(row.id, row.key) for row in spoken.rows]
        with self._computing:
            known = self._near.get(project)
            if known is None or known.names != names:
                known = _Near(names, *nearest(spoken.vectors, _N_NEIGHBOURS))
                self._near[project] = known
        return known


def _copies(spoken: Seen, near: _Near) -> Iterator[Finding]:
    """Groups of the same samples in the second that a model looks at, then groups of what is only all but the same."""
    ids = [row.id for row in spoken.rows]
    same: defaultdict[bytes, list[int]] = defaultdict(list)
    for i, digest in enumerate(spoken.digests):
        same[digest].append(i)
    yield from (Finding("duplicate", [ids[i] for i in group]) for group in same.values() if len(group) > 1)
    close = np.argwhere(near.distances < COPY)
    pairs = [(int(i), int(near.indices[i, rank]), float(near.distances[i, rank])) for i, rank in close]
    pairs = [pair for pair in pairs if spoken.digests[pair[0]] != spoken.digests[pair[1]]]
    groups = [
        Finding("near_duplicate", [ids[i] for i in group], {"distance": round(furthest, 3)})
        for group, furthest in _connected(pairs)
    ]
    yield from sorted(groups, key=lambda group: group.detail["distance"])


def _connected(pairs: Iterable[tuple[int, int, float]]) -> list[tuple[list[int], float]]:
    """Groups that pairs connect, each sorted, with the largest distance of its pairs."""
    group_of: dict[int, set[int]] = {}
    furthest: dict[int, float] = {}
    for i, j, distance in pairs:
        furthest[i] = max(furthest.get(i, 0.0), distance)
        merged = group_of.get(i, {i}) | group_of.get(j, {j})
        group_of.update(dict.fromkeys(merged, merged))
    groups = {min(group): group for group in group_of.values()}
    return [(sorted(group), max(furthest.get(i, 0.0) for i in group)) for _, group in sorted(groups.items())]


def _judged(rows: Sequence[Any]) -> Iterator[Finding]:
    """What the verdict says; of noise and of other words, which may be cut off, only what is too loud or holds nothing."""
    for verdict, kind in _VERDICTS.items():
        for row in rows:
            is_word = row.label not in NOISE_FOLDERS and row.label != UNKNOWN
            holds_nothing = kind == "silent" and row.peak_db < SILENT_DB
            if row.verdict == verdict and (is_word or kind == "clipped" or holds_nothing):
                yield Finding(kind, [row.id])


def _odd(rows: Sequence[Any], near: _Near) -> Iterator[Finding]:
    """Clips whose neighbours all bear another label, the nearest first; of labels that have enough clips to be neighbours."""
    counts = Counter(row.label for row in rows)
    odd = []
    for i, (others, distances) in enumerate(zip(near.indices, near.distances, strict=True)):
        label, labels = rows[i].label, Counter(rows[j].label for j in others)
        is_lonely = len(others) == _N_NEIGHBOURS and label not in labels
        if is_lonely and counts[label] > _N_NEIGHBOURS and label not in NOISE_FOLDERS:
            likely, n = labels.most_common(1)[0]
            detail = {"label": likely, "n": n, "of": _N_NEIGHBOURS, "neighbours": [rows[j].id for j in others]}
            odd.append((-n, float(distances.mean()), Finding("odd", [rows[i].id], detail)))
    yield from (finding for _, _, finding in sorted(odd, key=lambda entry: entry[:2]))
