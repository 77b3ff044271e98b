"""A real server in a process of its own, a real browser, and a microphone and a camera that play what a test gives them."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf
from PIL import Image, ImageOps
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from training.convert.bundle import write_bundle
from training.convert.graph import Graph
from training.convert.manifest import read_manifest

ROOT = Path(__file__).resolve().parents[2]
BENCH_DATA = Path(os.environ.get("NESTLING_BENCH_DATA", ROOT.parent / "shared" / "data"))
SPEECH = BENCH_DATA / "speech"
IMAGES = BENCH_DATA / "images"
SHIPPED = ROOT / "exports" / "yes-no"
THINGS = ROOT / "exports" / "things"
SAMPLE_RATE = 16000
PHONE = {"width": 360, "height": 740}
FILM_SIZE = (640, 480)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
]
START_SECONDS = 20
# A shared machine may be slow for seconds; what is right at once costs nothing.
expect.set_options(timeout=15_000)


class Server:
    """`nestling serve` that can be killed and started again at the same address."""

    def __init__(self, folder: Path, exports: Path, *options: str) -> None:
        self.options = options
        self.data = folder / "data"
        self.exports = exports
        self.port = 0
        self._log = folder / "server.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it is, as the computer itself reaches it."""
        return f"http://localhost:{self.port}"

    def children(self) -> dict[int, str]:
        """The processes that it has started: their commands by number."""
        ps = shutil.which("ps") or pytest.fail("ps is needed to find the server's processes: apt-get install procps")
        listed = subprocess.run([ps, "-A", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
        rows = [line.split(maxsplit=2) for line in listed.splitlines()]
        return {int(row[0]): row[2] for row in rows if self._process and int(row[1]) == self._process.pid}

    def start(self) -> None:
        """Start, and wait until it says where it listens."""
        command = [sys.executable, "-m", "server.cli", "serve", "--host", "127.0.0.1", "--no-tls", "--port", str(self.port)]
        self._log.write_bytes(b"")
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "--data", str(self.data), "--exports", str(self.exports), *self.options],
                cwd=ROOT,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + START_SECONDS
        while not (found := re.search(r"http://[^:/]+:(\d+)/", self._log.read_text())):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the server did not start: {self._log.read_text()}")
            time.sleep(0.02)
        self.port = int(found[1])

    def kill(self) -> None:
        """As a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """As Ctrl+C would."""
        self._end(signal.SIGINT)

    def clips(self, project: str = "words") -> list[Path]:
        """The recordings on disk."""
        return sorted((self.data / "projects" / project / "clips").glob("*/*.wav"))

    def photos(self, project: str = "pictures") -> list[Path]:
        """The photos on disk."""
        return sorted((self.data / "projects" / project / "photos").glob("*/*.jpg"))

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(START_SECONDS)
            self._process = None


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server with nothing in it but the bundle that is shipped."""
    yield from running_server(tmp_path)


def running_server(folder: Path, *options: str) -> Iterator[Server]:
    """Such a server, with further options of `nestling serve`."""
    exports = folder / "exports"
    exports.mkdir()
    if SHIPPED.is_dir():
        shutil.copytree(SHIPPED, exports / "yes-no")
    running = Server(folder, exports, *options)
    running.start()
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture
def with_things(server: Server) -> Server:
    """Such a server that has the camera's network, too: of its bundle, what a phone fetches."""
    put_things(server.exports)
    return server


def put_own_things(exports: Path, labels: Sequence[str], project: str = "pictures") -> None:
    """Write a bundle as training on photos writes one, but of a last layer that has learned nothing: for pages to look at."""
    things = read_manifest(THINGS)
    del things["files"]
    rng = np.random.default_rng(1)

    def fill(folder: Path) -> dict[str, Any]:
        graph = Graph.read(THINGS / "tfjs")
        graph.replace("scores", rng.normal(0, 0.05, (1280, len(labels))).astype(np.float32), np.zeros(len(labels), np.float32))
        graph.write(folder / "tfjs")
        output = {"shape": [1, len(labels)], "dtype": "float32"}
        return things | {"project": project, "run": "untrained", "labels": list(labels), "output": output}

    write_bundle(exports / project / "untrained", fill)


def put_own_words(exports: Path, project: str = "words", **changes: Any) -> str:
    """Put the shipped model there as one of a project's own; `changes` are of its manifest. Returns its path."""
    folder = exports / project / "run"
    shutil.copytree(SHIPPED, folder)
    manifest = read_manifest(folder) | {"project": project, "run": "run", **changes}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return f"{project}/run"


def put_older_words(exports: Path) -> str:
    """The same, made before bundles kept what the model answered and described its weights. Returns its path."""
    files = read_manifest(SHIPPED)["files"]
    kept = {name: about for name, about in files.items() if name not in ("evaluation.json", "weights.json")}
    return put_own_words(exports, files=kept, created_at="2026-01-01T00:00:00+00:00")


def put_things(exports: Path) -> None:
    """Copy what a phone fetches of the camera's network into a folder of bundles."""
    if not (THINGS / "manifest.json").is_file():
        pytest.fail("the camera's network is not in exports/things; `make setup` makes it")
    shutil.copytree(THINGS / "tfjs", exports / "things" / "tfjs")
    shutil.copy(THINGS / "manifest.json", exports / "things")


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright itself."""
    with sync_playwright() as started:
        yield started


def executable(playwright: Playwright) -> str | None:
    """Playwright's own Chromium where it is installed (None), the system's otherwise."""
    if Path(playwright.chromium.executable_path).exists():
        return None
    return shutil.which("chromium") or pytest.fail("no Chromium: run `playwright install chromium` or install your system's")


@pytest.fixture(scope="session")
def browsers(playwright: Playwright) -> Iterator[dict[tuple[Path | None, Path | None], Browser]]:
    """The browsers that run, by what their microphone and camera play: a start takes longer than most tests."""
    running: dict[tuple[Path | None, Path | None], Browser] = {}
    yield running
    for browser in running.values():
        browser.close()


@pytest.fixture
def launch(playwright: Playwright, browsers: dict[tuple[Path | None, Path | None], Browser]) -> Iterator[Callable[..., Browser]]:
    """`launch(sound=None, camera=None)` gives a browser whose microphone plays a WAV file again and again, and its camera a
    film (see `film`); without files it beeps and shows a test picture."""

    def start(sound: Path | None = None, camera: Path | None = None) -> Browser:
        if (sound, camera) not in browsers:
            files = {"audio": sound, "video": camera}
            flags = [*FLAGS, *(f"--use-file-for-fake-{what}-capture={file}" for what, file in files.items() if file)]
            browsers[sound, camera] = playwright.chromium.launch(executable_path=executable(playwright), args=flags)
        return browsers[sound, camera]

    yield start
    for browser in browsers.values():
        for context in browser.contexts:
            context.close()


@pytest.fixture(scope="session")
def vowel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up word a second."""
    return spoken_vowel(tmp_path_factory.mktemp("sounds") / "vowel.wav")


@pytest.fixture
def phone(launch: Callable[..., Browser]) -> BrowserContext:
    """A phone in a room that beeps."""
    return new_phone(launch)


def new_phone(
    launch: Callable[..., Browser], sound: Path | None = None, camera: Path | None = None, **options: Any
) -> BrowserContext:
    """A small touch screen, with microphone and camera allowed."""
    values = {"viewport": PHONE, "has_touch": True, "locale": "en-GB", "permissions": ["microphone", "camera"], **options}
    return launch(sound, camera).new_context(**values)


@pytest.fixture
def page(phone: BrowserContext) -> Iterator[Page]:
    """A page that must not complain: no error in the console, no breach of the content security policy."""
    opened = phone.new_page()
    complaints = watch(opened)
    yield opened
    assert complaints == []


def watch(page: Page) -> list[str]:
    """Collects what goes wrong on a page. A server that a test has killed is no fault of the page."""
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(f"{error}"))
    page.on("console", lambda message: complaints.append(message.text) if is_complaint(message.type, message.text) else None)
    return complaints


def is_complaint(kind: str, text: str) -> bool:
    """Whether a console message is one to mend."""
    # The second is what Chromium says when it looks for a new service worker in vain.
    unreachable = ("net::ERR_", "An unknown error occurred when fetching the script")
    return kind in ("error", "warning") and not any(reason in text for reason in unreachable)


def eventually(check: Callable[[], Any], seconds: float = 15.0) -> Any:
    """The first true answer of `check`. Fails when there is none in time."""
    deadline = time.monotonic() + seconds
    while not (answer := check()):
        assert time.monotonic() < deadline, f"it did not become true within {seconds} s; last answer {answer!r}"
        time.sleep(0.05)
    return answer


def queued(page: Page) -> dict[str, int]:
    """How many clips the page has in each state; `photos` are those that wait and are photos."""
    counts: dict[str, int] = page.evaluate(
        """async () => {
          const { queue } = await import('/js/data/queue.js');
          const { held, refused, waiting, photos } = queue.value;
          return { held: held.length, refused: refused.length, waiting, photos };
        }"""
    )
    return counts


def put_clips(page: Page, label: str, n: int, project: str = "words") -> None:
    """Put clips into the page's queue, as recording does; each has other samples."""
    page.evaluate(
        """async ([project, label, n]) => {
          const { add } = await import('/js/data/queue.js');
          const { encodeWav } = await import('/js/dsp/wav.js');
          for (let i = 0; i < n; i++) {
            const pitch = 90 + 200 * Math.random();
            const pcm = Int16Array.from({ length: 32000 }, (_, t) => {
              const envelope = Math.exp(-(((t - 15000) / 3500) ** 2));
              const phase = 2 * Math.PI * pitch * t / 16000;
              return envelope * (7000 * Math.sin(phase) + 4000 * Math.sin(3 * phase)) + 60 * Math.random();
            });
            await add({
              id: crypto.randomUUID(), project, label, session: crypto.randomUUID(), speaker: 'ada', verdict: 'fine',
              recorded_at: new Date().toISOString(), source: 'microphone', type: 'audio/wav', body: encodeWav(pcm, 16000),
              state: 'waiting', detail: '',
            });
          }
        }""",
        [project, label, n],
    )


def put_photos(page: Page, label: str, n: int, project: str = "pictures", n_bursts: int = 3) -> None:
    """Put photos into the page's queue, as the camera does; each shows another coloured disc."""
    page.evaluate(
        """async ([project, label, n, nBursts]) => {
          const { add } = await import('/js/data/queue.js');
          const { encodePhoto } = await import('/js/camera/photo.js');
          const sessions = Array.from({ length: nBursts }, () => crypto.randomUUID());
          const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 240 });
          const context = canvas.getContext('2d');
          for (let i = 0; i < n; i++) {
            context.fillStyle = `hsl(${360 * Math.random()} 30% 80%)`;
            context.fillRect(0, 0, 320, 240);
            context.fillStyle = `hsl(${360 * Math.random()} 70% 40%)`;
            context.arc(80 + 160 * Math.random(), 60 + 120 * Math.random(), 40 + 30 * Math.random(), 0, 7);
            context.fill();
            context.beginPath();
            await add({
              id: crypto.randomUUID(), project, label, session: sessions[i % nBursts], speaker: null, source: 'camera',
              recorded_at: new Date().toISOString(), type: 'image/jpeg',
              body: new Uint8Array(await (await encodePhoto(canvas)).arrayBuffer()), state: 'waiting', detail: '',
            });
          }
        }""",
        [project, label, n, n_bursts],
    )


def works_offline(page: Page) -> None:
    """Wait until the service worker has everything and answers for the page."""
    page.evaluate("() => navigator.serviceWorker.ready.then(() => null)")
    eventually(lambda: page.evaluate("() => Boolean(navigator.serviceWorker.controller)"))


def speech_sound(target: Path, words: list[Path], gap_seconds: float = 0.6) -> Path:
    """A WAV of real recordings with quiet around each: the fake microphone fades in and out."""
    quiet = np.zeros(int(gap_seconds * SAMPLE_RATE), np.int16)
    parts = [quiet]
    for word in words:
        pcm, rate = sf.read(word, dtype="int16")
        assert rate == SAMPLE_RATE
        parts += [pcm, quiet]
    sf.write(target, np.concatenate(parts), SAMPLE_RATE, subtype="PCM_16")
    return target


def film(target: Path, pictures: Iterable[Image.Image]) -> Path:
    """A film for a camera, a picture a frame, 30 a second, again and again: JPEGs of 640 x 480, one behind the other."""
    with target.open("wb") as file:
        for picture in pictures:
            ImageOps.fit(picture, FILM_SIZE).save(file, "jpeg", quality=90)
    return target


def photograph(name: str) -> Path:
    """A real photograph, by a piece of its name."""
    found = sorted(IMAGES.rglob(f"*{name}*.jpg"))
    if not found:
        pytest.fail(f"these tests need the photograph {name} in {IMAGES}; NESTLING_BENCH_DATA names another folder")
    return found[0]


def real_words(label: str, n: int) -> list[Path]:
    """Recordings of people whom the shipped model was not trained on."""
    folder = SPEECH / "validation" / label
    if not folder.is_dir():
        pytest.fail(f"these tests need real voices in {folder}; NESTLING_BENCH_DATA names another folder")
    return sorted(folder.glob("*.flac"))[:n]


def spoken_vowel(target: Path, pitch: float = 140.0) -> Path:
    """A loop of one made-up vowel a second: nobody's voice, yet neither silent, clipped nor cut off in most places."""
    time_axis = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    envelope = np.clip(np.sin(np.pi * np.clip((time_axis - 0.35) / 0.3, 0, 1)), 0, 1) ** 2
    harmonics = sum(np.sin(2 * np.pi * pitch * k * time_axis) / k for k in range(1, 12))
    noise = np.random.default_rng(1).normal(0, 0.001, SAMPLE_RATE)
    sf.write(target, 0.25 * envelope * harmonics + noise, SAMPLE_RATE, subtype="PCM_16")
    return target
