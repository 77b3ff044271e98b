"""What others call things: Unicode's names of emoji (CLDR), and FreeDict's dictionaries as Debian packs them.

`make dictionaries` fetches both; they are for tests alone.
"""

import gzip
import json
import os
import re
import tarfile
import unicodedata
from collections import defaultdict
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import NoReturn

import pytest

from training.vision.names import LANGUAGES

CLDR = Path(__file__).parents[2] / ".venv" / "dictionaries" / "cldr-annotations-full-48.2.0.tgz"
# CLDR's English is American; the other two hold what British people call otherwise.
ENGLISH = ("en", "en-001", "en-GB")
FREEDICT = Path("/usr/share/dictd")
FREEDICT_CODES = {
    "es": "spa",
    "fr": "fra",
    "de": "deu",
    "it": "ita",
    "pt": "por",
    "ja": "jpn",
    "hi": "hin",
    "ar": "ara",
    "sw": "swh",
}
# The digits of the numbers in an index: base 64, the highest first.
DIGITS = {digit: value for value, digit in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")}
# Some emoji that English calls by the animal are the animal's face in other languages.
FACE = re.compile(r"^(?:rosto de|tête de|uso wa|وجه) | ?(?:の顔|얼굴|का चेहरा|जैसा चेहरा)$")
NOT_A_NOUN = re.compile(r"<(?:v|adj|adv)\b", re.IGNORECASE)
REMARKS = re.compile(r"<[^>]*>|\[[^]]*]|\([^)]*\)|\{[^}]*\}?")
# A longer piece of an entry explains the word; it does not translate it.
MAX_WORDS = 3


def plain(name: str) -> str:
    """A name without what two careful hands may spell differently.

    Left out: capitals; what is in brackets; blanks, hyphens, apostrophes and dots; Arabic vowel marks and articles; the dot
    under Devanagari letters. Made one: Devanagari's ways to write a nasal before another letter; hiragana and katakana, and
    their long mark at the end.
    """
    text = unicodedata.normalize("NFD", re.sub(r"\([^)]*\)", "", name).strip().casefold())
    text = unicodedata.normalize("NFC", re.sub(r"[\u064b-\u0652\u0670\u0640\u093c]", "", text))
    text = re.sub(r"\bال(?=\w{2})", "", text)
    text = re.sub(r"[ङञणनम]\u094d(?=[क-म])|\u0901", "\u0902", text)
    text = re.sub(r"[ァ-ヶ]", lambda kana: chr(ord(kana[0]) - 0x60), text)
    return re.sub(r"[\s'’‐–.・-]|(?<=[ぁ-ゖ])ー$", "", text)


def emoji_called(english: str) -> set[str]:
    """The emoji that CLDR calls so in English, capitals aside."""
    return _emoji_by_name().get(english.casefold(), set())


def cldr_names(language: str, emoji: Collection[str]) -> set[str]:
    """What CLDR calls these emoji in a language; an animal's face counts as the animal."""
    names = {_cldr()[language].get(one, "") for one in emoji} - {""}
    # Hindi gives some emoji several names.
    return {FACE.sub("", name) for several in names for name in several.split(", ")}


@cache
def freedict(language: str, words: frozenset[str]) -> dict[str, set[str]]:
    """Of FreeDict's translations from English those of some words: the nouns' (words in lower case: translations)."""
    path = FREEDICT / f"freedict-eng-{FREEDICT_CODES[language]}.index"
    if not path.is_file():
        packages = " ".join(f"dict-freedict-eng-{code}" for code in FREEDICT_CODES.values())
        missing(f"{path} is not there: apt-get install {packages}")
    text = gzip.decompress(path.with_suffix(".dict.dz").read_bytes())
    found: dict[str, set[str]] = defaultdict(set)
    for line in path.read_text(encoding="utf-8").splitlines():
        headword, _, place = line.partition("\t")
        if (word := headword.casefold()) in words:
            start, length = map(_number, place.split("\t")[:2])
            found[word] |= _translations(text[start : start + length].decode())
    return {word: names for word, names in found.items() if names}


def missing(sentence: str) -> NoReturn:
    """A dictionary is not there: that is no reason to fail on one's own machine, but it is where everything is tested."""
    if os.environ.get("CI"):
        pytest.fail(sentence)
    pytest.skip(sentence)


@cache
def _cldr() -> dict[str, dict[str, str]]:
    """Of each language, the emoji's names."""
    if not CLDR.is_file():
        missing(f"{CLDR} is not there; `make dictionaries` fetches it")
    found = {}
    with tarfile.open(CLDR) as archive:
        for member in archive:
            language = Path(member.name).parent.name
            if language in (*ENGLISH, *LANGUAGES) and (file := archive.extractfile(member)):
                annotations = json.load(file)["annotations"]["annotations"]
                found[language] = {emoji: values["tts"][0] for emoji, values in annotations.items() if "tts" in values}
    return found


@cache
def _emoji_by_name() -> dict[str, set[str]]:
    """CLDR's emoji by their English names in lower case."""
    found: dict[str, set[str]] = defaultdict(set)
    for language in ENGLISH:
        for emoji, name in _cldr()[language].items():
            found[name.casefold()].add(emoji)
    return found


def _number(digits: str) -> int:
    """A number of an index."""
    number = 0
    for digit in digits:
        number = 64 * number + DIGITS[digit]
    return number


def _translations(entry: str) -> set[str]:
    """The translations in an entry: headword, pronunciation and part of speech in the first line, examples indented."""
    headline, *lines = entry.splitlines()
    if NOT_A_NOUN.search(headline):
        return set()
    text = ",".join(line for line in lines if not line.startswith("  ")).replace("~", " ")
    pieces = re.split(r"[,;]| - |\d\.", REMARKS.sub("", text))
    return {piece.strip() for piece in pieces if 0 < len(piece.split()) <= MAX_WORDS}
