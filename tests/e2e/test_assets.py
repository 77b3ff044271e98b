"""What can be seen from the files alone: contrast of the tokens, and the service worker's list."""

import re
import subprocess
import sys

import pytest
from conftest import ROOT

TOKENS = (ROOT / "web" / "css" / "tokens.css").read_text(encoding="utf-8")
TEXT = 4.5
GRAPHICS = 3.0
PAIRS = [
    *[(text, ground, TEXT) for text in ("ink", "quiet") for ground in ("paper", "card", "sunk", "accent-wash", "warn-wash")],
    *[(text, ground, TEXT) for text in ("accent", "warn", "record") for ground in ("paper", "card")],
    ("accent", "accent-wash", GRAPHICS),
    ("warn", "warn-wash", TEXT),
    ("on-accent", "accent", TEXT),
    ("on-record", "record", TEXT),
]


def themes() -> dict[str, dict[str, str]]:
    """The colours of both themes, by name without dashes."""
    light, dark = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", part)) for part in TOKENS.split("prefers-color-scheme: dark"))
    return {"light": light, "dark": {**light, **dark}}


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground", "least"), PAIRS)
def test_contrast(theme: str, text: str, ground: str, least: float) -> None:
    colours = themes()[theme]
    low, high = sorted(luminance(colours[name]) for name in (text, ground))
    assert (high + 0.05) / (low + 0.05) >= least


def test_the_service_workers_list_is_up_to_date() -> None:
    command = [sys.executable, ROOT / "web" / "tools" / "precache.py", "--check"]
    check = subprocess.run(command, capture_output=True, text=True, check=False)
    assert check.returncode == 0, check.stderr
