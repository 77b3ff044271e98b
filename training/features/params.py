"""The parameters of the front end. Standard library only: server, training and code generation all read them here.

`mfcc.json` beside this file is the one place where a DSP number of the default front end stands.
The browser fetches that very file; a trained bundle carries the copy it was trained with and its CRC-32.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from training.parameters import Parameters

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


@dataclass(frozen=True, kw_only=True)
class MfccParams(Parameters):
    """The front end, declared. Lengths are in samples, frequencies in Hz; derived values are computed, never listed.

    Raises:
        ValueError: a value is of the wrong type or outside of what every implementation can honour.
    """

    WHAT: ClassVar[str] = "front end"

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
        super().__post_init__()
        self.check_conventions(CONVENTIONS)
        self.check_rules(_rules(self))

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


def load_default() -> MfccParams:
    """The default front end, from `mfcc.json`."""
    return MfccParams.load(DEFAULT_PATH)


def _rules(params: MfccParams) -> dict[str, bool]:
    return {
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
