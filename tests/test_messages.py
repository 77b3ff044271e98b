"""Every language says everything that the pages may show, and nothing that they no longer do."""

import json
import re
from pathlib import Path

import pytest

from tests import messages

SOURCE = (messages.ROOT / "web/js/ui/i18n.js").read_text(encoding="utf-8")
LANGUAGES = re.findall(r"(\w\w): '", SOURCE.partition("LANGUAGES = {")[2].partition("}")[0])
FILES = sorted(messages.MESSAGES.glob("*.json"))
_PLACES = re.compile(r"\{\w+\}")


def test_there_is_a_file_for_each_language() -> None:
    assert {path.stem for path in FILES} | {"en"} == set(LANGUAGES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_message_is_missing(path: Path) -> None:
    """`python -m tests.messages <language>` prints what is to be translated."""
    assert sorted(messages.missing(path.stem)) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_is_put_in_stands_in_every_message(path: Path) -> None:
    plurals = {key for key, forms in messages.of_pages() if forms}
    for key, said in json.loads(path.read_text(encoding="utf-8")).items():
        assert isinstance(said, list) == (key in plurals), key
        forms = said if isinstance(said, list) else [said]
        assert len(forms) in (range(2, 7) if isinstance(said, list) else (1,)), key
        assert set(_PLACES.findall(key)) == set(_PLACES.findall(forms[-1])), key
        assert set(_PLACES.findall(forms[0])) <= set(_PLACES.findall(key)), key


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_message_is_left_over(path: Path) -> None:
    used = {key for key, _ in messages.of_pages()} | {*messages.of_parts_below(), *messages.of_python()}
    assert sorted(set(json.loads(path.read_text(encoding="utf-8"))) - used) == []
