"""`make picture`: takes docs/nestling.png for the README, three real screens of one phone that records, trains and listens.

Needs real voices: `speech/` in the folder that NESTLING_BENCH_DATA names (../shared/data by default), from Speech Commands.
"""

import base64
import subprocess
import sys
import tempfile
from pathlib import Path

from conftest import BENCH_DATA, FLAGS, ROOT, Server, eventually, executable, real_words, speech_sound
from playwright.sync_api import Browser, Page, expect, sync_playwright
from test_live import hears
from test_record import use_settings

TARGET = ROOT / "docs" / "nestling.png"
WORDS = {"yes": ["yes"], "no": ["no"], "unknown": ["up", "cat", "stop", "left", "one", "go"]}
N_CLIPS = 30
SIZE = {"width": 360, "height": 740}


def main() -> None:
    """Import thirty clips a label, train, and photograph the pages on the way."""
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        folder = Path(temporary)
        server = Server(folder, ROOT / "exports")
        server.exports = folder / "exports"
        import_clips(server, folder / "clips")
        server.start()
        sound = speech_sound(folder / "sound.wav", real_words("yes", 4))
        flags = [*FLAGS, f"--use-file-for-fake-audio-capture={sound}"]
        browser = playwright.chromium.launch(executable_path=executable(playwright), args=flags)
        try:
            shots = photograph(browser, server)
            compose(browser, shots)
        finally:
            browser.close()
            server.stop()
    print(TARGET)


def import_clips(server: Server, clips: Path) -> None:
    """A folder of links to recordings, and `nestling import`."""
    for label, words in WORDS.items():
        (clips / label).mkdir(parents=True)
        found = [
            path for word in words for path in sorted((BENCH_DATA / "speech" / "train" / word).glob("*.flac"))[:: len(words)]
        ]
        for path in found[:: max(1, len(found) // N_CLIPS)][:N_CLIPS]:
            (clips / label / path.name).write_bytes(path.read_bytes())
    command = [sys.executable, "-m", "server.cli", "import", str(clips), "--project", "words", "--data", str(server.data)]
    subprocess.run(command, check=True, cwd=ROOT)


def photograph(browser: Browser, server: Server) -> list[bytes]:
    """Record, Train when it is done, Live while *yes* is heard."""
    context = browser.new_context(viewport=SIZE, device_scale_factor=2, has_touch=True, permissions=["microphone"])
    use_settings(context, labels={"words": list(WORDS)}, label="yes")
    page = context.new_page()
    page.goto(server.url)
    page.get_by_role("button", name="Record 10 × yes").click()
    expect(page.get_by_text("3 of 10 yes", exact=True)).to_be_visible(timeout=30_000)
    eventually(lambda: page.locator(".button.recording").count())
    page.wait_for_timeout(1200)  # for a waveform worth looking at
    shots = [page.screenshot()]
    page.keyboard.press("Escape")
    page.goto(f"{server.url}/#/train")
    page.get_by_role("button", name="Train no, yes").click()
    expect(page.get_by_role("link", name="Try it live")).to_be_visible(timeout=240_000)
    shots.append(page.screenshot())
    page.get_by_role("link", name="Try it live").click()
    page.get_by_role("button", name="Start listening").click()
    page.wait_for_timeout(3000)  # for two full seconds of spectrogram
    shots.append(bold(page))
    return shots


def bold(page: Page) -> bytes:
    """The page at a moment at which the word is heard."""
    for _ in range(40):
        eventually(lambda: hears(page, "yes"), 30)
        shot = page.screenshot()
        if hears(page, "yes"):
            return shot
    raise RuntimeError("the word was gone each time the picture was taken")


def compose(browser: Browser, shots: list[bytes]) -> None:
    """Side by side, with a little room between."""
    page = browser.new_page(viewport={"width": 3 * SIZE["width"] + 128, "height": SIZE["height"] + 64}, device_scale_factor=1)
    sources = "".join(f'<img src="data:image/png;base64,{base64.b64encode(shot).decode()}">' for shot in shots)
    body = "body{margin:0;display:flex;gap:32px;padding:32px;background:#e6e9e2}"
    style = f"{body}img{{width:{SIZE['width']}px;border-radius:24px;box-shadow:0 4px 24px #0003}}"
    page.set_content(f"<style>{style}</style>{sources}")
    TARGET.parent.mkdir(exist_ok=True)
    page.screenshot(path=TARGET)


if __name__ == "__main__":
    main()
