"""What synthetic voices say, so that a person need not record hundreds of other words: the keywords, words that sound like them,
words that hold their sounds, other words, and talk.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from training.clips import Clip
from training.features.params import MfccParams
from training.run import Emit, Progress
from training.speech.augment import MARGIN_SECONDS
from training.speech.chatter import LEARNED, chatter
from training.speech.say import phonemes_of, sound_of, speak, word_list
from training.speech.voices import NoVoicesError, Voices
from training.speech.windows import Windows, cut

SOURCE = "synthetic"  # the folder that their clips seem to lie in
WORDS, SOUNDS, TALK = "words", "sounds", "talk"  # its folders
TALK_SECONDS = 840.0

_N_NEAR = 8  # near misses of each keyword
_TIMES_NEAR = 5
_TIMES_KEYWORD = 40
_N_WITHIN = 150  # invented words that hold a keyword
_N_OTHERS = 300
_CONSONANTS = "b d f g k l m n p r s t v w z S tS dZ".split()  # in eSpeak NG's letters
_VOWELS = "a E I 0 V u: i: eI aI @ 3: O:".split()


def near_misses(keywords: Sequence[str], n: int, voices: Voices) -> list[str]:
    """For each keyword the `n` words of the list that sound most like it, by the edit distance of their phonemes."""
    sounds = {word: sound_of(word, voices) for word in word_list() if word not in keywords}
    found: dict[str, None] = {}
    for keyword in keywords:
        own = sound_of(keyword, voices)
        by_distance = sorted(sounds, key=lambda word: (edit_distance(own, sounds[word]) / max(len(own), len(sounds[word])), word))
        found |= dict.fromkeys([word for word in by_distance if sounds[word] != own][:n])
    return list(found)


def speak_for(labels: Sequence[str], params: MfccParams, seed: int, emit: Emit) -> Windows | None:
    """What `spoken_windows` gives, with events; None with a warning where there are no synthetic voices."""
    try:
        return spoken_windows(labels, params, int(MARGIN_SECONDS * params.sample_rate), seed, _telling(emit))
    except NoVoicesError as error:
        warning = f"Nothing is learned from synthetic voices: {error}"
        emit({"event": "warning", "code": "no_voices", "detail": warning})
        return None


def spoken_windows(labels: Sequence[str], params: MfccParams, margin: int, seed: int, progress: Progress) -> Windows:
    """Windows to learn, of what synthetic voices say; a word stands in the middle.

    Args:
        labels: the model's classes; the last one is unknown.
        params: the front end.
        margin: samples kept on both sides.
        seed: the same seed, the same words and voices.
        progress: is told how many are spoken.
    Returns:
        Windows of the keywords, of words that sound like them or hold their sounds, of others, and of talk.
    Raises:
        NoVoicesError: there are no voices on this computer, or they fell silent.
    """
    rng = np.random.default_rng((seed, 2))
    *keywords, unknown = labels
    texts = [keyword.replace("_", " ").replace("-", " ") for keyword in keywords]
    length = params.clip_length + 2 * margin
    with Voices() as voices:
        plan = list(_plan(texts, keywords, unknown, voices, rng))
        said = []
        for number, (path, label) in enumerate(plan, 1):
            text = f"[[{path.name}]]" if path.parent.name == SOUNDS else path.name
            said.append((path, label, speak(voices, text, params.sample_rate, rng)))
            progress(number, len(plan))
    talk = chatter(TALK_SECONDS, texts, params.sample_rate, rng, LEARNED)
    pieces = range(0, len(talk) - length + 1, length)
    said += [(Path(SOURCE, TALK, str(start)), unknown, talk[start : start + length]) for start in pieces]
    said = [each for each in said if len(each[2])]
    starts = [(len(pcm) - length) // 2 for _, _, pcm in said]
    return Windows(
        pcm=np.array([cut(pcm, start, length) for (_, _, pcm), start in zip(said, starts, strict=True)], np.int16),
        labels=np.array([list(labels).index(label) for _, label, _ in said], np.int64),
        starts=starts,
        clips=[Clip(path=path, folder=label) for path, label, _ in said],
    )


def _telling(emit: Emit) -> Progress:
    """Tells at each tenth how many words are spoken."""

    def tell(n: int, of: int) -> None:
        if n * 10 // of > (n - 1) * 10 // of:
            detail = f"{n} of {of} words spoken by synthetic voices"
            emit({"event": "stage", "stage": "speak", "detail": detail, "n": n, "of": of})

    return tell


def _plan(
    texts: Sequence[str], keywords: Sequence[str], unknown: str, voices: Voices, rng: np.random.Generator
) -> Iterator[tuple[Path, str]]:
    """What to say, as paths of which the name is a word or sounds, and for which label."""
    words, sounds = Path(SOURCE, WORDS), Path(SOURCE, SOUNDS)
    for text, keyword in zip(texts, keywords, strict=True):
        yield from [(words / text, keyword)] * _TIMES_KEYWORD
    near = near_misses(texts, _N_NEAR, voices)
    yield from [(words / text, unknown) for text in near] * _TIMES_NEAR
    for text in texts:
        sound = phonemes_of(text, voices)
        yield from ((sounds / _around(sound, rng), unknown) for _ in range(_N_WITHIN))
    others = [word for word in word_list() if word not in texts and word not in near]
    yield from ((words / str(word), unknown) for word in rng.choice(others, _N_OTHERS, replace=False))


def _around(sound: str, rng: np.random.Generator) -> str:
    """An invented word that holds a keyword, in eSpeak NG's letters: for *no* the likes of *piano*, *november* and *unknown*."""
    before, behind = ["".join((rng.choice(_CONSONANTS), rng.choice(_VOWELS))) for _ in range(2)]
    parts = [[before, sound], [sound, behind], [before, sound, behind]][rng.integers(3)]
    stressed = rng.integers(len(parts))
    return "".join(f"'{part}" if number == stressed else part for number, part in enumerate(parts))


def edit_distance(one: str, other: str) -> int:
    """Fewest letters to insert, delete or replace (V. Levenshtein, 1966)."""
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        above, row[0] = row[0], i
        for j, another in enumerate(other, 1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (letter != another))
    return row[-1]
