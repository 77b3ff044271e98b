"""Golden vectors of the preprocessing of photos: what Python (Pillow) and JavaScript must both make of the same pixels.

`python -m training.vision.vectors` writes `tests/vectors/photo.json`. The file describes itself; cases name edges. What
comes out is compared byte for byte, so that the files may be small: whole pixels for small targets, a CRC-32 for 224 x 224.
"""

import base64
import json
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from training.vision.params import PreprocessParams, load_default
from training.vision.preprocess import crop_box, resize

PATH = Path(__file__).parents[2] / "tests" / "vectors" / "photo.json"
# Sizes whose squares are easily a pixel off: halves (36 * 0.875 = 31.5), odd margins, one pixel.
_SIZES = ((640, 480), (480, 640), (4000, 3000), (36, 36), (12, 90), (33, 57), (57, 34), (225, 223), (1, 1), (2, 9))
_SMALL = 28  # a target for cases whose size of 224 pixels would not show anything more

Pixels = NDArray[np.uint8]


def build(params: PreprocessParams) -> dict[str, Any]:
    """The golden vectors as the file holds them."""
    return {
        "schema": 1,
        "generator": "python -m training.vision.vectors",
        "params": params.to_dict(),
        "params_crc32": params.crc32,
        "tolerance": {"python": 0, "javascript": 0},
        "boxes": [{"size": size, "box": crop_box(*size, params)} for size in _SIZES],
        "cases": [_case(params, *photo) for photo in photos()],
    }


def photos() -> Iterator[tuple[str, str, dict[str, Any], Pixels]]:
    """Made-up photos at the edges of the preprocessing: (id, comment, changed parameters, pixels as (height, width, 3))."""
    rng = np.random.default_rng(20261128)
    small = {"width": _SMALL, "height": _SMALL}
    yield "noise_32", "the smallest photo there is, made seven times larger", {}, _noise(rng, 32, 32)
    yield "portrait", "odd sizes, higher than wide", {}, _noise(rng, 33, 57)
    yield "landscape", "odd sizes, wider than high", {}, _noise(rng, 57, 34)
    yield "smaller", "made smaller by a ratio that is no whole number: every filter is another one", small, _noise(rng, 121, 90)
    yield "half", "made smaller by exactly two", small, _noise(rng, 64, 64)
    yield "same_size", "the square is as large as the target: nothing changes", small, _noise(rng, 32, 32)
    yield "whole", "no crop: the filters end at the edges", small | {"crop": 1.0}, _noise(rng, 45, 51)
    yield "not_square", "a target that is wider than high", {"width": 40, "height": 16}, _noise(rng, 50, 50)
    x = np.arange(48)
    yield "steps", "columns one apart: rounding shows", small, _grey(np.broadcast_to(x + 100, (48, 48)))
    yield "checkerboard", "black and white pixels by turns", small, _grey(255 * ((x[:, None] + x[None, :]) % 2))
    yield "white", "all 255: coefficients that do not add up to one would darken it", small, _grey(np.full((47, 47), 255))
    yield "beyond", "light outside of the square only: the filters reach across its edge", small, _grey(255 * _outside(64))


def _noise(rng: np.random.Generator, width: int, height: int) -> Pixels:
    return rng.integers(0, 256, (height, width, 3), dtype=np.uint8)


def _grey(values: NDArray[Any]) -> Pixels:
    return np.repeat(values.astype(np.uint8)[:, :, None], 3, axis=2)


def _outside(size: int) -> NDArray[np.int64]:
    left, top, right, bottom = crop_box(size, size)
    light = np.ones((size, size), np.int64)
    light[top:bottom, left:right] = 0
    return light


def _case(params: PreprocessParams, name: str, comment: str, change: dict[str, Any], pixels: Pixels) -> dict[str, Any]:
    wanted = resize(Image.fromarray(pixels), replace(params, **change))
    height, width, _ = pixels.shape
    case = {"id": name, "comment": comment, "params": change, "size": [width, height], "rgb": _base64(pixels)}
    if wanted.size > _SMALL * _SMALL * 3:
        return case | {"resized_crc32": f"{zlib.crc32(wanted.tobytes()):08x}"}
    return case | {"resized": _base64(wanted)}


def _base64(pixels: Pixels) -> str:
    return base64.b64encode(pixels.tobytes()).decode()


if __name__ == "__main__":
    PATH.write_text(json.dumps(build(load_default()), indent=1) + "\n", encoding="utf-8")
    print(PATH)
