"""Photos on disk and their splits. Standard library only: the server uses it to say what can be trained.

A folder of photos is `<label>/<file>`. Of one burst they look alike, so that a burst never stands in two splits: a test
photo that has a twin in training says nothing. The burst stands in the comment of a JPEG that the server stored.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path

from training.clips import (
    FRACTIONS,
    SPLITS,
    Clip,
    Fractions,
    check_each_once,
    check_enough,
    cut,
    deal,
    enabled,
    find_files,
    position,
    read_decisions,
)
from training.vision.jpeg import read_about

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp"})


def list_photos(folder: Path) -> list[Clip]:
    """The photos of a folder `<label>/<file>` that are not disabled, sorted by path.

    Raises:
        ValueError: there is no such folder, or no photo in it that is not disabled.
    """
    return enabled((_read_header(path) for path in find_files(folder, SUFFIXES, "JPEG, PNG or WebP file")), "photo")


def check_trainable(counts: Mapping[str, int], labels: Iterable[str]) -> list[str]:
    """Say whether a model can be trained on so many photos a folder.

    Args:
        counts: number of photos by folder.
        labels: those to tell apart; none at all means every folder.
    Returns:
        The model's classes.
    Raises:
        ValueError: the sentence that tells what is missing.
    """
    classes = check_each_once(labels) or check_each_once(sorted(counts))
    for label in classes:
        check_enough(label, counts.get(label, 0), "photo", "Take")
    if len(classes) < 2:
        only = f"only one label, {classes[0]!r}" if classes else "no label"
        raise ValueError(f"there is {only}: a model needs something to tell it from. Take photos of another thing.")
    return classes


def split_photos(
    photos: Sequence[Clip], labels: Sequence[str], fractions: Fractions = FRACTIONS
) -> tuple[dict[str, list[Clip]], list[str]]:
    """Split by burst; a photo without one is a burst of its own.

    Each label's bursts are dealt to the splits so that these come near to their fractions and none is empty; among bursts
    of one size the hashes of their names say which comes first. A label of fewer bursts than splits is cut in the order in
    which its photos were taken. A photo that is pinned is in its split whatever its burst is in; a disabled one is in none.

    Args:
        photos: each of one of the labels.
        labels: the model's classes.
        fractions: of train, validation and test; they sum to 1.
    Returns:
        The photos of each split, and the labels that were cut: neighbours stand on both sides there.
    """
    place: dict[str, str] = {}  # the split of each burst
    splits: dict[str, list[Clip]] = {split: [] for split in SPLITS}
    cut_labels = []
    for label in labels:
        members = [photo for photo in photos if photo.folder == label and not photo.disabled]
        pinned = {split: [photo for photo in members if photo.split == split] for split in SPLITS}
        bursts = _bursts(photo for photo in members if not photo.split)
        found = _deal(bursts, fractions, place, pinned)
        if not found:
            cut_labels.append(label)
            found = cut(sorted(chain(*bursts.values()), key=lambda photo: (photo.recorded_at, photo.path.name)), fractions)
        for split in SPLITS:
            splits[split] += pinned[split] + found[split]
    return splits, cut_labels


def _deal(
    bursts: Mapping[str, list[Clip]], fractions: Fractions, place: dict[str, str], pinned: Mapping[str, list[Clip]]
) -> dict[str, list[Clip]]:
    """Give each burst a split in `place`; one that has its split already, from another label, keeps it.

    Returns:
        The photos of each split; {} where a split would stay empty with its pinned photos too, and nothing is placed.
    """
    sizes = {name: len(bursts[name]) for name in sorted(bursts, key=position) if name not in place}
    dealt = Counter({split: len(photos) for split, photos in pinned.items()})
    dealt.update(place[name] for name in bursts if name in place for _ in bursts[name])
    whole = place | deal(sizes, fractions, dealt)
    splits = {split: [photo for name in bursts if whole[name] == split for photo in bursts[name]] for split in SPLITS}
    shares = zip(SPLITS, fractions, strict=True)
    if bursts and any(not splits[split] and not pinned[split] for split, fraction in shares if fraction > 0):
        return {}
    place.update(whole)
    return splits


def _bursts(photos: Iterable[Clip]) -> dict[str, list[Clip]]:
    bursts: dict[str, list[Clip]] = defaultdict(list)
    for photo in photos:
        bursts[photo.session or f"{photo.folder}/{photo.path.name}"].append(photo)
    return bursts


def _read_header(path: Path) -> Clip:
    with path.open("rb") as file:
        about = read_about(file)
    decided = read_decisions(about, None)
    session, recorded_at = (about.get(name) for name in ("session", "recorded_at"))
    return Clip(
        path=path,
        folder=path.parent.name,
        session=session if isinstance(session, str) else None,
        recorded_at=recorded_at if isinstance(recorded_at, str) else "",
        split=decided.split,
        disabled=decided.disabled,
    )
