"""A bundle onto the board that is plugged in: does it fit, its sketch, arduino-cli. Also a task of `training.job`."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from training.convert.arduino_cli import ArduinoCli, Say
from training.convert.board_image import measure, read_model
from training.convert.cortexm import MissingToolError
from training.convert.sketch import write_sketch
from training.run import Emit

Tell = Callable[[str, str], object]  # a stage (size, compile, upload), and what is to be said of it


def flash(bundle: Path, port: str, runtime: str, tell: Tell, say: Say, images: Path | None = None) -> str:
    """Compile a bundle's sketch and put it onto the board.

    Args:
        bundle: its folder.
        port: of the board.
        runtime: what runs the model there, "generated" or "tflm".
        tell: is told of each stage.
        say: is told what arduino-cli says, line by line.
        images: where firmware that was built to be measured is kept; else it is not kept.
    Returns:
        The bundle's name, `<project>/<run>`.
    Raises:
        ValueError: it is no bundle for a board, does not fit, or arduino-cli is missing or fails; the message says what to do.
    """
    with tempfile.TemporaryDirectory(prefix="nestling-") as temporary:
        manifest, model = read_model(bundle)
        try:
            size = measure(manifest, model, images or Path(temporary) / "images", runtime)
            tell("size", size.sentence())
            size.check()
        except MissingToolError as error:
            tell("size", f"Whether it fits is not known before compiling: {error}")
        arduino = ArduinoCli(runtime)
        sketch = Path(temporary) / "nestling"
        write_sketch(manifest, model, sketch, runtime)
        tell("compile", "Compiling, which takes some minutes the first time ...")
        arduino.compile(sketch, say)
        tell("upload", f"Uploading to {port} ...")
        arduino.upload(sketch, port, say)
    return f"{manifest['project']}/{manifest['run']}"


def run(settings: dict[str, Any], emit: Emit) -> None:
    """The task: {"exports", "data", "bundle", "port", "runtime"}. Events as in DESIGN.md; raises as `flash`."""
    started = time.monotonic()
    port, runtime = settings["port"], settings["runtime"]
    emit({"event": "start", "bundle": settings["bundle"], "port": port, "runtime": runtime})
    name = flash(
        Path(settings["exports"], settings["bundle"]),
        port,
        runtime,
        lambda stage, detail: emit({"event": "stage", "stage": stage, "detail": detail}),
        lambda line: emit({"event": "output", "line": line}),
        Path(settings["data"], "firmware"),
    )
    emit({"event": "done", "runs": name, "port": port, "seconds": round(time.monotonic() - started, 1)})
