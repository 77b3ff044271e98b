"""The firmware, written once as a sketch and built once for each way of running it."""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
FIRMWARE = ROOT / "firmware"
HOST = FIRMWARE / "host"
SHIPPED = ROOT / "exports" / "yes-no"
# As the board's core compiles a sketch, with every warning an error; and with the sanitizers where the program is run.
FLAGS = (
    "-std=gnu++14 -Wall -Wextra -Wdouble-promotion -Werror -fno-exceptions -fno-rtti -funsigned-char -ffp-contract=off".split()
)
SANITIZERS = "-fsanitize=address,undefined -fno-sanitize-recover=all".split()


@pytest.fixture(scope="session")
def manifest() -> dict[str, Any]:
    """Of the bundle that is shipped."""
    return json.loads((SHIPPED / "manifest.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def model() -> bytes:
    """Its int8 model."""
    return (SHIPPED / "model_int8.tflite").read_bytes()


@pytest.fixture(scope="session")
def sketch(manifest: dict[str, Any], model: bytes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped bundle's sketch."""
    from training.convert.sketch import write_sketch

    folder = tmp_path_factory.mktemp("sketch") / "nestling"
    write_sketch(manifest, model, folder)
    return folder


@pytest.fixture(scope="session")
def gxx() -> str:
    return shutil.which("g++") or pytest.fail("g++ is needed to build the firmware on the PC: apt-get install g++")


Build = Callable[..., Path]


@pytest.fixture(scope="session")
def build(gxx: str, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Compile sources of the firmware for the PC and link them."""

    def build_program(sources: Iterable[Path], include: Iterable[Path], flags: Iterable[str] = ("-O2",)) -> Path:
        folder = tmp_path_factory.mktemp("build")
        options = [*FLAGS, *flags, *(f"-I{path}" for path in include)]
        pairs = [(source, folder / f"{number}.o") for number, source in enumerate(sources)]

        def compile_one(pair: tuple[Path, Path]) -> None:
            run([gxx, *options, "-x", "c++", "-c", str(pair[0]), "-o", str(pair[1])])

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(compile_one, pairs))
        run([gxx, *flags, *(str(target) for _, target in pairs), "-o", str(folder / "program")])
        return folder / "program"

    return build_program


@pytest.fixture(scope="session")
def program(sketch: Path, build: Build) -> Path:
    """The application with devices that a script feeds."""
    sources = [HOST / "app_main.cpp", *firmware_sources(sketch)]
    return build(sources, [sketch / "src", HOST], ["-O1", *SANITIZERS])


def run(command: list[str], data: bytes = b"") -> bytes:
    """Run a program; its standard output. What it says on standard error belongs to the failure."""
    done = subprocess.run(command, input=data, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode(errors="replace")[-4000:]
    return done.stdout


def firmware_sources(sketch: Path) -> list[Path]:
    """All but the adapters."""
    return [path for path in sorted((sketch / "src").rglob("*.cpp")) if path.parent.name != "adapters"]


def words(n: int) -> np.ndarray:
    """The shipped model's keywords by synthetic voices, one a second, in a little noise: int16, shape (n,)."""
    from training.speech.say import speak
    from training.speech.voices import Voices

    rng = np.random.default_rng(3)
    sound = rng.normal(0, 60, n + 16_000)
    with Voices() as voices:
        for number, start in enumerate(range(4000, n - 12_000, 16_000)):
            word = speak(voices, ("yes", "no")[number % 2], 16_000, rng)[:16_000]
            sound[start : start + len(word)] += word / 3
    return sound[:n].astype(np.int16)
