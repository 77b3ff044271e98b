"""Kernels: their golden vectors, scipy and TensorFlow as outside oracles, and the file of the presets."""

import base64
import json
import math
from fractions import Fraction

import numpy as np
import pytest
import scipy.ndimage
import tensorflow as tf
from PIL import Image

from training.vision import kernel_vectors as golden
from training.vision.kernels import DEFAULT_PATH, Kernel, filtered, load_presets, products_at, to_grey

VECTORS = json.loads(golden.PATH.read_text(encoding="utf-8"))
PRESETS = load_presets()
RGB = np.random.default_rng(7).integers(0, 256, (48, 64, 3), dtype=np.uint8)
GREY = to_grey(RGB)


def decoded(text: str, *shape: int) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), np.uint8).reshape(shape)


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["id"])
def test_golden_vectors_are_what_the_reference_computes(case: dict) -> None:
    width, height = case["size"]
    kernel, pixel = Kernel.of(case["kernel"]), case["pixel"]
    grey = to_grey(decoded(case["rgb"], height, width, 3))
    np.testing.assert_array_equal(grey, decoded(case["grey"], height, width))
    np.testing.assert_array_equal(filtered(grey, kernel), decoded(case["result"], height, width))
    at = products_at(grey, kernel, pixel["row"], pixel["column"])
    assert (at.patch.ravel().tolist(), at.sum, at.result) == (pixel["patch"], pixel["sum"], pixel["result"])


def test_the_vectors_are_of_the_presets_as_they_are() -> None:
    assert json.loads(json.dumps(golden.build())) == VECTORS


@pytest.mark.parametrize("name", PRESETS)
def test_equals_scipy(name: str) -> None:
    """The sums, the border and the orientation are scipy's; the rounding is that of fractions."""
    kernel = PRESETS[name]
    sums = scipy.ndimage.correlate(GREY.astype(np.int64), np.array(kernel.numbers, np.int64), mode="nearest")
    np.testing.assert_array_equal(filtered(GREY, kernel), rounded(sums, kernel))


def test_equals_scipy_with_decimals() -> None:
    kernel = Kernel(((0.125, -1.5, 0.001), (-0.333, 2.25, 0.5), (0, -0.75, 0.1)), 0.875, -3.25)
    thousandths = np.rint(1000 * np.array(kernel.numbers)).astype(np.int64)
    sums = scipy.ndimage.correlate(GREY.astype(np.int64), thousandths, mode="nearest")
    np.testing.assert_array_equal(filtered(GREY, kernel), rounded(sums, kernel, 1000))


def rounded(sums: np.ndarray, kernel: Kernel, unit: int = 1) -> np.ndarray:
    """floor(sum / divisor + offset + 1/2) in exact fractions, clipped."""
    divisor, offset = Fraction(str(kernel.divisor)), Fraction(str(kernel.offset))
    exact = [math.floor(Fraction(int(value), unit) / divisor + offset + Fraction(1, 2)) for value in sums.ravel()]
    return np.clip(exact, 0, 255).reshape(sums.shape)


@pytest.mark.parametrize("name", ["sobel-x", "emboss", "laplacian-of-gaussian"])
def test_is_the_convolution_of_tensorflow(name: str) -> None:
    """Away from the border, where TensorFlow would pad with zeros, the sums are those of a Conv2D with these weights."""
    kernel = PRESETS[name]
    weights = np.array(kernel.numbers, np.float32)[:, :, None, None]
    sums = tf.nn.conv2d(GREY.astype(np.float32)[None, :, :, None], weights, 1, "VALID").numpy()[0, :, :, 0]
    inner = slice(kernel.size // 2, -(kernel.size // 2))
    np.testing.assert_array_equal(filtered(GREY, kernel)[inner, inner], rounded(sums, kernel))


def test_grey_is_bt601_to_within_one_level() -> None:
    pillow = np.asarray(Image.fromarray(RGB).convert("L")).astype(int)
    assert np.abs(to_grey(RGB) - pillow).max() <= 1
    assert to_grey(np.full((1, 1, 3), 255, np.uint8)) == 255


@pytest.mark.parametrize("name", ["sobel-x", "gaussian-blur"])
def test_number_by_number_is_what_the_picture_shows(name: str) -> None:
    kernel = PRESETS[name]
    result = filtered(GREY, kernel)
    for row, column in ((0, 0), (47, 63), (0, 63), (20, 31)):
        at = products_at(GREY, kernel, row, column)
        assert at.patch.shape == at.products.shape == (kernel.size, kernel.size)
        assert at.patch[kernel.size // 2, kernel.size // 2] == GREY[row, column]
        np.testing.assert_array_equal(at.products, at.patch * np.array(kernel.numbers))
        assert at.sum == at.products.sum()
        assert at.result == result[row, column]


def test_sobel_is_grey_where_nothing_changes_and_light_where_it_gets_brighter_to_the_right() -> None:
    step = np.repeat(np.where(np.arange(8) < 4, 50, 90).astype(np.uint8)[None, :], 4, axis=0)
    assert filtered(step, PRESETS["sobel-x"])[1].tolist() == [128, 128, 128, 168, 168, 128, 128, 128]
    assert (filtered(step, PRESETS["sobel-y"]) == 128).all()
    assert filtered(step[:, ::-1], PRESETS["sobel-x"])[1].tolist() == [128, 128, 128, 88, 88, 128, 128, 128]


def test_every_preset_is_told_in_words_and_keeps_the_brightness_or_the_middle() -> None:
    declared = json.loads(DEFAULT_PATH.read_text(encoding="utf-8"))["kernels"]
    assert {"identity", "sobel-x", "sobel-y", "sharpen", "box-blur", "gaussian-blur", "laplacian", "emboss"} <= set(PRESETS)
    assert len({preset["title"] for preset in declared}) == len(declared) == len(PRESETS)
    flat = np.full((6, 6), 200, np.uint8)
    for preset in declared:
        assert preset["says"].endswith(".")
        assert len(np.unique(filtered(flat, PRESETS[preset["name"]]))) == 1
        assert filtered(flat, PRESETS[preset["name"]])[0, 0] in (200, 128, 0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"numbers": [[1, 2], [3, 4]]}, "a kernel must have 3 x 3 or 5 x 5 numbers, got rows of [2, 2]"),
        ({"numbers": [[1, 2, 3], [4, 5], [6, 7, 8]]}, "got rows of [3, 2, 3]"),
        ({"numbers": [[0, 0, 0], [0, 1000, 0], [0, 0, 0]]}, "a number must be from -999 to 999, got 1000"),
        ({"numbers": [[0, 0, 0], [0, float("nan"), 0], [0, 0, 0]]}, "got nan"),
        ({"numbers": [[0, 0, 0], [0, 0.0005, 0], [0, 0, 0]]}, "a number must have at most three decimals, got 0.0005"),
        ({"divisor": 0}, "the divisor must be above 0 and at most 9999, got 0"),
        ({"divisor": -4}, "the divisor must be above 0 and at most 9999, got -4"),
        ({"offset": -1000}, "a number must be from -999 to 999, got -1000"),
    ],
)
def test_kernels_that_cannot_be_honoured_are_refused(change: dict, message: str) -> None:
    preset = {"numbers": [[0, 0, 0], [0, 1, 0], [0, 0, 0]], "divisor": 1, "offset": 0}
    with pytest.raises(ValueError) as refused:
        Kernel.of(preset | change)
    assert message in str(refused.value)
