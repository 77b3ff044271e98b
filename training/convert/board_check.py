"""What a board must answer: the features and the scores of a clip, bit for bit, computed on this PC without a compiler."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.convert.board_frontend import extract, quantise
from training.convert.board_image import read_model
from training.convert.tflm import HAS_TFLM, Int8Model
from training.features.params import MfccParams
from training.features.vectors import signals
from training.speech.audio import SUFFIXES, read_clip

_N_NOISES = 4


@dataclass(frozen=True)
class Expected:
    """What a board must answer to a `replay`."""

    features: bytes  # int8
    scores: tuple[int, ...]  # int8

    @property
    def features_crc32(self) -> str:
        return f"{zlib.crc32(self.features):08x}"


class Reference:
    """A bundle's front end and model as the board runs them.

    Raises:
        ValueError: it is no bundle, or there is no TFLM here to compare with.
    """

    def __init__(self, bundle: Path) -> None:
        self.manifest, model = read_model(bundle)
        if not HAS_TFLM:
            raise ValueError("comparing bit for bit needs PyPI tflite-micro, which there is for Linux on x86-64 only")
        self._params = MfccParams.from_dict(self.manifest["params"])
        self._model = Int8Model(model)

    @property
    def window(self) -> int:
        """Samples that the model hears at once."""
        return self._params.clip_length

    def expect(self, pcm: NDArray[np.int16]) -> Expected:
        """The answer to one window of samples."""
        scale, zero_point = self._model.input["scale"], self._model.input["zero_point"]
        features = quantise(extract(pcm, self._params), scale, zero_point)
        scores = self._model.run(features.reshape(1, *self._model.input["shape"][1:]))[0]
        return Expected(features.tobytes(), tuple(map(int, scores)))

    def clips(self, folder: Path | None) -> Iterator[tuple[str, NDArray[np.int16]]]:
        """Name and one window each of the recordings in a folder <label>/<file>; without one, of made-up signals.

        Raises:
            ValueError: there is no recording in the folder.
        """
        if folder is None:
            yield from self._signals()
            return
        paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
        if not paths:
            raise ValueError(f"{folder} holds no WAV, FLAC, OGG or MP3 recording")
        for path in paths:
            yield path.relative_to(folder).as_posix(), self._middle(read_clip(path, self._params.sample_rate))

    def _signals(self) -> Iterator[tuple[str, NDArray[np.int16]]]:
        """The golden vectors' signals at the edges of the front end, and noise of several levels."""
        for name, _, flags, pcm in signals(self._params):
            if "error" not in flags:
                yield name, np.resize(pcm, self.window).astype(np.int16)
        rng = np.random.default_rng(1)
        for level in np.geomspace(10, 8000, _N_NOISES):
            noise = np.clip(rng.normal(0, level, self.window), -32768, 32767)
            yield f"noise_{level:.0f}", np.rint(noise).astype(np.int16)

    def _middle(self, pcm: NDArray[np.int16]) -> NDArray[np.int16]:
        missing = max(0, self.window - len(pcm))
        padded = np.pad(pcm, (missing // 2, missing - missing // 2))
        start = (len(padded) - self.window) // 2
        return padded[start : start + self.window]
