"""A picture through a kernel whose numbers a person can read: the reference of the page "Seeing how it sees".

`kernels.json` beside this file declares the presets. `web/js/dsp/kernel.js` is this module's twin: golden vectors in
`tests/vectors/kernels.json` hold the two together on every pixel, because both compute in whole numbers only:

    grey   = (77 R + 150 G + 29 B + 128) >> 8      BT.601's weights as parts of 256
    result = floor(sum / divisor + offset + 1/2), at least 0 and at most 255

The sum is over kernel times patch as they lie on each other, as in TensorFlow's convolutions: the kernel is not flipped.
Beyond the border the nearest pixel is repeated.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

DEFAULT_PATH = Path(__file__).with_name("kernels.json")
SCHEMA = 1
SIZES = (3, 5)
MAX_NUMBER = 999
MAX_DIVISOR = 9999
UNIT = 1000  # numbers have at most three decimals: computed are thousandths
_BT601 = np.array([77, 150, 29])

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Kernel:
    """The numbers that a patch is multiplied by, and what becomes of the sum.

    Raises:
        ValueError: the numbers are no square of 3 x 3 or 5 x 5; one of them or the offset is not from -999 to 999; the
            divisor is not above 0 and at most 9999; or one has more than three decimals.
    """

    numbers: tuple[tuple[float, ...], ...]
    divisor: float
    offset: float

    def __post_init__(self) -> None:
        if len(self.numbers) not in SIZES or any(len(row) != len(self.numbers) for row in self.numbers):
            raise ValueError(f"a kernel must have 3 x 3 or 5 x 5 numbers, got rows of {[len(row) for row in self.numbers]}")
        for row in (*self.numbers, (self.offset,)):
            for number in row:
                if not abs(number) <= MAX_NUMBER:
                    raise ValueError(f"a number must be from -{MAX_NUMBER} to {MAX_NUMBER}, got {number}")
        if not 0 < self.divisor <= MAX_DIVISOR:
            raise ValueError(f"the divisor must be above 0 and at most {MAX_DIVISOR}, got {self.divisor}")
        for number in (*(number for row in self.numbers for number in row), self.divisor, self.offset):
            if round(number * UNIT) / UNIT != number:
                raise ValueError(f"a number must have at most three decimals, got {number}")

    @classmethod
    def of(cls, values: dict[str, Any]) -> "Kernel":
        """The kernel of a preset or of a golden vector."""
        return cls(tuple(tuple(row) for row in values["numbers"]), values["divisor"], values["offset"])

    @property
    def size(self) -> int:
        """Rows, and columns."""
        return len(self.numbers)

    @property
    def thousandths(self) -> NDArray[np.int64]:
        """The numbers in whole thousandths, shape (size, size)."""
        return _thousandths(self.numbers)

    def result(self, sums: NDArray[np.int64]) -> Pixels:
        """Grey values of sums in thousandths, of any shape."""
        divisor, offset = int(_thousandths(self.divisor)), int(_thousandths(self.offset))
        # floor(sum / divisor + offset / UNIT + 1/2) over one denominator
        rounded = (2 * UNIT * sums + divisor * (2 * offset + UNIT)) // (2 * UNIT * divisor)
        pixels: Pixels = np.clip(rounded, 0, 255).astype(np.uint8)
        return pixels


@dataclass(frozen=True)
class Products:
    """What happens at one pixel: grey values, products of shape (size, size), their sum, and the grey that comes out."""

    patch: Pixels
    products: NDArray[np.float64]
    sum: float
    result: int


def load_presets(path: Path = DEFAULT_PATH) -> dict[str, Kernel]:
    """The presets by name, in the order of the page. Raises ValueError where the file holds something else."""
    declared = json.loads(path.read_text(encoding="utf-8"))
    if declared["schema"] != SCHEMA:
        raise ValueError(f"schema must be {SCHEMA}, got {declared['schema']}")
    return {preset["name"]: Kernel.of(preset) for preset in declared["kernels"]}


def to_grey(rgb: Pixels) -> Pixels:
    """Grey values of a picture: uint8 of shape (height, width, 3) to uint8 of shape (height, width)."""
    grey: Pixels = ((rgb.astype(np.int64) @ _BT601 + 128) >> 8).astype(np.uint8)
    return grey


def filtered(grey: Pixels, kernel: Kernel) -> Pixels:
    """The picture through the kernel: uint8 of shape (height, width) to the same."""
    patches = np.lib.stride_tricks.sliding_window_view(_padded(grey, kernel), (kernel.size, kernel.size))
    return kernel.result(np.einsum("yxij,ij->yx", patches, kernel.thousandths))


def products_at(grey: Pixels, kernel: Kernel, row: int, column: int) -> Products:
    """Number by number what gives one pixel of `filtered`.

    Args:
        grey: uint8, shape (height, width).
        kernel: what it goes through.
        row: of the pixel, from 0 at the top.
        column: from 0 at the left.
    """
    patch = _padded(grey, kernel)[row : row + kernel.size, column : column + kernel.size]
    products = patch * kernel.thousandths
    return Products(patch.astype(np.uint8), products / UNIT, float(products.sum() / UNIT), int(kernel.result(products.sum())))


def _padded(grey: Pixels, kernel: Kernel) -> NDArray[np.int64]:
    return np.pad(grey.astype(np.int64), kernel.size // 2, mode="edge")


def _thousandths(numbers: float | Sequence[Sequence[float]]) -> NDArray[np.int64]:
    whole: NDArray[np.int64] = np.rint(np.asarray(numbers, np.float64) * UNIT).astype(np.int64)
    return whole
