"""`make bench-camera`: how long one look of the camera's network takes in Chromium, how smooth the page stays, and memory.

A photograph before a made-up camera, the page as it is, and the network where this computer runs it (WASM with SIMD where
there is no graphics processor). Needs exports/things, and the photographs in the folder that NESTLING_BENCH_DATA names.
"""

import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from conftest import FLAGS, PHONE, THINGS, Server, executable, film, photograph, put_things
from PIL import Image
from playwright.sync_api import CDPSession, Page, sync_playwright

N_LOOKS = 200
N_LONG = 1000
SECONDS = 10

# Frames that the page draws, the longest of them, and the camera's frames that it shows.
SMOOTHNESS = """async (seconds) => {
  const video = document.querySelector('.viewfinder video');
  const before = video.getVideoPlaybackQuality();
  const start = performance.now();
  const frames = [];
  for (let now = start; now < start + 1000 * seconds; frames.push(now)) now = await new Promise(requestAnimationFrame);
  const gaps = frames.slice(1).map((now, i) => now - frames[i]);
  const after = video.getVideoPlaybackQuality();
  return {
    drawn: gaps.length / seconds, longest_ms: Math.max(...gaps),
    shown: (after.totalVideoFrames - after.droppedVideoFrames - before.totalVideoFrames + before.droppedVideoFrames) / seconds,
  };
}"""
LOAD = """async () => {
  const { Classifier } = await import('/js/camera/classifier.js');
  window.classifier = await Classifier.load('/bundles/things/');
  return classifier.backend;
}"""
LOOKS = """async (n) => {
  const canvas = new OffscreenCanvas(640, 480);
  const context = canvas.getContext('2d');
  const times = [];
  for (let i = 0; i < n; i++) {
    context.fillStyle = `hsl(${i} 80% 50%)`;
    context.fillRect(i % 600, i % 440, 40, 40);
    const { resize_ms, inference_ms } = await classifier.classify(canvas.transferToImageBitmap());
    times.push([resize_ms, inference_ms]);
  }
  return [times, (await classifier.memory()).n_tensors];
}"""


def main() -> None:
    """Start a server and a browser, measure, print."""
    if not (THINGS / "manifest.json").is_file():
        sys.exit("the camera's network is not in exports/things; `make setup` makes it")
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        folder = Path(temporary)
        server = Server(folder, folder / "exports")
        put_things(server.exports)
        server.start()
        padlock = film(folder / "padlock.mjpeg", [Image.open(photograph("padlock"))] * 30)
        flags = [*FLAGS, f"--use-file-for-fake-video-capture={padlock}"]
        browser = playwright.chromium.launch(executable_path=executable(playwright), args=flags)
        try:
            page = browser.new_context(viewport=PHONE, permissions=["camera"]).new_page()
            measure_page(page, server)
            measure_looks(page, browser.new_browser_cdp_session(), server)
        finally:
            browser.close()
            server.stop()


def measure_page(page: Page, server: Server) -> None:
    """The page itself, while it looks."""
    page.goto(f"{server.url}/#/camera")
    page.get_by_role("button", name="Open camera").click()
    page.locator(".guesses .best").wait_for()
    page.wait_for_timeout(2000)
    smooth: dict[str, Any] = page.evaluate(SMOOTHNESS, SECONDS)
    print(f"the page while it looks: {smooth['drawn']:.0f} frames/s drawn, longest gap {smooth['longest_ms']:.0f} ms,", end=" ")
    print(f"{smooth['shown']:.0f} frames/s of the camera shown; {page.get_by_text('One look takes').inner_text()}")


def measure_looks(page: Page, browser: CDPSession, server: Server) -> None:
    """The network alone, one frame of 640 x 480 after the other."""
    page.goto(f"{server.url}/#/about")
    backend = page.evaluate(LOAD)
    times, n_tensors = page.evaluate(LOOKS, N_LOOKS)
    resize, inference = ([row[i] for row in times] for i in (0, 1))
    whole = sorted(a + b for a, b in zip(resize, inference, strict=True))
    parts = f"resize {statistics.median(resize):.0f}, network {statistics.median(inference):.0f}"
    most = whole[N_LOOKS * 9 // 10]
    print(f"one look, {backend}, median of {N_LOOKS}: {statistics.median(whole):.0f} ms ({parts}; 9 in 10 under {most:.0f} ms)")
    before = renderer_megabytes(browser)
    n_after = page.evaluate(LOOKS, N_LONG)[1]
    after = renderer_megabytes(browser)
    print(
        f"memory over {N_LONG} more looks: {n_tensors} -> {n_after} tensors, {before:.0f} -> {after:.0f} MB in the page's process"
    )


def renderer_megabytes(browser: CDPSession) -> float:
    """Memory of the largest page's process, as Linux counts it; nan elsewhere."""
    processes = browser.send("SystemInfo.getProcessInfo")["processInfo"]
    sizes = [
        int(line.split()[1]) / 1024
        for process in processes
        if process["type"] == "renderer" and (status := Path(f"/proc/{process['id']}/status")).is_file()
        for line in status.read_text(encoding="ascii").splitlines()
        if line.startswith("VmRSS:")
    ]
    return max(sizes, default=float("nan"))


if __name__ == "__main__":
    main()
