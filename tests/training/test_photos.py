"""Reading photos: as they are meant to be seen, or a sentence that says why not."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from training.vision.photos import read_photo

ORIENTATION = 0x0112
RED, GREEN = (255, 0, 0), (0, 160, 0)


def two_halves(mode: str = "RGB") -> Image.Image:
    """Red on the left, green on the right; 64 x 40."""
    image = Image.new("RGB", (64, 40), RED)
    image.paste(GREEN, (32, 0, 64, 40))
    return image.convert(mode)


def encoded(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def is_near(pixel: Any, wanted: tuple[int, int, int], by: int = 3) -> bool:
    return bool(np.abs(np.subtract(pixel, wanted)).max() <= by)


@pytest.mark.parametrize(("orientation", "top"), [(6, RED), (8, GREEN)])
def test_a_photo_is_upright(orientation: int, top: tuple[int, int, int]) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    photo = read_photo(encoded(two_halves(), "JPEG", exif=exif, quality=95))
    assert photo.size == (40, 64)
    assert is_near(photo.getpixel((20, 5)), top)
    assert not photo.info and not photo.getexif()


@pytest.mark.parametrize("mode", ["P", "RGBA", "1", "L", "LA", "CMYK"])
def test_a_photo_of_any_mode_is_rgb(mode: str) -> None:
    photo = read_photo(encoded(two_halves(mode), "JPEG" if mode == "CMYK" else "PNG"))
    assert (photo.mode, photo.size) == ("RGB", (64, 40))


def test_sixteen_bits_become_eight() -> None:
    grey = np.full((40, 64), 40_000, np.uint16)
    assert read_photo(encoded(Image.fromarray(grey))).getpixel((9, 9)) == (156, 156, 156)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_transparent_parts_are_white(mode: str) -> None:
    if mode == "P":
        content = encoded(Image.new("P", (40, 40), 0), transparency=0)
    else:
        content = encoded(Image.new("RGBA", (40, 40), (0, 0, 0, 0)).convert(mode))
    assert read_photo(content).getpixel((9, 9)) == (255, 255, 255)


def test_half_transparent_parts_are_half_white() -> None:
    assert is_near(read_photo(encoded(Image.new("RGBA", (40, 40), (0, 0, 0, 128)))).getpixel((9, 9)), (127, 127, 127))


def test_colours_of_another_profile_become_srgb() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    plain = read_photo(encoded(two_halves()))
    same = read_photo(encoded(two_halves(), icc_profile=srgb.tobytes()))
    assert np.abs(np.asarray(plain).astype(int) - np.asarray(same)).max() <= 1
    # A profile for other channels than the photo's, or none at all, counts as no profile: so do browsers.
    for profile in (lab.tobytes(), b"no profile"):
        np.testing.assert_array_equal(np.asarray(read_photo(encoded(two_halves(), icc_profile=profile))), np.asarray(plain))


def test_a_wide_gamut_is_converted() -> None:
    """Swapping the red and the green primary in a profile swaps them in the photo."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = profile.index(b"rXYZ"), profile.index(b"gXYZ")
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    photo = read_photo(encoded(two_halves(), icc_profile=bytes(profile)))
    assert is_near(photo.getpixel((9, 9)), (0, 255, 0), by=8)


JPEG = encoded(Image.effect_noise((300, 300), 80), "JPEG")
REFUSED = {
    "empty": (b"", "photo.jpg is empty."),
    "text": (b"This is no photo.", "photo.jpg is not a photo: it holds text, whatever it is called. Choose a JPEG, PNG or WebP"),
    "page": ("<!doctype html><p>für später".encode(), "it holds text"),
    "gif": (encoded(two_halves(), "GIF"), "photo.jpg is a GIF, which is made for drawings. Save it as PNG,"),
    "svg": (b'<?xml version="1.0"?>\n<svg xmlns="x"/>', "photo.jpg is an SVG, a drawing without pixels. Save it as PNG,"),
    "bmp": (encoded(two_halves(), "BMP"), "photo.jpg is not a photo. Choose a JPEG, PNG or WebP file."),
    "heic": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "photo.jpg is a HEIC photo, which cannot be read here. Save it as JPEG"),
    "heic_by_its_second_brand": (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "photo.jpg is a HEIC photo,"),
    "avif": (b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf", "photo.jpg is an AVIF photo, which cannot be read here. Save it as JPEG"),
    "film": (b"\0\0\0\x18ftypisom\0\0\2\0isomiso2", "photo.jpg is not a photo."),
    "one_pixel": (encoded(Image.new("RGB", (1, 1))), "photo.jpg has 1 x 1 pixels; a photo has at least 32 on each side."),
    "narrow": (encoded(Image.new("RGB", (400, 31))), "photo.jpg has 400 x 31 pixels;"),
    "cut_off": (JPEG[: len(JPEG) // 2], "photo.jpg is cut off: the file ends before its picture does."),
    "cut_off_png": (encoded(Image.effect_noise((99, 99), 80))[:3000], "photo.jpg is cut off"),
    "cut_off_webp": (encoded(Image.effect_noise((99, 99), 80), "WEBP")[:900], "photo.jpg is damaged"),
    "only_a_start": (JPEG[:20], "photo.jpg is damaged: it cannot be told how large its picture is."),
    "damaged_png": (encoded(Image.effect_noise((99, 99), 80)).replace(b"IDAT", b"IDAT!", 1), "photo.jpg is damaged."),
    "51_megapixels": (encoded(Image.new("L", (8500, 6000))), "photo.jpg has 51 megapixels; at most 50 megapixels are read."),
    "121_megapixels": (encoded(Image.new("1", (11_000, 11_000))), "at most 50 megapixels are read."),
    "400_megapixels": (encoded(Image.new("1", (20_000, 20_000))), "at most 50 megapixels are read."),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_photo_is_refused_in_a_sentence(name: str, tmp_path: Path) -> None:
    content, message = REFUSED[name]
    path = tmp_path / "photo.jpg"
    path.write_bytes(content)
    with pytest.raises(ValueError) as refused:
        read_photo(path)
    assert message in str(refused.value)


def test_48_megapixels_are_read() -> None:
    assert read_photo(encoded(Image.new("L", (8000, 6000)))).size == (8000, 6000)


def test_a_name_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "photo.txt"
    path.write_bytes(encoded(two_halves(), "WEBP"))
    assert read_photo(path).size == (64, 40)
    with path.open("rb") as file:
        assert read_photo(file).size == (64, 40)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_large_photo_is_made_smaller_and_keeps_its_shape(kind: str) -> None:
    photo = read_photo(encoded(two_halves().resize((2560, 1600)), kind), max_side=640)
    assert photo.size == (640, 400)
    assert is_near(photo.getpixel((20, 200)), RED) and is_near(photo.getpixel((620, 200)), GREEN)


def test_a_small_photo_stays_as_large_as_it_is() -> None:
    assert read_photo(encoded(two_halves()), max_side=640).size == (64, 40)


def test_transparent_parts_stay_white_when_a_photo_is_made_smaller() -> None:
    photo = Image.new("RGBA", (1280, 640), (0, 0, 0, 0))
    photo.paste((*RED, 255), (640, 0, 1280, 640))
    smaller = read_photo(encoded(photo), max_side=640)
    assert smaller.getpixel((9, 9)) == (255, 255, 255) and smaller.getpixel((630, 9)) == RED
    # Nothing darkens the edge: what cannot be seen has no colour.
    assert all(255 - smaller.getpixel((x, 9))[0] <= 1 for x in range(640))


def test_damaged_exif_leaves_the_photo_as_it_lies() -> None:
    for exif in (b"Exif\0\0nothing", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + bytes(5)):
        assert read_photo(encoded(two_halves(), "JPEG", exif=exif)).size == (64, 40)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_of_an_animation_the_first_picture_is_read(kind: str) -> None:
    content = encoded(two_halves(), kind, save_all=True, append_images=[Image.new("RGB", (64, 40))], duration=100)
    assert is_near(read_photo(content).getpixel((9, 9)), RED, by=12)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_whatever_is_damaged_is_a_photo_or_refused(kind: str) -> None:
    """No damage, wherever it strikes, comes out as anything but the sentence of a ValueError."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    whole = encoded(Image.effect_noise((48, 40), 80).convert("RGB"), kind, exif=exif.tobytes(), icc_profile=profile)
    rng = np.random.default_rng(4)
    for _ in range(400):
        content = bytearray(whole)
        for place in rng.integers(0, len(whole), rng.integers(1, 6)):
            content[place] = rng.integers(256)
        try:
            photo = read_photo(bytes(content[: rng.integers(len(whole) // 2, len(whole) + 1)]), max_side=32)
        except ValueError as error:
            assert str(error).startswith("The file ")
        else:
            assert photo.mode == "RGB" and not photo.info
