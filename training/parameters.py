"""What all declared parameters have in common: one JSON file, read strictly, with a CRC-32 that is the same in every
language. Standard library only.
"""

import json
import math
import struct
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Self

SCHEMA = 1


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """Parameters of one thing; a subclass lists them and says in `WHAT` of what they are.

    Raises:
        ValueError: a value is of the wrong type, is not finite, or the schema is another one.
    """

    WHAT: ClassVar[str]

    schema: int

    def __post_init__(self) -> None:
        _check_types(self)
        if self.schema != SCHEMA:
            raise ValueError(f"schema must be {SCHEMA}, got {self.schema}")

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Build from parsed JSON. Raises ValueError when a key is missing or unknown."""
        known = {field.name for field in fields(cls)}
        if unknown := sorted(set(values) - known):
            raise ValueError(f"unknown {cls.WHAT} parameter {unknown[0]!r}")
        if missing := sorted(known - set(values)):
            raise ValueError(f"{cls.WHAT} parameter {missing[0]!r} is missing")
        return cls(**values)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a parameter file (JSON). Raises ValueError when its content is something else."""
        values = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(values, dict):
            raise ValueError(f"{path.name} must hold one JSON object")
        return cls.from_dict(values)

    def to_dict(self) -> dict[str, Any]:
        """The parameters as their file lists them."""
        return asdict(self)

    @cached_property
    def crc32(self) -> str:
        """CRC-32 of the parameters as 8 hex digits, the same in every language.

        Hashed are lines `key=value` in the order of the keys; a number is written as the 16 hex digits of its IEEE 754
        double (big-endian), because languages print the same number differently (1e-06, 0.000001).
        """
        lines = "".join(f"{key}={_canonical(value)}\n" for key, value in sorted(asdict(self).items()))
        return f"{zlib.crc32(lines.encode()):08x}"

    def check_conventions(self, conventions: Mapping[str, tuple[str, ...]]) -> None:
        """Raise ValueError where a convention is none of those that every implementation honours."""
        for name, allowed in conventions.items():
            if getattr(self, name) not in allowed:
                raise ValueError(f"{name} must be one of {', '.join(allowed)}, got {getattr(self, name)!r}")

    def check_rules(self, rules: Mapping[str, bool]) -> None:
        """Raise ValueError for the first rule that does not hold; a rule begins with the name of its parameter."""
        for rule, holds in rules.items():
            if not holds:
                name = rule.split()[0]
                raise ValueError(f"{rule}, got {name} = {getattr(self, name)}")


def _canonical(value: float | str) -> str:
    return value if isinstance(value, str) else struct.pack(">d", value).hex()


def _check_types(params: Parameters) -> None:
    for field in fields(params):
        value = getattr(params, field.name)
        wanted = {"int": (int,), "float": (int, float), "str": (str,)}[getattr(field.type, "__name__", str(field.type))]
        if isinstance(value, bool) or not isinstance(value, wanted):
            raise ValueError(f"{field.name} must be of type {field.type.__name__}, got {value!r}")  # type: ignore[union-attr]
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError(f"{field.name} must be finite, got {value!r}")
