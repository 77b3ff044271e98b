"""What the front end costs on the board, and what shape its features have. Standard library only.

Bytes follow the tables that `training/convert/frontend_tables.py` writes and the buffers of `firmware/nestling/src/frontend/`,
exactly but for a bin that lies on a triangle's very edge (4 bytes). Instructions are estimated: the transform's were counted
on the emulated Cortex-M4F for every length there is, the rest is linear in what the loops go through
(`tests/firmware/fit_frontend.py` finds both; other settings are within 0.1 %). `web/js/dsp/cost.js` is its twin
(`tests/vectors/stages.json`).
"""

from dataclasses import asdict, dataclass
from math import ceil, floor, log10, prod

from training.features.params import MfccParams

N_FFTS = (64, 128, 256, 512, 1024, 2048, 4096)
_TRANSFORM = {64: 2056, 128: 4089, 256: 10166, 512: 20549, 1024: 49108, 2048: 99362, 4096: 230897}
_FACTORS = (17.0, 6.0, 3.02, 24.11, 19.02, 6.0, 7.41, 6.0, 43.88)
_FLOAT, _SHORT = 4, 2


@dataclass(frozen=True, kw_only=True)
class Cost:
    """features_per_second: numbers that reach the network in a second of sound. instructions: of one frame, about.

    table_bytes: constants, in flash. buffer_bytes: in RAM, with the window of int8 features that the network reads.
    """

    features_per_second: float
    instructions: int
    instructions_per_second: int
    table_bytes: int
    buffer_bytes: int

    def to_dict(self) -> dict[str, float]:
        """As JSON shows it."""
        return asdict(self)


def cost(params: MfccParams) -> Cost:
    """What these parameters cost."""
    instructions = frame_instructions(params)
    frames_per_second = params.sample_rate / params.hop_length
    return Cost(
        features_per_second=frames_per_second * params.n_mfcc,
        instructions=instructions,
        instructions_per_second=round(instructions * frames_per_second),
        table_bytes=table_bytes(params),
        buffer_bytes=buffer_bytes(params),
    )


def frame_instructions(params: MfccParams) -> int:
    """Instructions that one frame takes of a Cortex-M4F, about."""
    rest = sum(factor * n for factor, n in zip(_FACTORS, (*counts(params), 1), strict=True))
    return round(_TRANSFORM[params.n_fft] + rest)


def counts(params: MfccParams) -> tuple[int, ...]:
    """What the loops beside the transform go through: pairs of samples, pairs of zeros, these again where a frame is of odd
    length, bands, bands with bins, weights, coefficients, products."""
    pairs = params.frame_length // 2
    zeros = params.n_fft // 2 - pairs
    widths = band_widths(params)
    return (
        pairs,
        zeros,
        zeros * (params.frame_length % 2),
        params.n_mels,
        sum(width > 0 for width in widths),
        sum(widths),
        params.n_mfcc,
        params.n_mfcc * params.n_mels,
    )


def table_bytes(params: MfccParams) -> int:
    """Constants: window, places and factors of the transform, triangles without their zeros, cosines."""
    size = params.n_fft // 2
    floats = params.frame_length + _n_twiddles(size) + size + sum(band_widths(params)) + params.n_mfcc * params.n_mels
    return _FLOAT * floats + _SHORT * (size + 2 * params.n_mels)


def buffer_bytes(params: MfccParams) -> int:
    """Transform, power spectrum and bands; the samples of the frame that comes; the window of features."""
    floats = params.n_fft + params.n_fft // 2 + 1 + params.n_mels
    return _FLOAT * floats + _SHORT * params.frame_length + prod(params.shape)


def band_widths(params: MfccParams) -> list[int]:
    """How many bins lie under each triangle."""
    low, high = (_hz_to_mel(hz) for hz in (params.fmin, params.fmax))
    edges = [_mel_to_hz(low + i * (high - low) / (params.n_mels + 1)) for i in range(params.n_mels + 2)]
    spacing = params.sample_rate / params.n_fft
    return [_bins_between(edges[band] / spacing, edges[band + 2] / spacing) for band in range(params.n_mels)]


def _bins_between(low: float, high: float) -> int:
    return max(0, ceil(high) - floor(low) - 1)


def _n_twiddles(size: int) -> int:
    """Six numbers a butterfly: the stages behind the first, which is of radix 2 where the size is twice a power of 4."""
    length = 2 if size.bit_length() % 2 == 0 else 4
    n = 0
    while length < size:
        n += 6 * length
        length *= 4
    return n


def _hz_to_mel(hz: float) -> float:
    return 2595 * log10(1 + hz / 700)


def _mel_to_hz(mel: float) -> float:
    return float(700 * (10 ** (mel / 2595) - 1))
