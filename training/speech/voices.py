"""Synthetic voices: eSpeak NG's process, asked for one word after the other."""

import json
import sys
import threading
from collections import deque
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, cast

import numpy as np
from numpy.typing import NDArray

from training import processes

PROGRAM = Path(__file__).with_name("espeak.py")

# eSpeak NG's variants that sound like people; robots, whispers and fits of trembling are left out.
VARIANTS = (
    *("Alex", "Alicia", "Andrea", "Andy", "Annie", "Denis", "Diogo", "Henrique", "Lee", "Marco"),
    *("Michael", "Mike", "Nguyen", "Reed", "anika", "aunty", "belinda", "benjamin", "boris", "david"),
    *("edward", "f1", "f2", "f3", "f4", "f5", "grandma", "grandpa", "linda", "m1"),
    *("m3", "m4", "m7", "m8", "marcelo", "miguel", "robert", "shelby", "steph", "victor"),
)
# Great Britain, Received Pronunciation, Lancaster, West Midlands; Scotland, Caribbean, America, New York.
ACCENTS = (
    *("gmw/en", "gmw/en-GB-x-rp", "gmw/en-GB-x-gbclan", "gmw/en-GB-x-gbcwmd"),
    *("gmw/en-GB-scotland", "gmw/en-029", "gmw/en-US", "gmw/en-US-nyc"),
)


class NoVoicesError(Exception):
    """This computer has no synthetic voices, or they fell silent; the message is for people."""


@dataclass(frozen=True, kw_only=True)
class Utterance:
    """What is to be said, and how; see `training.speech.espeak.Speech.say`."""

    text: str
    voice: str
    seed: int
    words_per_minute: int
    pitch: int
    range: int

    @classmethod
    def draw(cls, text: str, rng: np.random.Generator) -> "Utterance":
        """By anybody, at any pace, high or low, flat or lively."""
        voice = f"{rng.choice(ACCENTS)}+{rng.choice(VARIANTS)}"
        pace, pitch, span = (int(value) for value in rng.integers((95, 15, 20), (215, 90, 90)))
        return cls(text=text, voice=voice, seed=int(rng.integers(2**31)), words_per_minute=pace, pitch=pitch, range=span)


class Voices:
    """A context that can speak.

    Raises:
        NoVoicesError: the library cannot be loaded here.
    """

    def __init__(self) -> None:
        self._errors: deque[str] = deque(maxlen=5)
        # -I: neither this folder nor the environment's settings, so that no module of ours hides one of Python's.
        self._process = processes.spawn([sys.executable, "-I", str(PROGRAM)])
        self._requests, self._answers = cast("IO[bytes]", self._process.stdin), cast("IO[bytes]", self._process.stdout)
        self._reader = threading.Thread(target=processes.keep_last, args=(self._process, self._errors), daemon=True)
        self._reader.start()
        try:
            self.sample_rate = int(self._header()["sample_rate"])  # Hz
        except BaseException:
            self.close()
            raise

    def say(self, utterance: Utterance) -> NDArray[np.int16]:
        """Speak: int16, shape (n_samples,), at `sample_rate`. Raises NoVoicesError."""
        return np.frombuffer(self._read(2 * int(self._ask(asdict(utterance))["n_samples"])), np.int16)

    def phonemes(self, text: str, voice: str = ACCENTS[0]) -> str:
        """How a voice would say a text, in eSpeak NG's own letters (Kirshenbaum's): "j'Es" for *yes*. Raises NoVoicesError."""
        return str(self._ask({"text": text, "voice": voice})["phonemes"])

    def stop(self) -> None:
        """End the process, from whatever thread: who waits for an answer gets NoVoicesError. The context is still to be left."""
        if self._process.poll() is None:
            processes.end(self._process)

    def close(self) -> None:
        """End the process and let go of its pipes; no thread may be speaking."""
        self.stop()
        self._process.wait()
        self._reader.join(processes.GRACE_SECONDS)
        for pipe in (self._requests, self._answers, cast("IO[bytes]", self._process.stderr)):
            with suppress(OSError):
                pipe.close()

    def __enter__(self) -> "Voices":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        with suppress(OSError):  # it has ended: reading tells
            self._requests.write(json.dumps(request).encode() + b"\n")
            self._requests.flush()
        return self._header()

    def _header(self) -> dict[str, Any]:
        line = self._answers.readline()
        header: dict[str, Any] = json.loads(self._whole(line, line.endswith(b"\n")))
        if "error" in header:
            raise NoVoicesError(
                f"there are no synthetic voices on this computer ({header['error']}); record words with a phone instead"
            )
        return header

    def _read(self, n_bytes: int) -> bytes:
        data = self._answers.read(n_bytes)
        return self._whole(data, len(data) == n_bytes)

    def _whole(self, data: bytes, is_whole: bool) -> bytes:
        """What was read. Raises NoVoicesError when the process has ended in the middle of it."""
        if not is_whole:
            raise NoVoicesError(
                f"the synthetic voices fell silent ({self._last_words()}); try again, or record words with a phone instead"
            )
        return data

    def _last_words(self) -> str:
        self._process.wait()
        self._reader.join(processes.GRACE_SECONDS)
        said = (line.strip() for line in reversed(self._errors))
        return next(filter(None, said), f"exit code {self._process.returncode}")[:200]
