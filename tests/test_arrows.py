"""Who may import whom (DESIGN.md, "Layout and arrows"), read from the code's imports."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SERVER_MAY = {
    "training.clips",
    "training.features.params",
    "training.features.vectors",
    "training.labels",
    "training.processes",
    "training.run",
    "training.search.config",
    "training.search.storage",
    "training.search.study",
    "training.speech.audio",
    "training.speech.clips",
    "training.speech.design",
    "training.speech.folds",
    "training.speech.head_start",
    "training.speech.layers",
    "training.speech.look",
    "training.speech.neighbours",
    "training.speech.presets",
    "training.speech.verdict",
    "training.speech.voices",
    "training.convert.manifest",
    "training.vision.clips",
    "training.vision.jpeg",
    "training.vision.kernels",
    "training.vision.look",
    "training.vision.params",
    "training.vision.photos",
    "training.vision.presets",
}
HEAVY = {"tensorflow", "keras", "tensorflowjs", "librosa", "tflite_micro"}


def imports(path: Path, at_start: bool = False) -> Iterator[str]:
    """Modules that a file imports; with `at_start` only those that importing the file loads."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body if at_start else ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module == "training":
            yield from (f"training.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def files(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("path", files("training"), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_training_knows_nothing_of_http(path: Path) -> None:
    roots = {name.split(".")[0] for name in imports(path)}
    assert not roots & {"server", "flask", "werkzeug", "tests", "requests", "urllib"}


def test_the_parameters_need_only_the_standard_library() -> None:
    for name in (
        "training/clips.py",
        "training/convert/manifest.py",
        "training/convert/memory.py",
        "training/features/params.py",
        "training/labels.py",
        "training/parameters.py",
        "training/speech/cost.py",
        "training/search/config.py",
        "training/search/space.py",
        "training/speech/design.py",
        "training/speech/layers.py",
        "training/speech/presets.py",
        "training/vision/clips.py",
        "training/vision/jpeg.py",
        "training/vision/params.py",
        "training/vision/presets.py",
    ):
        roots = {module.split(".")[0] for module in imports(ROOT / name)}
        assert roots <= sys.stdlib_module_names | {"training"}, name


def test_the_reference_needs_only_numpy() -> None:
    for path in files("training/features"):
        assert {module.split(".")[0] for module in imports(path)} <= sys.stdlib_module_names | {"training", "numpy"}, path


@pytest.mark.parametrize("path", files("server"), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_server_knows_only_training_s_light_parts(path: Path) -> None:
    loaded = {name for name in imports(path, at_start=True) if name.startswith("training")}
    assert loaded <= SERVER_MAY
    assert not {name.split(".")[0] for name in imports(path)} & HEAVY
    if not path.name.startswith("cli"):
        assert {name for name in imports(path) if name.startswith("training")} <= SERVER_MAY


def test_starting_the_server_loads_nothing_heavy() -> None:
    code = "import server, server.cli, server.run, sys; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout.split()
    assert "flask" in loaded
    assert not {name.split(".")[0] for name in loaded} & HEAVY


def test_pages_load_nothing_from_elsewhere() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {marker}"
        for path in (ROOT / "web").rglob("*")
        if path.suffix in {".js", ".html", ".css", ".webmanifest"} and not {"node_modules", "vendor"} & set(path.parts)
        for marker in (
            'from "http',
            "from 'http",
            'src="http',
            "url(http",
            'import("http',
            'importScripts("http',
            "importScripts('http",
        )
        if marker in path.read_text(encoding="utf-8")
    ]
    assert found == []


def test_dsp_is_pure() -> None:
    for path in (ROOT / "web" / "js" / "dsp").glob("*.js"):
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.strip().startswith(("*", "//", "/*"))]
        for word in ("document", "window.", "fetch(", "self.", "vendor/", "performance", "globalThis"):
            assert not any(word in line for line in lines), f"{path.name} uses {word}"
