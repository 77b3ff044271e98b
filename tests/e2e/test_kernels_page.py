"""Seeing how it sees: what the page shows of a real photograph is what Python computes, number by number."""

import base64
import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import PHONE, THINGS, Server, eventually, film, new_phone, photograph, watch, works_offline
from PIL import Image, ImageOps
from playwright.sync_api import Browser, Page, expect
from test_pages import SCREENSHOTS, small_targets, violations

from training.vision.kernels import DEFAULT_PATH, Kernel, filtered, load_presets, products_at, to_grey
from training.vision.preprocess import prepare

SIZE = (320, 240)
SAME_PICTURE = 0.995  # correlation: Chromium's fake camera takes JPEG's levels for those of video and stretches them
PRESETS = load_presets()
TITLES = {preset["name"]: preset["title"] for preset in json.loads(DEFAULT_PATH.read_text(encoding="utf-8"))["kernels"]}
MAPS = {"layer_1": 32, "layer_2": 24, "layer_3": 40, "layer_4": 112}
# Of a map's own range, between the colours on the page and Keras. Measured were 0.0020, which is rounding to 255 steps.
MAP_TOLERANCE = 0.004


@pytest.fixture(scope="module")
def original() -> Path:
    """A real photograph."""
    return photograph("cat_720p")


@pytest.fixture(scope="module")
def photo(original: Path) -> Image.Image:
    """That photograph, as large as the page works with, so that nothing resizes it."""
    return Image.open(original).convert("RGB").resize(SIZE)


@pytest.fixture
def kernels(server: Server, page: Page, photo: Image.Image) -> Page:
    """The page with that photograph on it."""
    open_page(page, server)
    choose(page, photo)
    return page


def open_page(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/#/kernels")
    expect(page.get_by_role("heading", level=1, name="Seeing how it sees")).to_be_visible()
    expect(page.get_by_role("heading", name="One pixel, number by number")).to_be_visible()


def choose(page: Page, photo: Image.Image, name: str = "cat.png") -> None:
    """Choose a photo, and wait until the page shows it."""
    content = BytesIO()
    photo.save(content, "PNG")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose a photo").click()
    chooser.value.set_files([{"name": name, "mimeType": "image/png", "buffer": content.getvalue()}])
    expect(page.locator(".head .state")).to_contain_text(f"{name}, {photo.width} x {photo.height} pixels")


def pictures(page: Page) -> tuple[np.ndarray, np.ndarray]:
    """What both pictures show at one moment: RGB of what is looked at, and of what came out of the kernel."""
    shown: list[Any] = page.evaluate(
        """() => ['.picture.grey canvas', '.picture.result canvas'].map((selector) => {
          const canvas = document.querySelector(selector);
          const context = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d');
          context.drawImage(canvas, 0, 0);
          const { width, height, data } = context.getImageData(0, 0, canvas.width, canvas.height);
          return [height, width, btoa(Array.from(data, (value) => String.fromCharCode(value)).join(''))];
        })"""
    )
    first, second = (from_base64(data).reshape(height, width, 4)[:, :, :3] for height, width, data in shown)
    return first, second


def from_base64(text: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), np.uint8)


def level(rgb: np.ndarray) -> np.ndarray:
    """The grey value of pixels that are grey."""
    assert (rgb == rgb[:, :, :1]).all()
    return rgb[:, :, 0].astype(int)


def largest_difference(page: Page, grey: np.ndarray, kernel: Kernel) -> int:
    """Between the filtered picture on the page and Python's."""
    return int(np.abs(level(pictures(page)[1]) - filtered(grey, kernel).astype(int)).max())


def set_preset(page: Page, name: str) -> None:
    page.get_by_role("radio", name=TITLES[name], exact=True).check(force=True)


def cells(page: Page, title: str) -> list[float]:
    """The numbers of one of the two squares beside the kernel."""
    texts = page.get_by_role("table", name=title).get_by_role("cell").all_text_contents()
    return [number(text) for text in texts]


def number(text: str) -> float:
    return float(text.replace("\u2212", "-"))


def test_every_preset_is_to_the_pixel_what_python_computes(kernels: Page, photo: Image.Image) -> None:
    grey = to_grey(np.asarray(photo))
    np.testing.assert_array_equal(level(pictures(kernels)[0]), grey)
    for name, kernel in PRESETS.items():
        set_preset(kernels, name)
        eventually(lambda kernel=kernel: largest_difference(kernels, grey, kernel) <= 1)
        print(f"{name}: largest difference {largest_difference(kernels, grey, kernel)}")


def test_a_camera_s_picture_goes_through_the_kernel(
    server: Server, launch: Callable[..., Browser], original: Path, tmp_path: Path
) -> None:
    whole = Image.open(original).convert("RGB")
    page = new_phone(launch, camera=film(tmp_path / "cat.mjpeg", [whole])).new_page()
    complaints = watch(page)
    open_page(page, server)
    page.get_by_role("button", name="Open camera").click()
    expect(page.get_by_role("button", name="Freeze")).to_be_visible()
    expect(page.locator(".head .state")).to_contain_text("Camera, 320 x 240 pixels")
    photo = to_grey(np.asarray(ImageOps.fit(whole, SIZE)))
    eventually(lambda: np.corrcoef(level(pictures(page)[0]).ravel(), photo.ravel())[0, 1] > SAME_PICTURE)
    seen, result = (level(rgb) for rgb in pictures(page))
    assert np.abs(result - filtered(seen.astype(np.uint8), PRESETS["sobel-x"])).max() <= 1
    page.get_by_role("button", name="Freeze").click()
    set_preset(page, "emboss")
    eventually(lambda: largest_difference(page, level(pictures(page)[0]).astype(np.uint8), PRESETS["emboss"]) <= 1)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("button", name="Freeze")).to_be_visible()
    assert complaints == []


def test_number_by_number_is_what_python_multiplies(kernels: Page, photo: Image.Image) -> None:
    grey = to_grey(np.asarray(photo))
    for name in ("sobel-y", "laplacian-of-gaussian", "box-blur"):
        set_preset(kernels, name)
        for x, y in ((0.5, 0.5), (0.13, 0.77), (0.3, 0.001)):
            row, column = int(y * SIZE[1]), int(x * SIZE[0])
            tap(kernels, row, column)
            expect(kernels.get_by_text(f"column {column}, row {row}")).to_be_visible()
            at = products_at(grey, PRESETS[name], row, column)
            assert cells(kernels, "Grey values") == at.patch.ravel().tolist()
            assert cells(kernels, "Products") == at.products.ravel().tolist()
            assert number(kernels.locator(".sum strong").first.inner_text()) == at.sum
            expect(kernels.locator(".outcome")).to_contain_text(f"grey {at.result}")


def tap(page: Page, row: int, column: int) -> None:
    """Tap the middle of a pixel of the filtered picture, which stays in sight."""
    box = page.locator(".picture.result .view").bounding_box() or {}
    page.touchscreen.tap(box["x"] + (column + 0.5) / SIZE[0] * box["width"], box["y"] + (row + 0.5) / SIZE[1] * box["height"])


def test_a_number_that_is_changed_changes_the_picture(kernels: Page, photo: Image.Image) -> None:
    grey = to_grey(np.asarray(photo))
    set_preset(kernels, "identity")
    kernels.get_by_label("row 1, column 3").fill("-0.5")
    kernels.get_by_label("row 3, column 1").fill("0,25")
    kernels.get_by_label("divisor").fill("1.5")
    kernels.get_by_label("offset").fill("\u221220")
    own = Kernel(((0, 0, -0.5), (0, 1, 0), (0.25, 0, 0)), 1.5, -20)
    eventually(lambda: largest_difference(kernels, grey, own) == 0)
    expect(kernels.get_by_text("Numbers of your own.")).to_be_visible()
    kernels.get_by_role("radio", name="5 x 5", exact=True).check(force=True)
    expect(kernels.get_by_label("row 2, column 4")).to_have_value("-0.5")
    expect(kernels.get_by_role("textbox")).to_have_count(27)
    assert largest_difference(kernels, grey, own) == 0
    kernels.get_by_role("radio", name="3 x 3", exact=True).check(force=True)
    assert largest_difference(kernels, grey, own) == 0


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("row 2, column 3", "two", '"two" in row 2, column 3 is not a number. Write one such as -1 or 0.5.'),
        ("row 2, column 3", "", "There is nothing in row 2, column 3. Write a number such as 0."),
        ("row 1, column 1", "1e5", '"1e5" in row 1, column 1 is not a number.'),
        ("row 1, column 1", "5000", "5000 in row 1, column 1 is too large. Write a number from -999 to 999."),
        ("divisor", "0", "The sum cannot be divided by 0 here. Write a number above 0"),
        ("offset", "-", '"-" as the offset is not a number.'),
    ],
)
def test_bad_input_is_said_and_the_last_good_picture_stays(
    kernels: Page, photo: Image.Image, field: str, text: str, sentence: str
) -> None:
    grey = to_grey(np.asarray(photo))
    kernels.get_by_label(field).fill(text)
    expect(kernels.get_by_role("alert")).to_contain_text(sentence)
    expect(kernels.get_by_role("alert")).to_contain_text("The picture stays as it was.")
    expect(kernels.get_by_label(field)).to_have_attribute("aria-invalid", "true")
    assert largest_difference(kernels, grey, PRESETS["sobel-x"]) == 0
    set_preset(kernels, "sharpen")
    expect(kernels.get_by_role("alert")).to_have_count(0)
    eventually(lambda: largest_difference(kernels, grey, PRESETS["sharpen"]) == 0)


def test_with_the_keyboard_alone(kernels: Page, photo: Image.Image) -> None:
    grey = to_grey(np.asarray(photo))
    tab_to(kernels, "Cross-hair")
    expect(kernels.get_by_role("slider")).to_have_attribute("aria-valuetext", "column 112, row 120")
    for key in ("ArrowRight", "ArrowDown", "ArrowDown", "Shift+ArrowLeft", "PageUp"):
        kernels.keyboard.press(key)
    expect(kernels.get_by_role("slider")).to_have_attribute("aria-valuetext", "column 103, row 112")
    kernels.keyboard.press("Tab")  # the presets: one stop, and arrows within
    kernels.keyboard.press("ArrowRight")
    expect(kernels.get_by_role("radio", name=TITLES["sobel-y"])).to_be_checked()
    tab_to(kernels, "row 2, column 2")
    kernels.keyboard.type("-3")
    expect(kernels.get_by_label("row 2, column 2")).to_have_value("-3")
    kernels.keyboard.press("ArrowUp")
    expect(kernels.get_by_label("row 2, column 2")).to_have_value("-2")
    own = Kernel(((-1, -2, -1), (0, -2, 0), (1, 2, 1)), 4, 128)
    eventually(lambda: largest_difference(kernels, grey, own) == 0)
    expect(kernels.locator(".outcome")).to_contain_text(f"grey {products_at(grey, own, 112, 103).result}")


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the element of that name has the focus; it must then be in sight."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.getAttribute('aria-label')") == name:
            assert page.evaluate(
                """() => {
                  const element = document.activeElement;
                  const { left, top, width, height } = element.getBoundingClientRect();
                  return element.contains(document.elementFromPoint(left + width / 2, top + height / 2));
                }"""
            ), f"{name} has the focus but something lies over it"
            return
    pytest.fail(f"Tab never came to {name}")


def test_a_finger_drags_the_cross_hair_by_its_grip_and_taps_choose(kernels: Page) -> None:
    tap(kernels, 60, 80)
    expect(kernels.get_by_text("column 80, row 60")).to_be_visible()
    grip = kernels.get_by_role("slider")
    grip.hover()
    kernels.mouse.down()
    kernels.mouse.move(0, 0)
    kernels.mouse.up()
    expect(kernels.get_by_text("column 0, row 0")).to_be_visible()


def test_a_large_photo_is_made_smaller_and_a_file_that_is_none_is_refused(kernels: Page, original: Path) -> None:
    with kernels.expect_file_chooser() as chooser:
        kernels.get_by_role("button", name="Choose a photo").click()
    chooser.value.set_files([{"name": "cat.jpg", "mimeType": "image/jpeg", "buffer": b"I am a cat."}])
    expect(kernels.get_by_role("alert")).to_contain_text("cat.jpg is not a photo, whatever its name says.")
    expect(kernels.locator(".head .state")).to_contain_text("cat.png, 320 x 240 pixels")
    with kernels.expect_file_chooser() as chooser:
        kernels.get_by_role("button", name="Choose a photo").click()
    chooser.value.set_files(original)
    expect(kernels.locator(".head .state")).to_contain_text("cat_720p.jpg, 320 x 180 pixels")
    expect(kernels.get_by_role("alert")).to_have_count(0)
    assert pictures(kernels)[1].shape == (180, 320, 3)


def test_without_a_camera_the_drawing_teaches_too(server: Server, launch: Callable[..., Browser]) -> None:
    page = new_phone(launch).new_page()
    page.add_init_script("navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotFoundError'));")
    open_page(page, server)
    expect(page.locator(".head .state")).to_contain_text("A drawing, 320 x 240 pixels")
    assert len(np.unique(pictures(page)[1])) > 20
    page.get_by_role("button", name="Open camera").click()
    expect(page.get_by_role("alert")).to_contain_text("No camera was found.")
    expect(page.locator(".head .state")).to_contain_text("A drawing, 320 x 240 pixels")


def test_it_works_with_the_server_off(server: Server, page: Page, photo: Image.Image) -> None:
    open_page(page, server)
    works_offline(page)
    server.kill()
    page.reload()
    open_page(page, server)
    choose(page, photo)
    assert largest_difference(page, to_grey(np.asarray(photo)), PRESETS["sobel-x"]) == 0


def test_feature_maps_are_those_of_keras(with_things: Server, page: Page, photo: Image.Image) -> None:
    expected = keras_maps(photo)
    open_page(page, with_things)
    choose(page, photo)
    page.get_by_role("button", name="Show its feature maps").click()
    for number_of_layer, (layer, n) in enumerate(MAPS.items(), 1):
        page.get_by_role("radio", name=f"Layer {number_of_layer}").check(force=True)
        expect(page.locator(".map")).to_have_count(n, timeout=60_000)
        eventually(lambda layer=layer: shares(page).shape == expected[layer].shape)
        shown = shares(page)
        low, high = expected[layer].min((0, 1)), expected[layer].max((0, 1))
        alive = high > low
        wanted = (expected[layer] - low)[:, :, alive] / (high - low)[alive]
        difference = float(np.abs(shown[:, :, alive] - wanted).max())
        print(f"{layer}: {n} maps, largest difference {difference:.4f} of a map's range")
        assert difference <= MAP_TOLERANCE
        assert (shown[:, :, ~alive] == 0).all()
    page.get_by_role("radio", name="Map 7", exact=True).check(force=True)
    expect(page.get_by_role("img", name="Feature map 7, large")).to_be_visible()
    expect(page.get_by_text("Map 7 of 112, 14 x 14 values")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("img", name="Feature map 8, large")).to_be_visible()


def keras_maps(photo: Image.Image) -> dict[str, np.ndarray]:
    """What Keras computes of it, by layer: shape (height, width, n)."""
    import keras

    model = keras.models.load_model(THINGS / "model.keras", compile=False)
    outputs = model.predict(prepare(photo)[None], verbose=0)
    return {layer: outputs[layer][0] for layer in MAPS}


def shares(page: Page) -> np.ndarray:
    """The maps on the page as shares of their own range, read back from their colours: shape (height, width, n)."""
    height, width, rows = page.evaluate(
        """async () => {
          const { MAGMA } = await import('/js/dsp/colormap.js');
          const indices = new Map(Array.from({ length: 256 }, (_, i) => [MAGMA.slice(3 * i, 3 * i + 3).join(), i]).reverse());
          const canvases = [...document.querySelectorAll('.map canvas')];
          return [canvases[0].height, canvases[0].width, canvases.map((canvas) => {
            const context = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d');
            context.drawImage(canvas, 0, 0);
            const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
            return Array.from({ length: data.length / 4 }, (_, i) => indices.get(data.slice(4 * i, 4 * i + 3).join()));
          })];
        }"""
    )
    return np.array(rows).reshape(-1, height, width).transpose(1, 2, 0) / 255


def test_feature_maps_follow_a_camera_and_keep_still_when_it_is_frozen(with_things: Server, page: Page) -> None:
    open_page(page, with_things)
    page.get_by_role("button", name="Open camera").click()
    page.get_by_role("button", name="Show its feature maps").click()
    page.get_by_role("radio", name="Layer 4").check(force=True, timeout=60_000)
    expect(page.locator(".map")).to_have_count(MAPS["layer_4"])
    before = shares(page)
    eventually(lambda: (shares(page) != before).any())
    page.get_by_role("button", name="Freeze").click()
    still = pictures(page)[1]
    page.get_by_role("radio", name="Layer 2").check(force=True)
    eventually(lambda: shares(page).shape[2] == MAPS["layer_2"])
    np.testing.assert_array_equal(pictures(page)[1], still)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible_with_everything_open(
    with_things: Server, launch: Callable[..., Browser], photo: Image.Image, scheme: str
) -> None:
    page = new_phone(launch, color_scheme=scheme, reduced_motion="reduce").new_page()
    open_page(page, with_things)
    choose(page, photo)
    set_preset(page, "gaussian-blur")
    page.get_by_role("button", name="Show its feature maps").click()
    expect(page.locator(".map")).to_have_count(MAPS["layer_1"], timeout=60_000)
    page.get_by_text("How exactly is it computed?").click()
    page.get_by_label("row 1, column 1").fill("one")
    expect(page.get_by_role("alert")).to_be_visible()
    page.screenshot(path=SCREENSHOTS / f"kernels-open-{scheme}.png", full_page=True)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= PHONE["width"]
    assert small_targets(page) == []
    assert violations(page) == []


def test_a_network_that_is_not_there_is_said(server: Server, page: Page) -> None:
    open_page(page, server)
    page.get_by_role("button", name="Show its feature maps").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
