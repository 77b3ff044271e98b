"""`nestling sample`. What is heavy is imported inside of the command."""

import sys
from pathlib import Path

import click

from server.settings import Settings
from training.run import MAX_SEED

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.argument("name", default="sample", metavar="[NAME]")
@click.option("--seed", type=click.IntRange(0, MAX_SEED), default=1, show_default=True, help="Another seed, other voices.")
@click.option("--data", type=_FOLDER, default=Settings.data, show_default="<checkout>/data", help="Where clips are kept.")
def sample(name: str, seed: int, data: Path) -> None:
    """Make a project to begin with, no microphone needed: yes, no and other words by forty synthetic voices."""
    from server.cli_training import counting
    from server.errors import DiskFullError, RefusedError
    from server.sample.make import check_free, make_sample
    from server.services import open_store
    from training.speech.voices import NoVoicesError, Voices

    store = open_store(Settings(data=data))
    try:
        check_free(store, name)
        with Voices() as voices, counting("speaking") as progress:
            make_sample(store, name, voices, seed, progress)
    except (RefusedError, NoVoicesError, DiskFullError) as error:
        click.echo(f"nestling: {error}", err=True)
        sys.exit(1)
    counts = ", ".join(f"{n} {label}" for label, n in store.counts(name).items())
    click.echo(
        f"Project {name}: {counts}. `nestling serve` shows it; `nestling train --project {name} --labels yes,no` trains it."
    )
