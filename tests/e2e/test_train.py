"""Train: what is missing, what the server says, and runs that do not come to their end. The whole way is in test_whole_way.py."""

from collections.abc import Callable

import pytest
from conftest import Server, eventually, new_phone, put_clips, watch
from playwright.sync_api import Browser, Page, expect

from training.clips import MIN_CLIPS


@pytest.fixture
def page(server: Server, launch: Callable[..., Browser]) -> Page:
    """The train page of a project with just enough clips of two labels, and too few of a third."""
    page = new_phone(launch).new_page()
    page.goto(server.url)
    expect(page.get_by_role("heading", name="Record")).to_be_visible()
    for label, n in (("yes", MIN_CLIPS), ("unknown", MIN_CLIPS), ("up", 3)):
        put_clips(page, label, n)
    eventually(lambda: len(server.clips()) == 2 * MIN_CLIPS + 3)
    page.goto(f"{server.url}/#/train")
    return page


def test_it_says_what_is_missing_and_why_the_server_will_not(page: Page) -> None:
    expect(page.get_by_text(f"label up has 3 clips; {MIN_CLIPS} is the least, 30 is good")).to_be_visible()
    page.get_by_role("button", name="Train yes, up").click()
    expect(page.get_by_role("alert")).to_contain_text("up")
    expect(page.get_by_role("alert")).to_contain_text("3 clips")


def test_a_run_can_be_cancelled_and_is_listed(page: Page) -> None:
    complaints = watch(page)
    page.get_by_role("checkbox", name="up").uncheck()
    page.get_by_role("button", name="Train yes").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("The training was cancelled.")).to_be_visible(timeout=15_000)
    page.get_by_role("link", name="Train again").click()
    expect(page.get_by_text("cancelled")).to_be_visible()
    page.get_by_role("link", name="Open the run").click()
    expect(page.get_by_text("The training was cancelled.")).to_be_visible()
    assert complaints == []


def test_a_killed_server_leaves_an_interrupted_run_and_the_page_finds_out(server: Server, page: Page) -> None:
    page.get_by_role("checkbox", name="up").uncheck()
    page.get_by_role("button", name="Train yes").click()
    expect(page.get_by_role("button", name="Cancel")).to_be_visible()
    server.kill()
    expect(page.get_by_text("The connection broke.")).to_be_visible()
    server.start()
    expect(page.get_by_text("The training was interrupted")).to_be_visible(timeout=20_000)
