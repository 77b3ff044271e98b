"""A bundle's firmware for the emulated board, built once and kept: what runs in it, and how much of a board it takes."""

import hashlib
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.convert.cortexm import (
    COMMON_FLAGS,
    CPU_FLAGS,
    CXX_FLAGS,
    EMULATOR,
    FLASH_BYTES,
    RAM_BYTES,
    Image,
    Toolchain,
    read_image,
)
from training.convert.manifest import read_manifest
from training.convert.sketch import write_sketch

_ENTRIES = ("BoardBegin", "BoardTurn")
# What an empty sketch takes of the board with the core arduino:mbed_nano (Mbed OS, USB, PDM): about, it differs by version.
CORE_FLASH_BYTES = 90_000
CORE_RAM_BYTES = 48_000
_ADAPTERS_RAM_BYTES = 16_384 + 512 - (3_200 + 2_048 + 16_384)  # the board's ring and interrupt instead of board.cpp's buffers
_TFLM_FLASH_BYTES = 90_000  # interpreter and int8 kernels with CMSIS-NN


def read_model(bundle: Path) -> tuple[dict[str, Any], bytes]:
    """Manifest and int8 model of a bundle.

    Raises:
        ValueError: it is no bundle, or its model is not the one that its manifest lists.
    """
    manifest = read_manifest(bundle, "speech")
    path = bundle / "model_int8.tflite"
    listed = manifest["files"].get(path.name, {}).get("sha256")
    model = path.read_bytes()
    if hashlib.sha256(model).hexdigest() != listed:
        raise ValueError(f"{path} is not the file that the manifest lists; copy the bundle again")
    return manifest, model


def build_image(manifest: Mapping[str, Any], model: bytes, cache: Path) -> Image:
    """The firmware with this model for the emulated board; from `cache` when the same was built before.

    Args:
        manifest: of the bundle.
        model: its int8 `.tflite`.
        cache: folder of the images; it is made.
    Raises:
        MissingToolError: the compiler is not installed; the message says how to install it.
        ValueError: it does not compile, or does not fit.
    """
    with tempfile.TemporaryDirectory(prefix="nestling-") as temporary:
        sketch = Path(temporary) / "nestling"
        write_sketch(manifest, model, sketch)
        elf = cache / f"board-{_digest(sketch)}.elf"
        if not elf.is_file():
            cache.mkdir(parents=True, exist_ok=True)
            built = Path(temporary) / "board.elf"
            _compile(sketch / "src", built)
            partial = cache / f".{elf.name}.{os.getpid()}"
            partial.write_bytes(built.read_bytes())
            partial.replace(elf)
    return read_image(elf)


@dataclass(frozen=True, kw_only=True)
class Size:
    """What a firmware takes of the board, the core's own part estimated."""

    flash_bytes: int
    ram_bytes: int

    def sentence(self) -> str:
        """For people."""
        parts = [
            f"{used:,} of {there:,} bytes of {what} ({used / there:.0%})"
            for what, used, there in (("flash", self.flash_bytes, FLASH_BYTES), ("RAM", self.ram_bytes, RAM_BYTES))
        ]
        return f"It takes about {' and '.join(parts)}, {CORE_FLASH_BYTES:,} and {CORE_RAM_BYTES:,} of them the core's own."

    def check(self) -> None:
        """Raise ValueError when it does not fit."""
        if self.flash_bytes > FLASH_BYTES or self.ram_bytes > RAM_BYTES:
            raise ValueError("the model does not fit onto the board; train with a smaller preset")


def measure(manifest: Mapping[str, Any], model: bytes, cache: Path, runtime: str) -> Size:
    """What the bundle's firmware takes of a board; raises as `build_image`.

    TFLM's sources are not here: with it, its usual code and the manifest's arena stand for what generated C++ would take.
    """
    image = build_image(manifest, model, cache)
    flash, ram = image.flash_bytes + CORE_FLASH_BYTES, image.ram_bytes + _ADAPTERS_RAM_BYTES + CORE_RAM_BYTES
    if runtime == "tflm":
        flash, ram = flash + len(model) + _TFLM_FLASH_BYTES, ram + (manifest.get("arena_bytes") or 0)
    return Size(flash_bytes=flash, ram_bytes=ram)


def _compile(source: Path, elf: Path) -> None:
    sources = [path for path in sorted(source.rglob("*.cpp")) if "adapters" not in path.relative_to(source).parts]
    Toolchain().build([*sources, EMULATOR / "board.cpp"], elf, [source], keep=_ENTRIES)


def _digest(sketch: Path) -> str:
    """Of everything that the image is made of."""
    digest = hashlib.sha256(repr((CPU_FLAGS, COMMON_FLAGS, CXX_FLAGS)).encode())
    for root in (sketch, EMULATOR):
        for path in sorted(path for path in root.rglob("*") if path.is_file()):
            digest.update(f"{path.relative_to(root).as_posix()}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:24]
