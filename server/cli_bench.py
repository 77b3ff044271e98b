"""`nestling bench`: how good what we train is."""

import os
from pathlib import Path

import click

from server.cli_training import sentences
from server.settings import CHECKOUT

DEFAULT_DATA = Path(os.environ.get("NESTLING_BENCH_DATA", "../shared/data"))


@click.group()
def bench() -> None:
    """Measure how good what Nestling trains is."""


@bench.command()
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), default=DEFAULT_DATA,
              help="Folder with speech/train, speech/validation and speech/background_noise of Speech Commands.")  # fmt: skip
@click.option("--protocols", default="words,stream,commands,workshop", show_default=True, help="Which to measure.")
@click.option("--seeds", type=click.IntRange(1, 20), default=3, show_default=True, help="Trainings of each model.")
@click.option("--draws", type=click.IntRange(1, 100), default=20, show_default=True, help="Words and people of the workshop.")
@click.option("--epochs", type=click.IntRange(1, 500), default=60, show_default=True, help="Training passes.")
@click.option("--work", type=click.Path(file_okay=False, path_type=Path), default=CHECKOUT / "data" / "bench",
              show_default="<checkout>/data/bench", help="Keeps the bodies of the workshop's folds between runs.")  # fmt: skip
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the tables into this file, too.")
def speech(data: Path, protocols: str, seeds: int, draws: int, epochs: int, work: Path, out: Path | None) -> None:
    """Words, a stream, twelve classes, and the workshop's few clips of few people, on recordings of people never heard."""
    from training.bench.speech import PROTOCOLS, Bench, run

    wanted = tuple(protocols.split(","))
    if unknown := [name for name in wanted if name not in PROTOCOLS]:
        raise click.BadParameter(f"there are {', '.join(PROTOCOLS)}, not {unknown[0]!r}", param_hint="--protocols")
    with sentences():
        lines = run(
            Bench(speech=data / "speech", work=work, protocols=wanted, seeds=seeds, draws=draws, epochs=epochs),
            lambda line: click.echo(line, err=True),
        )
    text = "\n".join(lines) + "\n"
    click.echo(text, nl=False)
    if out:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, encoding="utf-8")
