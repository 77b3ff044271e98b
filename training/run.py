"""What every training run has, of words or of photos: its settings, the events that it prints, its part of the manifest."""

import importlib.metadata
import json
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from training.clips import FRACTIONS

MAX_EPOCHS = 500
MAX_SEED = 2**31 - 1
_LOGS = ("loss", "accuracy", "val_loss", "val_accuracy")

Emit = Callable[[dict[str, Any]], None]
Progress = Callable[[int, int], None]  # how many are done, and of how many


@dataclass(frozen=True, kw_only=True)
class RunConfig:
    """Everything that a run depends on; written into the manifest.

    Raises:
        ValueError: epochs or seed is out of range.
    """

    clips: Path
    labels: tuple[str, ...]
    bundle: Path
    project: str
    run: str
    epochs: int
    seed: int = 1
    fractions: tuple[float, float, float] = FRACTIONS
    licence: str = ""
    attribution: str = ""

    def __post_init__(self) -> None:
        if not 1 <= self.epochs <= MAX_EPOCHS:
            raise ValueError(f"epochs must be 1 to {MAX_EPOCHS}, got {self.epochs}")
        if not 0 <= self.seed <= MAX_SEED:
            raise ValueError(f"seed must be 0 to {MAX_SEED}, got {self.seed}")


def print_line(event: dict[str, Any]) -> None:
    """Print one event as one line of JSON, at once."""
    print(json.dumps(event, ensure_ascii=False), flush=True)


def emit_start(emit: Emit, config: RunConfig, preset: str, split_by: str, counts: Mapping[str, Mapping[str, int]]) -> None:
    """Say what is to be trained on how many clips: counts by label and split."""
    settings = {"preset": preset, "epochs": config.epochs, "seed": config.seed}
    emit({"event": "start", "labels": list(counts), "clips": counts, "split_by": split_by, **settings})


def emit_done(emit: Emit, config: RunConfig, manifest: Mapping[str, Any], started: float) -> None:
    """Say that the bundle is written. `started` is of `time.monotonic`."""
    where = {"bundle": f"{config.project}/{config.run}", "path": str(config.bundle)}
    seconds = round(time.monotonic() - started, 1)
    emit({"event": "done", **where, "metrics": manifest["metrics"], "seconds": seconds})


class EpochLines:
    """Turns Keras's logs into `epoch` events."""

    def __init__(self, epochs: int, emit: Emit) -> None:
        self._epochs, self._emit, self._started = epochs, emit, time.monotonic()

    def __call__(self, epoch: int, logs: Mapping[str, float]) -> None:
        values = {key: round(float(logs[key]), 5) for key in _LOGS if key in logs}
        seconds = round(time.monotonic() - self._started, 2)
        self._emit({"event": "epoch", "epoch": epoch + 1, "epochs": self._epochs} | values | {"seconds": seconds})


def counting(emit: Emit, stage: str, total: int, what: str) -> Callable[[int, int], None]:
    """Counts over several calls and says so at each tenth, as in "30 of 60 clips read"; its arguments are not looked at."""
    done = 0

    def advance(_number: int, _count: int) -> None:
        nonlocal done
        done += 1
        if done * 10 // total > (done - 1) * 10 // total:
            emit({"event": "stage", "stage": stage, "detail": f"{done} of {total} {what}", "n": done, "of": total})

    return advance


def describe_run(config: RunConfig, kind: str, labels: Sequence[str], packages: Sequence[str]) -> dict[str, Any]:
    """What the manifest of any kind says of the run itself.

    Args:
        config: its settings.
        kind: of the bundle.
        labels: the classes.
        packages: those whose versions are told.
    """
    return {
        "schema": 1,
        "kind": kind,
        "project": config.project,
        "run": config.run,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "labels": list(labels),
        "versions": versions(packages),
        "licence": config.licence,
        "attribution": config.attribution,
    }


def versions(packages: Sequence[str]) -> dict[str, str]:
    """Python's version and those of packages, by name."""
    return {"python": platform.python_version()} | {name: importlib.metadata.version(name) for name in packages}
