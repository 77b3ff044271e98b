"""The service worker hands over to a new version when the page is loaded again, and touches nobody else's caches."""

import re
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import ROOT, eventually, new_phone, works_offline
from playwright.sync_api import Browser, Page, expect

from server.app import create_app
from server.http import Server


@pytest.fixture
def web(tmp_path: Path) -> Path:
    """A copy of the page that the test may change."""
    ignored = shutil.ignore_patterns("node_modules")
    return Path(shutil.copytree(ROOT / "web", tmp_path / "web", ignore=ignored))


@pytest.fixture
def url(tmp_path: Path, web: Path) -> Iterator[str]:
    """A server, in this process, that gives out the copy."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        settings = {"data": tmp_path / "data", "exports": tmp_path / "exports", "web": web, "port": port, "tls": False}
        serving = Server(listener, create_app(settings), None)
        thread = threading.Thread(target=serving.serve_forever)
        thread.start()
        yield f"http://localhost:{port}"
        serving.shutdown()
        thread.join()


def shells(page: Page) -> list[str]:
    """Names of the caches that hold the page, and of a stranger's."""
    names: list[str] = page.evaluate("() => caches.keys()")
    return sorted(names)


def test_a_new_version_takes_over_at_the_next_load(url: str, web: Path, launch: Callable[..., Browser]) -> None:
    page = new_phone(launch).new_page()
    page.goto(f"{url}/#/about")
    works_offline(page)
    page.evaluate("() => caches.open('somebody-else')")
    (before,) = (name for name in shells(page) if name.startswith("nestling-shell-"))

    precache = web / "precache.js"
    precache.write_text(re.sub("version: '[^']+'", "version: 'newer'", precache.read_text(encoding="utf-8")), encoding="utf-8")
    about = web / "js" / "ui" / "pages" / "about.js"
    about.write_text(about.read_text(encoding="utf-8").replace("What it is", "What it became"), encoding="utf-8")
    page.reload()
    expect(page.get_by_text("A new version of Nestling is ready")).to_be_visible()
    expect(page.get_by_role("heading", name="What it is")).to_be_visible()

    page.reload()
    expect(page.get_by_role("heading", name="What it became")).to_be_visible()
    eventually(lambda: before not in shells(page))
    assert {"nestling-shell-newer", "somebody-else"} <= set(shells(page))
