"""Talk that is not for the model: sentences of common words in several languages, said by synthetic voices.

It stands for the radio, the family and the neighbours, where a model learns (`training.speech.spoken`) and, in other languages,
where its decision is chosen (`training.speech.decide`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import soxr
from numpy.typing import NDArray

from training.speech.audio import to_pcm
from training.speech.say import sound_of, trimmed, word_list
from training.speech.voices import VARIANTS, Utterance, Voices

# eSpeak NG's voices, and common words of each language; English has a list of its own.
LANGUAGES: Mapping[str, Sequence[str]] = {
    "roa/es": (
        "hola casa tiempo gente agua mañana noche trabajo nuestra ciudad siempre ahora después porque cuando grande pequeño "
        "bueno entonces quiero puedo tengo vamos mesa puerta camino mujer hombre amigo calle"
    ).split(),
    "roa/fr": (
        "bonjour maison temps monde aujourd'hui toujours avec pour nous vous mais très petit grande jardin fenêtre demain "
        "hier parler manger regarder chercher trouver femme homme enfant école voiture route rien"
    ).split(),
    "gmw/de": (
        "guten morgen haus zeit leute wasser heute gestern immer wieder aber weil wenn groß klein schön arbeit straße fenster "
        "mutter vater kinder schule sprechen gehen kommen machen suchen finden vielleicht"
    ).split(),
    "roa/it": (
        "buongiorno casa tempo gente acqua domani ieri sempre adesso perché quando grande piccolo bello lavoro strada porta "
        "finestra donna uomo amico bambino scuola parlare mangiare andare vedere trovare forse"
    ).split(),
    "roa/pt": (
        "bom dia casa tempo gente água amanhã ontem sempre agora porque quando grande pequeno bonito trabalho rua porta "
        "janela mulher homem amigo criança escola falar comer andar ver encontrar talvez"
    ).split(),
    "zlw/pl": (
        "dzień dobry dom czas ludzie woda dzisiaj jutro zawsze teraz ponieważ kiedy duży mały ładny praca ulica drzwi okno "
        "kobieta mężczyzna przyjaciel dziecko szkoła mówić jeść chodzić widzieć szukać może"
    ).split(),
    "gmw/nl": (
        "goedemorgen huis tijd mensen water vandaag gisteren altijd weer maar omdat wanneer groot klein mooi werk straat raam "
        "moeder vader kinderen school spreken lopen komen maken zoeken vinden misschien"
    ).split(),
    "gmq/sv": (
        "god morgon hus tid människor vatten idag igår alltid igen men eftersom stor liten vacker arbete gata fönster mamma "
        "pappa barn skola prata springa komma göra söka hitta kanske vänner"
    ).split(),
}
JUDGED = ("roa/it", "zlw/pl", "gmq/sv")
LEARNED = tuple(language for language in LANGUAGES if language not in JUDGED)
_ENGLISH_SHARE = 0.4
_N_WORDS = (4, 12)
_PAUSE_SECONDS = (0.15, 1.2)
_GAIN_DB = (-18.0, 0.0)


def chatter(
    seconds: float, keywords: Sequence[str], sample_rate: int, rng: np.random.Generator, languages: Sequence[str]
) -> NDArray[np.int16]:
    """Sentences with pauses between them, none with a keyword or with an English word that sounds like one.

    Args:
        seconds: how long, at least.
        keywords: what must not be said.
        sample_rate: in Hz.
        rng: draws the words, who says them, and how.
        languages: beside English, of `LANGUAGES`.
    Returns:
        int16, shape (n_samples,).
    Raises:
        NoVoicesError: there are no voices on this computer, or they fell silent.
    """
    pieces: list[NDArray[np.int16]] = []
    wanted = int(seconds * sample_rate)
    with Voices() as voices:
        english = _english(keywords, voices)
        while wanted > 0:
            utterance = _draw(english, keywords, rng, languages)
            samples = soxr.resample(voices.say(utterance) / 32768.0, voices.sample_rate, sample_rate)
            said = trimmed(samples, sample_rate) * 10 ** (rng.uniform(*_GAIN_DB) / 20)
            pause = np.zeros(int(rng.uniform(*_PAUSE_SECONDS) * sample_rate))
            pieces.append(np.concatenate([to_pcm(said / 32768.0), pause.astype(np.int16)]))
            wanted -= len(pieces[-1])
    return np.concatenate(pieces)


def _english(keywords: Sequence[str], voices: Voices) -> list[str]:
    """Words of the list that sound like none of the keywords: *know* is none where *no* is one."""
    sounds = {sound_of(keyword, voices) for keyword in keywords}
    return [word for word in word_list() if word not in keywords and sound_of(word, voices) not in sounds]


def _draw(english: Sequence[str], keywords: Sequence[str], rng: np.random.Generator, languages: Sequence[str]) -> Utterance:
    n_words = int(rng.integers(*_N_WORDS))
    if rng.random() < _ENGLISH_SHARE:
        return Utterance.draw(" ".join(rng.choice(english, n_words)), rng)
    language = str(rng.choice(languages))
    words = [word for word in LANGUAGES[language] if word not in keywords]
    drawn = Utterance.draw(" ".join(rng.choice(words, n_words)), rng)
    return replace(drawn, voice=f"{language}+{rng.choice(VARIANTS)}")
