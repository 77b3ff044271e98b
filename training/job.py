"""The process that the server starts for a job: JSON lines on standard output, exit code 0 when it was done.

`python -m training.job --settings FILE`; the file is one JSON object: "task", the project's "kind", "project", "job", the folders
"clips", "exports" and "data", where its "result" goes, and what the task itself is told (`server.job_kinds`).
"""

import argparse
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from training.run import Emit, print_line

Settings = dict[str, Any]


def main(arguments: list[str] | None = None) -> int:
    """Do what the settings say; 1 with an `error` event where that cannot be done."""
    parser = argparse.ArgumentParser(description="Do one job for the server.")
    parser.add_argument("--settings", type=Path, required=True, help="a JSON file: what to do")
    parser.add_argument("--watch-stdin", action="store_true", help="end when standard input closes")
    options = parser.parse_args(arguments)
    if options.watch_stdin:
        threading.Thread(target=end_with_stdin, daemon=True, name="watch-stdin").start()
    # Leave by an exception, so that what is half written is removed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        settings = json.loads(options.settings.read_text(encoding="utf-8"))
        TASKS[settings["task"]](settings, print_line)
    except ValueError as error:
        print_line({"event": "error", "detail": str(error)})
        return 1
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        print_line({"event": "error", "detail": f"{where}{error.strerror or error}. Nothing was made."})
        return 1
    return 0


def _train(settings: Settings, emit: Emit) -> None:
    if settings["kind"] == "vision":
        from training.run import RunConfig
        from training.vision.train import train as train_photos

        train_photos(RunConfig(**_run(settings)), emit)
        return
    from training.features.params import MfccParams
    from training.speech.train import TrainConfig, train

    params = MfccParams.from_dict(settings["params"])
    train(TrainConfig(**_run(settings), params=params, design=_design(settings)), emit)


def _embed(settings: Settings, emit: Emit) -> None:
    from training.speech.embed import EmbedConfig, embed

    folders = {"clips": Path(settings["clips"]), "bundle": Path(settings["exports"], settings["bundle"])}
    embed(EmbedConfig(**folders, name=settings["bundle"], result=Path(settings["result"])), emit)


def _kfold(settings: Settings, emit: Emit) -> None:
    from training.features.params import MfccParams
    from training.speech.kfold import FoldConfig, cross_validate

    config = FoldConfig(
        clips=Path(settings["clips"]),
        labels=tuple(settings["labels"]),
        folds=settings["folds"],
        epochs=settings["epochs"],
        seed=settings["seed"],
        params=MfccParams.from_dict(settings["params"]),
        design=_design(settings),
        result=Path(settings["result"]),
    )
    cross_validate(config, emit)


def _flash(settings: Settings, emit: Emit) -> None:
    from training.convert.flash import run

    run(settings, emit)


def _search(settings: Settings, emit: Emit) -> None:
    from training.search.config import SearchConfig
    from training.search.run import search_to_file

    search_to_file(SearchConfig.of_job(settings), Path(settings["result"]), emit)


TASKS: dict[str, Callable[[Settings, Emit], None]] = {
    "train": _train,
    "kfold": _kfold,
    "embed": _embed,
    "flash": _flash,
    "search": _search,
}


def _run(settings: Settings) -> dict[str, Any]:
    """What every run is told."""
    bundle = Path(settings["exports"], settings["project"], settings["run"])
    names = {name: settings[name] for name in ("project", "run", "epochs", "seed")}
    return {"clips": Path(settings["clips"]), "labels": tuple(settings["labels"]), "bundle": bundle, **names}


def _design(settings: Settings) -> Any:
    """The network; an expert's with the file that the server has named."""
    from training.speech.design import check_design

    return check_design(settings["design"]).with_file(settings.get("expert_model"))


def end_with_stdin() -> None:
    """End this process in an orderly way when its standard input closes; call it in a thread of its own."""
    # Not sys.stdin: its lock, held by a daemon thread at exit, aborts the interpreter.
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
