"""The commands of `nestling` that train, judge and run models. Training is imported inside: TensorFlow takes seconds to load."""

import importlib
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Column, Table

from server.project_settings import ProjectSettings, read_settings
from server.settings import CHECKOUT
from training.convert.manifest import KINDS, check_name, read_manifest
from training.labels import UNKNOWN, check_label
from training.run import MAX_EPOCHS
from training.speech.design import Design, check_design
from training.speech.presets import DEFAULT_EPOCHS, DEFAULT_PRESET, PRESETS
from training.vision.presets import DEFAULT_EPOCHS as VISION_EPOCHS

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
RECORDING = click.Path(exists=True, dir_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
ENGINES = click.option(
    "--engine", type=click.Choice(["float", "int8"]), show_default="int8 for recordings, float for photos",
    help="int8 is what the board runs, in the TFLM interpreter; float is the Keras model.",
)  # fmt: skip
BUNDLE = click.option("--bundle", type=FOLDER, required=True, help="Folder of the bundle.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


def _parse_labels(context: click.Context, parameter: click.Parameter, value: str | None) -> tuple[str, ...]:
    if value is None:
        return ()
    try:
        return tuple(check_label(label.strip()) for label in value.split(","))
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def _parse_name(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    try:
        return None if value is None else check_name(value, str(parameter.name))
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


@click.command()
@click.option("--project", callback=_parse_name, help="Train on the clips of this project.")
@click.option("--clips", type=FOLDER, help="Train on a folder <label>/<file> instead.")
@click.option("--kind", type=click.Choice(KINDS), show_default="the project's, else speech", help="Recordings or photos.")
@click.option("--labels", callback=_parse_labels, show_default="for photos, every folder",
              help="What to tell apart, as in yes,no. Other recordings are unknown, other photos are left out.")  # fmt: skip
@click.option("--epochs", type=click.IntRange(1, MAX_EPOCHS), show_default=f"{DEFAULT_EPOCHS}, for photos {VISION_EPOCHS}",
              help="Training passes.")  # fmt: skip
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=1, show_default=True, help="The same seed, the same model.")
@click.option("--preset", type=click.Choice(list(PRESETS)), show_default=f"the project's, else {DEFAULT_PRESET}",
              help="The network, for recordings.")  # fmt: skip
@click.option("--design", type=FILE, help="A network of your own instead: its layers as JSON (DESIGN.md says how).")
@click.option("--expert-model", type=FILE, help="A network of your own instead: a Python file with build(input_shape, n_labels).")
@click.option("--head-start/--from-scratch", default=True, show_default=True,
              help="Begin with a body that can tell hundreds of words apart, where there is one for the network.")  # fmt: skip
@click.option("--synthetic/--no-synthetic", default=True, show_default=True,
              help="Learn from words of synthetic voices, too.")  # fmt: skip
@click.option("--run", callback=_parse_name, help="Name of the bundle.  [default: date and time]")
@click.option("--exports", type=click.Path(file_okay=False, path_type=Path), default=CHECKOUT / "exports",
              show_default="<checkout>/exports", help="Where the bundle goes: <exports>/<project>/<run>.")  # fmt: skip
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), default=CHECKOUT / "data",
              show_default="<checkout>/data", help="Where the projects are kept.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line while training.")
def train(
    project: str | None, clips: Path | None, kind: str | None, labels: tuple[str, ...], epochs: int | None, seed: int,
    preset: str | None, design: Path | None, expert_model: Path | None, head_start: bool, synthetic: bool, run: str | None,
    exports: Path, data: Path, as_json: bool,
) -> None:  # fmt: skip
    """Train a model on recorded words or on photos and write its bundle, checked, for the phone and the board.

    Of a project, its own preprocessing and design are used, as its page does.
    """
    if (project is None) == (clips is None):
        raise click.UsageError("name either --project or --clips")
    folder, kind = (clips, kind or "speech") if clips else _project_folder(data / "projects" / str(project), kind)
    _check_fits(kind, labels, [preset, design, expert_model])
    with sentences():
        settings = read_settings(folder.parent) if project else ProjectSettings()
        network = _network(preset, design, expert_model, settings)
    project = project or _slug(folder.resolve().name)
    run = run or datetime.now().strftime("%Y%m%d-%H%M%S")
    epochs = epochs or (VISION_EPOCHS if kind == "vision" else DEFAULT_EPOCHS)
    from training.run import RunConfig, print_line

    with sentences(), _training_progress(epochs, print_line if as_json else None) as emit:
        config = RunConfig(
            clips=folder, labels=labels, bundle=exports / project / run, project=project, run=run, epochs=epochs, seed=seed
        )
        manifest = _train(kind, config, settings, {"design": network, "head_start": head_start, "synthetic": synthetic}, emit)
    if not as_json:
        _print_trained(manifest, config.bundle)


def _project_folder(project: Path, kind: str | None) -> tuple[Path, str]:
    """Where a project's clips lie, and of what kind they are."""
    folders = {"speech": project / "clips", "vision": project / "photos"}
    found = next((name for name, folder in folders.items() if folder.is_dir()), None)
    if found and kind not in (None, found):
        raise click.UsageError(f"project {project.name!r} is of the kind {found}, not {kind}")
    kind = found or kind or "speech"
    return folders[kind], kind


def _check_fits(kind: str, labels: tuple[str, ...], networks: Sequence[object]) -> None:
    if kind == "speech" and not labels:
        raise click.UsageError("name the words to tell apart: --labels yes,no")
    if sum(network is not None for network in networks) > 1:
        raise click.UsageError("name one network: --preset, --design or --expert-model")
    if kind == "vision" and any(networks):
        raise click.UsageError(
            "--preset, --design and --expert-model choose a network for recordings; photos have one network only"
        )


def _network(preset: str | None, file: Path | None, expert_model: Path | None, settings: ProjectSettings) -> Design:
    """The network that was asked for, else the project's, else the default. Raises ValueError."""
    if expert_model:
        return check_design({"expert": True}).with_file(expert_model)
    if file:
        try:
            return check_design(json.loads(file.read_text(encoding="utf-8")))
        except ValueError as error:
            raise ValueError(f"{file} is no design: {error}") from error
    return check_design({"preset": preset} if preset else settings.design or {"preset": DEFAULT_PRESET})


def _train(
    kind: str, config: Any, settings: ProjectSettings, network: Mapping[str, Any], emit: Callable[[dict[str, Any]], None]
) -> dict[str, Any]:
    if kind == "vision":
        from training.vision.train import train as train_vision

        return train_vision(config, emit)
    from training.speech.train import TrainConfig
    from training.speech.train import train as train_speech

    return train_speech(TrainConfig(**vars(config), params=settings.front_end(), **network), emit)


@click.command()
@BUNDLE
@click.option("--clips", type=FOLDER, required=True, help="Folder <label>/<file>; what is no label of the bundle is unknown.")
@ENGINES
@click.option(
    "--stream", "on_stream", is_flag=True, help="Judge it on a stream of the clips in noise: FRR and false accepts an hour."
)
@click.option(
    "--negatives", type=FOLDER, help="With --stream: a folder of recordings in which nobody says a keyword, however long."
)
@click.option(
    "--seed", type=click.IntRange(0, 2**31 - 1), show_default="1", help="With --stream: the same seed, the same stream."
)
@JSON
def evaluate(
    bundle: Path, clips: Path, engine: str | None, on_stream: bool, negatives: Path | None, seed: int | None, as_json: bool
) -> None:
    """Judge a bundle on recordings or photos: accuracy with its 95 % interval, confusion matrix, each prediction.

    With --stream, judge how it decides while it listens: which share of the keywords it misses, and how often an hour it hears
    one that nobody said, with each of its presets.
    """
    if on_stream:
        from server.cli_stream import evaluate_stream

        evaluate_stream(bundle, clips, negatives, engine, 1 if seed is None else seed, as_json)
        return
    if negatives or seed is not None:
        raise click.UsageError("--negatives and --seed go with --stream")
    with sentences(), counting("reading clips") as progress:
        judge, engine = _judge(bundle, engine)
        result = judge.evaluate(bundle, clips, engine, progress)
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False))
    else:
        _print_metrics(result, result["labels"], f"{engine}, {clips}")


@click.command()
@BUNDLE
@click.argument("files", type=FILE, nargs=-1, required=True)
@ENGINES
@JSON
def classify(bundle: Path, files: tuple[Path, ...], engine: str | None, as_json: bool) -> None:
    """Say what each recording or photo holds, where in a recording the word is, and how sure the model is."""
    with sentences(), counting("classifying") as progress:
        judge, engine = _judge(bundle, engine)
        results = judge.classify(bundle, files, engine, progress)
    if as_json:
        click.echo(json.dumps(results, ensure_ascii=False))
    elif read_manifest(bundle)["kind"] == "vision":
        _print_guesses(results)
    else:
        _print_words(results, read_manifest(bundle)["labels"])


def _judge(bundle: Path, engine: str | None) -> tuple[Any, str]:
    """The module that judges such a bundle, and the engine to run it with."""
    if read_manifest(bundle)["kind"] == "vision":
        module, engine = "training.vision.evaluate", engine or "float"
    else:
        module, engine = "training.speech.evaluate", engine or "int8"
    if engine == "float":  # Keras brings TensorFlow, and TensorFlow its notices: have them out of the way
        from training.quiet import import_tensorflow

        import_tensorflow()
    return importlib.import_module(module), engine


def _print_words(results: list[dict[str, Any]], labels: list[str]) -> None:
    table = Table(Column("file", overflow="fold"), "at", "label", *labels)
    for result in results:
        scores = (f"{result['scores'][label]:.2f}" for label in labels)
        table.add_row(result["file"], f"{result['at_s']:.2f} s", f"[bold]{result['label']}[/bold]", *scores)
    Console().print(table)


def _print_guesses(results: list[dict[str, Any]]) -> None:
    table = Table(Column("file", overflow="fold"), "label", "best scores")
    for result in results:
        guesses = ", ".join(f"{name} {score:.2f}" for name, score in result["scores"].items())
        table.add_row(result["file"], f"[bold]{result['label']}[/bold]", guesses)
    Console().print(table)


@click.command()
@click.argument("file", type=RECORDING)
@JSON
def features(file: Path, as_json: bool) -> None:
    """Compute the MFCCs of a recording with the default front end."""
    from training.features import extract, load_default
    from training.speech.audio import read_clip

    params = load_default()
    with sentences():
        mfcc = extract(read_clip(file, params.sample_rate), params)
    if as_json:
        result = {"params": params.to_dict(), "params_crc32": params.crc32, "shape": list(mfcc.shape), "mfcc": mfcc.tolist()}
        click.echo(json.dumps(result))
        return
    table = Table("coefficient", "mean", "lowest", "highest", title=f"{len(mfcc)} frames, parameters {params.crc32}")
    for index, column in enumerate(mfcc.T):
        table.add_row(str(index), *(f"{value:.2f}" for value in (column.mean(), column.min(), column.max())))
    Console().print(table)


@contextmanager
def sentences() -> Iterator[None]:
    """Turn what a person can mend into one sentence and exit code 1."""
    try:
        yield
    except ValueError as error:
        sentence = str(error)
    except OSError as error:
        sentence = f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror or error)
    else:
        return
    click.echo(f"nestling: {sentence}", err=True)
    sys.exit(1)


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40].strip("-") or "clips"


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


@contextmanager
def counting(what: str) -> Iterator[Callable[[int, int], None]]:
    """How far something long has come, on standard error: call what it gives with how many are done, and of how many."""
    with _bar() as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextmanager
def _training_progress(
    epochs: int, print_line: Callable[[dict[str, Any]], None] | None
) -> Iterator[Callable[[dict[str, Any]], None]]:
    """Events go to standard output as JSON lines where these are asked for, else to a progress bar on standard error."""
    if print_line:
        yield print_line
        return
    with _bar() as bar:
        task = bar.add_task("reading clips", total=epochs)

        def show(event: dict[str, Any]) -> None:
            if event["event"] == "epoch":
                said = f"training, loss {event['loss']:.3f}, accuracy {event['accuracy']:.0%}"
                bar.update(task, description=said, completed=event["epoch"])
            elif event["event"] == "stage":
                bar.update(task, description=event["detail"])
            elif event["event"] == "warning":
                bar.console.print(f"[yellow]{event['detail']}[/yellow]")

        yield show


def _print_trained(manifest: dict[str, Any], bundle: Path) -> None:
    for engine, splits in manifest["metrics"].items():
        for split, metrics in splits.items():
            click.echo(f"{engine:5}  {split:10}  {describe_accuracy(metrics)}")
    if model := manifest["files"].get("model_int8.tflite"):
        arena = manifest["arena_bytes"]
        click.echo(f"int8 model {model['bytes']:,} bytes" + (f", arena {arena:,} bytes" if arena else ""))
    click.echo(f"bundle {bundle}")


def describe_accuracy(metrics: dict[str, Any]) -> str:
    """An accuracy with its interval, as in "94 % (74-99 %, 18 clips)"."""
    if not metrics["n"]:
        return f"no clips of {UNKNOWN} or of the labels"
    low, high = metrics["interval_95"]
    return f"{metrics['accuracy']:.1%} ({low:.1%} to {high:.1%}, {metrics['n']} clips)"


def _print_metrics(result: dict[str, Any], labels: list[str], title: str) -> None:
    console = Console()
    console.print(f"accuracy {describe_accuracy(result)}", highlight=False)
    table = Table("true \\ predicted", *labels, "precision", "recall", title=title, title_justify="left")
    for label, row in zip(labels, result["confusion"], strict=True):
        scores = (result["per_label"][label][name] for name in ("precision", "recall"))
        table.add_row(label, *map(str, row), *("" if score is None else f"{score:.1%}" for score in scores))
    console.print(table)
