"""`make bench-firmware`: what the firmware takes on the board, in one table. With --write it becomes the baseline.

Instructions on a Cortex-M4F in the emulator, of one inference or of one frame of features; bytes of arena and flash.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from server.board.virtual import Firmware
from training.convert.board_image import build_image, read_model
from training.convert.codegen import generate
from training.convert.codegen.bench import BoardModel, random_inputs
from training.convert.cortexm import Machine, Toolchain
from training.quiet import import_tensorflow, silent_stderr

SHIPPED = Path(__file__).parents[2] / "exports" / "yes-no" / "model_int8.tflite"
BASELINE = Path(__file__).with_name("baseline.json")
SECONDS = 5
MEASURES = ("instructions", "arena_bytes", "flash_bytes")

Numbers = dict[str, dict[str, int]]


def measure(folder: Path) -> Numbers:
    """By what runs: the measures that it has."""
    return {"mfcc_frame": _measure_frame(folder / "mfcc"), **_measure_models(folder)}


def read_baseline() -> Numbers:
    return json.loads(BASELINE.read_text(encoding="utf-8"))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder))
        seconds = time_virtual_board(Path(folder))
    if "--write" in sys.argv[1:]:
        BASELINE.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    _print(found, read_baseline())
    print(f"virtual board: {SECONDS} s of sound in {seconds:.2f} s")


def time_virtual_board(folder: Path) -> float:
    """Seconds that the emulated board takes for `SECONDS` of noise; it must stay below, to keep up with a microphone."""
    firmware = Firmware(Machine(build_image(*read_model(SHIPPED.parent), folder / "board")))
    pcm = np.random.default_rng(0).normal(0, 1000, SECONDS * 16_000).astype(np.int16)
    started = time.perf_counter()
    for start in range(0, len(pcm), 320):
        firmware.turn(pcm[start : start + 320])
    return time.perf_counter() - started


def _measure_models(folder: Path) -> Numbers:
    import_tensorflow()
    from tests.firmware import models

    with silent_stderr():
        made = {"mlperf_ds_cnn": models.convert(models.DS_CNN), "preset_ds_cnn": models.preset_ds_cnn()}
    found = {}
    for name, model in (made | {"shipped": SHIPPED.read_bytes()}).items():
        generated = generate(model)
        board = BoardModel(generated, folder / name)
        counts = (board.count(random_inputs(generated, 4)[3]), generated.arena_bytes, board.image.flash_bytes)
        found[name] = dict(zip(MEASURES, counts, strict=True))
    return found


def _measure_frame(folder: Path) -> dict[str, int]:
    from tests.firmware.test_frontend import FIRMWARE, PARAMS, write_tables

    folder.mkdir()
    sources = [FIRMWARE / "emulator" / "frontend.cpp", *write_tables(PARAMS, folder)]
    image = Toolchain().build(sources, folder / "frontend.elf", [folder], keep=["ProcessFrame"])
    machine = Machine(image)
    frame = np.random.default_rng(1).normal(0, 3000, PARAMS.frame_length).astype(np.int16)
    machine.write("frame", frame.tobytes())
    return {"instructions": machine.count("ProcessFrame")[1], "flash_bytes": image.flash_bytes}


def _print(found: Numbers, baseline: Numbers) -> None:
    table = Table("", *(measure.replace("_", " ") for measure in MEASURES))
    for name, numbers in found.items():
        cells = []
        for measure in MEASURES:
            value, before = numbers.get(measure), baseline.get(name, {}).get(measure)
            change = f" ({value / before - 1:+.1%})" if value and before and value != before else ""
            cells.append("" if value is None else f"{value:,}{change}")
        table.add_row(name, *cells)
    Console().print(table)


if __name__ == "__main__":
    main()
