"""The documents are true: every command, option, event and route stands in them, and no path or address of one machine."""

import re
import shutil
import subprocess
from pathlib import Path

import click
import pytest

from server import create_app
from server.cli import main

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DESIGN = (ROOT / "DESIGN.md").read_text(encoding="utf-8")


def options(command: click.Command) -> list[str]:
    names = [name for parameter in command.params if isinstance(parameter, click.Option) for name in parameter.opts]
    return [name for name in names if name.startswith("--")]


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_is_documented(name: str) -> None:
    lines = [line for line in README.splitlines() if line.startswith(f"nestling {name} ")]
    assert lines, f"README.md does not show `nestling {name}`"
    missing = [option for option in options(main.commands[name]) if option not in " ".join(lines)]
    assert not missing, f"README.md does not show {missing} of `nestling {name}`"
    assert main.commands[name].help


def test_every_make_target_named_in_the_readme_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"make ([a-z-]+)", README))
    assert named and named <= targets


def test_every_route_is_in_the_design(tmp_path: Path) -> None:
    app = create_app({"data": tmp_path / "data", "exports": tmp_path / "exports"})
    documented = re.sub(r"<[^>]+>", "<>", DESIGN)
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<[^>]+>", "<>", rule.rule)
        if path in {"/", "/<>", "/trust/<>"} or rule.endpoint == "static":
            continue
        assert path in documented, f"DESIGN.md does not name {rule.rule}"


def test_pictures_in_the_readme_are_there() -> None:
    for picture in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README):
        assert (ROOT / picture).is_file(), picture


def test_nothing_tracked_holds_a_registry_s_address_or_a_path_of_one_machine() -> None:
    git = shutil.which("git") or pytest.fail("git is needed to know what is tracked")
    listed = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    markers = re.compile(
        "registry" + r"\.npmjs|pypi" + r"\.org/|files\.python" + r"hosted|/home/[a-z]+/|/ro" + r"ot/|\"resolved\""
    )
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if path.suffix in {".py", ".js", ".mjs", ".json", ".md", ".toml", ".html", ".css"} or name == "Makefile":
            found = markers.search(path.read_text(encoding="utf-8"))
            assert not found, f"{name}: {found[0] if found else ''}"
