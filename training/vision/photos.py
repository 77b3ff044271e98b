"""Reading photos: the pixels as they are meant to be seen, or a sentence that says why not.

Needs Pillow and numpy only: server, training and the command line all read a person's photos here. A file is hostile
until it is known how large its picture is; nothing is decoded before.
"""

import io
import math
import struct
import warnings
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageCms

FORMATS = ("JPEG", "PNG", "WEBP")
MIN_SIDE = 32
MAX_PIXELS = 50_000_000

# Sizes are refused below, in words, and damaged EXIF counts as none; Pillow would print warnings of its own.
Image.MAX_IMAGE_PIXELS = None
warnings.filterwarnings("ignore", category=UserWarning, module="PIL")

_ORIENTATION = 0x0112  # EXIF
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# What Pillow's readers raise on files that are damaged, or made to do harm.
_DAMAGED = (OSError, SyntaxError, ValueError, EOFError, LookupError, TypeError, OverflowError, struct.error)
# The brands in the `ftyp` box of a photo as iPhones and some Android phones take it.
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_CHOOSE = "Choose a JPEG, PNG or WebP file."


def read_photo(source: Path | BinaryIO | bytes, name: str = "", max_side: int | None = None) -> Image.Image:
    """Read a photo as it is meant to be seen.

    Args:
        source: a JPEG, PNG or WebP file, or its content.
        name: what messages call it; a file's own name where none is given.
        max_side: a larger photo is made smaller, until its longer side has so many pixels.
    Returns:
        An RGB image in sRGB: upright as its EXIF says, transparent parts on white. It holds pixels only, no metadata.
    Raises:
        ValueError: it is none of these, is damaged, has more than 50 megapixels or a side of less than 32 pixels; the
            message is a sentence for the person who chose it.
        OSError: there is no such file.
    """
    name = name or (source.name if isinstance(source, Path) else "The file")
    content = source.read_bytes() if isinstance(source, Path) else source if isinstance(source, bytes) else source.read()
    return as_seen(open_photo(content, name), name, max_side)


def open_photo(content: bytes, name: str = "The file") -> Image.Image:
    """A photo before it is decoded, once its size is known to be one that is taken. Raises ValueError as `read_photo`."""
    if refusal := _refusal(content):
        raise ValueError(f"{name} {refusal}")
    try:
        image = Image.open(io.BytesIO(content), formats=FORMATS)
    except _DAMAGED as error:
        raise ValueError(f"{name} is damaged: it cannot be told how large its picture is. Choose another photo.") from error
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise ValueError(
            f"{name} has {math.ceil(width * height / 1e6)} megapixels; at most {MAX_PIXELS // 1_000_000} megapixels are read. "
            "Make it smaller, then try again."
        )
    if min(width, height) < MIN_SIDE:
        raise ValueError(f"{name} has {width} x {height} pixels; a photo has at least {MIN_SIDE} on each side. Choose another.")
    return image


def as_seen(image: Image.Image, name: str = "The file", max_side: int | None = None) -> Image.Image:
    """Decode what `open_photo` opened. Returns and raises as `read_photo` does."""
    try:
        plain = _resizable(image)
        if max_side:
            # A large JPEG is decoded at an eighth, a quarter or half of its size: 48 megapixels would take 190 MB.
            plain.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
        seen = _on_white(plain, image.info.get("icc_profile"))
        turn = _TURNS.get(_orientation(image))  # asked last: a PNG tells it behind its pixels
    except _DAMAGED as error:
        how = "is cut off: the file ends before its picture does" if "truncated" in str(error) else "is damaged"
        raise ValueError(f"{name} {how}. Choose another photo.") from error
    return seen if turn is None else seen.transpose(turn)


def _refusal(content: bytes) -> str | None:
    """Why a file that is not one of `FORMATS` is not read, as the rest of a sentence."""
    brands = {content[at : at + 4] for at in range(8, min(64, len(content)), 4)} if content[4:8] == b"ftyp" else set()
    start = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not content:
        return "is empty. Choose another photo."
    if content.startswith((b"\xff\xd8", b"\x89PNG")) or (content[:4], content[8:12]) == (b"RIFF", b"WEBP"):
        return None
    if brands & {b"avif", b"avis"}:
        return "is an AVIF photo, which cannot be read here. Save it as JPEG, then try again."
    if brands & _HEIC_BRANDS:
        return (
            "is a HEIC photo, which cannot be read here. Save it as JPEG, then try again; "
            "an iPhone takes JPEGs with Settings > Camera > Formats > Most Compatible."
        )
    if start.startswith(b"gif8"):
        return "is a GIF, which is made for drawings. Save it as PNG, then try again."
    if b"<svg" in start:
        return "is an SVG, a drawing without pixels. Save it as PNG, then try again."
    if _is_text(content[:1024]):
        return f"is not a photo: it holds text, whatever it is called. {_CHOOSE}"
    return f"is not a photo. {_CHOOSE}"


def _is_text(start: bytes) -> bool:
    text = start.decode("utf-8", errors="ignore")
    is_whole = len(start) - len(text.encode()) < 4  # the last character may be cut
    return is_whole and all(character.isprintable() or character.isspace() for character in text)


def _orientation(image: Image.Image) -> int:
    """What EXIF says of how the camera was held; 1, upright, where it says nothing that can be read."""
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except _DAMAGED:
        return 1


def _resizable(image: Image.Image) -> Image.Image:
    """Grey or colours of 8 bits, transparency as a channel of its own: what can be resized without harm."""
    if image.mode.startswith("I"):  # 16-bit grey: Pillow's own conversion would clip it
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.has_transparency_data:
        return image if image.mode in ("LA", "RGBA") else image.convert("RGBA")
    if image.mode in ("L", "RGB", "CMYK"):
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _on_white(image: Image.Image, profile: bytes | None) -> Image.Image:
    alpha = image.getchannel("A") if image.mode in ("LA", "RGBA") else None
    colours = image.convert(image.mode.removesuffix("A")) if alpha else image
    seen = Image.new("RGB", image.size, "white")
    seen.paste(_in_srgb(colours, profile), mask=alpha)
    return seen


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """RGB, in sRGB. A profile that cannot be used counts as none, as in browsers."""
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError):
            return image.convert("RGB")
        return converted or image.convert("RGB")
    return image.convert("RGB")
