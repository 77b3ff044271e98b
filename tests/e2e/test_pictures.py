"""A project of pictures, as a new user would: bursts from the camera, training, and the right name for a photo held back."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Server, eventually, film, new_phone, photograph, put_clips, put_photos, queued, watch, works_offline
from PIL import Image, ImageEnhance, ImageOps
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page, expect
from test_live import BOLD, best
from test_pages import SCREENSHOTS, small_targets, violations
from test_record import use_settings

PHOTOGRAPHS = {"bird": ["bird", "owl", "parrot", "peacock"], "mammal": ["cat_720p", "terrier", "badger", "baboon"]}
HELD_BACK = {"bird": "parrot", "mammal": "terrier"}  # from the other side
N_BURSTS = 3
BURST_MS = 1700
N_PASSES = 6
N_FRAMES = 9  # of each photograph in a pass: a burst sees all of them
MAX_BURST = 30


def open_photograph(name: str) -> Image.Image:
    """A real one, no larger than is needed."""
    return ImageOps.fit(Image.open(photograph(name)).convert("RGB"), (800, 600))


def other_side(name: str) -> Image.Image:
    """A view that is in no film: mirrored, and cut otherwise."""
    picture = ImageOps.mirror(open_photograph(name))
    return picture.crop((40, 30, picture.width, picture.height))


def seen(picture: Image.Image, n: int = N_PASSES * N_FRAMES) -> Iterator[Image.Image]:
    """What a camera sees that moves past a photograph: other parts of it, brighter from frame to frame."""
    for share in np.arange(n) / n:
        width, height = (round((0.75 + 0.25 * share) * side) for side in picture.size)
        left, top = round(share * (picture.width - width)), round((1 - share) * (picture.height - height))
        part = picture.crop((left, top, left + width, top + height))
        yield ImageEnhance.Brightness(part).enhance(0.85 + 0.3 * share)


def seen_by_turns(names: list[str]) -> Iterator[Image.Image]:
    """What a camera sees that moves past several photographs, again and again, each time otherwise."""
    views = [seen(open_photograph(name)) for name in names]
    for _ in range(N_PASSES):
        for view in views:
            yield from islice(view, N_FRAMES)


@pytest.fixture(scope="module")
def bird_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A camera before birds."""
    return film(tmp_path_factory.mktemp("films") / "birds.mjpeg", seen_by_turns(PHOTOGRAPHS["bird"]))


@pytest.fixture(scope="module")
def mammal_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A camera before mammals."""
    return film(tmp_path_factory.mktemp("films") / "mammals.mjpeg", seen_by_turns(PHOTOGRAPHS["mammal"]))


@pytest.fixture(scope="module")
def held_back_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A camera before a bird as nobody has photographed it yet."""
    return film(tmp_path_factory.mktemp("films") / "held-back.mjpeg", seen(other_side(HELD_BACK["bird"])))


@pytest.fixture
def phone(launch: Callable[..., Browser], bird_film: Path) -> BrowserContext:
    """A phone that works with pictures of birds and mammals, before birds."""
    context = new_phone(launch, camera=bird_film)
    use_pictures(context)
    return context


def use_pictures(context: BrowserContext, label: str = "bird", project: str = "pictures") -> None:
    """What the phone remembers from an earlier visit."""
    use_settings(context, project=project, kinds={project: "vision"}, labels={project: list(PHOTOGRAPHS)}, label=label)


def hold(page: Page, ms: int = BURST_MS) -> None:
    """Keep the button down for a while, as a finger would."""
    button = page.locator(".button.hold")
    expect(button).to_be_enabled()
    box = button.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.wait_for_timeout(ms)
    page.mouse.up()
    expect(button).to_contain_text("Hold:")


def sent(page: Page) -> None:
    """Wait until the server has everything."""
    eventually(lambda: queued(page)["waiting"] == 0)


def clips(page: Page, project: str = "pictures") -> list[dict[str, Any]]:
    """What the server knows of the photos."""
    found: list[dict[str, Any]] = page.evaluate(
        "async (project) => (await (await fetch(`/projects/${project}/clips?limit=500`)).json()).clips", project
    )
    return found


def file(name: str, picture: Image.Image, **options: Any) -> FilePayload:
    """A photo as a file that a person chooses."""
    content = BytesIO()
    picture.save(content, {"png": "PNG"}.get(name.rpartition(".")[2], "JPEG"), **options)
    return {"name": name, "mimeType": "", "buffer": content.getvalue()}


def add(page: Page, files: list[FilePayload], button: str = "Add photos") -> None:
    """Choose files on the phone."""
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name=button).click()
    chooser.value.set_files(files)


def recognises(page: Page, label: str) -> bool:
    """Whether that label's row is bold, with a high score, at this moment."""
    name, score, weight = best(page)
    return name == label and score >= 0.6 and weight >= BOLD


def photograph_label(context: BrowserContext, server: Server, label: str) -> Page:
    """Go to the project, add the label, hold the button three times at different places."""
    page = context.new_page()
    page.goto(f"{server.url}/#/projects")
    page.get_by_role("button", name="Use zoo").click()
    expect(page.get_by_text("This phone works in zoo")).to_be_visible()
    page.goto(f"{server.url}/#/record")
    page.get_by_role("button", name="Label").or_(page.get_by_role("button", name="Add", exact=True)).click()  # whichever there is
    page.get_by_role("textbox", name="New label").fill(label)
    page.keyboard.press("Enter")
    for n in range(1, N_BURSTS + 1):
        hold(page)
        sent(page)
        if n < N_BURSTS:
            expect(page.get_by_text(f"{n} burst{'s' * (n > 1)}: move to another place, then hold again.")).to_be_visible()
    expect(page.get_by_text(f"photos in {N_BURSTS} bursts")).to_be_visible()
    return page


def mend_mistakes(launch: Callable[..., Browser], server: Server, manifest: Path, url: str) -> None:
    """A page that is told that three photos were taken for something else, whatever this model has done: mend one, delete one."""
    context = new_phone(launch, service_workers="block")
    use_pictures(context, project="zoo")
    page = context.new_page()
    birds = [path for path in server.photos("zoo") if path.parent.name == "bird"][:3]
    mistakes = [
        {"split": "test", "clip": f"bird/{bird.name}", "label": "bird", "predicted": "mammal", "score": 0.714} for bird in birds
    ]
    changed = json.loads(manifest.read_text(encoding="utf-8")) | {"mistakes": mistakes}
    page.route(f"**/bundles/zoo/{manifest.parent.name}/manifest.json", lambda route: route.fulfill(json=changed))
    page.goto(url)
    cards = page.get_by_role("listitem").filter(has_text="was bird, taken for mammal 0.71")
    expect(cards).to_have_count(3)
    expect(page.get_by_role("heading", name="3 photos taken for something else")).to_be_visible()
    page.screenshot(path=SCREENSHOTS / "pictures-results-phone.png", full_page=True)
    assert small_targets(page) == []
    assert violations(page) == []
    cards.nth(0).get_by_label("Label").select_option("mammal")
    expect(cards.nth(0)).to_contain_text("Its label is mammal now.")
    cards.nth(1).get_by_role("button", name="Delete").click()
    cards.nth(1).get_by_role("button", name="Delete for good").click()
    expect(cards.nth(1)).to_contain_text("This photo is no longer stored.")
    names = {path.name: path.parent.name for path in server.photos("zoo")}
    assert [names.get(bird.name) for bird in birds] == ["mammal", None, "bird"]


def test_from_a_burst_to_a_name(
    server: Server, launch: Callable[..., Browser], bird_film: Path, mammal_film: Path, held_back_film: Path
) -> None:
    birds, others = new_phone(launch, camera=bird_film), new_phone(launch, camera=mammal_film)
    page = birds.new_page()
    page.goto(f"{server.url}/#/projects")
    page.get_by_role("radio", name="Pictures").check()
    page.get_by_role("textbox", name="Name of a new project").fill("Zoo")
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_text("Pictures: 0 photos, 0 labels")).to_be_visible()
    page.close()

    pages = [photograph_label(birds, server, "bird"), photograph_label(others, server, "mammal")]
    complaints = [watch(page) for page in pages]
    page = pages[1]
    add(
        page,
        [
            file(f"mirrored-{i}.jpg", ImageOps.mirror(part))
            for i, part in enumerate(seen(open_photograph(PHOTOGRAPHS["mammal"][0]), 3))
        ],
    )
    eventually(lambda: sum(clip["source"] == "file" for clip in clips(page, "zoo")) == 3)  # files are read before they wait
    sent(page)
    assert len(clips(page, "zoo")) == len(server.photos("zoo"))
    bursts = Counter((clip["label"], clip["session"], clip["source"]) for clip in clips(page, "zoo"))
    assert Counter((label, source) for label, _, source in bursts) == {
        ("bird", "camera"): 3,
        ("mammal", "camera"): 3,
        ("mammal", "file"): 3,
    }
    assert all(n > 2 for (_, _, source), n in bursts.items() if source == "camera")
    page.goto(f"{server.url}/#/train")
    page.get_by_role("button", name="Train bird, mammal").click()
    expect(page.get_by_role("link", name="Try it live")).to_be_visible(timeout=240_000)
    expect(page.get_by_text("% (")).to_be_visible()  # an accuracy is never shown bare
    expect(page.get_by_role("region", name="Confusion matrix")).to_be_visible()
    expect(page.get_by_text("int8")).to_have_count(0)
    (manifest,) = (server.exports / "zoo").glob("*/manifest.json")
    mend_mistakes(launch, server, manifest, page.url)

    looking = new_phone(launch, camera=held_back_film).new_page()
    complaints.append(watch(looking))
    looking.goto(f"{server.url}/#/live?bundle=zoo/{manifest.parent.name}")
    eventually(lambda: recognises(looking, "bird"), 60)
    assert looking.locator(".score .name").all_text_contents() == ["bird", "mammal"]
    expect(looking.get_by_text("ms (resize")).to_be_visible()
    add(looking, [file("held-back.jpg", other_side(HELD_BACK["mammal"]))], "Photo")
    eventually(lambda: recognises(looking, "mammal"))
    works_offline(looking)
    looking.reload()
    eventually(lambda: recognises(looking, "bird"), 60)
    server.kill()
    looking.reload()
    eventually(lambda: recognises(looking, "bird"), 60)
    looking.get_by_role("button", name="Freeze").click()
    expect(looking.get_by_role("button", name="Look again")).to_be_visible()
    assert recognises(looking, "bird")
    assert complaints == [[], [], []]


def test_every_way_to_press_the_button(server: Server, phone: BrowserContext) -> None:
    page = phone.new_page()
    complaints = watch(page)
    page.goto(f"{server.url}/#/record")
    bursts: Counter[str] = Counter()  # as they are sent: of equal pictures the server stores one
    page.on("request", lambda request: bursts.update(re.findall("clips.+session=([^&]+)", request.url)))
    button = page.locator(".button.hold")
    expect(button).to_be_enabled()
    button.tap()
    eventually(lambda: len(server.photos()) == 1)
    button.focus()
    page.keyboard.down("Space")
    expect(button).to_contain_text(re.compile(r"([2-9]|\d\d) photos"))
    page.keyboard.up("Space")
    expect(button).to_contain_text("Hold: bird")
    page.keyboard.press("Enter")
    # A press while a photo is still being kept is none. To ask the page lets the events come in, too.
    eventually(lambda: queued(page)["waiting"] == 0 and len(bursts) == 3)
    expect(button).to_contain_text("Hold: bird")
    button.evaluate("(element) => element.click()")  # as a screen reader does
    eventually(lambda: queued(page)["waiting"] == 0 and len(bursts) == 4)
    hold(page, MAX_BURST * 250 + 3000)
    expect(page.get_by_text(f"{MAX_BURST} photos are as many as a burst holds.")).to_be_visible()
    sent(page)
    tapped, held, entered, clicked, longest = bursts.values()
    assert (tapped, entered, clicked, longest) == (1, 1, 1, MAX_BURST)
    assert 1 < held <= MAX_BURST
    assert len(server.photos()) > 4
    assert complaints == []


def test_photos_outlive_a_server_that_is_off_and_a_closed_tab(server: Server, phone: BrowserContext) -> None:
    page = phone.new_page()
    complaints = watch(page)
    page.goto(f"{server.url}/#/record")
    expect(page.get_by_role("button", name="Hold: bird")).to_be_enabled()
    works_offline(page)
    server.kill()
    page.reload()
    hold(page, 800)
    waiting = queued(page)
    assert waiting["photos"] == waiting["waiting"] > 1
    expect(page.get_by_text(f"{waiting['photos']} photos wait for the server")).to_be_visible()
    page.reload()
    put_clips(page, "yes", 1)
    expect(page.get_by_text(f"1 clip and {waiting['photos']} photos wait for the server")).to_be_visible()
    server.start()
    page.get_by_role("button", name="Try now").click()
    sent(page)
    assert len(server.photos()) == waiting["photos"]
    assert len(server.clips()) == 1
    assert complaints == []


def test_files_are_stored_upright_and_without_their_place_or_refused_in_a_sentence(server: Server, phone: BrowserContext) -> None:
    page = phone.new_page()
    complaints = watch(page)
    page.goto(f"{server.url}/#/record")
    picture = open_photograph("owl")
    exif = picture.getexif()
    exif[ImageOps.ExifTags.Base.Orientation] = 6  # the camera was turned by a quarter
    exif.get_ifd(ImageOps.ExifTags.IFD.GPSInfo)[1] = "N"
    files = [
        {"name": "heic.heic", "mimeType": "", "buffer": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(64)},
        {"name": "text.jpg", "mimeType": "", "buffer": b"This is no photo."},
        {"name": "empty.jpg", "mimeType": "", "buffer": b""},
        file("dot.png", Image.new("RGB", (1, 1))),
        file("sticker.png", Image.new("RGBA", (400, 300), (200, 30, 40, 128))),
        file("turned.jpg", picture, exif=exif),
    ]
    add(page, files)
    for sentence in (
        "heic.heic is a HEIC photo",
        "text.jpg is not a photo, whatever its name says.",
        "empty.jpg is empty.",
        "dot.png has 1 x 1 pixels; a photo has at least 32 on each side.",
        "sticker.png: Transparent parts of the photo were made white.",
    ):
        expect(page.get_by_text(sentence)).to_be_visible()
    eventually(lambda: len(server.photos()) == 2)
    sent(page)
    assert len({clip["session"] for clip in clips(page)}) == 2
    stored = [Image.open(BytesIO(path.read_bytes())) for path in server.photos()]
    assert sorted(photo.size for photo in stored) == [(400, 300), (480, 640)]
    assert [dict(photo.getexif()) for photo in stored] == [{}, {}]
    assert complaints == []


def test_photos_are_seen_large_relabelled_and_deleted(server: Server, page: Page) -> None:
    use_pictures(page.context)
    page.goto(f"{server.url}/#/record")
    expect(page.get_by_role("radio", name="bird")).to_be_checked()
    put_photos(page, "bird", 6)
    photos = page.get_by_role("list", name="Photos of bird").get_by_role("button")
    expect(photos).to_have_count(6)
    photos.first.click()
    large = page.get_by_role("dialog")
    expect(large.get_by_role("img", name="Photo of bird")).to_be_visible()
    large.get_by_label("Label").select_option("mammal")
    expect(large).to_be_hidden()
    expect(photos).to_have_count(5)
    photos.first.click()
    large.get_by_role("button", name="Delete", exact=True).click()
    large.get_by_role("button", name="Delete for good").click()
    expect(photos).to_have_count(4)
    photos.first.click()
    expect(large).to_be_visible()
    page.keyboard.press("Escape")
    expect(large).to_be_hidden()

    page.get_by_role("button", name="Select several").click()
    for photo in photos.all()[:3]:
        photo.click()
    photos.first.click()  # not this one after all
    page.get_by_role("button", name="Delete 2 photos", exact=True).click()
    page.get_by_role("button", name="Delete 2 photos for good").click()
    expect(photos).to_have_count(2)
    assert Counter(path.parent.name for path in server.photos()) == {"bird": 2, "mammal": 1}


def test_a_burst_that_the_server_refuses_is_one_question(server: Server, phone: BrowserContext) -> None:
    page = phone.new_page()  # the browser reports the refusals in its console
    page.goto(f"{server.url}/#/record")
    expect(page.get_by_role("button", name="Hold: bird")).to_be_enabled()
    put_photos(page, "con", 5, n_bursts=1)
    expect(page.get_by_text('The server did not take 5 photos of "con"')).to_be_visible()
    page.get_by_label("Label", exact=True).fill("mammal")
    page.get_by_role("button", name="Send again").click()
    eventually(lambda: [path.parent.name for path in server.photos()] == 5 * ["mammal"])
    expect(page.get_by_text("The server did not take")).to_be_hidden()


def test_a_name_that_is_taken_by_words_is_not_taken_for_pictures(server: Server, phone: BrowserContext) -> None:
    page = phone.new_page()  # the browser reports the refusal in its console
    page.goto(f"{server.url}/#/projects")
    for kind in ("Words", "Pictures"):
        page.get_by_role("radio", name=kind).check()
        page.get_by_role("textbox", name="Name of a new project").fill("pictures")
        page.get_by_role("button", name="Make it").click()
        expect(page.get_by_text("Words: 0 clips, 0 labels")).to_be_visible()
    expect(page.get_by_role("alert")).to_contain_text("pictures")
    page.goto(f"{server.url}/#/record?kind=vision")
    expect(page.get_by_text("Project pictures-2: 0 photos stored")).to_be_visible()
    assert page.url.endswith("#/record")


def test_a_camera_that_is_refused_leaves_files(server: Server, launch: Callable[..., Browser]) -> None:
    context = new_phone(launch, permissions=[])
    use_pictures(context)
    context.add_init_script(
        "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('refused', 'NotAllowedError'); };"
    )
    page = context.new_page()
    complaints = watch(page)
    page.goto(f"{server.url}/#/record")
    page.get_by_role("button", name="Open the camera").click()
    expect(page.get_by_text("The camera is blocked for this page.")).to_be_visible()
    add(page, [file("bird.jpg", open_photograph("owl"))])
    eventually(lambda: len(server.photos()) == 1)
    assert complaints == []
