"""The table of everyday names: what a person calls each of ImageNet's 1000 classes, in twelve languages.

`things.tsv` beside this file, one row a class in ImageNet's order. The page reads the same file. Standard library only.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PATH = Path(__file__).with_name("things.tsv")
LANGUAGES = ("en", "es", "fr", "de", "it", "pt", "zh", "ja", "ko", "hi", "ar", "sw")


@dataclass(frozen=True)
class Thing:
    """One class: ImageNet's own name, and the everyday name by language. A breed is "Border terrier (dog)"."""

    class_name: str
    names: dict[str, str]


@cache
def load_things() -> tuple[Thing, ...]:
    """All classes, in ImageNet's order.

    Raises:
        ValueError: the table has other columns than `class` and the languages, or a row of another length.
    """
    with PATH.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    if tuple(rows[0]) != ("class", *LANGUAGES):
        raise ValueError(f"{PATH.name} must have the columns class, {', '.join(LANGUAGES)}; it has {', '.join(rows[0])}")
    if uneven := [number for number, row in enumerate(rows, 1) if len(row) != len(rows[0])]:
        raise ValueError(f"{PATH.name}, line {uneven[0]}: a row has {len(rows[0])} columns")
    return tuple(Thing(row[0], dict(zip(LANGUAGES, row[1:], strict=True))) for row in rows[1:])


def everyday_name(class_name: str, language: str = "en") -> str:
    """The everyday name of an ImageNet class; a label of one's own is its own name."""
    return _by_class().get(class_name, {}).get(language, class_name)


@cache
def _by_class() -> dict[str, dict[str, str]]:
    return {thing.class_name: thing.names for thing in load_things()}
