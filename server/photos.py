"""Photos as they arrive to photos as they are stored: a JPEG of at most 640 pixels a side that tells about itself.

Every photo is drawn anew from its pixels, so that nothing else of the file is kept: neither where it was taken nor what
someone hid behind its end.
"""

import io
import threading
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from PIL import Image

from server.errors import RefusedError, TooLargeError
from server.media import Content, Medium
from training.vision.clips import SUFFIXES
from training.vision.jpeg import JFIF, read_about, segments, with_about, without_comment
from training.vision.photos import MIN_SIDE, as_seen, open_photo

MAX_SIDE = 640  # pixels: enough for any network here, and 30 to 100 kB
QUALITY = 90  # of the stored JPEG
_NAME = "the file"  # what messages call what was sent
_LARGE = 4_000_000  # pixels above which one photo is decoded at a time: 50 megapixels as a PNG take half a gigabyte
_large_one = threading.Lock()
_METADATA = range(JFIF + 1, JFIF + 16)  # APP1 to APP15: EXIF, XMP, profiles


def decode(body: bytes, max_bytes: int) -> Content:
    """Read the photo that a phone sent.

    Args:
        body: JPEG, PNG or WebP, 32 pixels a side to 50 megapixels.
        max_bytes: the largest body that is accepted.
    Returns:
        A JPEG of at most 640 pixels on its longer side, upright, in sRGB, without metadata.
    Raises:
        RefusedError: it is not such a photo.
    """
    if len(body) > max_bytes:
        raise TooLargeError(f"the file has {len(body):,} bytes; at most {max_bytes:,} are accepted. Send a smaller photo.")
    try:
        image = open_photo(body, _NAME)
        width, height = image.size
        with _turn(image):
            seen = as_seen(image, _NAME, MAX_SIDE)
    except ValueError as error:
        raise RefusedError(str(error)) from error
    if min(seen.size) < MIN_SIDE:
        raise RefusedError(f"the file has {width} x {height} pixels, which is too narrow for a photo. Cut it.")
    file = io.BytesIO()
    seen.save(file, "JPEG", quality=QUALITY)
    return _content(file.getvalue(), seen)


def encode(photo: Content, about: Mapping[str, Any]) -> bytes:
    """The stored form: the JPEG with `about` as JSON in its comment (COM)."""
    return with_about(photo.data, about)


def read_stored(body: bytes, name: str) -> tuple[Content, dict[str, Any]]:
    """Photo and comment of a stored clip; {} where the comment is not ours.

    Raises:
        RefusedError: the file is no JPEG as they are stored, or is damaged.
    """
    try:
        jpeg = without_comment(body)
        image = open_photo(jpeg, name)
        is_foreign = any(marker in _METADATA for marker, _ in segments(io.BytesIO(jpeg)))
        if is_foreign or image.mode != "RGB" or max(image.size) > MAX_SIDE:
            raise RefusedError(f"{name} is not a photo as they are stored here; bring it in with `nestling import`")
        return _content(jpeg, as_seen(image, name)), read_about(io.BytesIO(body))
    except RefusedError:
        raise
    except ValueError as error:
        raise RefusedError(f"{name} cannot be read ({error})") from error


def _turn(image: Image.Image) -> AbstractContextManager[Any]:
    """Wait until no other large photo is being decoded, where this one is large."""
    return _large_one if image.width * image.height > _LARGE else nullcontext()


def _content(jpeg: bytes, image: Image.Image) -> Content:
    return Content(jpeg, {"width": image.width, "height": image.height})


PHOTO = Medium(
    kind="vision",
    noun="photo",
    files="JPEG, PNG or WebP file",
    folder="photos",
    suffix=".jpg",
    suffixes=SUFFIXES,
    mimetype="image/jpeg",
    decode=decode,
    encode=encode,
    read=read_stored,
)
