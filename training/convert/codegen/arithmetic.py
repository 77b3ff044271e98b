"""The fixed-point arithmetic of TensorFlow Lite's reference kernels, as far as it can be done ahead of time.

Multipliers as in Jacob et al., arXiv:1712.05877, section 2.2; the exponential as in gemmlowp's `fixedpoint.h`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

INT32_MAX = 2**31 - 1
_MAX_LEFT = 7  # a weight times 2^(1 + left) still has to be an int16


@dataclass(frozen=True)
class Multiplier:
    """factor / 2^31 * 2^left / 2^right; left or right is 0."""

    factor: int
    left: int
    right: int


@dataclass(frozen=True)
class Channel:
    """What the kernels' `Channel` holds for one output channel."""

    bias: int
    multiplier: int
    addend: int
    right: int
    left: int

    def __str__(self) -> str:
        return f"{{{self.bias}, {self.multiplier}, {self.addend}, {self.right}, {self.left}}}"


@dataclass(frozen=True)
class OutputRange:
    """What the kernels' `OutputRange` holds."""

    rounding: str
    zero_point: int
    low: int
    high: int

    def __str__(self) -> str:
        return f"{{Rounding::{self.rounding}, {self.zero_point}, {self.low}, {self.high}}}"


def quantise_multiplier(real: float) -> Multiplier:
    """A real factor as TFLM's `QuantizeMultiplier` writes it; factors below 2^-32 become 0."""
    if real == 0:
        return Multiplier(0, 0, 0)
    fraction, shift = math.frexp(real)
    factor = math.floor(fraction * 2**31 + 0.5)  # fractions are positive: half away from zero
    if factor == 2**31:
        factor, shift = factor // 2, shift + 1
    if shift < -31:
        return Multiplier(0, 0, 0)
    return Multiplier(factor, max(shift, 0), max(-shift, 0))


def activation_range(activation: int, scale: np.float32, zero_point: int) -> tuple[int, int]:
    """Lowest and highest output under a fused activation (the schema's number).

    Raises:
        KeyError: it is another than none, ReLU, ReLU-1-to-1 and ReLU6.
    """
    low, high = {0: (None, None), 1: (0.0, None), 2: (-1.0, 1.0), 3: (0.0, 6.0)}[activation]
    return (
        -128 if low is None else max(-128, zero_point + _round(np.float32(low) / scale)),
        127 if high is None else min(127, zero_point + _round(np.float32(high) / scale)),
    )


def requantisation(
    rows: NDArray[np.int8], bias: NDArray, in_zero_point: int, multipliers: Sequence[Multiplier],
    zero_point: int, limits: tuple[int, int],
) -> tuple[OutputRange, list[Channel]]:  # fmt: skip
    """Channels for weights of shape (n_outputs, depth), in the fastest rounding that is proved to give the same bits.

    The proof needs bounds: over all int8 inputs, no doubled sum and nothing after it may leave 32 bits.
    """
    weights = rows.astype(np.int64)
    folded = bias.astype(np.int64) - in_zero_point * weights.sum(axis=1)
    highest = np.maximum(weights * 127, weights * -128).sum(axis=1) + folded
    lowest = np.minimum(weights * 127, weights * -128).sum(axis=1) + folded
    bounds = np.maximum(np.abs(highest), np.abs(lowest))
    channels = [_fast_channel(*parts, zero_point) for parts in zip(folded, bounds, multipliers, strict=True)]
    is_above_zero = limits[0] >= zero_point
    if all(channels) and (is_above_zero or all(channel.right for channel in channels if channel)):
        rounding = "kAboveZero" if is_above_zero else "kSigned"
        return OutputRange(rounding, zero_point, *limits), [channel for channel in channels if channel]
    wide = [Channel(_wrap(value), m.factor, 0, m.right, m.left) for value, m in zip(folded, multipliers, strict=True)]
    return OutputRange("kWide", zero_point, *limits), wide


def _fast_channel(folded: int, bound: int, multiplier: Multiplier, zero_point: int) -> Channel | None:
    """None where the bounds do not hold."""
    folded, bound, right = int(folded), int(bound), multiplier.right
    scaled = (bound << multiplier.left) * multiplier.factor // 2**31 + 1
    if right and scaled < 2 ** (right - 1):  # rounds to 0 whatever the input: a channel that training has given up
        multiplier, right, scaled = Multiplier(0, 0, 1), 1, 0
    addend = (2 ** (right - 1) if right else 0) + zero_point * 2**right
    doubled = bound << (multiplier.left + 1)
    if doubled > INT32_MAX or multiplier.left > _MAX_LEFT or scaled + abs(addend) + 1 > INT32_MAX:
        return None
    return Channel(folded << (multiplier.left + 1), multiplier.factor, addend, right, multiplier.left)


def exponentials(scale: np.float32, beta: np.float32) -> list[int]:
    """exp(-i * scale * beta) in units of 2^-31, i from 0 to what the reference's softmax still counts (255 at most)."""
    integer_bits = 5
    real = min(float(beta) * float(scale) * (1 << (31 - integer_bits)), float(INT32_MAX))
    if real <= 1:
        raise ValueError(f"has an input scale of {scale}, too small for the reference's softmax")
    multiplier = quantise_multiplier(real)
    radius = math.floor((2**integer_bits - 1) * 2 ** (31 - integer_bits) / 2**multiplier.left)
    return [_exp_of_negative(_doubled_high(-i * 2**multiplier.left, multiplier.factor)) for i in range(min(radius, 255) + 1)]


def _exp_of_negative(a: int) -> int:
    """exp(a / 2^26) for a <= 0, in units of 2^-31."""
    if a == 0:
        return INT32_MAX
    quarter = 1 << 24
    within = (a & (quarter - 1)) - quarter
    result = _exp_near_minus_eighth(max(within * 32, -(2**31)))
    remainder = within - a
    # exp(-1/4), exp(-1/2), exp(-1), ... in units of 2^-31.
    for bit, factor in enumerate((1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242)):
        if remainder & (quarter << bit):
            result = _doubled_high(result, factor)
    return result


def _exp_near_minus_eighth(a: int) -> int:
    """exp(a) for a in [-1/4, 0), units of 2^-31: four terms of the Taylor series around -1/8."""
    constant, third = 1895147668, 715827883  # exp(-1/8), 1/3
    x = a + (1 << 28)
    x2 = _doubled_high(x, x)
    x3, x4 = _doubled_high(x2, x), _doubled_high(x2, x2)
    tail = _rounded_shift(_doubled_high(_rounded_shift(x4, 2) + x3, third) + x2, 1)
    return constant + _doubled_high(constant, x + tail)


def _doubled_high(a: int, b: int) -> int:
    return min((a * b + (1 << 30)) >> 31, INT32_MAX)


def _rounded_shift(a: int, exponent: int) -> int:
    """a / 2^exponent, half away from zero."""
    half = 1 << (exponent - 1)
    return (a + half) >> exponent if a >= 0 else -((-a + half) >> exponent)


def _round(value: np.float32) -> int:
    """Half away from zero."""
    return int(math.copysign(math.floor(abs(float(value)) + 0.5), float(value)))


def _wrap(value: int) -> int:
    return (int(value) + 2**31) % 2**32 - 2**31
