"""Clips on disk and their splits. Numpy-free and quick: the server uses it to say what can be trained.

A folder of clips is `<label>/<file>`. Who speaks and in which session is known from the comment in a WAV that the server
stored, or from a Speech Commands file name, `<speaker>_nohash_<take>`.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import soundfile

from training.clips import (
    FRACTIONS,
    MIN_CLIPS,
    SPLITS,
    Clip,
    Fractions,
    check_each_once,
    check_enough,
    cut,
    enabled,
    find_files,
    position,
    read_decisions,
    split_of,
)
from training.labels import NOISE_FOLDERS, UNKNOWN
from training.speech.audio import FILES, SUFFIXES, read_about


def list_clips(folder: Path) -> list[Clip]:
    """The recordings of a folder `<label>/<file>` that are not disabled, sorted by path.

    Raises:
        ValueError: there is no such folder, or no recording in it that is not disabled.
    """
    return enabled((_read_clip_header(path) for path in find_files(folder, SUFFIXES, FILES)), "recording")


def model_labels(labels: Iterable[str]) -> list[str]:
    """The model's classes: the labels asked for, then `unknown`.

    Raises:
        ValueError: a label is malformed, is a name for noise, stands twice, or none is left beside `unknown`.
    """
    wanted = check_each_once(label for label in labels if label != UNKNOWN)
    if not wanted:
        raise ValueError("no label to train; name at least one word, for example yes,no")
    if noise := [label for label in wanted if label in NOISE_FOLDERS]:
        raise ValueError(f"{noise[0]!r} is a name for noise, which is always part of {UNKNOWN!r}; name a word")
    return [*wanted, UNKNOWN]


def check_trainable(counts: Mapping[str, int], labels: Iterable[str]) -> list[str]:
    """Say whether a model can be trained on so many clips a folder.

    Args:
        counts: number of clips by folder.
        labels: the words to tell apart.
    Returns:
        The model's classes.
    Raises:
        ValueError: the sentence that tells what is missing.
    """
    classes = model_labels(labels)
    for label in classes[:-1]:
        check_enough(label, counts.get(label, 0), "clip", "Record")
    others = sum(count for folder, count in counts.items() if folder not in classes[:-1])
    if len(classes) == 2 and others < MIN_CLIPS:
        raise ValueError(
            f"there is only one label, {classes[0]!r}: a model needs something to tell it from. "
            f"Record at least {MIN_CLIPS} clips of another word, or of {UNKNOWN!r} (other words and noise)."
        )
    if others > 0:
        check_enough(UNKNOWN, others, "clip", "Record")
    return classes


def split_clips(
    clips: Sequence[Clip], labels: Sequence[str], fractions: Fractions = FRACTIONS
) -> tuple[str, dict[str, list[Clip]]]:
    """Split by speaker, else by recording session, else by clip: the coarsest that leaves no class without a split.

    A group's place depends on its name alone (a hash), so that a clip stays where it is when others come and go. A clip that
    is pinned is in its split whatever its group is in; a disabled one is in none.

    Args:
        clips: the recordings.
        labels: the model's classes.
        fractions: of train, validation and test; they sum to 1.
    Returns:
        What the split is by ("speaker", "session" or "clip"), and the clips of each split.
    """
    keys: dict[str, Callable[[Clip], str]] = {
        "speaker": lambda clip: clip.speaker or clip.session or clip.id,
        "session": lambda clip: clip.session or clip.id,
        "clip": lambda clip: clip.id,
    }
    clips = [clip for clip in clips if not clip.disabled]
    for name, key in keys.items():
        splits: dict[str, list[Clip]] = {split: [] for split in SPLITS}
        places = {group: split_of(group, fractions) for group in {key(clip) for clip in clips}}
        for clip in clips:
            splits[clip.split or places[key(clip)]].append(clip)
        if _is_complete(splits, clips, labels, fractions):
            return name, splits
    return "clip", _split_each_class(clips, labels, fractions)


def _is_complete(splits: Mapping[str, list[Clip]], clips: Sequence[Clip], labels: Sequence[str], fractions: Fractions) -> bool:
    """Whether every class has at least half of its share in every split."""
    total = Counter(clip.label(labels) for clip in clips)
    for split, fraction in zip(SPLITS, fractions, strict=True):
        found = Counter(clip.label(labels) for clip in splits[split])
        if any(found[label] < max(1, fraction * n / 2) for label, n in total.items() if fraction > 0):
            return False
    return True


def _split_each_class(clips: Sequence[Clip], labels: Sequence[str], fractions: Fractions) -> dict[str, list[Clip]]:
    """For few clips, where hashing may leave a split empty: cut what is not pinned of each class, in hash order."""
    by_label: dict[str, list[Clip]] = defaultdict(list)
    for clip in sorted(clips, key=lambda clip: (position(clip.id), clip.path)):
        if not clip.split:
            by_label[clip.label(labels)].append(clip)
    splits = {split: [clip for clip in clips if clip.split == split] for split in SPLITS}
    for group in by_label.values():
        for split, members in cut(group, fractions).items():
            splits[split] += members
    return splits


def _read_clip_header(path: Path) -> Clip:
    about, n_samples = _read_comment(path)
    decided = read_decisions(about, n_samples)
    speaker, separator, _ = path.stem.partition("_nohash_")
    return Clip(
        path=path,
        folder=path.parent.name,
        speaker=about.get("speaker") or (speaker if separator else None),
        session=about.get("session"),
        split=decided.split,
        disabled=decided.disabled,
        trim=decided.trim,
    )


def _read_comment(path: Path) -> tuple[dict[str, Any], int]:
    """What the server wrote into the WAV's comment, {} for recordings from elsewhere, readable or not; and how many samples."""
    try:
        with soundfile.SoundFile(path) as file:
            return read_about(file), file.frames
    except soundfile.LibsndfileError:
        return {}, 0  # broken: reading its samples will tell
