"""Photos over HTTP: what is taken, what is refused and in which words, and that nothing of a file is kept but its picture."""

import errno
import io
import json
import os
import stat
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from server import create_app
from server.services import Services, services
from tests.server.conftest import Live
from tests.server.pictures import (
    BLUE,
    GREEN,
    ORIENTATION,
    RED,
    encoded,
    jpeg,
    picture,
    png_that_claims,
    quarters,
    swapped_profile,
    taken_outside,
)
from tests.server.recordings import lasting, new_id, samples, wav
from training.vision.clips import list_photos


@pytest.fixture
def client(client: FlaskClient) -> FlaskClient:
    """A client that has joined, with a project `photos` for photos beside `p` for sounds."""
    assert client.post("/projects", json={"name": "photos", "kind": "vision"}).status_code == 201
    return client


@pytest.fixture
def upload(client: FlaskClient) -> Callable[..., Any]:
    def post(body: bytes, label: str = "cup", **query: str) -> Any:
        return client.post("/projects/photos/clips", query_string={"label": label, **query}, data=body)

    return post


def files_of(parts: Services) -> list[Path]:
    return sorted(path for path in parts.store.clips_folder("photos").rglob("*") if path.is_file())


def stored_photo(client: FlaskClient, clip: dict[str, Any]) -> Image.Image:
    answer = client.get(f"/projects/photos/clips/{clip['id']}/photo")
    assert answer.status_code == 200 and answer.mimetype == "image/jpeg"
    return Image.open(io.BytesIO(answer.data), formats=["JPEG"])


def is_near(image: Image.Image, place: tuple[float, float], colour: tuple[int, int, int], by: int = 25) -> bool:
    """Whether the picture has about this colour there; `place` is in parts of width and height."""
    x, y = (int(part * size) for part, size in zip(place, image.size, strict=True))
    return bool(np.abs(np.subtract(image.getpixel((x, y)), colour)).max() <= by)


@contextmanager
def no_more_memory_than(n_bytes: int) -> Iterator[None]:
    """Let the system give this process so much more memory, and not a byte beyond."""
    resource = pytest.importorskip("resource")
    size = Path("/proc/self/statm")
    if not size.exists():
        pytest.skip("only Linux says how much memory is taken already")
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (int(size.read_text().split()[0]) * resource.getpagesize() + n_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


# Storing


def test_a_photo_comes_back_as_it_was_sent(client: FlaskClient, upload: Callable[..., Any]) -> None:
    clip_id, image = new_id(), picture(1, 640, 480)
    about = {"session": "burst 1", "speaker": "Zoë", "source": "phone", "recorded_at": "2026-03-01T09:30:00Z"}
    answer = upload(encoded(image), id=clip_id, **about)
    assert answer.status_code == 201
    clip = answer.json
    assert lasting(clip) == about | {
        "id": clip_id, "project": "photos", "label": "cup", "width": 640, "height": 480, "stored_at": clip["stored_at"],
        "pinned": False, "disabled": False, "trim": None,
    }  # fmt: skip
    difference = np.asarray(stored_photo(client, clip)).astype(int) - np.asarray(image)
    assert np.abs(difference).mean() < 3
    assert client.get(f"/projects/photos/clips/{clip_id}").json == clip
    assert client.get("/projects/photos/clips").json == {"clips": [clip], "next": None, "n": 1}


def test_the_file_tells_about_itself_and_of_nothing_else(upload: Callable[..., Any], parts: Services) -> None:
    body = jpeg(1, exif=taken_outside(6), icc_profile=swapped_profile(), comment=b"made with love", dpi=(300, 300))
    clip = upload(body, session="b1", source="phone").json
    (path,) = files_of(parts)
    assert path.parts[-4:] == ("photos", "photos", "cup", f"{clip['id']}.jpg")
    with Image.open(path) as image:
        assert (image.format, image.mode) == ("JPEG", "RGB")
        about = json.loads(image.info.pop("comment"))
        assert about == {name: clip[name] for name in ("id", "session", "speaker", "source", "recorded_at")}
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert not image.getexif()
    assert [photo.session for photo in list_photos(path.parents[1])] == ["b1"]


def test_where_it_was_taken_is_gone(upload: Callable[..., Any], parts: Services) -> None:
    sent = jpeg(1, exif=taken_outside()) + b"and something behind its end"
    assert b"Pear Phone" in sent and b"Exif" in sent
    upload(sent)
    stored = files_of(parts)[0].read_bytes()
    assert not any(trace in stored for trace in (b"Exif", b"Pear Phone", b"GPS", b"behind its end", b"ICC_PROFILE", b"http"))
    # The same picture without any of it is the same photo.
    assert upload(jpeg(1)).status_code == 200


@pytest.mark.parametrize(
    ("orientation", "size", "top_left", "top_right"),
    [
        (1, (80, 60), RED, GREEN), (2, (80, 60), GREEN, RED), (3, (80, 60), BLUE, BLUE), (4, (80, 60), BLUE, BLUE),
        (5, (60, 80), RED, BLUE), (6, (60, 80), BLUE, RED), (7, (60, 80), BLUE, GREEN), (8, (60, 80), GREEN, BLUE),
    ],
)  # fmt: skip
def test_it_is_upright(
    client: FlaskClient, upload: Callable[..., Any], orientation: int, size: tuple[int, int], top_left: Any, top_right: Any
) -> None:
    clip = upload(encoded(quarters(), exif=taken_outside(orientation))).json
    photo = stored_photo(client, clip)
    assert photo.size == size == (clip["width"], clip["height"])
    assert is_near(photo, (0.2, 0.2), top_left) and is_near(photo, (0.8, 0.2), top_right)
    assert photo.getexif().get(ORIENTATION) is None


def test_48_megapixels_are_made_smaller(client: FlaskClient, upload: Callable[..., Any]) -> None:
    answer = upload(encoded(quarters(8000, 6000), exif=taken_outside(6)))
    assert answer.status_code == 201
    photo = stored_photo(client, answer.json)
    assert photo.size == (480, 640)
    assert is_near(photo, (0.8, 0.2), RED) and is_near(photo, (0.2, 0.2), BLUE)


def test_a_large_jpeg_is_never_decoded_whole(upload: Callable[..., Any]) -> None:
    """Decoded at an eighth of its size, 48 megapixels take a few megabytes instead of 190."""
    body = encoded(quarters(8000, 6000))
    with no_more_memory_than(100_000_000):
        assert upload(body).status_code == 201


def test_a_long_side_of_640_pixels_is_the_most(upload: Callable[..., Any]) -> None:
    sizes = [(640, 640), (641, 640), (3000, 200), (200, 3000), (32, 32)]
    stored = [upload(encoded(picture(n, *size))).json for n, size in enumerate(sizes)]
    found = [(clip["width"], clip["height"]) for clip in stored]
    assert found == [(640, 640), (640, 639), (640, 43), (43, 640), (32, 32)]


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_transparent_parts_are_white(client: FlaskClient, upload: Callable[..., Any], form: str) -> None:
    image = Image.new("RGBA", (100, 80), (0, 0, 0, 0))
    image.paste((*RED, 255), (50, 0, 100, 80))
    photo = stored_photo(client, upload(encoded(image, form)).json)
    assert photo.mode == "RGB"
    assert is_near(photo, (0.2, 0.5), (255, 255, 255), by=3) and is_near(photo, (0.8, 0.5), RED)


@pytest.mark.parametrize(
    ("mode", "form"),
    [("L", "JPEG"), ("CMYK", "JPEG"), ("L", "PNG"), ("LA", "PNG"), ("P", "PNG"), ("1", "PNG"), ("I;16", "PNG"), ("RGB", "WEBP")],
)
def test_every_kind_of_pixel_becomes_colour(client: FlaskClient, upload: Callable[..., Any], mode: str, form: str) -> None:
    image = quarters().convert("L" if mode == "I;16" else mode)
    if mode == "I;16":
        image = Image.fromarray(np.asarray(image).astype(np.uint16) << 8)
    photo = stored_photo(client, upload(encoded(image, form)).json)
    wanted = quarters().convert("RGB" if mode in ("P", "CMYK", "RGB") else "1" if mode == "1" else "L").convert("RGB")
    for place in ((0.2, 0.2), (0.8, 0.2), (0.5, 0.8)) if mode != "1" else ():
        x, y = int(place[0] * 80), int(place[1] * 60)
        assert is_near(photo, place, wanted.getpixel((x, y)))
    assert (photo.mode, photo.size) == ("RGB", (80, 60))


def test_colours_of_another_profile_become_srgb(client: FlaskClient, upload: Callable[..., Any]) -> None:
    photo = stored_photo(client, upload(encoded(quarters(), icc_profile=swapped_profile())).json)
    red, green, _ = photo.getpixel((16, 12))
    assert green > 150 > red


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_of_an_animation_the_first_picture_is_kept(client: FlaskClient, upload: Callable[..., Any], form: str) -> None:
    body = encoded(quarters(), form, save_all=True, append_images=[Image.new("RGB", (80, 60))], duration=100)
    photo = stored_photo(client, upload(body).json)
    assert is_near(photo, (0.2, 0.2), RED) and is_near(photo, (0.5, 0.8), BLUE)


def test_of_a_photo_with_a_second_view_the_first_is_kept(client: FlaskClient, upload: Callable[..., Any]) -> None:
    """Phones write such files (MPO) for portraits."""
    second = Image.new("RGB", (2000, 1500))
    body = encoded(quarters(2000, 1500), "MPO", save_all=True, append_images=[second], exif=taken_outside(6))
    photo = stored_photo(client, upload(body).json)
    assert photo.size == (480, 640) and is_near(photo, (0.8, 0.2), RED)


def test_damaged_exif_does_not_matter(client: FlaskClient, upload: Callable[..., Any]) -> None:
    answer = upload(encoded(quarters(), exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + bytes(9)))
    assert answer.status_code == 201 and is_near(stored_photo(client, answer.json), (0.2, 0.2), RED)


# Refusing

SECRET = b"II*\0" + b"\xff" * 100
WHOLE = encoded(picture(5, 300, 200))


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        (b"", 400, "the file is empty"),
        (encoded(Image.new("RGB", (1, 1)), "PNG"), 400, "the file has 1 x 1 pixels; a photo has at least 32 on each side"),
        (encoded(Image.new("RGB", (31, 400))), 400, "31 x 400 pixels; a photo has at least 32"),
        (encoded(picture(1, 32, 2000)), 400, "32 x 2000 pixels, which is too narrow for a photo. Cut it."),
        (b"Dear diary, this is only named photo.jpg\n", 400, "not a photo: it holds text, whatever it is called"),
        (b'{"error": "Not Found"}', 400, "it holds text"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(200), 400, "a HEIC photo, which cannot be read here. Save it as JPEG"),
        (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf" + bytes(200), 400, "an AVIF photo, which cannot be read here. Save it as"),
        (encoded(quarters(), "GIF"), 400, "a GIF, which is made for drawings. Save it as PNG"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', 400, "an SVG, a drawing without pixels"),
        (encoded(quarters(), "TIFF"), 400, "not a photo. Choose a JPEG, PNG or WebP file."),
        (encoded(quarters(), "BMP"), 400, "not a photo. Choose a JPEG, PNG or WebP file."),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + SECRET, 400, "not a photo. Choose"),
        (wav(samples(1)), 400, "not a photo. Choose"),
        (WHOLE[: len(WHOLE) // 2], 400, "is cut off: the file ends before its picture does"),
        (encoded(picture(5, 300, 200), "PNG")[:5000], 400, "is cut off"),
        (encoded(picture(5, 300, 200), "WEBP")[:1000], 400, "is damaged"),
        (WHOLE[:30], 400, "is damaged: it cannot be told how large its picture is"),
        (b"\xff\xd8\xff" + SECRET, 400, "is damaged"),
        (b"\x89PNG\r\n\x1a\n" + SECRET, 400, "is damaged"),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 " + SECRET, 400, "is damaged"),
        (png_that_claims(8000, 6300), 400, "51 megapixels; at most 50 megapixels are read"),
        (png_that_claims(100_000, 100_000), 400, "10000 megapixels; at most 50 megapixels"),
        (png_that_claims(2_000_000_000, 2_000_000_000), 400, "at most 50 megapixels"),
        (png_that_claims(5000, 5000, bytes(1000)), 400, "is cut off"),
        (b"\xff\xd8" + bytes(26_000_000), 413, "larger than this server accepts; send a shorter recording, or a smaller photo"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_is_no_photo_is_refused_in_words(
    upload: Callable[..., Any], parts: Services, client: FlaskClient, body: bytes, status: int, sentence: str
) -> None:
    answer = upload(body)
    assert (answer.status_code, sorted(answer.json)) == (status, ["detail", "error"])
    assert sentence in answer.json["detail"]
    assert files_of(parts) == [] and client.get("/projects/photos").json["n_clips"] == 0


def test_a_png_that_expands_without_end_is_read_no_further_than_its_size(upload: Callable[..., Any], parts: Services) -> None:
    """200 megabytes of zeros in 200 kilobytes, for a picture of 10,000 pixels."""
    body = png_that_claims(100, 100, bytes(200_000_000))
    with no_more_memory_than(100_000_000):
        assert upload(body).status_code == 201
    assert files_of(parts)[0].stat().st_size < 10_000


def test_a_photo_may_be_larger_than_a_recording_and_a_recording_may_not(upload: Callable[..., Any], client: FlaskClient) -> None:
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 256, (1000, 1000, 3)).astype(np.uint8))
    body = encoded(noise, "PNG")
    assert len(body) > 2_900_000
    assert upload(body).status_code == 201
    assert client.post("/projects/p/clips?label=yes", data=body).status_code == 413


def test_the_limit_of_a_body_is_a_setting(tmp_path: Path) -> None:
    app = create_app({"data": tmp_path / "small", "exports": tmp_path / "exports", "max_photo_bytes": 1000})
    services(app).jobs.stop()
    services(app).store.create_project("photos", "vision")
    client = app.test_client()
    client.post("/join", json={})
    assert client.post("/projects/photos/clips?label=cup", data=encoded(picture(1, 200, 200))).status_code == 413


# Kinds of project


def test_a_project_has_a_kind(client: FlaskClient) -> None:
    kinds = {project["name"]: project["kind"] for project in client.get("/projects").json["projects"]}
    assert kinds == {"p": "speech", "photos": "vision"}
    assert client.get("/projects/photos").json["kind"] == "vision"
    same = client.post("/projects", json={"name": "photos", "kind": "vision"})
    either = client.post("/projects", json={"name": "photos"})
    assert (same.status_code, either.status_code) == (200, 200) and same.json == either.json
    assert client.post("/projects", json={"name": "q"}).json["kind"] == "speech"


@pytest.mark.parametrize(
    ("name", "kind", "sentence"),
    [
        ("photos", "speech", "project 'photos' holds photos; choose another name for recordings"),
        ("p", "vision", "project 'p' holds recordings; choose another name for photos"),
    ],
)
def test_a_project_keeps_its_kind(client: FlaskClient, parts: Services, name: str, kind: str, sentence: str) -> None:
    answer = client.post("/projects", json={"name": name, "kind": kind})
    assert (answer.status_code, answer.json["detail"]) == (409, sentence)
    assert len(list((parts.settings.data / "projects" / name).iterdir())) == 1


@pytest.mark.parametrize("kind", ["smell", "", 7, ["vision"], "Vision", "../x"])
def test_a_kind_that_is_none_is_refused(client: FlaskClient, kind: object) -> None:
    for name in ("new", "p"):
        answer = client.post("/projects", json={"name": name, "kind": kind})
        assert answer.status_code == 400 and "kind must be one of speech, vision" in answer.json["detail"]
    assert client.get("/projects/new").status_code == 404


def test_two_at_once_make_one_project_of_one_kind(app: Flask, client: FlaskClient, parts: Services) -> None:
    def make(n: int) -> int:
        phone = app.test_client()
        phone.post("/join", json={})
        return phone.post("/projects", json={"name": "new", "kind": ("speech", "vision")[n % 2]}).status_code

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(make, range(16)))
    assert answers == [200] * 7 + [201] + [409] * 8
    assert len(list((parts.settings.data / "projects" / "new").iterdir())) == 1


def test_a_clip_of_the_other_kind_is_not_there(client: FlaskClient, upload: Callable[..., Any]) -> None:
    photo = upload(jpeg(1)).json
    sound = client.post("/projects/p/clips?label=yes", data=wav(samples(1))).json
    wrong = client.get(f"/projects/photos/clips/{photo['id']}/audio"), client.get(f"/projects/p/clips/{sound['id']}/photo")
    assert [answer.status_code for answer in wrong] == [404, 404]
    assert wrong[0].json["detail"] == "project 'photos' has no recordings, but photos"
    assert client.post("/projects/p/clips?label=yes", data=jpeg(1)).status_code == 400


def test_only_who_has_joined_sees_photos(upload: Callable[..., Any], app: Flask) -> None:
    clip = upload(jpeg(1)).json
    assert app.test_client().get(f"/projects/photos/clips/{clip['id']}/photo").status_code == 403


# The store: the same promises as for sounds


def test_uploading_again_stores_once(upload: Callable[..., Any], parts: Services) -> None:
    clip_id, body = new_id(), jpeg(1)
    first, again, other_id = upload(body, id=clip_id), upload(body, id=clip_id), upload(body, id=new_id())
    assert [first.status_code, again.status_code, other_id.status_code] == [201, 200, 200]
    assert first.json == again.json == other_id.json
    assert len(files_of(parts)) == 1


def test_contradictions_are_conflicts(upload: Callable[..., Any], parts: Services) -> None:
    clip_id = new_id()
    upload(jpeg(1), id=clip_id)
    other_photo, other_label = upload(jpeg(2), id=clip_id), upload(jpeg(1), label="spoon", id=new_id())
    assert other_photo.status_code == 409 and "already holds another photo" in other_photo.json["detail"]
    assert other_label.status_code == 409 and "this photo is already stored, under label 'cup'" in other_label.json["detail"]
    assert len(files_of(parts)) == 1


def test_relabel_moves_the_file_and_delete_removes_it(client: FlaskClient, upload: Callable[..., Any], parts: Services) -> None:
    body, clip_id = jpeg(1), new_id()
    clip = upload(body, id=clip_id).json
    address = f"/projects/photos/clips/{clip_id}"
    content = files_of(parts)[0].read_bytes()
    assert client.patch(address, json={"label": "spoon"}).json == clip | {"label": "spoon"}
    assert [path.parent.name for path in files_of(parts)] == ["spoon"]
    assert client.get(f"{address}/photo").data == files_of(parts)[0].read_bytes() == content
    again = upload(body, id=clip_id)
    assert (again.status_code, again.json["label"]) == (200, "spoon")
    assert client.delete(address).status_code == 204
    assert files_of(parts) == []
    assert [client.get(address).status_code, client.get(f"{address}/photo").status_code] == [404, 404]


def test_a_project_counts_its_photos(client: FlaskClient, upload: Callable[..., Any]) -> None:
    for n, label in enumerate(["cup", "cup", "spoon"]):
        upload(jpeg(n), label=label, source="phone")
    project = client.get("/projects/photos").json
    assert (project["n_clips"], project["minimum"]) == (3, 5)
    assert project["labels"] == [
        {"label": "cup", "n_clips": 2, "sources": {"phone": 2}},
        {"label": "spoon", "n_clips": 1, "sources": {"phone": 1}},
    ]


def test_what_a_browser_has_is_not_sent_again(client: FlaskClient, upload: Callable[..., Any]) -> None:
    address = f"/projects/photos/clips/{upload(jpeg(1)).json['id']}/photo"
    answer = client.get(address)
    assert "private" in answer.headers["Cache-Control"]
    assert client.get(address, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_full_disk_is_told_and_nothing_is_left(
    upload: Callable[..., Any], client: FlaskClient, parts: Services, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    upload(jpeg(0))

    def full(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, call, full)
        answer = upload(jpeg(1))
    assert answer.status_code == 507 and "disk is full" in answer.json["detail"]
    assert len(files_of(parts)) == 1 == client.get("/projects/photos").json["n_clips"]
    assert upload(jpeg(1)).status_code == 201


def test_a_photo_is_synced_before_it_is_answered_for(
    upload: Callable[..., Any], parts: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    (parts.store.clips_folder("photos") / "cup").mkdir()
    calls = []

    def synced(descriptor: int) -> None:
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        calls.append(("folder" if is_folder else "file", parts.store.counts("photos")))

    real_replace = os.replace
    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", lambda *paths: (calls.append(("replace", {})), real_replace(*paths)))
    assert upload(jpeg(1)).status_code == 201
    assert calls == [("file", {}), ("replace", {}), ("folder", {})]


def test_thirty_phones_at_once(app: Flask, client: FlaskClient, parts: Services) -> None:
    """Each photo is sent by two phones at the same time under different ids; some are large. Every one is stored once."""
    bodies = [encoded(picture(n, *((2500, 2000) if n % 5 == 0 else (640, 480)))) for n in range(30)]

    def send(n: int) -> int:
        phone = app.test_client()
        phone.post("/join", json={})
        return phone.post("/projects/photos/clips?label=cup", data=bodies[n // 2]).status_code

    with ThreadPoolExecutor(30) as pool:
        answers = list(pool.map(send, range(60)))
    assert sorted(answers) == [200] * 30 + [201] * 30
    assert len(files_of(parts)) == 30 == client.get("/projects/photos").json["n_clips"]


def test_no_answered_photo_is_lost_when_the_server_is_killed(serve: Callable[..., Live]) -> None:
    """Phones upload while the server dies; whatever was answered is there afterwards, whole, and nothing half-written."""
    live = serve("--no-tls")
    headers = live.join()
    live.json("POST", "/projects", {"name": "photos", "kind": "vision"}, headers)
    bodies = [jpeg(n) for n in range(200)]
    answered: dict[str, Any] = {}

    def phone(first: int) -> None:
        for body in bodies[first::4]:
            try:
                with live.request("POST", f"/projects/photos/clips?label=cup&id={new_id()}&session=b1", body, headers) as answer:
                    clip = json.load(answer)
            except (OSError, ValueError):
                return
            answered[clip["id"]] = lasting(clip)
            if len(answered) == 40:
                live.kill()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(phone, range(4)))
    again = serve("--no-tls")
    headers = again.join()
    found = again.json("GET", "/projects/photos/clips?limit=500", headers=headers)["clips"]
    assert len(answered) >= 40
    assert {clip["id"]: lasting(clip) for clip in found}.items() >= answered.items()
    files = [path for path in (live.data / "projects").rglob("*") if path.is_file()]
    assert len(files) == len(found)
    for path in files:
        with Image.open(path) as image:
            image.load()
            assert (path.suffix, image.size) == (".jpg", (64, 48))


# The index


def restart(tmp_path: Path) -> Flask:
    app = create_app({"data": tmp_path / "data", "exports": tmp_path / "exports"})
    services(app).jobs.stop()
    return app


def listed(app: Flask) -> list[dict[str, Any]]:
    return [lasting(clip.to_dict()) for clip in services(app).store.clips("photos")[0]]


@pytest.fixture
def clips(client: FlaskClient, upload: Callable[..., Any], app: Flask) -> list[dict[str, Any]]:
    for n in range(3):
        assert upload(jpeg(n), id=new_id(), session=f"burst {n}", source="phone").status_code == 201
    services(app).jobs.stop()
    return listed(app)


def file_of(tmp_path: Path, clip: dict[str, Any]) -> Path:
    return tmp_path / "data" / "projects" / "photos" / "photos" / clip["label"] / f"{clip['id']}.jpg"


def test_a_deleted_database_is_made_again_as_it_was(clips: list[dict[str, Any]], tmp_path: Path) -> None:
    for path in (tmp_path / "data").glob("nestling.db*"):
        path.unlink()
    app = restart(tmp_path)
    assert listed(app) == clips
    # The same photo is known again, by what it holds.
    client = app.test_client()
    client.post("/join", json={})
    assert client.post(f"/projects/photos/clips?label=cup&id={new_id()}", data=jpeg(1)).status_code == 200


def test_what_a_hand_did_to_the_files_is_seen(clips: list[dict[str, Any]], tmp_path: Path) -> None:
    file_of(tmp_path, clips[0]).unlink()
    moved = {**clips[1], "label": "spoon"}
    file_of(tmp_path, moved).parent.mkdir()
    file_of(tmp_path, clips[1]).rename(file_of(tmp_path, moved))
    assert listed(restart(tmp_path)) == [moved, clips[2]]


def test_what_is_no_photo_of_ours_is_not_shown(clips: list[dict[str, Any]], tmp_path: Path) -> None:
    folder = file_of(tmp_path, clips[0]).parent
    stored = file_of(tmp_path, clips[0]).read_bytes()
    (folder / ".0011.tmp").write_bytes(b"half of a photo")
    for body in (
        stored,  # twice
        stored[:-500],
        b"\xff\xd8\xff",
        b"",
        jpeg(7, exif=taken_outside()),
        encoded(picture(8, 800, 600)),
        encoded(picture(9), "PNG"),
        encoded(picture(10, mode="L")),
    ):
        (folder / f"{new_id()}.jpg").write_bytes(body)
    (folder / f"{new_id()}.wav").write_bytes(wav(samples(1)))
    (folder / "IMG_1234.jpg").write_bytes(jpeg(11))
    assert listed(restart(tmp_path)) == clips
    assert not (folder / ".0011.tmp").exists()


def test_a_photo_put_there_by_hand_is_shown_when_it_is_as_ours_are(clips: list[dict[str, Any]], tmp_path: Path) -> None:
    clip_id = new_id()
    (file_of(tmp_path, clips[0]).parent / f"{clip_id}.jpg").write_bytes(jpeg(7))
    found = {clip["id"]: clip for clip in listed(restart(tmp_path))}
    assert (found[clip_id]["source"], found[clip_id]["session"], found[clip_id]["width"]) == ("file", None, 64)


def test_nothing_is_read_where_nothing_changed(
    clips: list[dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Image, "open", None)
    assert listed(restart(tmp_path)) == clips
