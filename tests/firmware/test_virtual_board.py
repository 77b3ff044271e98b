"""The virtual board behind its port, held against the PC; and the commands that deal with boards."""

import base64
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from server.board.check import CheckError, Conversation
from server.board.ports import Port, open_port
from server.board.protocol import LineReader, encode
from server.board.virtual import Firmware, Recording, VirtualBoard
from server.cli import main
from tests.firmware.conftest import ROOT, SHIPPED, run, words
from training.convert import board_check, board_image
from training.convert.board_frontend import extract, quantise
from training.convert.cortexm import Image, Machine

SECONDS = 20.0  # after which what was waited for will not come


def noise(n: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(-6000, 6000, n).astype(np.int16)


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose firmware is built once."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="session")
def image(manifest: dict[str, Any], model: bytes, cache: Path) -> Image:
    return board_image.build_image(manifest, model, cache / "firmware")


@pytest.fixture
def start(image: Image) -> Iterator[Callable[..., VirtualBoard]]:
    """Start virtual boards in threads of their own."""
    running: list[tuple[VirtualBoard, threading.Thread]] = []

    def start_board(pcm: np.ndarray | None = None, loop: bool = False, fast: bool = False) -> VirtualBoard:
        board = VirtualBoard(Firmware(Machine(image)), Recording(pcm, loop), fast=fast)
        thread = threading.Thread(target=board.run)
        thread.start()
        running.append((board, thread))
        return board

    yield start_board
    for board, thread in running:
        board.stop()
        thread.join(SECONDS)
        assert not thread.is_alive()


class Client:
    """A program on the PC that has the board's port open."""

    def __init__(self, address: str) -> None:
        host, port = address.removeprefix("socket://").split(":")
        self._socket = socket.create_connection((host, int(port)), timeout=SECONDS)
        self._seq = 0
        self.reader = LineReader()

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def say(self, **message: Any) -> None:
        self._socket.sendall(encode(message, self._seq))
        self._seq += 1

    def hear(self, is_last: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
        """Messages up to the one that is waited for."""
        heard: list[dict[str, Any]] = []
        while not (heard and is_last(heard[-1])):
            data = self._socket.recv(4096)
            assert data, f"the board went away after {heard[-3:]}"
            for message in self.reader.feed(data):
                heard.append(message)
                if is_last(message):
                    break
        return heard

    def is_closed(self) -> bool:
        return self._socket.recv(1) == b""


def test_it_hears_a_recording_as_the_pc_does(start: Callable[..., VirtualBoard]) -> None:
    pcm = noise(48_000)
    reference = board_check.Reference(SHIPPED)
    with Client(start(pcm, fast=True).address) as client:
        heard = client.hear(lambda message: message.get("at", 0) >= 44_000)
    inferences = [message for message in heard if message["type"] == "inference"]
    first = 480 + 48 * 320
    assert [message["at"] for message in inferences] == list(range(first, 44_641, 3200))
    model = reference._model
    for message in inferences:
        window = extract(pcm[message["at"] - first : message["at"]], reference._params)
        features = quantise(window, model.input["scale"], model.input["zero_point"])
        assert message["scores"] == model.run(features[None])[0].tolist()
    assert client.reader.dropped_lines == 0


def test_the_emulated_board_says_what_the_pc_says(program: Path, image: Image) -> None:
    """The same sources, the same sound, the same commands: the same lines but for the times that they took."""
    clip = base64.b64encode(noise(300, 5).tobytes()).decode()
    commands = [
        {"type": "threshold", "value": 0.1},
        {"type": "record", "ms": 300},
        {"type": "replay", "kind": "clip", "piece": 0, "pieces": 2, "data": clip},
        {"type": "replay", "kind": "clip", "piece": 1, "pieces": 2, "data": clip},
        {"type": "nonsense"},
        {"type": "info"},
    ]
    lines = [b"rubbish\n", *(encode(command, seq) for seq, command in enumerate(commands))]
    pieces = np.split(np.concatenate([noise(32_000, 6), words(32_000)]), 64)
    firmware = Firmware(Machine(image))
    emulated, script = firmware.take(), b""
    for number, piece in enumerate(pieces):
        said = lines[number // 8] if number % 8 == 0 and number // 8 < len(lines) else b""
        emulated += firmware.turn(np.zeros(0, np.int16), said) + firmware.turn(piece)
        for kind, content in ((b"s", said), (b"m", piece.tobytes())):
            script += kind + len(content).to_bytes(4, "little") + content
    heard = LineReader().feed(emulated)
    on_pc = LineReader().feed(run([str(program)], script))
    for message in (*heard, *on_pc):
        message.pop("features_us", None)
        message.pop("model_us", None)
    assert heard == on_pc
    assert {message["type"] for message in heard} == {"hello", "inference", "detection", "audio", "ack", "error"}


def test_time_passes_while_somebody_listens(start: Callable[..., VirtualBoard]) -> None:
    board = start(noise(3200), loop=True)
    with Client(board.address) as client:
        started = time.monotonic()
        at = client.hear(lambda message: message["type"] == "inference")[-1]["at"]
        assert time.monotonic() - started > 0.8 * at / 16_000
    with Client(board.address) as client:
        again = client.hear(lambda message: message["type"] == "inference")[-1]["at"]
    assert 0 < again - at <= 6400  # it stood still in between


def test_it_serves_one_program_at_a_time_and_another_after_it(start: Callable[..., VirtualBoard]) -> None:
    board = start()
    with Client(board.address) as first:
        first.say(type="info")
        first.hear(lambda message: message["type"] == "hello")
        with Client(board.address) as second:
            assert second.is_closed()
        first.say(type="info")
        first.hear(lambda message: message["type"] == "hello")
    with Client(board.address) as third:
        third.say(type="info")
        third.hear(lambda message: message["type"] == "hello")


def test_a_recording_is_heard_from_the_emulated_microphone(start: Callable[..., VirtualBoard]) -> None:
    pcm = noise(16_000, 3)
    with Client(start(pcm, loop=True, fast=True).address) as client:
        client.say(type="record", ms=250)
        pieces = [m for m in client.hear(lambda m: m.get("piece") == 13) if m["type"] == "audio"]
    heard = np.frombuffer(b"".join(base64.b64decode(piece["data"]) for piece in pieces), "<i2")
    assert len(heard) == 4000
    assert heard.tobytes() in np.concatenate([pcm, pcm]).tobytes()


def test_the_same_firmware_is_built_once(
    manifest: dict[str, Any], model: bytes, image: Image, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")  # no compiler
    again = board_image.build_image(manifest, model, cache / "firmware")
    assert again.elf == image.elf
    with pytest.raises(
        ValueError, match="arm-none-eabi-gcc is not installed; install it with: apt-get install gcc-arm-none-eabi"
    ):
        board_image.build_image(manifest | {"run": "another"}, model, cache / "firmware")


def test_nothing_of_it_allocates_memory(image: Image) -> None:
    assert not {"malloc", "free", "_malloc_r", "_sbrk", "_Znwj", "_ZdlPv", "__cxa_throw"} & set(image.symbols)


# The commands


@pytest.fixture
def virtual(cache: Path, image: Image, tmp_path: Path) -> Iterator[Callable[..., tuple[subprocess.Popen[str], str]]]:
    """Start `nestling board virtual`; its process and address."""
    started: list[subprocess.Popen[str]] = []

    def start_process(*options: str) -> tuple[subprocess.Popen[str], str]:
        command = [sys.executable, "-m", "server.cli", "board", "virtual", "--data", str(cache), *options]
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, "PYTHONUNBUFFERED": "1"}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        started.append(process)
        assert process.stdout is not None and process.stderr is not None
        line = process.stdout.readline()
        assert line, process.stderr.read()
        return process, line.split()[-1]

    yield start_process
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_the_command_says_where_it_is_and_ends_when_told(virtual: Callable[..., Any], tmp_path: Path, told: int) -> None:
    soundfile.write(tmp_path / "sound.wav", noise(16_000), 16_000, subtype="PCM_16")
    process, address = virtual("--audio", str(tmp_path / "sound.wav"), "--fast")
    assert re.fullmatch(r"socket://127\.0\.0\.1:\d+", address)
    with Client(address) as client:
        client.hear(lambda message: message["type"] == "inference")
        process.send_signal(told)
        assert process.wait(SECONDS) == 0


def test_the_command_ends_with_the_process_that_started_it(virtual: Callable[..., Any]) -> None:
    process, _ = virtual("--watch-stdin")
    process.stdin.close()
    process.stdin = None
    assert process.wait(SECONDS) == 0


def test_a_port_that_is_taken_is_said(cache: Path, image: Image) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = CliRunner().invoke(main, ["board", "virtual", "--data", str(cache), "--listen", str(taken.getsockname()[1])])
    assert result.exit_code == 1 and "in use" in result.stderr.lower()


def test_what_the_virtual_board_needs_is_named(
    cache: Path, image: Image, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as without_compiler:
        without_compiler.setenv("PATH", "")
        result = CliRunner().invoke(main, ["board", "virtual", "--data", str(tmp_path)])
    assert result.exit_code == 1
    assert "arm-none-eabi-gcc is not installed; install it with: apt-get install gcc-arm-none-eabi" in result.stderr
    monkeypatch.setitem(sys.modules, "unicorn", None)
    result = CliRunner().invoke(main, ["board", "virtual", "--data", str(cache)])
    assert result.exit_code == 1 and "install it with: pip install unicorn" in result.stderr


def test_check_finds_a_virtual_board_equal(virtual: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "clips" / "yes").mkdir(parents=True)
    for number, seconds in enumerate((0.4, 1.0, 2.5)):
        soundfile.write(tmp_path / "clips" / "yes" / f"{number}.wav", noise(int(seconds * 22_050), number), 22_050)
    _, address = virtual()
    for options, n_clips in (((), 16), (("--clips", str(tmp_path / "clips")), 3)):
        result = CliRunner().invoke(main, ["board", "check", "--port", address, *options, "--json"])
        assert result.exit_code == 0, result.output
        report = json.loads(result.stdout)
        assert report["equal"] is True and len(report["clips"]) == n_clips
    shown = CliRunner().invoke(main, ["board", "check", "--port", address, "--clips", str(tmp_path / "clips")])
    assert shown.exit_code == 0 and "3 of 3 equal, bit for bit: yes-no/shipped, generated, firmware" in shown.stdout


def test_check_finds_a_difference(start: Callable[..., VirtualBoard], monkeypatch: pytest.MonkeyPatch) -> None:
    right = board_check.Reference.expect

    def wrong(self: board_check.Reference, pcm: np.ndarray) -> board_check.Expected:
        expected = right(self, pcm)
        return board_check.Expected(bytes([expected.features[0] ^ 1]) + expected.features[1:], expected.scores[::-1])

    monkeypatch.setattr(board_check.Reference, "expect", wrong)
    result = CliRunner().invoke(main, ["board", "check", "--port", start().address])
    assert result.exit_code == 1
    assert "differ" in result.stdout and "0 of 16 equal" in result.stdout and "this computer's" in result.stdout


def test_check_refuses_another_model_s_board(
    start: Callable[..., VirtualBoard], manifest: dict[str, Any], model: bytes, tmp_path: Path
) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps(manifest | {"run": "another"}))
    (tmp_path / "model_int8.tflite").write_bytes(model)
    result = CliRunner().invoke(main, ["board", "check", "--port", start().address, "--bundle", str(tmp_path)])
    assert result.exit_code == 1
    assert "the board runs yes-no/shipped, not yes-no/another" in result.stderr


def test_a_port_without_a_board_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
    result = CliRunner().invoke(main, ["board", "check", "--port", f"socket://127.0.0.1:{port}"])
    assert result.exit_code == 1 and "there is no board on socket://127.0.0.1" in result.stderr


class LossyLink:
    """A link on which every n-th line of the board is lost."""

    def __init__(self, link: Any, n: int) -> None:
        self._link, self._n, self._count, self._rest = link, n, 0, b""

    def read(self) -> bytes:
        *lines, self._rest = (self._rest + self._link.read()).split(b"\n")
        kept = []
        for line in lines:
            self._count += 1
            if self._count % self._n:
                kept.append(line + b"\n")
        return b"".join(kept)

    def write(self, data: bytes) -> None:
        self._link.write(data)

    def close(self) -> None:
        self._link.close()


def test_a_conversation_survives_lost_lines_and_gives_up_on_a_dead_board(
    start: Callable[..., VirtualBoard], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.board.check._ANSWER_SECONDS", 0.3)
    reference = board_check.Reference(SHIPPED)
    expected = reference.expect(noise(16_000))
    link = open_port(start().address)
    try:
        lossy = Conversation(LossyLink(link, 60))
        lossy.greet()
        lossy.stream(False)
        for _ in range(3):
            assert lossy.replay("clip", noise(16_000).tobytes())["features_crc32"] == expected.features_crc32
        dead = Conversation(LossyLink(link, 1))
        with pytest.raises(CheckError, match="the board does not answer"):
            dead.replay("features", expected.features)
    finally:
        link.close()


# Flashing


FAKE_CLI = """#!{python}
import pathlib, sys
log = pathlib.Path({log!r})
arguments = sys.argv[1:]
with log.open("a") as file:
    print(*arguments, file=file)
if arguments[:2] == ["core", "list"]:
    print({core!r})
elif arguments[:2] == ["lib", "list"]:
    print({libraries!r})
elif arguments[0] == {failing!r}:
    print("it went wrong", file=sys.stderr)
    sys.exit(1)
elif arguments[0] == "compile":
    sketch = pathlib.Path(arguments[-1])
    assert (sketch / f"{{sketch.name}}.ino").is_file() and (sketch / "src" / "generated" / "model.cpp").is_file()
    print("Sketch uses 160000 bytes")
"""


@pytest.fixture
def flash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Any, list[str]]]:
    """Run `nestling flash` with an arduino-cli that writes down what it is asked."""
    log = tmp_path / "log"

    def run_flash(
        *options: str, core: str = "arduino:mbed_nano 4.2.1", libraries: str = "no libraries", failing: str = ""
    ) -> tuple[Any, list[str]]:
        folder = tmp_path / "bin"
        folder.mkdir(exist_ok=True)
        program = folder / "arduino-cli"
        program.write_text(FAKE_CLI.format(python=sys.executable, log=str(log), core=core, libraries=libraries, failing=failing))
        program.chmod(0o755)
        log.write_text("")
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
        result = CliRunner().invoke(main, ["flash", "--bundle", str(SHIPPED), *options])
        return result, log.read_text().splitlines()

    return run_flash


def test_flash_says_whether_it_fits_compiles_and_uploads(flash: Callable[..., Any]) -> None:
    result, calls = flash("--port", "/dev/ttyACM7")
    assert result.exit_code == 0, result.output
    fits = re.search(
        r"It takes about ([\d,]+) of 983,040 bytes of flash \(\d+%\) and ([\d,]+) of 262,144 bytes of RAM", result.stdout
    )
    assert fits is not None
    flash_bytes, ram_bytes = (int(number.replace(",", "")) for number in fits.groups())
    assert 130_000 < flash_bytes < 200_000 and 70_000 < ram_bytes < 120_000
    assert [call.split()[0] for call in calls] == ["core", "compile", "upload"]
    assert "--fqbn arduino:mbed_nano:nano33ble" in calls[1] and "--port /dev/ttyACM7" in calls[2]
    assert "yes-no/shipped runs on the board at /dev/ttyACM7." in result.stdout


def test_flash_with_tflm(flash: Callable[..., Any]) -> None:
    result, calls = flash("--port", "/dev/ttyACM7", "--runtime", "tflm", libraries="Chirale_TensorFLowLite 2.0.0")
    assert result.exit_code == 0, result.output
    assert [call.split()[0] for call in calls] == ["core", "lib", "compile", "upload"]


def test_flash_finds_the_board(flash: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[Port] = []
    monkeypatch.setattr("server.board.flashing.serial_ports", lambda: found)
    result, calls = flash()
    assert result.exit_code == 1 and "no Arduino was found" in result.stderr and not calls
    found += [Port(name="/dev/ttyS0", description="", kind="serial"), Port(name="/dev/ttyACM0", description="", kind="arduino")]
    result, calls = flash()
    assert result.exit_code == 0 and "--port /dev/ttyACM0" in calls[-1]
    found.append(Port(name="/dev/ttyACM1", description="", kind="arduino"))
    result, _ = flash()
    assert result.exit_code == 1 and "name one with --port, of /dev/ttyACM0, /dev/ttyACM1" in result.stderr


@pytest.mark.parametrize(
    ("options", "settings", "message"),
    [
        ((), {"core": "arduino:avr 1.8.6"}, "install it with: arduino-cli core install arduino:mbed_nano"),
        (("--runtime", "tflm"), {}, "install it with: arduino-cli lib install Chirale_TensorFLowLite@2.0.0"),
        ((), {"failing": "compile"}, "arduino-cli compile failed:\nit went wrong"),
        ((), {"failing": "upload"}, "Press the board's button twice"),
    ],
)
def test_flash_says_what_is_missing(
    flash: Callable[..., Any], options: tuple[str, ...], settings: dict[str, str], message: str
) -> None:
    result, _ = flash("--port", "/dev/ttyACM0", *options, **settings)
    assert result.exit_code == 1 and message in result.stderr


def test_flash_without_arduino_cli(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    result = CliRunner().invoke(main, ["flash", "--bundle", str(SHIPPED), "--port", "/dev/ttyACM0"])
    assert result.exit_code == 1 and "arduino-cli is not installed" in result.stderr
    assert "Whether it fits is not known before compiling: arm-none-eabi-gcc is not installed" in result.stdout


def test_a_model_that_is_too_large_is_refused_before_compiling() -> None:
    size = board_image.Size(flash_bytes=500_000, ram_bytes=262_145)
    with pytest.raises(ValueError, match="does not fit onto the board; train with a smaller preset"):
        size.check()


def test_a_damaged_model_is_refused(manifest: dict[str, Any], model: bytes, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    (tmp_path / "model_int8.tflite").write_bytes(model[:-1] + b"\0\0")
    with pytest.raises(ValueError, match="is not the file that the manifest lists"):
        board_image.read_model(tmp_path)
