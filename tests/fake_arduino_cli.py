"""An arduino-cli for tests: it takes the real one's arguments, prints the like, makes the like, and refuses the like.

`install` writes it into a folder that is to be the PATH. What it knows and how it fares is told by files beside it.
"""

import stat
import sys
from pathlib import Path

PROGRAM = """#!{python}
import os, pathlib, sys, time

here = pathlib.Path(__file__).parent
arguments = sys.argv[1:]
with (here / "calls").open("a") as file:
    print(*arguments, file=file)

def option(name):
    return arguments[arguments.index(name) + 1]

def wait(name):
    (here / f"{{name}} begun").write_text(str(os.getpid()))
    deadline = time.monotonic() + 60
    while (here / f"{{name}} waits").exists() and time.monotonic() < deadline:
        time.sleep(0.02)

def fail(sentence):
    print(sentence, file=sys.stderr)
    sys.exit(1)

cores, libraries = ((here / name).read_text() for name in ("cores", "libraries"))
if arguments == ["core", "list"]:
    print(cores and f"ID                 Installed Latest Name\\n{{cores}}" or "No platforms installed.")
elif arguments == ["lib", "list"]:
    print(libraries and f"Name Installed Available Location Description\\n{{libraries}}" or "No libraries installed.")
elif arguments[0] == "compile":
    sketch, out = pathlib.Path(arguments[-1]), pathlib.Path(option("--output-dir"))
    if "arduino:mbed_nano" not in cores:
        fail(f"Error during build: Platform 'arduino:mbed_nano' not found: platform not installed")
    if not (sketch / f"{{sketch.name}}.ino").is_file():
        fail(f"Can't open sketch: main file missing from sketch: {{sketch / sketch.name}}.ino")
    print("Compiling sketch...", flush=True)
    wait("compile")
    if "#define NESTLING_RUNTIME_TFLM" in (sketch / "src" / "runtime" / "runtime_choice.h").read_text().splitlines():
        if "Chirale_TensorFLowLite" not in libraries:
            fail("fatal error: Chirale_TensorFlowLite.h: No such file or directory")
    out.mkdir()
    (out / f"{{sketch.name}}.ino.bin").write_bytes(b"firmware")
    print("Sketch uses 160000 bytes (16%) of program storage space. Maximum is 983040 bytes.")
    print("Global variables use 92000 bytes (35%) of dynamic memory, leaving 170144 bytes for local variables.")
elif arguments[0] == "upload":
    if not list(pathlib.Path(option("--input-dir")).glob("*.ino.bin")):
        fail("Error during Upload: compiled sketch not found")
    wait("upload")
    if (here / "upload fails").exists():
        fail(f"Error during Upload: Failed uploading: no device found on {{option('--port')}}")
    print("Device       : nRF52840-QIAA")
    print("[==============================] 100% (39/39 pages)")
else:
    fail(f'Error: unknown command "{{arguments[0]}}" for "arduino-cli"')
"""


class FakeArduinoCli:
    """The program in a folder of its own, and what it was asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        program = folder / "arduino-cli"
        program.write_text(PROGRAM.format(python=sys.executable))
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        self.knows("arduino:mbed_nano  4.2.1     4.2.1  Arduino Mbed OS Nano Boards", "")

    def knows(self, cores: str, libraries: str) -> None:
        """What is installed."""
        (self.folder / "cores").write_text(cores)
        (self.folder / "libraries").write_text(libraries)

    def hold(self, command: str) -> None:
        """Let `compile` or `upload` wait until it is let go."""
        (self.folder / f"{command} waits").touch()

    def let_go(self, command: str) -> None:
        """Let it go on."""
        (self.folder / f"{command} waits").unlink()

    def begun(self, command: str) -> int | None:
        """The number of the process that has begun to do it."""
        path = self.folder / f"{command} begun"
        return int(path.read_text()) if path.exists() and path.read_text() else None

    def fail_upload(self) -> None:
        """As with a board that was unplugged."""
        (self.folder / "upload fails").touch()

    @property
    def calls(self) -> list[str]:
        """What it was asked, one command a line."""
        path = self.folder / "calls"
        return path.read_text().splitlines() if path.exists() else []
