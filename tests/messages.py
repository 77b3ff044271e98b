"""Every sentence that a page may show, collected from the source: what tests/test_messages.py holds the message files against.

`python -m tests.messages es` prints those that a language lacks, as JSON to be filled in.
"""

import ast
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
MESSAGES = ROOT / "web" / "messages"

_STRING = r"'((?:\\.|[^'\\])*)'"
_CALL = re.compile(rf"(?<![\w.$])(?:t|tx)\(\s*{_STRING}")
_CHOICE = re.compile(rf"(?<![\w.$])(?:t|tx)\(([^'()`]*(?:\([^()]*\))?[^'()`]*\? )?{_STRING} : {_STRING}")
_PLURAL = re.compile(rf"(?<![\w.$])tn\([^'`]*?,\s*{_STRING},\s*{_STRING}")
# Sentences of the parts below the screen: they go through `told` where they are shown.
_SENTENCE = re.compile(r"'([A-Z](?:\\.|[^'\\])*[a-z)](?:\\.|[^'\\])*[.?])'|`([A-Z$][^`]*[.?])`")
_WORD = re.compile(r"[A-Za-z]{2,}")
_BELOW = ("audio", "camera", "data", "workers")
_ERRORS = re.compile(r"\w*Error$|^error$")
# Sentences that only a command prints, or that say that the program itself is wrong, are for people at a terminal.
_TERMINAL = (
    "server/cli*.py",
    "server/http.py",
    "server/remote*.py",
    "server/board/remote.py",
    "server/board/virtual.py",
    "server/board/child.py",
)
_TRAINING = (
    "labels.py",
    "clips.py",
    "parameters.py",
    "features/params.py",
    "speech/*.py",
    "vision/clips.py",
    "search/*.py",
    "convert/manifest.py",
    "convert/bundle.py",
    "convert/export.py",
    "convert/tfjs.py",
    "convert/flash.py",
    "convert/arduino_cli.py",
)


def of_pages() -> Iterator[tuple[str, tuple[str, str] | None]]:
    """Keys of t, tx and tn, the latter with both English forms."""
    for path in sorted((ROOT / "web" / "js").rglob("*.js")):
        text = path.read_text(encoding="utf-8")
        for match in _PLURAL.finditer(text):
            yield _plain(match[2]), (_plain(match[1]), _plain(match[2]))
        for match in _CALL.finditer(text):
            yield _plain(match[1]), None
        for match in _CHOICE.finditer(text):
            yield from ((_plain(key), None) for key in match.groups()[1:])


def of_parts_below() -> Iterator[str]:
    """Sentences of the page's own parts that know no language: the camera, the queue, the workers."""
    for folder in _BELOW:
        for path in sorted((ROOT / "web" / "js" / folder).rglob("*.js")):
            code = re.sub(r"/\*.*?\*/|^\s*//.*$", "", path.read_text(encoding="utf-8"), flags=re.S | re.M)
            for quoted, template in _SENTENCE.findall(code):
                yield _plain(quoted) if quoted else _numbered(re.split(r"\$\{(?:[^{}`]|\{[^}]*\}|`[^`]*`)*\}", template))


def of_python() -> Iterator[str]:
    """Sentences of errors that the server answers with, or that end a job; as the page shows them, with a capital."""
    terminal = {path for pattern in _TERMINAL for path in ROOT.glob(pattern)}
    training = {path for pattern in _TRAINING for path in (ROOT / "training").glob(pattern)}
    for path in sorted({*(ROOT / "server").rglob("*.py"), *training} - terminal):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args and _is_error(node.exc.func):
                yield from (sentence for sentence in _sentences(node.exc.args[0]) if len(_WORD.findall(sentence)) > 2)


def missing(language: str) -> dict[str, object]:
    """What a language lacks: each key with the English that it is to say."""
    known = json.loads((MESSAGES / f"{language}.json").read_text(encoding="utf-8"))
    found: dict[str, object] = {}
    for key, forms in of_pages():
        found[key] = list(forms) if forms else found.get(key, key)
    for key in (*of_parts_below(), *of_python()):
        found.setdefault(key, key)
    return {key: english for key, english in found.items() if key not in known}


def _plain(literal: str) -> str:
    return re.sub(r"\\(.)", r"\1", literal)


def _numbered(pieces: list[str]) -> str:
    """As `told` looks it up: numbers in braces where something was put in."""
    text = pieces[0] + "".join(f"{{{n}}}{piece}" for n, piece in enumerate(pieces[1:]))
    return text.replace("\\'", "'")


def _is_error(function: ast.expr) -> bool:
    name = function.id if isinstance(function, ast.Name) else function.attr if isinstance(function, ast.Attribute) else ""
    return bool(_ERRORS.search(name))


def _sentences(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from _sentences(node.body)
        yield from _sentences(node.orelse)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield _as_sentence(node.value)
    elif isinstance(node, ast.JoinedStr):
        pieces = [""]
        for value in node.values:
            if isinstance(value, ast.Constant):
                pieces[-1] += str(value.value)
            else:
                pieces.append("")
        yield _as_sentence(_numbered(pieces))


def _as_sentence(text: str) -> str:
    return text[0].upper() + text[1:] + ("" if text[-1] in ".?" else ".")


if __name__ == "__main__":
    print(json.dumps(missing(sys.argv[1]), ensure_ascii=False, indent=1))
