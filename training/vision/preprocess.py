"""From a photo to what the network takes, and from a file to a photo.

`preprocess.json` beside this file is the one place where a number of it stands. `web/js/dsp/photo.js` is this module's
twin: golden vectors in `tests/vectors/photo.json` hold the two together, byte for byte. Needs Pillow and numpy only,
so that the server reads photos here too.
"""

import io
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import BinaryIO, ClassVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps

from training.parameters import Parameters

DEFAULT_PATH = Path(__file__).with_name("preprocess.json")
CONVENTIONS: Mapping[str, tuple[str, ...]] = {"resize": ("triangle",)}

FORMATS = ("JPEG", "PNG", "WEBP")
MAX_PIXELS = 50_000_000
MIN_SIDE = 32
# The brands in the `ftyp` box of a photo as iPhones and some Android phones take it.
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})


@dataclass(frozen=True, kw_only=True)
class PreprocessParams(Parameters):
    """The preprocessing of photos, declared. Width and height are in pixels, `crop` is a part of the shorter side.

    Raises:
        ValueError: a value is of the wrong type or outside of what every implementation can honour.
    """

    WHAT: ClassVar[str] = "preprocessing"

    width: int
    height: int
    crop: float
    resize: str
    mean: float
    scale: float

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_conventions(CONVENTIONS)
        self.check_rules(
            {
                "width must be 16 to 1024": 16 <= self.width <= 1024,
                "height must be 16 to 1024": 16 <= self.height <= 1024,
                "crop must be above 0 and at most 1": 0 < self.crop <= 1,
                "mean must be 0 to 255": 0 <= self.mean <= 255,
                "scale must be 1 to 255": 1 <= self.scale <= 255,
            }
        )

    @property
    def shape(self) -> tuple[int, int, int]:
        """Shape of one prepared photo: (height, width, 3)."""
        return self.height, self.width, 3


@cache
def load_default() -> PreprocessParams:
    """The default preprocessing, from `preprocess.json`."""
    return PreprocessParams.load(DEFAULT_PATH)


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
    pixels = resize(image, params).astype(np.float32)
    return (pixels - np.float32(params.mean)) / np.float32(params.scale)


def read_photo(source: Path | BinaryIO | bytes) -> Image.Image:
    """Read a photo as it is meant to be seen.

    Args:
        source: a JPEG, PNG or WebP file, or its content.
    Returns:
        An RGB image in sRGB: upright as its EXIF says, transparent parts on white. It holds pixels only, no metadata.
    Raises:
        ValueError: it is none of these, is damaged, has more than 50 megapixels or a side of less than 32 pixels; the
            message is a sentence for the person who chose it.
        OSError: there is no such file.
    """
    name = source.name if isinstance(source, Path) else "The file"
    content = source.read_bytes() if isinstance(source, Path) else source if isinstance(source, bytes) else source.read()
    image = _open(content, name)
    try:
        return _as_seen(image)
    # Pillow's decoders raise any of these on a damaged file.
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError) as error:
        raise ValueError(f"{name} is damaged or cut off. Choose another photo.") from error


def _open(content: bytes, name: str) -> Image.Image:
    """The photo before it is decoded, once its size is known to be one that we take."""
    if not content:
        raise ValueError(f"{name} is empty. Choose another photo.")
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS:
        raise ValueError(f"{name} is a HEIC photo, which cannot be read here. Save it as JPEG, then try again.")
    try:
        image = Image.open(io.BytesIO(content), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValueError(_too_large(name)) from error
    except (OSError, SyntaxError, ValueError) as error:
        raise ValueError(f"{name} is not a photo. Choose a JPEG, PNG or WebP file.") from error
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise ValueError(_too_large(name, f"{width * height / 1e6:.0f} megapixels"))
    if min(width, height) < MIN_SIDE:
        raise ValueError(f"{name} has {width} x {height} pixels; a photo has at least {MIN_SIDE} on each side.")
    return image


def _too_large(name: str, size: str = "too many pixels") -> str:
    return f"{name} has {size}; at most {MAX_PIXELS // 1_000_000} megapixels are read. Make it smaller, then try again."


def _as_seen(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    image = ImageOps.exif_transpose(image)
    alpha = image.convert("RGBA").getchannel("A") if image.has_transparency_data else None
    colours = _in_srgb(_opaque(image), profile)
    seen = Image.new("RGB", colours.size, "white")
    seen.paste(colours, mask=alpha)
    return seen


def _opaque(image: Image.Image) -> Image.Image:
    """The colours alone, in a mode that a colour profile can speak of."""
    if image.mode.startswith("I"):  # 16-bit grey: Pillow's own conversion would clip it
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.mode in ("1", "L", "LA"):
        return image.convert("L")
    if image.mode in ("P", "PA"):
        return image.convert("RGBA").convert("RGB")  # at once, Pillow warns that the transparency is lost
    return image if image.mode == "CMYK" else image.convert("RGB")


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
