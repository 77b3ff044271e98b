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
        with suppress(OSError):  # it has ended: reading tells
            self._requests.write(json.dumps(asdict(utterance)).encode() + b"\n")
            self._requests.flush()
        return np.frombuffer(self._read(2 * int(self._header()["n_samples"])), np.int16)

    def close(self) -> None:
        """End the process."""
        processes.end(self._process)
        self._process.wait()
        self._reader.join(processes.GRACE_SECONDS)
        for pipe in (self._requests, self._answers, cast("IO[bytes]", self._process.stderr)):
            with suppress(OSError):
                pipe.close()

    def __enter__(self) -> "Voices":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

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
