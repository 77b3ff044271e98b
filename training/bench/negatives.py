"""Hours in which nobody says the keywords: Debian's recorded prompts, without those whose text has one of them.

`apt-get install asterisk-core-sounds-{en,es,fr,it,ru}-wav`: people who read sentences for telephone exchanges, at 8 kHz.
"""

import gzip
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.speech.listen import joined

SOUNDS, TEXTS = Path("/usr/share/asterisk/sounds"), Path("/usr/share/doc")
VOICES = ("en_US_f_Allison", "es_MX_f_Allison", "fr_CA_f_June", "it_IT_m_Carlo", "ru_RU_f_IvrvoiceRU")
SAME = {"no": ("know", "knows", "non", "но"), "yes": ()}
"""What sounds as a keyword does, in any of the languages."""


def prompts(keywords: Sequence[str], sample_rate: int) -> Iterator[NDArray[np.int16]]:
    """Prompts one behind the other, in pieces of ten minutes of one voice each.

    Args:
        keywords: what nobody may say.
        sample_rate: in Hz.
    Returns:
        int16, shape (n_samples,).
    Raises:
        ValueError: the prompts are not installed.
    """
    words = [re.escape(word) for keyword in keywords for word in (keyword, *SAME.get(keyword, ()))]
    said = re.compile(rf"\b({'|'.join(words)})\b", re.IGNORECASE)
    for voice in VOICES:
        yield from joined(_without(said, voice), sample_rate)


def _without(said: re.Pattern[str], voice: str) -> Iterator[Path]:
    """A voice's recordings of which the text is known, and has none of the words."""
    language = voice[:2]
    texts = dict(_texts(language))
    files = sorted((SOUNDS / voice).rglob("*.wav"))
    if not files or not texts:
        raise ValueError(f"there are no prompts in {SOUNDS / voice}; install asterisk-core-sounds-{language}-wav (Debian)")
    for file in files:
        text = texts.get(str(file.relative_to(SOUNDS / voice).with_suffix("")))
        if text is not None and not said.search(text):
            yield file


def _texts(language: str) -> Iterator[tuple[str, str]]:
    """Names of recordings, and what is said in them."""
    for file in (TEXTS / f"asterisk-core-sounds-{language}").glob("core-sounds*.txt*"):
        content = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
        for line in content.decode("utf-8", "replace").splitlines():
            name, colon, text = line.partition(":")
            if colon and not line.startswith(";"):
                yield name.strip(), text
