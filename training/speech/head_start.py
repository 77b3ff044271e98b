"""Where a network need not begin at nothing: bodies that can tell hundreds of words apart (`training.speech.pretrain`).

A body is all of a preset's network but its last layer, as weights in `bodies/<preset>.npz`; `bodies/bodies.json` says with which
front end it was taught, by what, and under which licence it is.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.features.params import MfccParams
from training.speech.design import Design, preset_design

BODIES = Path(__file__).with_name("bodies")
_ABOUT = "bodies.json"


@dataclass(frozen=True)
class HeadStart:
    """The weights of a network's layers but the last, in Keras's order, float32, and what is known of them."""

    preset: str
    weights: Sequence[NDArray[np.float32]]
    about: Mapping[str, Any]


def find_head_start(design: Design, params: MfccParams, folder: Path = BODIES) -> HeadStart | None:
    """The body for a network, or None: there is one for a preset's layers, unchanged, and the front end it was taught with."""
    preset, about = _fitting(design, params, folder)
    if preset is None:
        return None
    with np.load(folder / f"{preset}.npz", allow_pickle=False) as kept:
        weights = [kept[f"arr_{number}"].astype(np.float32) for number in range(len(kept.files))]
    return HeadStart(preset, weights, about)


def has_head_start(design: Design, params: MfccParams) -> bool:
    """Whether training such a network begins with a body."""
    return _fitting(design, params, BODIES)[0] is not None


def _fitting(design: Design, params: MfccParams, folder: Path) -> tuple[str | None, dict[str, Any]]:
    """The preset whose body fits, and what is known of it; None and nothing where none does."""
    for preset, about in read_about(folder).items():
        if about["params_crc32"] == params.crc32 and design.layers == preset_design(preset).layers:
            return preset, about
    return None, {}


def write_body(folder: Path, preset: str, weights: Sequence[NDArray[np.floating]], about: Mapping[str, Any]) -> None:
    """Keep a body, in halves of 16 bits: what they round away is a thousandth of what int8 will."""
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(folder / f"{preset}.npz", *[weight.astype(np.float16) for weight in weights])
    known = read_about(folder) | {preset: dict(about)}
    (folder / _ABOUT).write_text(json.dumps(known, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def read_about(folder: Path) -> dict[str, dict[str, Any]]:
    """What is known of each body in a folder, by preset; {} where there are none."""
    file = folder / _ABOUT
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
