"""The Thing Translator: a real photograph before the camera is named in two languages, with the computer and without it."""

import json
import re
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from conftest import (
    FLAGS,
    IMAGES,
    PHONE,
    THINGS,
    Server,
    eventually,
    executable,
    film,
    new_phone,
    photograph,
    put_things,
    watch,
    works_offline,
)
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect
from test_pages import small_targets, violations

from training.vision.names import load_things

NAMES = {thing.class_name: thing.names for thing in load_things()}
BOLD = 700
SAME_SCORES = 0.02
N_FRAMES = 1000
LOADED = 20_000  # ms
NO_CAMERA = "() => { navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', '%s'); }; }"
# A phone that can speak Spanish, and notes what it says.
SPANISH_VOICE = """() => {
  window.said = [];
  window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
  const getVoices = () => [{ lang: 'es-ES', localService: true, default: false }];
  const speak = (utterance) => { said.push(`${utterance.lang}: ${utterance.text}`); utterance.onend(); };
  Object.defineProperty(window, 'speechSynthesis', { value: { getVoices, speak, cancel() {}, addEventListener() {} } });
}"""


@pytest.fixture(scope="module")
def padlock_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A camera before a padlock."""
    return film(tmp_path_factory.mktemp("films") / "padlock.mjpeg", [Image.open(photograph("padlock"))] * 2)


@pytest.fixture(scope="module")
def turning_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A camera that sees a padlock for two seconds, then a badger for two, and so on."""
    pictures = [Image.open(photograph(name)).convert("RGB") for name in ("padlock", "badger") for _ in range(60)]
    return film(tmp_path_factory.mktemp("films") / "turning.mjpeg", pictures)


@pytest.fixture
def camera(with_things: Server, launch: Callable[..., Browser], padlock_film: Path) -> Iterator[Page]:
    """The page on a phone whose camera sees a padlock; it must not complain."""
    page = new_phone(launch, camera=padlock_film).new_page()
    complaints = watch(page)
    open_page(page, with_things)
    yield page
    assert complaints == []


def open_page(page: Page, server: Server, **settings: Any) -> None:
    """Open the page, as a person who has chosen these languages."""
    script = "(settings) => localStorage.setItem('nestling.settings', JSON.stringify(settings))"
    page.add_init_script(f"({script})({json.dumps({'translateTo': 'es', 'own': 'en', **settings})})")
    page.goto(f"{server.url}/#/camera")
    expect(page.get_by_role("heading", level=1, name="Thing Translator")).to_be_visible()


def ready(page: Page) -> None:
    """Wait for the model."""
    expect(page.locator(".head .state")).to_have_text(re.compile("^Ready|found so far$"), timeout=LOADED)


def look(page: Page) -> None:
    """Open the camera and wait for the first answer."""
    page.get_by_role("button", name="Open camera").click()
    expect(best(page)).to_be_visible(timeout=LOADED)


def best(page: Page) -> Any:
    """The best guess's row."""
    return page.get_by_role("list", name="Best guesses").locator(".best")


def choose(page: Page, content: bytes, name: str = "photo.jpg") -> None:
    """Choose a photo that is on the phone."""
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose a photo").click()
    chooser.value.set_files([{"name": name, "mimeType": "image/jpeg", "buffer": content}])


def encoded(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def in_the_dark() -> bytes:
    """A photo in which a network sees a little of everything."""
    return encoded(Image.new("RGB", (320, 240)))


def expect_name(page: Page, class_name: str, language: str) -> None:
    """The name of an ImageNet class stands there, large, in a language, and is marked as being of that language."""
    shown = page.locator(".translation")
    expect(shown).to_have_text(NAMES[class_name][language], timeout=LOADED)
    expect(shown).to_have_attribute("lang", language)
    size, weight = shown.evaluate(
        "(element) => ['fontSize', 'fontWeight'].map((key) => parseFloat(getComputedStyle(element)[key]))"
    )
    assert size >= 40 and weight >= BOLD


def names_it_in_two_languages(page: Page) -> None:
    look(page)
    expect(best(page).locator(".name")).to_have_text(NAMES["padlock"]["en"])
    assert best(page).evaluate("(element) => Number(getComputedStyle(element).fontWeight)") >= BOLD
    assert 0.6 < float(best(page).locator(".value").inner_text()) <= 1
    assert page.get_by_role("list", name="Best guesses").get_by_role("listitem").count() == 3
    expect_name(page, "padlock", "es")
    expect(page.locator(".mine")).to_have_text(NAMES["padlock"]["en"])
    page.get_by_label("Language to learn").select_option("de")
    expect_name(page, "padlock", "de")


def test_it_names_a_thing_in_two_languages(camera: Page) -> None:
    expect(camera.get_by_text("Nothing is uploaded: the photo stays on this phone.")).to_be_visible()
    names_it_in_two_languages(camera)
    expect(camera.get_by_text("wasm")).to_be_visible()


def test_the_first_visit_is_enough_for_flight_mode(
    with_things: Server, launch: Callable[..., Browser], padlock_film: Path
) -> None:
    """The model was fetched before the service worker answered for the page: it is kept all the same."""
    context = new_phone(launch, camera=padlock_film)
    first = context.new_page()
    open_page(first, with_things)
    ready(first)
    works_offline(first)
    wanted = {"/bundles/things/manifest.json", *(f"/bundles/things/tfjs/{file.name}" for file in (THINGS / "tfjs").iterdir())}
    eventually(lambda: kept(first) >= wanted)
    first.close()
    with_things.kill()
    page = context.new_page()
    complaints = watch(page)
    open_page(page, with_things)
    names_it_in_two_languages(page)
    assert complaints == []


def kept(page: Page) -> set[str]:
    """The files of bundles that the phone keeps."""
    script = "async () => (await (await caches.open('nestling-bundles')).keys()).map(({ url }) => new URL(url).pathname)"
    return set(page.evaluate(script))


def test_phones_that_only_record_do_not_fetch_it(with_things: Server, page: Page) -> None:
    page.goto(f"{with_things.url}/#/about")
    works_offline(page)
    eventually(lambda: any(path.startswith("/bundles/yes-no/") for path in kept(page)))
    assert not any(path.startswith("/bundles/things/") for path in kept(page))


def test_progress_is_shown_while_the_model_comes(with_things: Server, launch: Callable[..., Browser]) -> None:
    page = new_phone(launch, service_workers="block").new_page()
    held: list[Any] = []
    page.route("**/group1-shard2of2.bin", lambda route: held.append(route))
    open_page(page, with_things)
    expect(page.locator(".head .state")).to_have_text(re.compile(r"^The model comes to this phone: 8\d %$"), timeout=LOADED)
    eventually(lambda: held)[0].continue_()
    ready(page)


def test_without_the_model_it_says_what_to_do(server: Server, launch: Callable[..., Browser]) -> None:
    page = new_phone(launch).new_page()
    open_page(page, server)
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("The model that knows things is not on the computer. Run make setup there, then try again.")
    put_things(server.exports)
    alert.get_by_role("button", name="Try again").click()
    ready(page)
    expect(alert).to_be_hidden()


def test_a_tap_holds_the_picture_and_another_lets_it_go(
    with_things: Server, launch: Callable[..., Browser], turning_film: Path
) -> None:
    turning = [NAMES[name]["es"] for name in ("padlock", "badger")]
    page = new_phone(launch, camera=turning_film).new_page()
    open_page(page, with_things)
    look(page)
    word = page.locator(".translation")
    still = page.get_by_role("img", name="The picture that is looked at")
    for hold, go_on in ((tap, tap), (press("Freeze"), press("Go on"))):
        hold(page)
        expect(still).to_be_visible()
        expect(word).to_have_text(re.compile("|".join(turning)), timeout=LOADED)
        held = word.inner_text()
        page.wait_for_timeout(4500)  # the film has gone round
        expect(word).to_have_text(held)
        go_on(page)
        expect(still).to_be_hidden()
        for name in turning:
            expect(word).to_have_text(name, timeout=LOADED)


def tap(page: Page) -> None:
    page.locator(".finder .viewfinder").tap(position={"x": 60, "y": 60})


def press(name: str) -> Callable[[Page], None]:
    """By keyboard alone."""

    def do(page: Page) -> None:
        page.get_by_role("button", name=name).focus()
        page.keyboard.press("Enter")

    return do


def test_arabic_is_set_from_right_to_left(camera: Page) -> None:
    look(camera)
    camera.get_by_label("Language to learn").select_option("ar")
    expect_name(camera, "padlock", "ar")
    word = camera.locator(".translation")
    assert word.evaluate("(element) => getComputedStyle(element).direction") == "rtl"
    # The word touches the right edge of its line, and the page around it stays as it was.
    gaps = word.evaluate("""(element) => {
      const range = document.createRange();
      range.selectNodeContents(element);
      const [text, line] = [range, element].map((what) => what.getBoundingClientRect());
      return [line.right - text.right, text.left - line.left];
    }""")
    assert gaps[0] < 2 < gaps[1]
    assert camera.evaluate("() => getComputedStyle(document.body).direction") == "ltr"


def test_a_breed_is_shown_with_its_kind(with_things: Server, page: Page) -> None:
    open_page(page, with_things)
    choose(page, photograph("border-terrier").read_bytes())
    name, kind = re.fullmatch(r"(.+) \((.+)\)", NAMES["Border terrier"]["es"]).groups()
    expect(page.locator(".translation")).to_have_text(f"{name} {kind}", timeout=LOADED)
    expect(page.locator(".translation small")).to_have_text(kind)
    expect(page.locator(".mine")).to_contain_text("Border terrier")


def test_below_0_2_it_asks(with_things: Server, page: Page) -> None:
    open_page(page, with_things)
    choose(page, in_the_dark())
    expect(page.get_by_text("Not sure. Go closer, or answer:")).to_be_visible(timeout=LOADED)
    expect(page.locator(".translation")).to_have_count(0)
    questions = page.get_by_role("list", name="Best guesses").get_by_role("button")
    expect(questions).to_have_count(3)
    scores = [float(text) for text in page.locator(".questions .value").all_text_contents()]
    assert scores == sorted(scores, reverse=True) and scores[0] < 0.2
    text = questions.nth(1).inner_text()
    (class_name,) = (name for name, names in NAMES.items() if re.search(f"(a|an|these|it) {re.escape(names['en'])}\\?", text))
    questions.nth(1).click()
    expect_name(page, class_name, "es")
    found = page.get_by_role("list", name="Things found").get_by_role("listitem")
    expect(found).to_contain_text([NAMES[class_name]["es"]])


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("NotFoundError", "No camera was found. Connect one, then try again, or choose a photo."),
        ("NotAllowedError", "The camera is blocked for this page. Allow it in the browser's site settings, then try again."),
        ("NotReadableError", "The camera is in use. Close the other app that is using it, then try again."),
        ("OtherError", "The camera did not start. Try again; if it fails again, reload the page."),
    ],
)
def test_a_camera_that_does_not_open(with_things: Server, page: Page, name: str, message: str) -> None:
    page.add_init_script(f"({NO_CAMERA % name})()")
    open_page(page, with_things)
    page.get_by_role("button", name="Open camera").click()
    expect(page.get_by_role("alert")).to_contain_text(message)
    choose(page, photograph("padlock").read_bytes())
    expect_name(page, "padlock", "es")


def test_an_insecure_page_still_takes_photos(with_things: Server, page: Page) -> None:
    page.add_init_script("Object.defineProperty(window, 'isSecureContext', { value: false })")
    open_page(page, with_things)
    expect(page.get_by_text("The browser gives the camera to secure pages only, and this one is not.")).to_be_visible()
    expect(page.get_by_role("button", name="Open camera")).to_be_disabled()
    choose(page, photograph("padlock").read_bytes())
    expect_name(page, "padlock", "es")


def transparent_padlock() -> bytes:
    image = Image.open(photograph("padlock")).convert("RGBA")
    image.paste((0, 0, 0, 0), (0, 0, image.width, 40))
    return encoded(image)


def huge_padlock() -> bytes:
    return encoded(Image.open(photograph("padlock")).resize((8000, 6000), Image.Resampling.NEAREST), "JPEG", quality=60)


def lying_padlock() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return encoded(Image.open(photograph("padlock")).transpose(Image.Transpose.ROTATE_90), "JPEG", exif=exif, quality=95)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (lambda: encoded(Image.new("RGB", (1, 1))), "photo.jpg has 1 x 1 pixels; a photo has at least 32 on each side."),
        (lambda: b"This is no photo.", "photo.jpg is not a photo, whatever its name says. Choose a JPEG, PNG or WebP file."),
        (lambda: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(99), "photo.jpg is a HEIC photo, which this browser cannot read."),
        (lambda: b"", "photo.jpg is empty. Choose another photo."),
        (lambda: encoded(Image.new("RGB", (64, 64)))[:60], "photo.jpg is a damaged or cut-off PNG file."),
        (lambda: encoded(Image.new("RGBA", (64, 64))), "photo.jpg shows nothing: it is transparent all over"),
    ],
    ids=["one_pixel", "text", "heic", "empty", "cut_off", "transparent"],
)
def test_what_is_no_photo(with_things: Server, page: Page, content: Callable[[], bytes], message: str) -> None:
    open_page(page, with_things)
    ready(page)
    choose(page, content())
    expect(page.get_by_role("alert")).to_contain_text(message)
    expect(page.get_by_role("img", name="The picture that is looked at")).to_have_count(0)


@pytest.mark.parametrize(
    ("content", "note"),
    [
        (transparent_padlock, "Transparent parts of the photo were made white."),
        (huge_padlock, "The photo had 8000 x 6000 pixels and was made smaller, to 4096 x 3072."),
        (lying_padlock, ""),
    ],
    ids=["transparent_parts", "48_megapixels", "exif"],
)
def test_a_photo_that_something_is_done_to(with_things: Server, page: Page, content: Callable[[], bytes], note: str) -> None:
    open_page(page, with_things)
    choose(page, content())
    expect_name(page, "padlock", "es")
    if note:
        expect(page.get_by_text(note)).to_be_visible()
    width, height = page.locator(".viewfinder canvas").evaluate("({ width, height }) => [width, height]")
    assert width > height  # upright


@pytest.mark.parametrize("kind", ["paste", "drop"])
def test_a_photo_is_pasted_or_dropped(with_things: Server, page: Page, kind: str) -> None:
    open_page(page, with_things)
    content = list(photograph("padlock").read_bytes())
    page.evaluate(
        """([kind, content]) => {
          const data = new DataTransfer();
          data.items.add(new File([Uint8Array.from(content)], 'image.jpg', { type: 'image/jpeg' }));
          const Kind = kind === 'paste' ? ClipboardEvent : DragEvent;
          dispatchEvent(new Kind(kind, { clipboardData: data, dataTransfer: data }));
        }""",
        [kind, content],
    )
    expect_name(page, "padlock", "es")


def test_without_a_voice_it_says_so_and_shows_the_word(camera: Page) -> None:
    look(camera)
    camera.get_by_role("button", name="Speak").click()
    expect(camera.get_by_text("This phone has no voice for Spanish.")).to_be_visible()
    expect_name(camera, "padlock", "es")


def test_it_speaks_when_asked_and_by_itself(with_things: Server, launch: Callable[..., Browser], padlock_film: Path) -> None:
    page = new_phone(launch, camera=padlock_film).new_page()
    page.add_init_script(f"({SPANISH_VOICE})()")
    open_page(page, with_things)
    ready(page)
    page.get_by_text("Your language and the voice").click()
    page.get_by_role("switch", name="Speak by itself").check()
    word = f"es-ES: {NAMES['padlock']['es']}"
    look(page)
    eventually(lambda: page.evaluate("() => said") == [word])
    page.get_by_role("button", name="Speak").click()
    eventually(lambda: page.evaluate("() => said") == [word, word])


def test_what_is_found_stays_on_the_phone_until_it_is_deleted(with_things: Server, page: Page) -> None:
    open_page(page, with_things)
    found = page.get_by_role("list", name="Things found").get_by_role("listitem")
    names = [NAMES[name] for name in ("padlock", "badger", "peacock")]
    for names_of, name in zip(names, ("padlock", "badger", "peacock"), strict=True):
        choose(page, photograph(name).read_bytes())
        expect(found.first).to_contain_text(names_of["es"], timeout=LOADED)
    page.reload()
    expect(found).to_have_count(3)
    for row, names_of in zip(found.all(), reversed(names), strict=True):
        expect(row).to_contain_text(names_of["es"])
        expect(row).to_contain_text("Spanish")
    page.get_by_role("button", name=f"Delete {names[1]['es']}").click()
    expect(found).to_have_count(2)
    page.get_by_role("button", name="Delete all").click()
    page.get_by_role("button", name="Delete 2").click()
    expect(found).to_have_count(0)
    page.reload()
    expect(page.get_by_text("The things that you find will stand here.")).to_be_visible()


def load(page: Page, processor: str | None = None) -> str:
    """Load the network into the page, apart from what the page shows. Returns where it runs."""
    backend: str = page.evaluate(
        """async (processor) => {
          const { Classifier } = await import('/js/camera/classifier.js');
          window.classifier = await Classifier.load('/bundles/things/', { processor });
          return classifier.backend;
        }""",
        processor,
    )
    return backend


def scores_of(page: Page, photo: Path) -> np.ndarray:
    """What the page makes of a photo."""
    scores: list[float] = page.evaluate(
        """async (content) => {
          const { readPhoto } = await import('/js/camera/photo.js');
          const { bitmap } = await readPhoto(new File([Uint8Array.from(content)], 'photo.jpg'));
          return [...(await classifier.classify(bitmap)).scores];
        }""",
        list(photo.read_bytes()),
    )
    return np.array(scores)


def test_the_browser_computes_what_python_computes(with_things: Server, page: Page) -> None:
    """On real photographs, from the file to the score: the same best class, and scores within 0.02."""
    from training.vision.evaluate import load_engine
    from training.vision.photos import read_photo
    from training.vision.preprocess import prepare

    photos = sorted(IMAGES.rglob("*.jpg"))
    assert len(photos) >= 20
    expected = load_engine(THINGS, "float")(np.stack([prepare(read_photo(photo)) for photo in photos]))
    page.goto(f"{with_things.url}/#/about")
    assert load(page) == "wasm"
    differences = {}
    for photo, wanted in zip(photos, expected, strict=True):
        scores = scores_of(page, photo)
        assert scores.argmax() == wanted.argmax(), photo.name
        differences[photo.name] = np.abs(scores - wanted).max()
    print(f"largest difference of a score between browser and Python: {max(differences.values()):.4f}")
    assert max(differences.values()) <= SAME_SCORES, differences


def test_memory_does_not_grow(with_things: Server, page: Page) -> None:
    page.goto(f"{with_things.url}/#/about")
    load(page)
    measure = """async (n) => {
      const canvas = new OffscreenCanvas(640, 480);
      const context = canvas.getContext('2d');
      for (let i = 0; i < n; i++) {
        context.fillStyle = `hsl(${i} 80% 50%)`;
        context.fillRect(i % 600, i % 440, 40, 40);
        await classifier.classify(canvas.transferToImageBitmap());
      }
      return classifier.memory();
    }"""
    before = page.evaluate(measure, 3)
    assert before["n_tensors"] > 0
    assert page.evaluate(measure, N_FRAMES) == before
    maps = """async () => {
      const canvas = new OffscreenCanvas(640, 480);
      canvas.getContext('2d');
      await classifier.maps(canvas.transferToImageBitmap(), 'layer_2');
      return classifier.memory();
    }"""
    assert page.evaluate(maps) == before


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible_while_it_looks(
    with_things: Server, launch: Callable[..., Browser], padlock_film: Path, scheme: Literal["light", "dark"]
) -> None:
    page = new_phone(launch, camera=padlock_film, color_scheme=scheme, reduced_motion="reduce").new_page()
    open_page(page, with_things, translateTo="ar", own="fr")
    page.get_by_text("Your language and the voice").click()
    look(page)
    page.get_by_role("button", name="Freeze").click()
    expect(page.get_by_role("list", name="Things found").get_by_role("listitem")).to_have_count(1)
    page.get_by_role("button", name="Delete all").click()
    assert violations(page) == [] and small_targets(page) == []
    choose(page, in_the_dark())
    expect(page.get_by_text("Not sure.")).to_be_visible(timeout=LOADED)
    assert violations(page) == [] and small_targets(page) == []
    assert page.evaluate("() => document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.fixture
def odd_browser(playwright: Playwright) -> Iterator[Callable[..., BrowserContext]]:
    """Phones of browsers that are started with further flags."""
    running: list[Browser] = []

    def start(*flags: str) -> BrowserContext:
        running.append(playwright.chromium.launch(executable_path=executable(playwright), args=[*FLAGS, *flags]))
        return running[-1].new_context(viewport=PHONE, has_touch=True, permissions=["camera"])

    yield start
    for browser in running:
        browser.close()


def test_webgl_gives_the_same_scores_and_software_webgl_is_passed_over(
    with_things: Server, odd_browser: Callable[..., BrowserContext]
) -> None:
    page = odd_browser("--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader").new_page()
    page.goto(f"{with_things.url}/#/about")
    assert page.evaluate("() => Boolean(new OffscreenCanvas(1, 1).getContext('webgl2'))")
    assert load(page) == "wasm"
    wasm = scores_of(page, photograph("padlock"))
    assert load(page, "webgl") == "webgl"
    before = page.evaluate("() => classifier.memory()")
    assert np.abs(scores_of(page, photograph("padlock")) - wasm).max() <= SAME_SCORES
    assert page.evaluate("() => classifier.memory()") == before


def test_it_switches_between_cameras(with_things: Server, odd_browser: Callable[..., BrowserContext]) -> None:
    page = odd_browser("--use-fake-device-for-media-stream=device-count=2").new_page()
    complaints = watch(page)
    open_page(page, with_things)
    page.get_by_role("button", name="Open camera").click()
    video = page.locator(".viewfinder video")
    device = "(video) => video.srcObject.getVideoTracks()[0].getSettings().deviceId"
    first = video.evaluate(device)
    page.get_by_role("button", name="Switch camera").click()
    eventually(lambda: video.evaluate(device) != first)
    page.get_by_role("button", name="Switch camera").click()
    eventually(lambda: video.evaluate(device) == first)
    expect(page.get_by_role("button", name="Torch")).to_have_count(0)
    assert complaints == []


def test_a_torch_is_lit_where_there_is_one(with_things: Server, page: Page) -> None:
    page.add_init_script(
        """MediaStreamTrack.prototype.getCapabilities = () => ({ torch: true });
        window.lit = [];
        MediaStreamTrack.prototype.applyConstraints = async ({ advanced }) => { lit.push(advanced[0].torch); };"""
    )
    open_page(page, with_things)
    page.get_by_role("button", name="Open camera").click()
    torch = page.get_by_role("button", name="Torch")
    torch.click()
    expect(torch).to_have_attribute("aria-pressed", "true")
    torch.click()
    expect(torch).to_have_attribute("aria-pressed", "false")
    assert page.evaluate("() => lit") == [True, False]


def test_a_camera_that_is_taken_away(camera: Page) -> None:
    look(camera)
    camera.locator(".viewfinder video").evaluate(
        "(video) => video.srcObject.getVideoTracks()[0].dispatchEvent(new Event('ended'))"
    )
    expect(camera.get_by_role("alert")).to_contain_text("The camera was disconnected or taken away. Open it again.")
    look(camera)
    expect_name(camera, "padlock", "es")


def test_it_leads_to_things_of_one_s_own(with_things: Server, page: Page) -> None:
    open_page(page, with_things)
    ways = page.get_by_role("list", name="Ways on")
    ways.get_by_role("link", name="How it sees").click()
    expect(page.get_by_role("heading", level=1, name="Seeing how it sees")).to_be_visible()
    page.go_back()
    ways.get_by_role("link", name="Teach it your own things").click()
    expect(page.get_by_role("heading", level=1, name="Record")).to_be_visible()
    expect(page.locator(".head .state")).to_contain_text("pictures")
    eventually((with_things.data / "projects" / "pictures" / "photos").is_dir)
