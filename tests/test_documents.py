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
    shown = [parameter for parameter in command.params if isinstance(parameter, click.Option) and not parameter.hidden]
    names = [name for parameter in shown for name in (*parameter.opts, *parameter.secondary_opts)]
    return [name for name in names if name.startswith("--")]


def commands(group: click.Group, before: str = "") -> dict[str, click.Command]:
    """Every command by its whole name, those of groups too: {"board check": ...}."""
    found: dict[str, click.Command] = {}
    for name, command in group.commands.items():
        inner = commands(command, f"{before}{name} ") if isinstance(command, click.Group) else {f"{before}{name}": command}
        assert command.help
        found |= inner
    return found


COMMANDS = commands(main)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_is_documented(name: str) -> None:
    lines = [line for line in README.splitlines() if line.startswith(f"nestling {name} ")]
    assert lines, f"README.md does not show `nestling {name}`"
    shown = set(re.findall(r"--[a-z-]+", " ".join(lines)))
    assert shown == set(options(COMMANDS[name])), f"README.md shows other options of `nestling {name}` than there are"


def test_every_command_that_is_documented_exists() -> None:
    shown = re.findall(r"^nestling ((?:[a-z]+ ?)+)", README, re.MULTILINE)
    assert {name.strip() for name in shown} == set(COMMANDS)


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
