"""The commands of `nestling` that deal with boards. What is heavy is imported inside of the command that needs it."""

import json
import logging
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import click

from server.board.ports import PortError, named
from server.settings import CHECKOUT


def parse_port(context: click.Context, parameter: click.Parameter, value: str) -> str:
    """The name of a port, checked; "" where none is given."""
    try:
        return named(value).name if value else ""
    except PortError as error:
        raise click.BadParameter(str(error)) from error


@click.command()
@click.option("--port", default="", callback=parse_port, help="The board's port; else it is searched for.")
@click.option("--server", "address", required=True, help="Where Nestling runs, as in https://192.168.1.7:8443.")
@click.option("--token", default="", envvar="NESTLING_TOKEN", help="The server's join token, or set NESTLING_TOKEN.")
@click.option("--ca", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The authority of its certificate.")
def bridge(port: str, address: str, token: str, ca: Path | None) -> None:
    """Lend this computer's board to a server on another one, until Ctrl+C."""
    from server.board.relay import CannotRelayError, Target, parse_server, relay

    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        url, token = parse_server(address, token)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--server") from error
    try:
        relay(Target(url=url, token=token, ca=ca), port, click.echo)
    except CannotRelayError as error:
        _fail(str(error))
    except KeyboardInterrupt:
        pass


FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
SHIPPED = CHECKOUT / "exports" / "yes-no"
_BUNDLE = click.option(
    "--bundle", type=FOLDER, default=SHIPPED, show_default="<checkout>/exports/yes-no", help="Folder of the bundle."
)


@click.group()
def board() -> None:
    """Boards without hardware, and hardware held against this computer."""


@board.command()
@click.option(
    "--audio", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="What its microphone hears; else silence."
)
@_BUNDLE
@click.option(
    "--listen", type=click.IntRange(0, 65535), default=0, show_default=True, help="TCP port of this machine; 0 takes any."
)
@click.option("--fast", is_flag=True, help="Let the recording pass faster than in real time.")
@click.option("--loop", is_flag=True, help="Play the recording again and again.")
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), default=CHECKOUT / "data",
              show_default="<checkout>/data", help="Where the built firmware is kept.")  # fmt: skip
@click.option("--watch-stdin", is_flag=True, hidden=True, help="End when standard input closes.")
def virtual(audio: Path | None, bundle: Path, listen: int, fast: bool, loop: bool, data: Path, watch_stdin: bool) -> None:
    """Run the firmware in an emulator, behind a port that is opened like a board's, until Ctrl+C."""
    from server.board.virtual import Firmware, Recording, VirtualBoard
    from training.convert.board_image import build_image, read_model
    from training.convert.cortexm import Machine

    with _sentences():
        manifest, model = read_model(bundle)
        pcm = _read_audio(audio, manifest["params"]["sample_rate"])
        image = build_image(manifest, model, data / "firmware")
        running = VirtualBoard(Firmware(Machine(image)), Recording(pcm, loop), listen, fast=fast)
    # Not by an exception, which would strike within the emulator.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: running.stop())
    click.echo(f"The virtual board with {manifest['project']}/{manifest['run']} is at {running.address}")
    if watch_stdin:
        threading.Thread(target=_stop_with_stdin, args=(running,), daemon=True, name="watch-stdin").start()
    try:
        running.run()
    except RuntimeError as error:
        _fail(f"the firmware stopped: {error}")


@board.command()
@click.option("--port", required=True, callback=parse_port, help="The board's port, or a virtual board's address.")
@_BUNDLE
@click.option("--clips", type=FOLDER, help="Folder <label>/<file> to replay; else made-up signals are.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def check(port: str, bundle: Path, clips: Path | None, as_json: bool) -> None:
    """Replay clips on a board and compare features and scores with this computer's, bit for bit."""
    from server.board.check import CheckError
    from training.convert.board_check import Reference

    try:
        with _sentences():
            result = _compare(port, Reference(bundle), clips)
    except (CheckError, PortError) as error:
        _fail(str(error))
    if as_json:
        click.echo(json.dumps(result))
    else:
        _print_check(result)
    sys.exit(0 if result["equal"] else 1)


@click.command()
@click.option("--bundle", type=FOLDER, required=True, help="Folder of the bundle.")
@click.option("--port", default="", callback=parse_port, help="The board's port; else it is searched for.")
@click.option("--runtime", type=click.Choice(["generated", "tflm"]), default="generated", show_default=True,
              help="What runs the model: C++ made of it, or TensorFlow Lite for Microcontrollers.")  # fmt: skip
def flash(bundle: Path, port: str, runtime: str) -> None:
    """Put a bundle's firmware onto an Arduino Nano 33 BLE Sense, with arduino-cli."""
    from server.board.flashing import find_port
    from training.convert import flash as flashing

    with _sentences():
        port = port or find_port()
        name = flashing.flash(bundle, port, runtime, lambda stage, detail: click.echo(detail), click.echo)
    click.echo(f"{name} runs on the board at {port}.")


@click.command()
@click.argument("model", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="MODEL.tflite")
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder for the C++.")
@click.option("--bench", is_flag=True, help="Build it for Cortex-M4F, run it in the emulator and hold it against TFLM.")
@click.option("--inputs", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="With --bench: a .npy file with more inputs than the random ones, (n, *shape), int8 or float.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def codegen(model: Path, out: Path, bench: bool, inputs: Path | None, as_json: bool) -> None:
    """Turn an int8 .tflite into plain C++ that needs no interpreter; outputs equal TFLM's byte for byte."""
    if inputs and not bench:
        raise click.UsageError("--inputs goes with --bench")
    from training.convert.codegen import generate

    with _sentences():
        content = model.read_bytes()
        generated = generate(content)
        generated.write(out)
        result: dict[str, Any] = {"arena_bytes": generated.arena_bytes}
        if bench:
            result = _bench(content, generated, inputs)
    if as_json:
        click.echo(json.dumps(result))
    else:
        _print_codegen(result, out)
    if result.get("equal_to_tflm") is False:
        _fail("the outputs differ from TFLM's: this is a bug in Nestling, please report it with the model")


def _bench(model: bytes, generated: Any, inputs: Path | None) -> dict[str, Any]:
    import numpy as np

    from server.cli_training import counting
    from training.convert.codegen.bench import load_inputs, random_inputs, run_bench

    rows = random_inputs(generated)
    if inputs:
        rows = np.concatenate([rows, load_inputs(inputs, generated)])
    with tempfile.TemporaryDirectory() as folder, counting("running in the emulator") as progress:
        return run_bench(model, generated, rows, Path(folder), progress).to_dict()


def _print_codegen(result: dict[str, Any], out: Path) -> None:
    equal = {True: "equal to TFLM", False: "NOT equal to TFLM", None: "not compared: PyPI tflite-micro is not installed"}
    if "instructions" in result:
        click.echo(f"instructions  {result['instructions']:>11,} an inference")
        click.echo(f"flash         {result['flash_bytes']:>11,} bytes")
    click.echo(f"arena         {result['arena_bytes']:>11,} bytes")
    if "inputs" in result:
        click.echo(f"outputs       {result['inputs']:>11,} {equal[result['equal_to_tflm']]}")
    click.echo(f"written to {out}")


def _read_audio(path: Path | None, sample_rate: int) -> Any:
    if path is None:
        return None
    from training.speech.audio import read_clip

    return read_clip(path, sample_rate)


def _stop_with_stdin(running: Any) -> None:
    # Not sys.stdin: its lock, held by a daemon thread at exit, aborts the interpreter.
    while os.read(0, 4096):
        pass
    running.stop()


def _compare(port: str, reference: Any, clips: Path | None) -> dict[str, Any]:
    """Replay every clip; what the board and this computer make of it."""
    from server.board.check import CheckError, Conversation
    from server.board.ports import open_port

    manifest, rows = reference.manifest, []
    link = open_port(port)
    try:
        board = Conversation(link)
        hello = board.greet()
        wanted = {"bundle": f"{manifest['project']}/{manifest['run']}", "params_crc32": manifest["params_crc32"]}
        if {key: hello.get(key) for key in wanted} != wanted:
            raise CheckError(
                f"the board runs {hello.get('bundle')}, not {wanted['bundle']}: name its bundle with --bundle, or flash this one"
            )
        board.stream(False)
        for name, pcm in reference.clips(clips):
            rows.append(_compare_one(board, name, pcm, reference.expect(pcm)))
        board.stream(True)
    finally:
        link.close()
    return {"port": port, "hello": hello, "clips": rows, "equal": all(row["equal"] for row in rows)}


def _compare_one(board: Any, name: str, pcm: Any, expected: Any) -> dict[str, Any]:
    heard = board.replay("clip", pcm.astype("<i2").tobytes())
    read = board.replay("features", expected.features)
    scores = list(expected.scores)
    row = {
        "clip": name,
        "features_equal": heard["features_crc32"] == expected.features_crc32,
        "scores_equal": heard["scores"] == scores and read["scores"] == scores,
        "scores": heard["scores"],
        "expected_scores": scores,
        "features_us": heard["features_us"],
        "model_us": read["model_us"],
    }
    return row | {"equal": row["features_equal"] and row["scores_equal"]}


def _print_check(result: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Column, Table

    hello, rows = result["hello"], result["clips"]
    table = Table(Column("clip", overflow="fold"), "features", "scores", "heard", "features", "model")
    for row in rows:
        marks = ("equal" if row[key] else "[bold red]differ[/bold red]" for key in ("features_equal", "scores_equal"))
        heard = hello["labels"][row["scores"].index(max(row["scores"]))]
        times = (f"{row[key] / 1000:.1f} ms" for key in ("features_us", "model_us"))
        table.add_row(row["clip"], *marks, heard, *times)
    Console().print(table)
    for row in rows:
        if not row["scores_equal"]:
            click.echo(f"{row['clip']}: the board's scores are {row['scores']}, this computer's {row['expected_scores']}")
    n_equal = sum(row["equal"] for row in rows)
    click.echo(
        f"{n_equal} of {len(rows)} equal, bit for bit: {hello['bundle']}, {hello['runtime']}, firmware {hello['firmware']}"
    )


@contextmanager
def _sentences() -> Iterator[None]:
    """Turn what a person can mend into one sentence and exit code 1."""
    try:
        yield
    except ValueError as error:
        sentence = str(error)
    except OSError as error:
        sentence = f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror or error)
    else:
        return
    _fail(sentence)


def _interrupt(number: int, frame: Any) -> NoReturn:
    raise KeyboardInterrupt


def _fail(sentence: str) -> NoReturn:
    click.echo(f"nestling: {sentence}", err=True)
    sys.exit(1)
