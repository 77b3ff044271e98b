"""From a photo to what the network takes, as `params.py` declares it.

`web/js/dsp/photo.js` is this module's twin: golden vectors in `tests/vectors/photo.json` hold the two together, byte for
byte. How a file becomes a photo stands in `photos.py`.
"""

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from training.vision.params import PreprocessParams, load_default


def crop_box(width: int, height: int, params: PreprocessParams | None = None) -> tuple[int, int, int, int]:
    """The centred square that is looked at: (left, top, right, bottom) in pixels, right and bottom outside of it."""
    params = params or load_default()
    side = max(1, math.floor(params.crop * min(width, height) + 0.5))
    left, top = (width - side) // 2, (height - side) // 2
    return left, top, left + side, top + side


def resize(image: Image.Image, params: PreprocessParams | None = None) -> NDArray[np.uint8]:
    """Cut out the square of `crop_box` and resize it: uint8, shape (height, width, 3).

    Raises:
        ValueError: the image is not RGB.
    """
    if image.mode != "RGB":
        raise ValueError(f"a photo to prepare must be RGB, got {image.mode}")
    params = params or load_default()
    box = crop_box(*image.size, params)
    return np.asarray(image.resize((params.width, params.height), Image.Resampling.BILINEAR, box=box))


def prepare(image: Image.Image, params: PreprocessParams | None = None) -> NDArray[np.float32]:
    """What the network takes of a photo.

    Args:
        image: RGB, upright, of any size.
        params: the default preprocessing where none is given.
    Returns:
        float32, shape (224, 224, 3): (value - mean) / scale.
    Raises:
        ValueError: the image is not RGB.
    """
    params = params or load_default()
    return normalise(resize(image, params), params)


def normalise(pixels: NDArray[np.uint8], params: PreprocessParams) -> NDArray[np.float32]:
    """Pixels of any shape to (value - mean) / scale in float32."""
    return (pixels.astype(np.float32) - np.float32(params.mean)) / np.float32(params.scale)
