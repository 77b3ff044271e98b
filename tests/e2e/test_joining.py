"""Joining: by the code's address, as the computer itself, and what a stranger or an insecure page is told."""

from collections.abc import Callable

import pytest
from conftest import Server, executable, new_phone
from playwright.sync_api import Browser, BrowserContext, Playwright, expect

from server.network import host_names


@pytest.fixture
def elsewhere(playwright: Playwright, server: Server) -> Callable[..., tuple[BrowserContext, str]]:
    """A browser that reaches the server by its name on the network; over plain HTTP, so that the page is not secure."""
    name = next(name for name in host_names() if name != "localhost")
    rules = f"--host-resolver-rules=MAP {name} 127.0.0.1"
    browser = playwright.chromium.launch(executable_path=executable(playwright), args=["--no-sandbox", "--disable-gpu", rules])
    yield browser.new_context(viewport={"width": 360, "height": 740}), f"http://{name}:{server.port}"
    browser.close()


def test_the_code_joins_and_leaves_no_token_behind(server: Server, elsewhere: tuple[BrowserContext, str]) -> None:
    context, url = elsewhere
    token = (server.data / "token").read_text().strip()
    page = context.new_page()
    page.goto(f"{url}/#join={token}")
    expect(page.get_by_role("heading", name="Record")).to_be_visible()
    assert page.url == f"{url}/#/record"
    page.go_back()
    assert token not in page.url
    assert [cookie["httpOnly"] for cookie in context.cookies() if cookie["name"] == "nestling"] == [True]


def test_a_stranger_is_told_to_scan_and_how_to_get_a_secure_page(elsewhere: tuple[BrowserContext, str]) -> None:
    context, url = elsewhere
    page = context.new_page()
    page.goto(f"{url}/#/record")
    expect(page.get_by_text("This phone has not joined yet")).to_be_visible()
    expect(page.get_by_role("link", name="trust this computer's certificate")).to_have_attribute("href", "/trust")
    expect(page.get_by_role("link", name=url.replace("http://", "https://"))).to_be_visible()
    page.goto(f"{url}/#/live")
    expect(page.get_by_text("The browser gives the microphone to secure pages only")).to_be_visible()
    expect(page.get_by_role("button", name="Start listening")).to_be_disabled()


def test_a_wrong_token_is_refused_in_a_sentence(elsewhere: tuple[BrowserContext, str]) -> None:
    context, url = elsewhere
    page = context.new_page()
    page.goto(f"{url}/#join=wrong")
    expect(page.get_by_text("This is not the token of this server")).to_be_visible()


def test_the_computer_itself_shows_the_code(server: Server, launch: Callable[..., Browser]) -> None:
    page = new_phone(launch).new_page()
    page.goto(f"{server.url}/#/join")
    code = page.get_by_role("img", name="QR code")
    expect(code).to_be_visible()
    assert code.evaluate("(image) => image.decode().then(() => image.naturalWidth)") > 0
