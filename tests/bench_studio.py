"""How the studio's server answers with 10,000 clips: `make bench-studio` prints each call's time and size.

The clips are 0.2 s of noise, written as the server writes them. The server is another process and takes real requests.
"""

import argparse
import json
import shutil
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import numpy as np
from playwright.sync_api import sync_playwright

from server import clock
from server.audio import encode, to_content
from server.store import About
from tests.server.conftest import Live, start_server, stop_server

LABELS = ("yes", "no", "up", "down", "unknown")
N_SPEAKERS, N_SESSIONS = 60, 300
N_SAMPLES = 3200
REPEATS = 7

Call = Callable[[Live, dict[str, str]], object]


def make_clips(data: Path, n: int) -> None:
    """Write a project `bench` of so many clips into a data folder."""
    rng = np.random.default_rng(1)
    for i in range(n):
        folder = data / "projects" / "bench" / "clips" / LABELS[i % len(LABELS)]
        folder.mkdir(parents=True, exist_ok=True)
        speaker, session = f"speaker {i % N_SPEAKERS}", f"session {i % N_SESSIONS}"
        about = About(id=str(uuid.UUID(int=i)), session=session, speaker=speaker, source="phone", recorded_at=clock.now())
        pcm = rng.integers(-8000, 8000, N_SAMPLES).astype(np.int16)
        (folder / f"{about.id}.wav").write_bytes(encode(to_content(pcm), about.to_dict()))


def walk(live: Live, headers: dict[str, str]) -> None:
    """All pages, one after the other, as the page's list fetches them."""
    cursor: str | None = ""
    while cursor is not None:
        cursor = live.json("GET", f"/projects/bench/clips?limit=500&after={cursor}", headers=headers)["next"]


def get(path: str) -> Call:
    """A call that reads one answer."""
    return lambda live, headers: live.json("GET", f"/projects/bench/{path}", headers=headers)


def relabel(live: Live, headers: dict[str, str]) -> object:
    """A change, after which the splits are computed again."""
    ids = [clip["id"] for clip in live.json("GET", "/projects/bench/clips?limit=1", headers=headers)["clips"]]
    return live.json("PATCH", "/projects/bench/clips", {"ids": ids, "label": "yes"}, headers)


# Others' calls go here too: name -> what is timed.
CALLS: dict[str, Call] = {
    "clips, newest, 100": get("clips"),
    "clips, newest, 500": get("clips?limit=500"),
    "clips, one label": get("clips?label=yes"),
    "clips, one split": get("clips?split=test"),
    "clips, by level": get("clips?sort=level"),
    "clips, by verdict": get("clips?verdict=fine"),
    "clips, all pages of 500": walk,
    "counts": get("counts"),
    "project": lambda live, headers: live.json("GET", "/projects/bench", headers=headers),
    "map": get("map"),
    "map with vectors": get("map?vectors=1"),
    "findings": get("findings?limit=10"),
    "one clip changed, and the list again": lambda live, headers: (relabel(live, headers), get("clips")(live, headers)),
}


def timed(call: Call, live: Live, headers: dict[str, str]) -> tuple[float, float, float]:
    """Milliseconds: of the first call, the median of the others, the slowest of them."""
    found = []
    for _ in range(REPEATS + 1):
        started = time.perf_counter()
        call(live, headers)
        found.append((time.perf_counter() - started) * 1000)
    return found[0], statistics.median(found[1:]), max(found[1:])


def look_at_all(live: Live, headers: dict[str, str]) -> float:
    """Seconds until the background thread has looked at all clips."""
    started = time.perf_counter()
    while (looks := live.json("GET", "/projects/bench/looks", headers=headers))["done"] < looks["of"]:
        time.sleep(0.2)
    return time.perf_counter() - started


def draw(live: Live) -> dict[str, list[float]]:
    """Milliseconds in Chromium, by what is timed, each with as many values as were taken."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.add_init_script(
            "localStorage.setItem('nestling.settings', JSON.stringify({ project: 'bench', kinds: { bench: 'speech' } }))"
        )
        page.goto(f"{live.http}/#/more")
        page.wait_for_selector("h1")
        found = {name: page.evaluate(f"async () => {{ {FRAMES} {script} }}") for name, script in PAGES.items()}
        browser.close()
    return found


# Two frames after a thing is there it is on the screen.
FRAMES = """
  const frame = () => new Promise(requestAnimationFrame);
  const drawn = async (there) => {
    while (!there()) await frame();
    await frame();
    await frame();
    return performance.now();
  };
  const timed = async (act, there) => {
    const start = performance.now();
    act();
    return (await drawn(there)) - start;
  };
"""

PAGES = {
    "explorer drawn": """
      return [await timed(() => { location.hash = '#/explore'; }, () => document.querySelector('.legend .button'))];""",
    "explorer without a label": """
      const tap = () => document.querySelector('.legend .button').click();
      return [await timed(tap, () => document.querySelector('.legend [aria-pressed=false]'))];""",
    "collect: frames of scrolling": """
      location.hash = '#/collect';
      await drawn(() => document.documentElement.scrollHeight > 20000);
      const gaps = [];
      for (let i = 0, last = performance.now(); i < 300; i++) {
        scrollBy(0, 400);
        await frame();
        gaps.push(-last + (last = performance.now()));
      }
      return gaps;""",
    "preprocess: the hop's slider moved": """
      location.hash = '#/preprocess';
      const box = () => document.querySelector('#parameter-hop_length');
      await drawn(() => box() && [...document.querySelectorAll('h2')].some((title) => title.textContent.startsWith('8.')));
      const found = [];
      for (let i = 0; i < 40; i++) {
        const slider = box().parentElement.querySelector('[type=range]');
        const shown = box().value;
        slider.value = String(Number(slider.value) + (i < 20 ? 1 : -1) * Number(slider.step));
        found.push(await timed(() => slider.dispatchEvent(new Event('input', { bubbles: true })), () => box().value !== shown));
      }
      return found;""",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=10_000)
    n_clips: int = parser.parse_args().clips
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        make_clips(Path(folder) / "data", n_clips)
        made = time.perf_counter()
        live = start_server(Path(folder), "--no-tls")
        try:
            headers = live.join()
            sys.stdout.write(
                f"{n_clips:,} clips written in {made - started:.1f} s, indexed in {time.perf_counter() - made:.1f} s\n"
            )
            sys.stdout.write(f"all looked at {look_at_all(live, headers):.0f} s later, in the background\n")
            sys.stdout.write(f"{'milliseconds':40}{'first':>8}{'median':>8}{'slowest':>8}\n")
            for name, call in CALLS.items():
                sys.stdout.write(f"{name:40}" + "".join(f"{ms:8.0f}" for ms in timed(call, live, headers)) + "\n")
                sys.stdout.flush()
            size = len(json.dumps(get("clips?limit=500")(live, headers)))
            sys.stdout.write(f"{'milliseconds in Chromium':40}{'median':>8}{'95 %':>8}{'slowest':>8}\n")
            for name, times in draw(live).items():
                sys.stdout.write(f"{name:40}" + "".join(f"{ms:8.0f}" for ms in np.quantile(times, (0.5, 0.95, 1))) + "\n")
            sys.stdout.write(f"a page of 500 clips has {size / 1000:.0f} kB\n")
        finally:
            stop_server(live)


if __name__ == "__main__":
    main()
