"""The preprocessing of photos: its golden vectors, and the file of its parameters."""

import base64
import json
import zlib
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from training.vision import vectors as golden
from training.vision.params import PreprocessParams, load_default
from training.vision.preprocess import crop_box, prepare, resize

PARAMS = load_default()
VECTORS = json.loads(golden.PATH.read_text(encoding="utf-8"))


def decoded(case: dict) -> Image.Image:
    width, height = case["size"]
    return Image.fromarray(np.frombuffer(base64.b64decode(case["rgb"]), np.uint8).reshape(height, width, 3))


def params_of(case: dict) -> PreprocessParams:
    return PreprocessParams.from_dict(VECTORS["params"] | case["params"])


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["id"])
def test_golden_vectors_are_what_the_reference_computes(case: dict) -> None:
    resized = resize(decoded(case), params_of(case)).tobytes()
    if "resized" in case:
        assert resized == base64.b64decode(case["resized"])
    else:
        assert f"{zlib.crc32(resized):08x}" == case["resized_crc32"]


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["id"])
def test_the_resize_is_a_triangle_filter(case: dict) -> None:
    """Within what two roundings can do, the same as the filter written down in float64."""
    params = params_of(case)
    pixels = np.asarray(decoded(case)).astype(np.float64)
    height, width, _ = pixels.shape
    left, top, right, bottom = crop_box(width, height, params)
    along_rows = np.einsum("ow,hwc->hoc", filters(width, left, right - left, params.width), pixels)
    wanted = np.einsum("oh,hwc->owc", filters(height, top, bottom - top, params.height), along_rows)
    assert np.abs(resize(decoded(case), params) - wanted).max() <= 1.01


def filters(size: int, start: int, side: int, target: int) -> np.ndarray:
    """Weights of the photo's pixels for each output pixel, shape (target, size)."""
    ratio = side / target
    centres = start + (np.arange(target) + 0.5) * ratio
    distances = np.abs(np.arange(size) + 0.5 - centres[:, None]) / max(1.0, ratio)
    weights = np.maximum(0, 1 - distances)
    return weights / weights.sum(axis=1, keepdims=True)


def test_the_vectors_are_of_the_default_parameters() -> None:
    assert PreprocessParams.from_dict(VECTORS["params"]) == PARAMS
    assert VECTORS["params_crc32"] == PARAMS.crc32
    for box in VECTORS["boxes"]:
        assert list(crop_box(*box["size"])) == box["box"]


def test_golden_vectors_tell_conventions_apart() -> None:
    """Cutting first and resizing then, another filter, and a crop that is rounded otherwise all change some vector."""
    cases = [(decoded(case), params_of(case)) for case in VECTORS["cases"]]
    sides = {case["id"]: params_of(case) for case in VECTORS["cases"]}
    assert sides["whole"].crop == 1
    cut_first = [resample(image.crop(crop_box(*image.size, params)), params) for image, params in cases]
    bicubic = [resample(image, params, Image.Resampling.BICUBIC) for image, params in cases]
    for other in (cut_first, bicubic):
        assert any((pixels != resize(image, params)).any() for pixels, (image, params) in zip(other, cases, strict=True))
    assert crop_box(36, 36) == (2, 2, 34, 34)  # 31.5 rounds up
    assert crop_box(12, 90) == (0, 39, 11, 50)  # 10.5 too, which Python's own round() would not


def resample(image: Image.Image, params: PreprocessParams, how: Image.Resampling = Image.Resampling.BILINEAR) -> np.ndarray:
    return np.asarray(image.resize((params.width, params.height), how))


def test_a_prepared_photo_is_shifted_and_scaled() -> None:
    prepared = prepare(Image.new("RGB", (50, 40), (255, 127, 0)))
    assert prepared.dtype == np.float32 and prepared.shape == PARAMS.shape == (224, 224, 3)
    np.testing.assert_array_equal(prepared[100, 100], np.float32([1.0, 0.0, -127 / 128]))


def test_only_rgb_is_prepared() -> None:
    with pytest.raises(ValueError, match="a photo to prepare must be RGB, got L"):
        prepare(Image.new("L", (50, 50)))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"resize": "bicubic"}, "resize must be one of triangle, got 'bicubic'"),
        ({"crop": 1.1}, "crop must be above 0 and at most 1, got crop = 1.1"),
        ({"scale": 0}, "scale must be 1 to 255, got scale = 0"),
        ({"width": "224"}, "width must be of type int, got '224'"),
        ({"mean": float("nan")}, "mean must be finite"),
        ({"schema": 2}, "schema must be 1, got 2"),
        ({"gamma": 2.2}, "unknown preprocessing parameter 'gamma'"),
    ],
)
def test_parameters_that_cannot_be_honoured_are_refused(change: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        PreprocessParams.from_dict(PARAMS.to_dict() | change)


def test_the_crc_depends_on_every_value() -> None:
    changes = ({"crop": 0.5}, {"mean": 128}, {"scale": 127}, {"width": 225}, {"height": 225})
    assert len({PARAMS.crc32, *(replace(PARAMS, **change).crc32 for change in changes)}) == 6
