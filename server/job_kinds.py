"""What can be asked of the computer in the background: each kind of job, with what it may be told. What a kind does is the
business of a task of the same name in `training.job`.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from server.board.bridge import Bridge
from server.bundles import Bundles
from server.errors import MissingError, RefusedError
from server.names import check_label
from server.project_settings import ProjectSettings
from training.convert.manifest import check_name
from training.labels import UNKNOWN
from training.run import MAX_EPOCHS, MAX_SEED
from training.search.config import DEFAULT_EPOCHS as DEFAULT_SEARCH_EPOCHS
from training.search.config import DEFAULT_TRIALS, MAX_TRIALS, MAX_WORKERS, Limits
from training.search.config import MAX_EPOCHS as MAX_SEARCH_EPOCHS
from training.speech.clips import check_trainable as check_recordings
from training.speech.design import check_design, check_trainable
from training.speech.folds import DEFAULT_FOLDS, MAX_FOLDS, MIN_FOLDS, check_foldable
from training.speech.presets import DEFAULT_EPOCHS, DEFAULT_PRESET
from training.vision.clips import check_trainable as check_photos
from training.vision.presets import DEFAULT_EPOCHS as VISION_EPOCHS

HEAVY, LIGHT = "heavy", "light"
LANES = (HEAVY, LIGHT)  # one job of each at a time: what takes both cores for long holds up nothing short
_MAX_LABELS = 50
RUNTIMES = ("generated", "tflm")  # what runs the model on a board: C++ made of it, or the interpreter
_BOARDS = ("arduino", "bootloader")  # kinds of port


@dataclass(frozen=True, kw_only=True)
class Context:
    """The project that a job is for: its name, kind, number of clips by label and settings; all bundles; and the board."""

    project: str
    kind: str
    counts: Mapping[str, int]
    settings: ProjectSettings
    bundles: Bundles
    board: Bridge
    has_expert_model: bool = False  # whether the person at the server allows a network of their own file


@dataclass(frozen=True, kw_only=True)
class JobKind:
    """One kind of job.

    `check(values, context)` gives what the job is to do, complete, from what the client asked for ("kind" is left out); it raises
    RefusedError. `makes_bundle`: whether it ends with a bundle, whose run is then named. `takes_port`: whether nothing else may
    use the serial port that it names while it runs.
    """

    lane: str
    check: Callable[[Mapping[str, Any], Context], dict[str, Any]]
    makes_bundle: bool = False
    takes_port: bool = False


@dataclass(frozen=True)
class _Rules:
    """What can be asked of training: by whom the labels are checked, and for how long."""

    check: Callable[[Mapping[str, int], Iterable[str]], list[str]]
    epochs: int


def _words(counts: Mapping[str, int], labels: Iterable[str]) -> list[str]:
    """The words of a model for sounds, which has `unknown` by itself."""
    return [label for label in check_recordings(counts, labels) if label != UNKNOWN]


_RULES = {"speech": _Rules(_words, DEFAULT_EPOCHS), "vision": _Rules(check_photos, VISION_EPOCHS)}


def check_training(values: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """A training run: {"labels", "epochs", "seed"}, and for recordings the front end and the network, "params" and "design"."""
    check_names(values, ("labels", "epochs", "seed", "preset"))
    rules, labels = _RULES[context.kind], check_labels(values.get("labels"), context)
    return {
        "labels": labels,
        "epochs": whole_number("epochs", values.get("epochs", rules.epochs), 1, MAX_EPOCHS),
        "seed": whole_number("seed", values.get("seed", 1), 0, MAX_SEED),
        **_front_end_and_network(values, context, len(labels) + 1),
    }


def check_folds(values: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """A cross-validation: {"labels", "folds", "epochs", "seed", "params", "design"}."""
    check_names(values, ("labels", "folds", "epochs", "seed"))
    if context.kind != "speech":
        raise RefusedError("a cross-validation is for recordings; a model for photos is judged on its test photos")
    labels = check_labels(values.get("labels"), context)
    folds = whole_number("folds", values.get("folds", DEFAULT_FOLDS), MIN_FOLDS, MAX_FOLDS)
    try:
        check_foldable(context.counts, labels, folds)
    except ValueError as error:
        raise RefusedError(str(error)) from error
    return {"folds": folds, **check_training({name: value for name, value in values.items() if name != "folds"}, context)}


def check_embedding(values: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """All clips through a model: {"bundle"}. Raises MissingError when there is no such bundle."""
    check_names(values, ("bundle",))
    path = values.get("bundle")
    if not isinstance(path, str):
        raise RefusedError("bundle must be the path of a bundle, for example 'words/20261128-201500-1a2b'")
    bundle, _ = context.bundles.file(f"{path}/model.keras")
    if (context.kind, bundle.manifest["kind"]) != ("speech", "speech"):
        raise RefusedError("only recordings can be passed through a model for sounds; photos are laid out by their colours")
    return {"bundle": path}


def check_flashing(values: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """A model onto the board: {"bundle", "port", "runtime"?}. Raises MissingError when there is no such bundle or port."""
    check_names(values, ("bundle", "port", "runtime"))
    path, name, runtime = values.get("bundle"), values.get("port"), values.get("runtime", RUNTIMES[0])
    if not isinstance(path, str) or not isinstance(name, str):
        raise RefusedError("bundle must be the path of a bundle, and port the name of a port from /board/ports")
    if runtime not in RUNTIMES:
        raise RefusedError(f"runtime must be one of {', '.join(RUNTIMES)}, got {str(runtime)[:40]!r}")
    bundle, _ = context.bundles.file(f"{path}/manifest.json")
    if bundle.manifest["kind"] != "speech":
        raise RefusedError(f"bundle {path!r} is a model for photos, which no board here runs; choose one for words")
    ports = _flashable(context.board.ports())
    if name not in ports:
        raise MissingError(
            f"there is no board to flash on port {name[:80]!r}; plug it in, then choose one of: {', '.join(ports) or 'none'}"
        )
    return {"bundle": path, "port": name, "runtime": runtime}


def check_search(values: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """A search: {"labels", "trials", "workers", "epochs", "limits", "name", "seed"}, and "params", the project's front end."""
    check_names(values, ("labels", "trials", "workers", "epochs", "limits", "name", "seed"))
    if context.kind != "speech":
        raise RefusedError("there is one network for photos and nothing to search; train it as it is")
    config = {
        "labels": check_labels(values.get("labels"), context),
        "trials": whole_number("trials", values.get("trials", DEFAULT_TRIALS), 1, MAX_TRIALS),
        "workers": whole_number("workers", values.get("workers", 1), 1, MAX_WORKERS),
        "epochs": whole_number("epochs", values.get("epochs", DEFAULT_SEARCH_EPOCHS), 1, MAX_SEARCH_EPOCHS),
        "seed": whole_number("seed", values.get("seed", 1), 0, MAX_SEED),
        "params": context.settings.front_end().to_dict(),
    }
    name = values.get("name", f"{datetime.now(UTC):%Y%m%d-%H%M%S}")
    try:
        return {**config, "limits": asdict(Limits.from_dict(values.get("limits", {}))), "name": check_name(str(name), "search")}
    except ValueError as error:
        raise RefusedError(str(error)) from error


def _flashable(found: Mapping[str, Any]) -> list[str]:
    """Names of the ports where a board hangs on this machine itself; another serial device only where it was chosen."""
    used = found["chosen"]
    return [
        port["name"] for port in found["ports"] if port["kind"] in _BOARDS or (port["kind"] == "serial" and port["name"] == used)
    ]


def check_names(values: Mapping[str, Any], known: Collection[str]) -> None:
    """Raise RefusedError at a setting that a job of this kind does not have."""
    if unknown := sorted(set(values) - {*known}):
        raise RefusedError(f"a job has no setting {unknown[0][:40]!r}")


def check_labels(labels: object, context: Context) -> list[str]:
    """The labels to tell apart. Raises RefusedError when they are malformed, or have too few clips."""
    if not isinstance(labels, list) or not 1 <= len(labels) <= _MAX_LABELS:
        raise RefusedError(f"labels must be a list of 1 to {_MAX_LABELS} labels, for example ['yes', 'no']")
    try:
        return _RULES[context.kind].check(context.counts, [check_label(label) for label in labels])
    except ValueError as error:
        raise RefusedError(str(error)) from error


def whole_number(name: str, value: object, lowest: int, highest: int) -> int:
    """The value, when it is such a number. Raises RefusedError."""
    if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
        raise RefusedError(f"{name} must be a whole number from {lowest} to {highest}, got {str(value)[:40]!r}")
    return value


def _front_end_and_network(values: Mapping[str, Any], context: Context, n_labels: int) -> dict[str, Any]:
    """Complete copies, so that any two runs can be compared. Refuses what cannot be trained, in the sentence of its cost."""
    if context.kind != "speech":
        if "preset" in values:
            raise RefusedError("there is one network for photos, so a job has no preset; leave it out")
        return {}
    params = context.settings.front_end()
    wanted = {"preset": values["preset"]} if "preset" in values else context.settings.design or {"preset": DEFAULT_PRESET}
    try:
        design = check_design(wanted)
        check_trainable(design, params, n_labels)
    except ValueError as error:
        raise RefusedError(str(error)) from error
    if design.expert and not context.has_expert_model:
        raise RefusedError(
            "this project's design is an expert's file, which this server was started without; "
            "choose another design, or start it with `nestling serve --expert-model FILE`"
        )
    return {"params": params.to_dict(), "design": design.to_dict()}


KINDS: dict[str, JobKind] = {
    "train": JobKind(lane=HEAVY, check=check_training, makes_bundle=True),
    "kfold": JobKind(lane=HEAVY, check=check_folds),
    "search": JobKind(lane=HEAVY, check=check_search),
    "embed": JobKind(lane=LIGHT, check=check_embedding),
    "flash": JobKind(lane=LIGHT, check=check_flashing, takes_port=True),
}
