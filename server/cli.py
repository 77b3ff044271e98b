"""The `nestling` command. What is heavy is imported inside of the command that needs it."""

import json
import logging
import signal
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from server import cli_bench, cli_board, cli_sample, cli_search, cli_stream, cli_training
from server.settings import Settings
from training.convert.manifest import KINDS

_FOLDER = click.Path(file_okay=False, path_type=Path)
_RECORDING = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="nestling")
def main() -> None:
    """Raise tiny models: record words on a phone, train here, run them on the phone and on an Arduino."""


@main.command()
@click.option(
    "--data", type=_FOLDER, default=Settings.data, show_default="<checkout>/data", help="Where clips and keys are kept."
)
@click.option(
    "--exports", type=_FOLDER, default=Settings.exports, show_default="<checkout>/exports", help="Where bundles are kept."
)
@click.option("--host", default=Settings.host, show_default=True, help="Address to listen on, or a name to be reached by.")
@click.option("--port", type=click.IntRange(0, 65535), default=Settings.port, show_default=True, help="0 takes any free port.")
@click.option("--tls/--no-tls", default=True, help="Phones give their microphone over TLS only.")
@click.option("--open/--no-open", "open_browser", default=False, help="Open the page in this computer's browser.")
@click.option(
    "--board-port", default="", callback=cli_board.parse_port, help="The board's port by name; else it is searched for."
)
@click.option("--virtual-board", is_flag=True, help="Start a board in an emulator: the firmware without the hardware.")
@click.option("--audio", "board_audio", type=_RECORDING, help="A recording that the virtual board hears.")
@click.option(
    "--expert-model",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A Python file with a function build(input_shape, n_labels): whoever has joined may train its Keras network here.",
)
@cli_search.storage_option("--search-storage")
@click.option("--verbose", is_flag=True, help="Log every request.")
def serve(host: str, port: int, open_browser: bool, verbose: bool, **values: Any) -> None:
    """Serve the web app to this computer and the phones around it, until Ctrl+C."""
    from server import run

    if values["board_audio"] and not values["virtual_board"]:
        raise click.UsageError("--audio is what a virtual board hears; add --virtual-board.")

    logging.basicConfig(level=logging.DEBUG if verbose else logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with run.listening(host, port) as listener:
            run.serve(listener, open_browser, host=host, **values)
    except run.CannotListenError as error:
        fail(str(error))
    except OSError as error:
        fail(f"{error.filename or values['data']}: {error.strerror or error}")


@main.command("import")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--project", required=True, help="Where to; it is made where it does not exist.")
@click.option(
    "--kind", type=click.Choice(KINDS), show_default="the project's, else speech", help="Recordings, or vision for photos."
)
@click.option("--data", type=_FOLDER, default=Settings.data, show_default="<checkout>/data", help="Where clips are kept.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def import_(path: Path, project: str, kind: str | None, data: Path, as_json: bool) -> None:
    """Bring in recordings (WAV, FLAC, OGG) or photos (JPEG, PNG, WebP) from a folder or zip of <label>/<file>."""
    from server.errors import DiskFullError, RefusedError
    from server.importer import import_path
    from server.names import check_project
    from server.services import open_store

    try:
        check_project(project)
    except RefusedError as error:
        raise click.BadParameter(str(error), param_hint="--project") from error
    try:
        report = import_path(open_store(Settings(data=data)), project, path, kind, _progress(as_json))
    except (RefusedError, DiskFullError) as error:
        fail(str(error))
    except OSError as error:
        fail(f"{error.filename or path}: {error.strerror or error}")
    left_out = [{"file": name, "reason": reason} for name, reason in report.left_out]
    if as_json:
        click.echo(json.dumps({"project": project, "taken": dict(sorted(report.taken.items())), "left_out": left_out}))
    else:
        _print_report(project, dict(report.taken), report.left_out)


for command in (
    *(cli_training.train, cli_training.evaluate, cli_training.classify, cli_stream.stream, cli_training.features),
    cli_search.search,
    *(cli_board.bridge, cli_board.board, cli_board.flash, cli_board.codegen),
    *(cli_sample.sample, cli_bench.bench),
):
    main.add_command(command)


def fail(sentence: str) -> NoReturn:
    """Say in one sentence what went wrong, and exit with 1."""
    click.echo(f"nestling: {sentence}", err=True)
    sys.exit(1)


def _interrupt(number: int, frame: Any) -> NoReturn:
    raise KeyboardInterrupt


def _progress(is_quiet: bool) -> Any:
    if is_quiet or not sys.stderr.isatty():
        return lambda done, total: None
    return lambda done, total: click.echo(f"\r{done} of {total} files", err=True, nl=done == total)


def _print_report(project: str, taken: dict[str, int], left_out: list[tuple[str, str]]) -> None:
    from collections import Counter

    from rich.console import Console
    from rich.table import Table

    console = Console()
    table = Table("label", "clips", title=f"Brought into {project}", title_justify="left")
    for label, n in sorted(taken.items()):
        table.add_row(label, str(n))
    console.print(table)
    for reason, n in Counter(reason for _, reason in left_out).most_common():
        first = next(name for name, why in left_out if why == reason)
        console.print(f"left out {n}: {reason} (for example {first})", markup=False, highlight=False)


if __name__ == "__main__":
    main()
