"""Hours in which nobody says the keywords: Debian's recorded prompts, without those whose text has one of them, and music.

`apt-get install asterisk-core-sounds-{en,es,fr,it,ru}-wav`: people who read sentences for telephone exchanges, at 8 kHz. On these
something has been chosen (DESIGN.md), so `asterisk-prompt-it-menardi-wav asterisk-moh-opsound-wav`, another voice and the music
for those who wait, are kept to judge only.
"""

import gzip
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.speech.listen import joined

SOUNDS, TEXTS, MUSIC = Path("/usr/share/asterisk/sounds"), Path("/usr/share/doc"), Path("/usr/share/asterisk/moh")
VOICES = {
    "en_US_f_Allison": "asterisk-core-sounds-en-wav",
    "es_MX_f_Allison": "asterisk-core-sounds-es-wav",
    "fr_CA_f_June": "asterisk-core-sounds-fr-wav",
    "it_IT_m_Carlo": "asterisk-core-sounds-it-wav",
    "ru_RU_f_IvrvoiceRU": "asterisk-core-sounds-ru-wav",
}
UNHEARD = {"it_IT_f_Menardi": "asterisk-prompt-it-menardi-wav"}
"""Voices, and Debian's package of each."""
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
    yield from _spoken(VOICES, keywords, sample_rate)


def unheard(keywords: Sequence[str], sample_rate: int) -> Iterator[NDArray[np.int16]]:
    """What nothing was ever chosen on, as `prompts` gives it: a voice of its own, and music. Raises ValueError."""
    yield from _spoken(UNHEARD, keywords, sample_rate)
    music = sorted(MUSIC.glob("*.wav"))
    if not music:
        raise ValueError(f"there is no music in {MUSIC}; install asterisk-moh-opsound-wav (Debian)")
    yield from joined(music, sample_rate)


def _spoken(voices: Mapping[str, str], keywords: Sequence[str], sample_rate: int) -> Iterator[NDArray[np.int16]]:
    words = [re.escape(word) for keyword in keywords for word in (keyword, *SAME.get(keyword, ()))]
    said = re.compile(rf"\b({'|'.join(words)})\b", re.IGNORECASE)
    for voice, package in voices.items():
        yield from joined(_without(said, voice, package), sample_rate)


def _without(said: re.Pattern[str], voice: str, package: str) -> Iterator[Path]:
    """A voice's recordings of which the text is known, and has none of the words; voices of a language read the same texts."""
    texts = dict(_texts(voice[:2]))
    files = sorted((SOUNDS / voice).rglob("*.wav"))
    if not files or not texts:
        raise ValueError(f"there are no prompts in {SOUNDS / voice}; install {package} (Debian)")
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
