"""Golden vectors of kernels: what Python and JavaScript must both make of the same pixels, to the last one.

`python -m training.vision.kernel_vectors` writes `tests/vectors/kernels.json`. The file describes itself; cases name edges.
"""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from training.vision.kernels import DEFAULT_PATH, UNIT, Kernel, Pixels, filtered, products_at, to_grey

PATH = Path(__file__).parents[2] / "tests" / "vectors" / "kernels.json"


def build() -> dict[str, Any]:
    """The golden vectors as the file holds them."""
    return {
        "schema": 1,
        "generator": "python -m training.vision.kernel_vectors",
        "tolerance": {"python": 0, "javascript": 0},
        "cases": [_case(*case) for case in cases()],
    }


def cases() -> Iterator[tuple[str, str, dict[str, Any], Pixels]]:
    """Every preset on noise, then the edges of the arithmetic: (id, comment, kernel, pixels of shape (height, width, 3))."""
    rng = np.random.default_rng(20261128)
    noise = rng.integers(0, 256, (7, 9, 3), dtype=np.uint8)
    for preset in json.loads(DEFAULT_PATH.read_text(encoding="utf-8"))["kernels"]:
        yield preset["name"], "the preset on noise", {key: preset[key] for key in ("numbers", "divisor", "offset")}, noise
    ramp = np.repeat(np.arange(0, 256, 5, dtype=np.uint8)[None, :, None], 3, axis=2)
    yield "one_pixel", "the border is the whole picture", _kernel(np.eye(3).tolist()), noise[:1, :1]
    yield "smaller_than_the_kernel", "two columns under five", _kernel(np.arange(25).reshape(5, 5).tolist(), 100), noise[:3, :2]
    yield "not_flipped", "one number in a corner: the picture moves down and right", _kernel(_only(3, 0, 0, 1)), noise
    yield "halves", "every other pixel ends in a half, which is rounded up", _kernel(_only(3, 1, 1, 1), 10), ramp
    yield "negative_halves", "halves below zero are rounded up too", _kernel(_only(3, 1, 1, -1), 10, 20), ramp
    decimals = (rng.integers(-999, 999, (5, 5)) / UNIT).tolist()
    yield "decimals", "thousandths in all three places", _kernel(decimals, 0.25, 7.125), noise
    yield "largest", "as large as numbers may be, over the smallest divisor", _kernel([[999] * 5] * 5, 0.001, 999), noise
    yield "most_negative", "the same below zero", _kernel([[-999] * 5] * 5, 0.001, -999), noise
    yield "hardly_a_divisor", "as large as numbers may be, over the largest divisor", _kernel([[999] * 5] * 5, 9999, -50.5), noise
    yield "colours", "red, green, blue, white and black: the weights of grey", _kernel(_only(3, 1, 1, 1)), _colours()


def _kernel(numbers: list[list[float]], divisor: float = 1, offset: float = 0) -> dict[str, Any]:
    return {"numbers": numbers, "divisor": divisor, "offset": offset}


def _only(size: int, row: int, column: int, number: float) -> list[list[float]]:
    return [[number if (i, j) == (row, column) else 0 for j in range(size)] for i in range(size)]


def _colours() -> Pixels:
    return np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255], [0, 0, 0], [1, 0, 0], [0, 1, 0]]], np.uint8)


def _case(name: str, comment: str, kernel: dict[str, Any], rgb: Pixels) -> dict[str, Any]:
    grey = to_grey(rgb)
    height, width = grey.shape
    row, column = height // 2, width - 1
    at = products_at(grey, Kernel.of(kernel), row, column)
    return {
        "id": name,
        "comment": comment,
        "kernel": kernel,
        "size": [width, height],
        "rgb": _base64(rgb),
        "grey": _base64(grey),
        "result": _base64(filtered(grey, Kernel.of(kernel))),
        "pixel": {"column": column, "row": row, "patch": at.patch.ravel().tolist(), "sum": at.sum, "result": at.result},
    }


def _base64(pixels: Pixels) -> str:
    return base64.b64encode(pixels.tobytes()).decode()


if __name__ == "__main__":
    PATH.write_text(json.dumps(build(), indent=1) + "\n", encoding="utf-8")
    print(PATH)
