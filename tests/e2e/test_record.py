"""Recording: no clip is lost, none is stored twice, and a keyboard is enough."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Server, eventually, new_phone, put_clips, queued, works_offline
from playwright.sync_api import Browser, BrowserContext, Page, expect

N_BATCH = 2


@pytest.fixture
def phone(launch: Callable[..., Browser], vowel: Path) -> BrowserContext:
    """A phone that hears a made-up word a second, and records batches of two."""
    context = new_phone(launch, vowel)
    use_settings(context, count=N_BATCH)
    return context


def use_settings(context: BrowserContext, **values: object) -> None:
    """What the phone remembers from an earlier visit."""
    remembered = json.dumps({"project": "words", "labels": {"words": ["yes", "no"]}, **values})
    context.add_init_script(f"localStorage['nestling.settings'] ??= {json.dumps(remembered)}")


def record(page: Page, n: int = N_BATCH, label: str = "yes") -> None:
    """Press the button and wait for the end; keep whatever the page wants to know about."""
    page.get_by_role("button", name=f"Record {n} × {label}").click()
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    expect(page.get_by_text(f"{n} of {n} {label}", exact=True)).to_be_visible(timeout=30_000)
    expect(page.get_by_role("button", name="Stop")).to_be_hidden()
    while n_held := queued(page)["held"]:
        page.get_by_role("button", name="Keep", exact=True).click()
        eventually(lambda: queued(page)["held"] < n_held)


def go_offline(page: Page, server: Server) -> None:
    """The phone leaves the network."""
    page.context.set_offline(True)


def go_online(page: Page, server: Server) -> None:
    """It comes back; nobody touches the page."""
    page.context.set_offline(False)


def kill(page: Page, server: Server) -> None:
    """The computer dies."""
    server.kill()


def restart(page: Page, server: Server) -> None:
    """It is started again."""
    server.start()
    page.get_by_role("button", name="Try now").click()


@pytest.mark.parametrize(("leave", "come_back"), [(go_offline, go_online), (kill, restart)])
def test_a_batch_outlives_a_lost_connection_and_a_closed_tab(
    server: Server, page: Page, leave: Callable[[Page, Server], None], come_back: Callable[[Page, Server], None]
) -> None:
    page.goto(server.url)
    works_offline(page)
    leave(page, server)
    record(page)
    expect(page.get_by_text("2 clips wait for the server")).to_be_visible()
    page.reload()
    expect(page.get_by_text("2 clips wait for the server")).to_be_visible()
    assert server.clips() == []
    come_back(page, server)
    eventually(lambda: queued(page)["waiting"] == 0)
    expect(page.get_by_text("for the server")).to_be_hidden()
    assert len(server.clips()) == N_BATCH
    assert {path.parent.name for path in server.clips()} == {"yes"}


def test_clips_that_an_older_version_left_are_sent(server: Server, page: Page) -> None:
    page.goto(server.url)
    expect(page.get_by_role("heading", name="Record")).to_be_visible()
    page.evaluate(
        """async () => {
          const { openDB } = await import('/vendor/idb.js');
          const { encodeWav } = await import('/js/dsp/wav.js');
          const db = await openDB('nestling', 1);
          for (const [label, state] of [['yes', 'waiting'], ['no', 'held']]) {
            const wav = encodeWav(Int16Array.from({ length: 32000 }, () => 900 * Math.random()), 16000);
            await db.add('clips', {
              id: crypto.randomUUID(), project: 'words', label, session: crypto.randomUUID(), speaker: null,
              recorded_at: new Date().toISOString(), wav, verdict: 'fine', state, detail: '',
            });
          }
          db.close();
        }"""
    )
    page.reload()
    eventually(lambda: [path.parent.name for path in server.clips()] == ["yes"])
    page.get_by_role("button", name="Keep", exact=True).click()
    eventually(lambda: [path.parent.name for path in server.clips()] == ["no", "yes"])


def test_two_tabs_send_each_clip_once(server: Server, page: Page) -> None:
    page.goto(server.url)
    expect(page.get_by_role("button", name="Record 2 × yes")).to_be_visible()
    second = page.context.new_page()
    second.goto(server.url)
    expect(second.get_by_role("button", name="Record 2 × yes")).to_be_visible()
    sent: list[str] = []
    page.context.on(
        "request", lambda request: sent.append(request.url) if request.method == "POST" and "/clips?" in request.url else None
    )
    page.context.set_offline(True)
    put_clips(page, "yes", 8)
    put_clips(second, "no", 8)
    sent.clear()  # attempts without a network are no sending
    page.context.set_offline(False)
    eventually(lambda: len(server.clips()) == 16)
    eventually(lambda: queued(page)["waiting"] == 0 and queued(second)["waiting"] == 0)
    assert len(sent) == 16


def test_a_server_killed_while_clips_arrive_has_them_all_in_the_end(server: Server, page: Page) -> None:
    page.goto(server.url)
    works_offline(page)
    page.context.set_offline(True)
    put_clips(page, "yes", 30)
    with page.expect_response(lambda response: "/clips?" in response.url and response.status == 201):
        page.context.set_offline(False)
    server.kill()
    n_answered = 30 - queued(page)["waiting"]
    assert len(server.clips()) >= n_answered
    expect(page.get_by_role("button", name="Try now")).to_be_visible()
    server.start()
    page.get_by_role("button", name="Try now").click()
    eventually(lambda: queued(page)["waiting"] == 0)
    assert len(server.clips()) == 30


def test_a_clip_that_the_server_refuses_stays_until_it_is_mended(server: Server, phone: BrowserContext) -> None:
    page = phone.new_page()  # the browser reports the refusal in its console
    page.goto(server.url)
    expect(page.get_by_role("heading", name="Record")).to_be_visible()
    put_clips(page, "con", 1)
    expect(page.get_by_text("reserved name on Windows")).to_be_visible()
    page.reload()
    page.get_by_label("Label", exact=True).fill("Yes")
    page.get_by_role("button", name="Send again").click()
    eventually(lambda: [path.parent.name for path in server.clips()] == ["yes"])
    expect(page.get_by_text("reserved name on Windows")).to_be_hidden()


def test_stopping_keeps_what_is_finished(server: Server, page: Page) -> None:
    page.goto(server.url)
    page.get_by_role("button", name=f"Record {N_BATCH} × yes").click()
    expect(page.get_by_text(f"2 of {N_BATCH} yes", exact=True)).to_be_visible(timeout=15_000)
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Stop")).to_be_hidden()
    eventually(lambda: queued(page)["held"] + len(server.clips()) == 1)


def test_recording_with_the_keyboard_alone(server: Server, launch: Callable[..., Browser], vowel: Path) -> None:
    context = new_phone(launch, vowel, has_touch=False)
    page = context.new_page()
    page.goto(server.url)
    tab_to(page, "New label")
    page.keyboard.type("Ja ")
    page.keyboard.press("Enter")
    expect(page.get_by_role("radio", name="ja")).to_be_checked()
    tab_to(page, "10")
    page.keyboard.press("ArrowLeft")
    tab_to(page, "Record 1 × ja")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Keep", exact=True)).to_be_visible(timeout=15_000)
    assert queued(page)["held"] == 1
    expect(page.locator(".action .primary")).to_be_focused()
    tab_to(page, "Keep")
    page.keyboard.press("Space")
    eventually(lambda: [path.parent.name for path in server.clips()] == ["ja"])
    expect(page.get_by_role("button", name="Record 1 × ja")).to_be_focused()


def tab_to(page: Page, name: str) -> None:
    """Press Tab until what has that name has the focus, and see that the focus can be seen."""
    script = """() => {
      const { activeElement: element } = document;
      const name = element.getAttribute('aria-label') ?? element.closest('label')?.innerText ?? element.innerText;
      const ring = getComputedStyle(element.closest('.chip')?.querySelector('span') ?? element).outlineStyle;
      return [name.trim(), ring];
    }"""
    for _ in range(40):
        focused, ring = page.evaluate(script)
        if focused == name:
            assert ring != "none"
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Tab never came to {name!r}")


def test_a_stored_clip_can_be_relabelled_and_deleted(server: Server, page: Page) -> None:
    page.goto(server.url)
    expect(page.get_by_role("heading", name="Record", exact=True)).to_be_visible()
    put_clips(page, "yes", 2)
    eventually(lambda: len(server.clips()) == 2)
    page.get_by_role("button", name="Open yes").first.click()
    page.get_by_label("Label", exact=True).select_option("no")
    eventually(lambda: sorted(path.parent.name for path in server.clips()) == ["no", "yes"])
    expect(page.get_by_role("button", name="Delete")).to_have_count(0)  # the server knows first, then the page
    page.get_by_role("button", name="Open yes").click()
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Delete for good").click()
    eventually(lambda: [path.parent.name for path in server.clips()] == ["no"])
