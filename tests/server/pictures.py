"""Photos that the server's tests send."""

import io
import struct
import zlib
from typing import Any

import numpy as np
from PIL import Image, ImageCms

ORIENTATION, GPS, MAKE = 0x0112, 0x8825, 0x010F
RED, GREEN, BLUE = (200, 30, 30), (30, 160, 30), (30, 30, 200)


def picture(seed: int, width: int = 64, height: int = 48, mode: str = "RGB") -> Image.Image:
    """Coarse noise, another for every seed."""
    grid = np.random.default_rng(seed).integers(0, 256, (4, 5, 3)).astype(np.uint8)
    return Image.fromarray(grid).resize((width, height), Image.Resampling.BICUBIC).convert(mode)


def quarters(width: int = 80, height: int = 60) -> Image.Image:
    """Red at the top left, green at the top right, blue below."""
    image = Image.new("RGB", (width, height), BLUE)
    image.paste(RED, (0, 0, width // 2, height // 2))
    image.paste(GREEN, (width // 2, 0, width, height // 2))
    return image


def encoded(image: Image.Image, form: str = "JPEG", **options: Any) -> bytes:
    """A photo as a file."""
    body = io.BytesIO()
    image.save(body, form, **({"quality": 95} if form in ("JPEG", "WEBP") else {}) | options)
    return body.getvalue()


def jpeg(seed: int, **options: Any) -> bytes:
    """A small JPEG, another for every seed."""
    return encoded(picture(seed), **options)


def taken_outside(orientation: int = 1) -> Image.Exif:
    """EXIF as a phone writes it: who made it, how it was held, and where."""
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKE] = orientation, "Pear Phone"
    exif[GPS] = {1: "N", 2: (46.0, 57.0, 4.5), 3: "E", 4: (7.0, 26.0, 19.0)}
    return exif


def swapped_profile() -> bytes:
    """An ICC profile in which red is green and green is red."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = profile.index(b"rXYZ"), profile.index(b"gXYZ")
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(profile)


def png_that_claims(width: int, height: int, body: bytes = b"") -> bytes:
    """A PNG of any size in a few bytes; its pixels are missing, or fewer."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(body)) + chunk(b"IEND", b"")
