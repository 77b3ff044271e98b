"""Into which folds recordings are dealt for a cross-validation. No numpy: the server uses it to say what can be asked."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence

from training.clips import Clip, position
from training.speech.clips import check_trainable

MIN_FOLDS, MAX_FOLDS = 3, 10
DEFAULT_FOLDS = 5


def check_foldable(counts: Mapping[str, int], labels: Sequence[str], folds: int) -> list[str]:
    """Say whether so many clips a folder can be dealt into folds.

    Args:
        counts: number of clips by folder.
        labels: the words to tell apart.
        folds: into how many.
    Returns:
        The model's classes.
    Raises:
        ValueError: the sentence that tells what is missing.
    """
    classes = check_trainable(counts, labels)
    found = {label: counts.get(label, 0) for label in classes[:-1]}
    found[classes[-1]] = sum(counts.values()) - sum(found.values())
    if few := [label for label, n in found.items() if 0 < n < folds]:
        raise ValueError(
            f"label {few[0]!r} has {found[few[0]]} clips; each of {folds} folds needs one. Take fewer folds, or record more."
        )
    return classes


def deal_folds(clips: Sequence[Clip], labels: Sequence[str], folds: int) -> tuple[str, list[list[Clip]]]:
    """Deal by speaker, else by recording session, else by clip: the coarsest that leaves every fold a fair share of each class.

    Args:
        clips: the recordings.
        labels: the model's classes; each has `folds` clips or none.
        folds: how many.
    Returns:
        What the folds are by ("speaker", "session" or "clip"), and the clips of each.
    """
    keys: dict[str, Callable[[Clip], str]] = {
        "speaker": lambda clip: clip.speaker or clip.session or clip.id,
        "session": lambda clip: clip.session or clip.id,
        "clip": lambda clip: f"{clip.folder}/{clip.id}",
    }
    total = Counter(clip.label(labels) for clip in clips)
    for name, key in keys.items():
        dealt = _deal(clips, key, labels, total, folds)
        shares = [Counter(clip.label(labels) for clip in fold) for fold in dealt]
        if name == "clip" or all(share[label] >= max(1, n / folds / 2) for share in shares for label, n in total.items()):
            break
    return name, dealt


def _deal(
    clips: Sequence[Clip], key: Callable[[Clip], str], labels: Sequence[str], total: Mapping[str, int], folds: int
) -> list[list[Clip]]:
    """Give each group, the largest first, to the fold with least of what it brings; among equals a hash of its name counts."""
    groups: dict[str, list[Clip]] = defaultdict(list)
    for clip in clips:
        groups[key(clip)].append(clip)
    dealt: list[list[Clip]] = [[] for _ in range(folds)]
    shares: list[Counter[str]] = [Counter() for _ in range(folds)]
    for name in sorted(groups, key=lambda name: (-len(groups[name]), position(name))):
        brings = Counter(clip.label(labels) for clip in groups[name])

        def excess(fold: int, brings: Counter[str] = brings) -> float:
            return sum(n * (2 * shares[fold][label] + n) / total[label] ** 2 for label, n in brings.items())

        fold = min(range(folds), key=lambda fold: (excess(fold), len(dealt[fold])))
        dealt[fold] += groups[name]
        shares[fold] += brings
    return dealt
