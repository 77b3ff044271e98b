"""The parameters of the preprocessing of photos. Standard library only: server and training read them here.

`preprocess.json` beside this file is the one place where a number of it stands. The browser fetches that very file; a
trained bundle carries the copy it was trained with and its CRC-32.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import ClassVar

from training.parameters import Parameters

DEFAULT_PATH = Path(__file__).with_name("preprocess.json")
CONVENTIONS: Mapping[str, tuple[str, ...]] = {"resize": ("triangle",)}


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
