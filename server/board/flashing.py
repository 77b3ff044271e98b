"""Compiling a sketch and putting it onto the board, with arduino-cli."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from server.board.ports import serial_ports

CORE = "arduino:mbed_nano"
BOARD = f"{CORE}:nano33ble"
TFLM_LIBRARY = "Chirale_TensorFLowLite"
_INSTALL_CLI = "https://arduino.github.io/arduino-cli/latest/installation/"


def find_port() -> str:
    """The port of the one Arduino that is plugged in.

    Raises:
        ValueError: there is none, or there are several.
    """
    found = [port.name for port in serial_ports() if port.kind in ("arduino", "bootloader")]
    if not found:
        raise ValueError("no Arduino was found; plug it in with a cable that carries data, or name its port with --port")
    if len(found) > 1:
        raise ValueError(f"there are several Arduinos: name one with --port, of {', '.join(found)}")
    return found[0]


class ArduinoCli:
    """arduino-cli with what a sketch of this runtime needs.

    Args:
        runtime: "generated" or "tflm".
    Raises:
        ValueError: something is not installed; the message says how to install it.
    """

    def __init__(self, runtime: str) -> None:
        program = shutil.which("arduino-cli")
        if program is None:
            raise ValueError(
                f"arduino-cli is not installed; {_INSTALL_CLI} says how, or open the bundle's arduino folder in the Arduino IDE"
            )
        self._program = program
        if CORE not in self._run("core", "list"):
            raise ValueError(f"the board's core is not installed; install it with: arduino-cli core install {CORE}")
        if runtime == "tflm" and TFLM_LIBRARY not in self._run("lib", "list"):
            raise ValueError(f"TensorFlow Lite is not installed; install it with: arduino-cli lib install {TFLM_LIBRARY}@2.0.0")

    def compile(self, sketch: Path, say: Callable[[str], object]) -> None:
        """Compile a sketch. Raises ValueError with what arduino-cli said when it fails."""
        say("Compiling, which takes some minutes the first time ...")
        say(self._run("compile", "--fqbn", BOARD, "--output-dir", str(_output(sketch)), str(sketch)).strip())

    def upload(self, sketch: Path, port: str, say: Callable[[str], object]) -> None:
        """Put a compiled sketch onto the board. Raises ValueError with what arduino-cli said when it fails."""
        say(f"Uploading to {port} ...")
        arguments = ("--fqbn", BOARD, "--port", port, "--input-dir", str(_output(sketch)), str(sketch))
        try:
            self._run("upload", *arguments)
        except ValueError as error:
            raise ValueError(f"{error}\nPress the board's button twice, so that its light pulses, and try again.") from error

    def _run(self, *arguments: str) -> str:
        done = subprocess.run([self._program, *arguments], capture_output=True, text=True, check=False)
        if done.returncode:
            said = (done.stderr or done.stdout).strip()
            raise ValueError(f"arduino-cli {arguments[0]} failed:\n{said[-2000:]}")
        return done.stdout


def _output(sketch: Path) -> Path:
    return sketch.parent / "compiled"
