"""The sample project: spoken, heard in a room, stored as any other clips."""

import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from server import clock
from server.audio import SOUND, Pcm, to_content
from server.errors import ConflictError
from server.names import check_project
from server.sample.recipe import N_NOISES, Spoken, spoken
from server.sample.room import Room, draw_noise
from server.store import About, Store
from training.speech.voices import Voices

NAME = "sample"
SOURCE = "sample"
NOISE = "background_noise"

Progress = Callable[[int, int], None]  # how many are done, and of how many

_making = threading.Lock()


@dataclass(frozen=True, kw_only=True)
class _Clip:
    label: str
    speaker: str | None
    pcm: Pcm


def check_free(store: Store, name: str) -> None:
    """Raise ConflictError when the project holds clips already, or is for photos; RefusedError when the name is none."""
    if name not in store.project_names():
        check_project(name)
        return
    n_clips = sum(store.counts(name).values())
    if n_clips or store.medium(name) is not SOUND:
        what = f"{n_clips} {store.medium(name).noun}{'' if n_clips == 1 else 's'}" if n_clips else "been made for photos"
        raise ConflictError(f"project {name!r} has {what} already, and nothing was changed; choose another name for the sample")


def make_sample(store: Store, name: str, voices: Voices, seed: int, progress: Progress) -> None:
    """Make a project of words that nobody has said. Nothing is stored before all is spoken.

    Args:
        store: where to.
        name: of the project; it must hold nothing.
        voices: that speak.
        seed: the same voices, words, rooms and noises for the same seed; what eSpeak NG makes of them may differ by version.
        progress: is told how many clips are spoken.
    Raises:
        ConflictError: the project holds clips already, or another sample is being made.
        NoVoicesError: the voices fell silent.
        DiskFullError: there is no room.
    """
    if not _making.acquire(blocking=False):
        raise ConflictError("a sample is being made already; wait until it is there")
    try:
        check_free(store, name)
        _store(store, name, list(_clips(voices, seed, progress)))
    finally:
        _making.release()


def _clips(voices: Voices, seed: int, progress: Progress) -> Iterator[_Clip]:
    rng = np.random.default_rng((seed, 1))
    words = list(spoken(seed))
    rooms: dict[str, Room] = {}
    for done, word in enumerate(words, 1):
        if word.speaker not in rooms:
            rooms[word.speaker] = Room.draw(rng)
        yield _record(word, rooms[word.speaker], voices, rng)
        progress(done, len(words))
    for _ in range(N_NOISES):
        yield _Clip(label=NOISE, speaker=None, pcm=draw_noise(rng))


def _record(word: Spoken, room: Room, voices: Voices, rng: np.random.Generator) -> _Clip:
    pcm = room.record(voices.say(word.utterance), voices.sample_rate, rng)
    return _Clip(label=word.label, speaker=word.speaker, pcm=pcm)


def _store(store: Store, name: str, clips: list[_Clip]) -> None:
    store.create_project(name, SOUND.kind)
    for clip in clips:
        about = About(id=uuid.uuid4().hex, speaker=clip.speaker, source=SOURCE, recorded_at=clock.now())
        store.put(name, clip.label, to_content(clip.pcm), about)
