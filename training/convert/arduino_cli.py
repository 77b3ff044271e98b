"""Compiling a sketch and putting it onto the board, with arduino-cli. Standard library only."""

import shutil
import subprocess
from collections import deque
from collections.abc import Callable
from pathlib import Path

CORE = "arduino:mbed_nano"
BOARD = f"{CORE}:nano33ble"
TFLM_LIBRARY = "Chirale_TensorFLowLite"
PROGRAM = "arduino-cli"
INSTALL_URL = "https://arduino.github.io/arduino-cli/latest/installation/"
_MAX_SAID = 2000  # characters of what arduino-cli said, in a message
_MAX_LINES = 40

Say = Callable[[str], object]


class ArduinoCli:
    """arduino-cli with what a sketch of this runtime needs.

    Args:
        runtime: "generated" or "tflm".
    Raises:
        ValueError: something is not installed; the message says how to install it.
    """

    def __init__(self, runtime: str) -> None:
        program = shutil.which(PROGRAM)
        if program is None:
            raise ValueError(
                f"arduino-cli is not installed; {INSTALL_URL} says how, or open the bundle's arduino folder in the Arduino IDE"
            )
        self._program = program
        if CORE not in self._ask("core", "list"):
            raise ValueError(f"the board's core is not installed; install it with: arduino-cli core install {CORE}")
        if runtime == "tflm" and TFLM_LIBRARY not in self._ask("lib", "list"):
            raise ValueError(f"TensorFlow Lite is not installed; install it with: arduino-cli lib install {TFLM_LIBRARY}@2.0.0")

    def compile(self, sketch: Path, say: Say) -> None:
        """Compile a sketch; `say` gets each line. Raises ValueError with what arduino-cli said when it fails."""
        self._run(say, "compile", "--fqbn", BOARD, "--output-dir", str(_output(sketch)), str(sketch))

    def upload(self, sketch: Path, port: str, say: Say) -> None:
        """Put a compiled sketch onto the board. Raises ValueError with what arduino-cli said when it fails."""
        arguments = ("--fqbn", BOARD, "--port", port, "--input-dir", str(_output(sketch)), str(sketch))
        try:
            self._run(say, "upload", *arguments)
        except ValueError as error:
            raise ValueError(f"{error}\nPress the board's button twice, so that its light pulses, and try again.") from error

    def _ask(self, *arguments: str) -> str:
        lines: list[str] = []
        self._run(lines.append, *arguments)
        return "\n".join(lines)

    def _run(self, say: Say, *arguments: str) -> None:
        """Run it; its lines are said as they come. An exception ends it too."""
        last: deque[str] = deque(maxlen=_MAX_LINES)
        with subprocess.Popen(
            [self._program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        ) as process:
            try:
                for line in process.stdout or ():
                    last.append(line.rstrip())
                    say(last[-1])
            except BaseException:
                process.kill()
                raise
        if process.returncode:
            said = "\n".join(last).strip()[-_MAX_SAID:]
            raise ValueError(f"arduino-cli {arguments[0]} failed:\n{said}")


def _output(sketch: Path) -> Path:
    return sketch.parent / "compiled"
