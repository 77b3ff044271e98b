"""Clips on disk, of sounds or of photos: what they are, how they are split, which data they make up. Standard library only."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.labels import NOISE_FOLDERS, UNKNOWN, check_label

SPLITS = ("train", "validation", "test")
FRACTIONS = (0.6, 0.2, 0.2)
MIN_CLIPS = 5  # a label with fewer cannot stand in all three splits and leave something to learn from

Fractions = tuple[float, float, float]


@dataclass(frozen=True, kw_only=True)
class Decisions:
    """What a person has decided about a clip; it stands in the comment of its file.

    split: the one that the clip is pinned to, None where it is dealt. disabled: whether it is left out of everything.
    trim: the samples that count, from the first to before the second; the file keeps the others.
    """

    split: str | None = None
    disabled: bool = False
    trim: tuple[int, int] | None = None


@dataclass(frozen=True, kw_only=True)
class Clip:
    """One recording or photo: its file, its folder's name, who, in which session and when, where that is known, and what a
    person has decided about it.
    """

    path: Path
    folder: str
    speaker: str | None = None
    session: str | None = None  # of photos: the burst
    recorded_at: str = ""
    split: str | None = None
    disabled: bool = False
    trim: tuple[int, int] | None = None

    @property
    def id(self) -> str:
        """The file's name without its ending."""
        return self.path.stem

    @property
    def is_noise(self) -> bool:
        """Whether the folder holds noise instead of speech."""
        return self.folder in NOISE_FOLDERS

    def label(self, labels: Sequence[str]) -> str:
        """The class among `labels` that this clip belongs to: its folder, else unknown."""
        return self.folder if self.folder in labels else UNKNOWN


def read_decisions(about: Mapping[str, Any], n_samples: int | None) -> Decisions:
    """Decisions in a file's comment; one that is malformed counts as not made.

    Args:
        about: the comment's JSON object.
        n_samples: of a recording; None of a photo, which has no part that could be cut off.
    """
    split = about.get("split")
    return Decisions(
        split=split if isinstance(split, str) and split in SPLITS else None,
        disabled=about.get("disabled") is True,
        trim=read_trim(about.get("trim"), n_samples),
    )


def read_trim(trim: object, n_samples: int | None) -> tuple[int, int] | None:
    """A list of two whole numbers, the first below the second, within a recording of so many samples; None where it is none."""
    if not isinstance(trim, list | tuple) or len(trim) != 2 or n_samples is None:
        return None
    start, end = trim
    are_whole = all(isinstance(at, int) and not isinstance(at, bool) for at in trim)
    return (start, end) if are_whole and 0 <= start < end <= n_samples else None


def enabled(clips: Iterable[Clip], what: str) -> list[Clip]:
    """Those that are not disabled; a disabled clip is nowhere in training or judging.

    Args:
        clips: in any order, which is kept.
        what: the message's word for them, as in "recording".
    Raises:
        ValueError: none is left.
    """
    found = [clip for clip in clips if not clip.disabled]
    if not found:
        raise ValueError(f"every {what} is disabled; enable some on the page Collect data")
    return found


def find_files(folder: Path, suffixes: Iterable[str], what: str) -> list[Path]:
    """All files of a folder `<label>/<file>` with one of these endings, sorted by path.

    Args:
        folder: of the clips.
        suffixes: in lower case, with their dot.
        what: the messages' words for such files, as in "WAV, FLAC or OGG file".
    Raises:
        ValueError: there is no such folder, or no such file in it.
    """
    if not folder.is_dir():
        raise ValueError(f"there is no folder {folder}")
    wanted = frozenset(suffixes)
    paths = sorted(path for path in folder.glob("*/*") if path.suffix.lower() in wanted and not path.name.startswith("."))
    if not paths:
        raise ValueError(f"no {what} in {folder}; they are expected as <label>/<file>")
    return paths


def check_each_once(labels: Iterable[str]) -> list[str]:
    """The labels in their order. Raises ValueError when one is malformed or stands twice."""
    wanted = [check_label(label) for label in labels]
    if twice := [label for label, count in Counter(wanted).items() if count > 1]:
        raise ValueError(f"label {twice[0]!r} stands twice")
    return wanted


def check_enough(label: str, n_clips: int, noun: str, verb: str) -> None:
    """Raise ValueError when a label has fewer clips than `MIN_CLIPS`. `noun` is what one is called, `verb` how to get more."""
    if n_clips < MIN_CLIPS:
        found = f"1 {noun}" if n_clips == 1 else f"{n_clips} {noun}s"
        raise ValueError(f"label {label!r} has {found}; at least {MIN_CLIPS} are needed. {verb} {MIN_CLIPS - n_clips} more.")


def fingerprint(clips: Iterable[Clip]) -> str:
    """SHA-256 over the folders and files of all clips, whatever their order: which data a model was trained on.

    A file's comment is in it: a clip that is trimmed or pinned otherwise makes other data, and so does one that is disabled,
    because it is not among `clips`.
    """
    entries = sorted(f"{clip.folder}/{hashlib.sha256(clip.path.read_bytes()).hexdigest()}" for clip in clips)
    return hashlib.sha256("\n".join(entries).encode()).hexdigest()


def position(key: str) -> float:
    """A place from 0 to 1 that depends on the name alone."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") / 2**64


def split_of(key: str, fractions: Fractions) -> str:
    """The split of what stands at `position(key)`."""
    place = position(key)
    return SPLITS[(place >= fractions[0]) + (place >= fractions[0] + fractions[1])]


def cut(clips: Sequence[Clip], fractions: Fractions) -> dict[str, list[Clip]]:
    """Cut a sequence in three, in its order; no split that has a share is empty where there are enough clips."""
    n_validation, n_test = (max(1, round(len(clips) * fraction)) if fraction > 0 else 0 for fraction in fractions[1:])
    n_train = len(clips) - n_validation - n_test
    ends = (0, n_train, n_train + n_validation, len(clips))
    return {split: list(clips[start:end]) for split, start, end in zip(SPLITS, ends, ends[1:], strict=False)}


def deal(sizes: Mapping[str, int], fractions: Fractions, dealt: Mapping[str, int]) -> dict[str, str]:
    """Deal groups out to the splits, so that these come near to their fractions and none that has a share is empty.

    Large groups are dealt first, because small ones can still make up for them; among equals the order given counts.

    Args:
        sizes: number of clips in each group.
        fractions: of train, validation and test; they sum to 1.
        dealt: number of clips that each split has already.
    Returns:
        The split of each group.
    """
    shares = dict(zip(SPLITS, fractions, strict=True))
    counts = {split: dealt.get(split, 0) for split in SPLITS}
    total = sum(sizes.values()) + sum(counts.values())
    found: dict[str, str] = {}
    for left, group in zip(range(len(sizes), 0, -1), sorted(sizes, key=lambda group: -sizes[group]), strict=True):
        empty = [split for split in SPLITS if shares[split] > 0 and not counts[split]]
        choice = empty if len(empty) >= left else SPLITS
        found[group] = max(choice, key=lambda split: shares[split] * total - counts[split])
        counts[found[group]] += sizes[group]
    return found
