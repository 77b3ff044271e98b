"""The process that the server starts to train: JSON lines on standard output, exit code 0 when a bundle was written.

`python -m training.job --kind speech|vision ...`; what is trained is the business of `training.speech` and `training.vision`.
"""

import argparse
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from training.run import print_line
from training.speech.presets import DEFAULT_EPOCHS, DEFAULT_PRESET
from training.vision.presets import DEFAULT_EPOCHS as VISION_EPOCHS


def main(arguments: list[str] | None = None) -> int:
    """Train as the arguments say; 1 with an `error` event where that cannot be done."""
    parser = argparse.ArgumentParser(description="Train a model and write its bundle.")
    parser.add_argument("--kind", choices=list(_TRAINERS), default="speech", help="what the clips are: recordings or photos")
    parser.add_argument("--clips", type=Path, required=True, help="folder <label>/<file>")
    parser.add_argument("--labels", required=True, help="labels to tell apart, separated by commas")
    parser.add_argument("--exports", type=Path, required=True, help="folder of the bundles")
    parser.add_argument("--project", required=True)
    parser.add_argument("--run", required=True)
    parser.add_argument("--preset", default=DEFAULT_PRESET, help="the network, for recordings")
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--watch-stdin", action="store_true", help="end when standard input closes")
    options = parser.parse_args(arguments)
    if options.watch_stdin:
        threading.Thread(target=_end_with_stdin, daemon=True, name="watch-stdin").start()
    # Leave by an exception, so that a half-written bundle is removed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        _TRAINERS[options.kind](options)
    except ValueError as error:
        print_line({"event": "error", "detail": str(error)})
        return 1
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        print_line({"event": "error", "detail": f"{where}{error.strerror or error}. No bundle was written."})
        return 1
    return 0


def _train_speech(options: argparse.Namespace) -> None:
    from training.speech.train import TrainConfig, train

    epochs = DEFAULT_EPOCHS if options.epochs is None else options.epochs
    train(TrainConfig(**_common(options), epochs=epochs, preset=options.preset), print_line)


def _train_vision(options: argparse.Namespace) -> None:
    from training.run import RunConfig
    from training.vision.train import train

    epochs = VISION_EPOCHS if options.epochs is None else options.epochs
    train(RunConfig(**_common(options), epochs=epochs), print_line)


_TRAINERS: dict[str, Callable[[argparse.Namespace], None]] = {"speech": _train_speech, "vision": _train_vision}


def _common(options: argparse.Namespace) -> dict[str, Any]:
    bundle = options.exports / options.project / options.run
    labels = tuple(options.labels.split(","))
    names = {"project": options.project, "run": options.run, "seed": options.seed}
    return {"clips": options.clips, "labels": labels, "bundle": bundle, **names}


def _end_with_stdin() -> None:
    # Not sys.stdin: its lock, held by a daemon thread at exit, aborts the interpreter.
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
