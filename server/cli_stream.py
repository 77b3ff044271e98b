"""`nestling stream` and `nestling evaluate --stream`: what a model hears in a long recording, and how often it is wrong."""

import json
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from server.cli_training import BUNDLE, ENGINES, JSON, RECORDING, counting, sentences

_DET_ROWS = 12  # of the curve's points, in print; --json has them all


@click.command()
@BUNDLE
@click.argument("file", type=RECORDING)
@ENGINES
@click.option("--preset", help="How sure it must be: strict, normal or eager.  [default: the model's]")
@JSON
def stream(bundle: Path, file: Path, engine: str | None, preset: str | None, as_json: bool) -> None:
    """Listen to a recording of any length as the phone and the board do, and say which words are detected, and when."""
    with sentences(), counting("listening") as progress:
        _prepare(engine)
        from training.speech.listen import hear

        result = hear(bundle, file, engine or "int8", preset, progress)
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False))
    else:
        _print_heard(result)


def evaluate_stream(bundle: Path, clips: Path, negatives: Path | None, engine: str | None, seed: int, as_json: bool) -> None:
    """Judge a bundle on a stream, and print it."""
    with sentences(), counting("listening") as progress:
        _prepare(engine)
        from training.speech.listen import evaluate_stream as judge

        result = judge(bundle, clips, negatives, engine or "int8", seed, progress)
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False))
    else:
        _print_rates(result)


def _prepare(engine: str | None) -> None:
    if engine == "float":  # Keras brings TensorFlow, and TensorFlow its notices: have them out of the way
        from training.quiet import import_tensorflow

        import_tensorflow()


def _print_heard(result: dict[str, Any]) -> None:
    found = result["detections"]
    table = Table("at", "label", "score")
    for detection in found:
        table.add_row(_clock(detection["at_s"]), f"[bold]{detection['label']}[/bold]", f"{detection['score']:.2f}")
    if found:
        Console().print(table)
    words = "1 word" if len(found) == 1 else f"{len(found)} words"
    click.echo(f"{words} detected in {_clock(result['seconds'])}, preset {result['preset']}")


def _clock(seconds: float) -> str:
    """Hours, minutes, seconds, as in 1:02:03.4."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours}:{minutes:02}:{rest:04.1f}"


def _print_rates(result: dict[str, Any]) -> None:
    click.echo(f"{result['keywords']} keywords in noise at 5 to 20 dB, {result['negative_hours']:.2f} h in which nobody says one")
    presets = Table("preset", "FRR", "false accepts an hour", "taken for another", "thresholds")
    for name, rates in result["presets"].items():
        thresholds = ", ".join(f"{label} {threshold:.3f}" for label, threshold in rates["thresholds"].items())
        presets.add_row(name, _frr(rates), _per_hour(rates), str(rates["confused"]), thresholds)
    det = Table(
        "threshold", "FRR", "false accepts an hour", title="DET curve, one threshold for every keyword", title_justify="left"
    )
    for point in result["det"][:: max(1, len(result["det"]) // _DET_ROWS)]:
        det.add_row(f"{point['threshold']:.4f}", _frr(point), _per_hour(point))
    console = Console()
    console.print(presets)
    console.print(det)


def _frr(rates: dict[str, Any]) -> str:
    low, high = rates["false_rejects_95"]
    return f"{rates['false_rejects']:.1%} ({low:.1%} to {high:.1%})"


def _per_hour(rates: dict[str, Any]) -> str:
    """As in "1.5 (0.3 to 4.4)"."""
    low, high = rates["false_accepts_per_hour_95"]
    if rates["false_accepts_per_hour"] is None:
        return "not heard"
    return f"{rates['false_accepts_per_hour']:.2f} ({low:.2f} to {high:.2f})"
