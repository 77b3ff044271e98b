"""The parameters of the front end. Standard library only: server, training and code generation all read them here.

`mfcc.json` beside this file is the one place where a DSP number of the default front end stands.
The browser fetches that very file; a trained bundle carries the copy it was trained with and its CRC-32.
"""

import json
import math
import struct
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

DEFAULT_PATH = Path(__file__).with_name("mfcc.json")

# The conventions that all three implementations honour. A convention is data too: each one shifts every feature silently
# (a symmetric Hann window moves MFCCs by 0.33, a wrong row 0 of the DCT by 35).
CONVENTIONS: Mapping[str, tuple[str, ...]] = {
    "window": ("hann_periodic",),
    "spectrum": ("power",),
    "mel_scale": ("htk",),
    "mel_norm": ("none",),
    "log": ("natural",),
    "dct": ("dct2_ortho",),
}
SCHEMA = 1


@dataclass(frozen=True, kw_only=True)
class MfccParams:
    """The front end, declared. Lengths are in samples, frequencies in Hz; derived values are computed, never listed.

    Raises:
        ValueError: a value is of the wrong type or outside of what every implementation can honour.
    """

    schema: int
    sample_rate: int
    clip_length: int
    frame_length: int
    hop_length: int
    n_fft: int
    window: str
    spectrum: str
    n_mels: int
    mel_scale: str
    mel_norm: str
    fmin: float
    fmax: float
    log: str
    log_floor: float
    dct: str
    n_mfcc: int

    def __post_init__(self) -> None:
        _check_types(self)
        _check_values(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "MfccParams":
        """Build from parsed JSON. Raises ValueError when a key is missing or unknown."""
        known = {field.name for field in fields(cls)}
        if unknown := sorted(set(values) - known):
            raise ValueError(f"unknown front end parameter {unknown[0]!r}")
        if missing := sorted(known - set(values)):
            raise ValueError(f"front end parameter {missing[0]!r} is missing")
        return cls(**values)

    @classmethod
    def load(cls, path: Path) -> "MfccParams":
        """Read a parameter file (JSON). Raises ValueError when its content is not a front end."""
        values = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(values, dict):
            raise ValueError(f"{path.name} must hold one JSON object")
        return cls.from_dict(values)

    def to_dict(self) -> dict[str, Any]:
        """The parameters as `mfcc.json` lists them."""
        return asdict(self)

    @property
    def n_frames(self) -> int:
        """Frames in one clip; a tail shorter than a frame is dropped."""
        return self.frames_in(self.clip_length)

    @property
    def shape(self) -> tuple[int, int]:
        """Shape of the features of one clip: (n_frames, n_mfcc)."""
        return self.n_frames, self.n_mfcc

    def frames_in(self, n_samples: int) -> int:
        """Whole frames in `n_samples` samples; 0 when there are too few for one."""
        return max(0, 1 + (n_samples - self.frame_length) // self.hop_length)

    @cached_property
    def crc32(self) -> str:
        """CRC-32 of the parameters as 8 hex digits, the same in every language.

        Hashed are lines `key=value` in the order of the keys; a number is written as the 16 hex digits of its IEEE 754
        double (big-endian), because languages print the same number differently (1e-06, 0.000001).
        """
        lines = "".join(f"{key}={_canonical(value)}\n" for key, value in sorted(asdict(self).items()))
        return f"{zlib.crc32(lines.encode()):08x}"


def load_default() -> MfccParams:
    """The default front end, from `mfcc.json`."""
    return MfccParams.load(DEFAULT_PATH)


def _canonical(value: float | str) -> str:
    return value if isinstance(value, str) else struct.pack(">d", value).hex()


def _check_types(params: MfccParams) -> None:
    for field in fields(params):
        value = getattr(params, field.name)
        wanted = {"int": (int,), "float": (int, float), "str": (str,)}[getattr(field.type, "__name__", str(field.type))]
        if isinstance(value, bool) or not isinstance(value, wanted):
            raise ValueError(f"{field.name} must be of type {field.type.__name__}, got {value!r}")  # type: ignore[union-attr]
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError(f"{field.name} must be finite, got {value!r}")


def _check_values(params: MfccParams) -> None:
    if params.schema != SCHEMA:
        raise ValueError(f"schema must be {SCHEMA}, got {params.schema}")
    for name, allowed in CONVENTIONS.items():
        if getattr(params, name) not in allowed:
            raise ValueError(f"{name} must be one of {', '.join(allowed)}, got {getattr(params, name)!r}")
    rules = {
        "sample_rate must be 4000 to 48000": 4000 <= params.sample_rate <= 48000,
        "n_fft must be a power of two from 64 to 4096": params.n_fft in (64, 128, 256, 512, 1024, 2048, 4096),
        "frame_length must be 16 to n_fft": 16 <= params.frame_length <= params.n_fft,
        "hop_length must be 1 to frame_length": 1 <= params.hop_length <= params.frame_length,
        "clip_length must be frame_length to 10 seconds": params.frame_length <= params.clip_length <= 10 * params.sample_rate,
        "n_mels must be 4 to 128": 4 <= params.n_mels <= 128,
        "n_mfcc must be 1 to n_mels": 1 <= params.n_mfcc <= params.n_mels,
        "fmin and fmax must satisfy 0 <= fmin < fmax <= sample_rate / 2": 0
        <= params.fmin
        < params.fmax
        <= params.sample_rate / 2,
        "log_floor must be 1e-12 to 1": 1e-12 <= params.log_floor <= 1,
    }
    for rule, holds in rules.items():
        if not holds:
            name = rule.split()[0]
            raise ValueError(f"{rule}, got {name} = {getattr(params, name)}")
