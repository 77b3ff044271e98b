"""What a network is made of. Standard library only: the server checks designs without TensorFlow."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from training.speech.presets import PRESETS


@dataclass(frozen=True)
class Design:
    """A network: one of the presets."""

    preset: str

    def to_dict(self) -> dict[str, Any]:
        """The design as JSON shows it."""
        return {"preset": self.preset}


def check_design(values: Mapping[str, Any]) -> Design:
    """A design from parsed JSON. Raises ValueError."""
    preset = values.get("preset")
    if set(values) != {"preset"} or not isinstance(preset, str) or preset not in PRESETS:
        raise ValueError(f"preset must be one of {', '.join(PRESETS)}, got {preset!r}")
    return Design(preset)
