"""`nestling search`: look for the best front end and network of a project, with other machines where they share a database."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from server.cli_training import _parse_labels, _parse_name, _project_folder, sentences
from server.project_settings import NAME, ProjectSettings, parse
from server.settings import CHECKOUT
from training.search.config import (
    DEFAULT_EPOCHS,
    DEFAULT_NAME,
    DEFAULT_TRIALS,
    FOLDER,
    MAX_EPOCHS,
    MAX_TRIALS,
    MAX_WORKERS,
    STORAGE_VARIABLE,
    Limits,
    SearchConfig,
)

_TOLD = ("complete", "pruned", "infeasible", "failed")


def use_storage(context: click.Context, parameter: click.Parameter, value: str | None) -> None:
    """Hand the database's address on to every process that is started; it is shown nowhere, because it holds a password."""
    if not value:
        return
    from training.search.storage import parse_url

    try:
        parse_url(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
    os.environ[STORAGE_VARIABLE] = value


def storage_option(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The option that names a database for searches."""
    return click.option(
        name, envvar=STORAGE_VARIABLE, callback=use_storage, expose_value=False, metavar="URL",
        show_default="SQLite in the data folder",
        help=f"Database of searches, as in postgresql://name:password@host/database; also from {STORAGE_VARIABLE}.",
    )  # fmt: skip


@click.command()
@click.argument("project", callback=_parse_name)
@click.option("--labels", callback=_parse_labels, show_default="those of the search that it joins",
              help="What to tell apart, as in yes,no.")  # fmt: skip
@click.option("--name", callback=_parse_name, default=DEFAULT_NAME, show_default=True,
              help="The search; one that has begun by this name goes on.")  # fmt: skip
@click.option("--trials", type=click.IntRange(1, MAX_TRIALS), default=DEFAULT_TRIALS, show_default=True,
              help="How many there are to be in the end, on all machines together.")  # fmt: skip
@click.option("--workers", type=click.IntRange(1, MAX_WORKERS), default=1, show_default=True, help="Processes on this machine.")
@click.option(
    "--epochs", type=click.IntRange(1, MAX_EPOCHS), show_default=str(DEFAULT_EPOCHS), help="Training passes of a trial."
)
@click.option("--ram", type=click.IntRange(1), show_default=str(Limits().ram_bytes), help="Bytes of RAM the board has.")
@click.option("--flash", type=click.IntRange(1), show_default=str(Limits().flash_bytes), help="Bytes of flash the board has.")
@click.option("--instructions", type=click.IntRange(1), show_default=str(Limits().instructions),
              help="Instructions one inference may take.")  # fmt: skip
@storage_option("--storage")
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), default=CHECKOUT / "data",
              show_default="<checkout>/data", help="Where the projects are kept.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line while searching.")
def search(project: str, data: Path, as_json: bool, **asked: Any) -> None:
    """Search for the front end and the network that hear best for what they cost. Ctrl+C stops; the same command goes on."""
    from training.run import print_line

    with sentences():
        config = _config(project, data, asked)
        from training.search import run

        try:
            found = run.search(config, print_line if as_json else _tell)
        except KeyboardInterrupt:
            raise ValueError("stopped. The same command goes on where this one was.") from None
    if as_json:
        print_line({"event": "done", **found})
    else:
        _print_front(found)


def _config(project: str, data: Path, asked: dict[str, Any]) -> SearchConfig:
    """What was asked for; what was not is that of the search by this name, else the default."""
    clips, kind = _project_folder(data / "projects" / project, None)
    if kind != "speech":
        raise ValueError("there is one network for photos and nothing to search; train it as it is")
    from training.search import study
    from training.search.storage import Storage, address_of

    where: dict[str, Any] = {"project": project, "name": asked["name"], "clips": clips, "folder": data / FOLDER}
    storage = Storage(address_of(data / FOLDER, project))
    found = study.find(storage, project, asked["name"])
    storage.close()
    if not asked["labels"] and not found:
        raise ValueError("name the words to tell apart: --labels yes,no")
    limits = found.setup.limits if found else Limits()
    given = {"ram_bytes": asked["ram"], "flash_bytes": asked["flash"], "instructions": asked["instructions"]}
    return SearchConfig(
        **where,
        labels=asked["labels"] or (found.setup.labels if found else ()),
        base=found.setup.base if found else _settings(clips.parent / NAME).front_end(),
        trials=asked["trials"],
        workers=asked["workers"],
        epochs=asked["epochs"] or (found.setup.epochs if found else DEFAULT_EPOCHS),
        limits=Limits(**{name: value or getattr(limits, name) for name, value in given.items()}),
        seed=found.setup.seed if found else 1,
    )


def _settings(path: Path) -> ProjectSettings:
    return parse(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else ProjectSettings()


def _tell(event: dict[str, Any]) -> None:
    """A line for each trial that has ended."""
    if event["event"] == "start":
        click.echo(f"search {event['name']}: {event['ended']} of {event['trials']} trials so far, {event['storage']}")
    elif event["event"] == "trial" and event["state"] in _TOLD:
        click.echo(f"trial {event['number']:3}  {event['state']:10}  {_describe(event)}")


def _describe(trial: dict[str, Any]) -> str:
    design = (trial["design"] or {}).get("name", "")
    if trial["state"] == "complete":
        low, high = trial["interval_95"]
        return f"{trial['accuracy']:.1%} ({low:.0%} to {high:.0%})  {trial['cost']['instructions']:,} instructions  {design}"
    if trial["problems"]:
        return f"above the limit or not to be built: {', '.join(trial['problems'])}  {design}"
    return {"pruned": f"fell behind after {len(trial['losses'] or ())} epochs  {design}"}.get(
        trial["state"], "its worker died; it is run anew"
    )


def _print_front(found: dict[str, Any]) -> None:
    table = Table("trial", "accuracy (validation)", "instructions", "RAM", "flash", "network", "front end")
    for number in found["front"]:
        trial = found["trials"][number]
        cost, settings = trial["cost"], trial["settings"]
        front_end = (
            f"{settings['frame_ms']}/{settings['hop_ms']} ms, {settings['n_mels']} bands, {settings['n_mfcc']} coefficients"
        )
        figures = (f"{cost[name]:,}" for name in ("instructions", "ram_bytes", "flash_bytes"))
        low, high = trial["interval_95"]
        table.add_row(
            str(number), f"{trial['accuracy']:.1%} ({low:.0%}-{high:.0%})", *figures, trial["design"]["name"], front_end
        )
    Console().print(table)
