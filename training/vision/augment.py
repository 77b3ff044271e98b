"""Photos in other guises: cut elsewhere, mirrored, in other light. A cup is a cup from the left, closer, and at dusk."""

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

MIN_SIDE = 0.6  # of the photo's shorter side: how close a guise may go
LIGHT = 0.35  # brightness, contrast and colour are changed by up to this share
MAX_TURN = 10.0  # degrees


def vary(photo: Image.Image, rng: np.random.Generator, size: tuple[int, int]) -> Image.Image:
    """One guise of a photo.

    Args:
        photo: RGB, of any size.
        rng: where chance comes from.
        size: width and height of the result, in pixels.
    """
    photo = photo.rotate(rng.uniform(-MAX_TURN, MAX_TURN), Image.Resampling.BILINEAR, fillcolor=_mean_colour(photo))
    photo = photo.resize(size, Image.Resampling.BILINEAR, box=_box(photo, rng))
    if rng.random() < 0.5:
        photo = ImageOps.mirror(photo)
    for enhance in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
        photo = enhance(photo).enhance(rng.uniform(1 - LIGHT, 1 + LIGHT))
    return photo


def _box(photo: Image.Image, rng: np.random.Generator) -> tuple[float, float, float, float]:
    """A square somewhere in the photo."""
    side = min(photo.size) * rng.uniform(MIN_SIDE, 1.0)
    left, top = (rng.uniform(0, length - side) for length in photo.size)
    return left, top, left + side, top + side


def _mean_colour(photo: Image.Image) -> tuple[int, ...]:
    """What the corners of a turned photo are filled with: black ones would be something to learn."""
    return tuple(int(value) for value in np.asarray(photo.resize((1, 1), Image.Resampling.BOX))[0, 0])
