"""Projects as zips: out and in again without loss, and the zips that want to do harm."""

import io
import json
import shutil
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from server import zips
from server.services import Services
from tests.server.pictures import jpeg
from tests.server.recordings import lasting, samples, wav
from training.features.params import load_default


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def project(client: FlaskClient, upload: Callable[..., Any], parts: Services) -> Path:
    """The folder of project `p`, with decisions of every kind in it."""
    sent = [
        upload(wav(samples(n)), label=["yes", "nö"][n % 2], speaker=f"s{n % 3}", session="room 1").json["id"] for n in range(12)
    ]
    client.patch("/projects/p/clips", json={"ids": sent[:3], "split": "test"})
    client.patch(f"/projects/p/clips/{sent[4]}", json={"disabled": True, "trim": [100, 5000]})
    params = {**load_default().to_dict(), "n_mfcc": 12}
    assert client.put("/projects/p/settings/params", json=params).status_code == 200
    client.delete(f"/projects/p/clips/{sent[5]}")
    return parts.store.clips_folder("p").parent


def state_of(client: FlaskClient, name: str) -> Any:
    listed = client.get(f"/projects/{name}/clips?limit=500").json
    clips = [{**lasting(clip), "project": "", "split": clip["split"]} for clip in listed["clips"]]
    return clips, client.get(f"/projects/{name}/settings").json, client.get(f"/projects/{name}/counts").json


def test_export_delete_everything_import_gives_the_same_project(client: FlaskClient, parts: Services, project: Path) -> None:
    shutil.rmtree(project / "deleted")
    before, files = state_of(client, "p"), files_of(project)
    answer = client.get("/projects/p/export")
    assert answer.mimetype == "application/zip" and "p.zip" in answer.headers["Content-Disposition"]
    client.post("/projects/p/clips/delete", json={"ids": [clip["id"] for clip in before[0]]})
    client.put("/projects/p/settings/params", json=None)
    parts.store.purge(everything=True)

    made = client.post("/projects/import?name=again", data=answer.data)
    assert made.status_code == 201 and (made.json["name"], made.json["n_clips"]) == ("again", 11)
    assert files_of(parts.store.clips_folder("again").parent) == files
    assert state_of(client, "again") == before
    assert [path.name for path in project.parent.iterdir() if path.name.startswith(".")] == []


def test_a_project_of_photos_too(client: FlaskClient, parts: Services) -> None:
    client.post("/projects", json={"name": "photos", "kind": "vision"})
    for n in range(4):
        client.post("/projects/photos/clips?label=cup&session=b1", data=jpeg(n))
    body = client.get("/projects/photos/export").data
    assert client.post("/projects/import?name=again", data=body).json["kind"] == "vision"
    assert files_of(parts.store.clips_folder("again")) == files_of(parts.store.clips_folder("photos"))


def test_an_export_added_to_a_project_keeps_what_is_known_of_its_clips(client: FlaskClient, project: Path) -> None:
    body = client.get("/projects/p/export").data
    client.post("/projects", json={"name": "other"})
    lines = client.post("/projects/other/import", data=body).text.splitlines()
    assert json.loads(lines[-1])["taken"] == {"nö": 5, "yes": 6}
    clips, known = ({clip["id"]: clip for clip in state_of(client, name)[0]} for name in ("other", "p"))
    for clip in (*clips.values(), *known.values()):
        del clip["stored_at"]
    assert clips == known


def test_any_zip_fills_a_project_and_says_what_it_left_out(client: FlaskClient) -> None:
    body = make_zip({"yes/a.wav": wav(samples(1)), "yes/b.mp3": b"no sound", "no/c.flac": wav(samples(2), form="FLAC")})
    lines = [json.loads(line) for line in client.post("/projects/p/import", data=body).text.splitlines()]
    assert lines[-1]["taken"] == {"yes": 1, "no": 1} and lines[-1]["n_left_out"] == 1
    assert lines[-1]["left_out"][0]["file"] == "yes/b.mp3" and "cannot be read" in lines[-1]["left_out"][0]["reason"]
    assert json.loads(client.post("/projects/p/import", data=b"no zip").text)["error"] == "Bad Request"
    assert client.post("/projects/p/import", data=b"").status_code == 400
    assert client.post("/projects/nobody/import", data=body).status_code == 404


def make_zip(entries: dict[str, bytes], **attributes: Any) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            info = zipfile.ZipInfo(name)
            for attribute, value in attributes.items():
                setattr(info, attribute, value)
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    return body.getvalue()


def changed(body: bytes, name: str, content: bytes | None) -> bytes:
    """The same zip with another content of a file, or without it."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        entries = {info.filename: archive.read(info) for info in archive.infolist()}
    entries.pop(name, None)
    return make_zip(entries if content is None else {**entries, name: content})


def encrypted(body: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        start = archive.start_dir
    flagged = bytearray(body)
    flagged[start + 8] |= 1
    return bytes(flagged)


def too_long_a_list(body: bytes) -> bytes:
    """The end of a zip that says how long its list of entries is."""
    return body[:-22] + body[-22:-10] + struct.pack("<I", 2_000_000_000) + body[-6:]


CLIP = "clips/yes/" + "a" * 32 + ".wav"


def hostile(manifest: Any, entries: dict[str, bytes], **attributes: Any) -> bytes:
    return make_zip({**entries, "nestling.json": json.dumps(manifest).encode()}, **attributes)


def listing(*names: str) -> dict[str, Any]:
    return {"schema": 1, "kind": "speech", "project": "p", "clips": dict.fromkeys(names, "2026-03-01T09:30:00.000000Z")}


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"not a zip", "no zip"),
        (make_zip({"yes/a.wav": wav(samples(1))}), "no exported project"),
        (hostile(listing(), {"../evil.wav": b""}), "leads out of the zip"),
        (hostile(listing(), {"/etc/passwd": b""}), "leads out of the zip"),
        (hostile(listing(), {}, external_attr=(stat.S_IFLNK | 0o777) << 16), "a link"),
        (encrypted(hostile(listing(), {"a": b"b"})), "encrypted"),
        (too_long_a_list(hostile(listing(), {})), "too many files"),
        (hostile(listing(CLIP), {}), "is missing in the zip"),
        (hostile(listing("clips/../../evil/" + "a" * 32 + ".wav"), {}), "which is not clips/"),
        (hostile(listing("clips/Yes/" + "a" * 32 + ".wav"), {}), "lower case"),
        (hostile(listing("clips/yes/evil.wav"), {}), "UUID"),
        (hostile(listing(CLIP), {CLIP: b"RIFF"}), "cannot be read"),
        (hostile(listing(CLIP), {CLIP: bytes(zips.MAX_FILE_BYTES + 1)}), "more than 50,000,000 bytes"),
        (hostile({**listing(), "kind": "smell"}, {}), "must name schema 1"),
        (hostile({**listing(), "clips": {CLIP: "yesterday"}}, {}), "ISO 8601"),
        (hostile(listing(), {"settings.json": b'{"params": 7}'}), "settings.json in the zip"),
        (hostile(listing(), {})[:-8], "no zip"),
    ],
)
def test_a_zip_that_wants_to_do_harm_is_refused_whole(client: FlaskClient, parts: Services, body: bytes, sentence: str) -> None:
    folder = parts.store.clips_folder("p").parents[1]
    before = files_of(folder.parent / "projects")
    answer = client.post("/projects/import?name=again", data=body)
    assert answer.status_code == 400 and sentence in answer.json["detail"]
    assert files_of(folder) == before and parts.store.project_names() == ["p"]


def test_the_same_clip_twice_or_a_name_that_is_taken_is_refused(client: FlaskClient, parts: Services, project: Path) -> None:
    body = client.get("/projects/p/export").data
    first, second = sorted(path for path in files_of(project) if path.startswith("clips/yes/"))[:2]
    twice = changed(body, second, (project / first).read_bytes())
    answer = client.post("/projects/import?name=again", data=twice)
    assert answer.status_code == 400 and "same clip twice" in answer.json["detail"]
    assert client.post("/projects/import?name=p", data=body).status_code == 409
    assert client.post("/projects/import?name=Bad", data=body).status_code == 400
    assert parts.store.project_names() == ["p"]


def test_what_a_zip_expands_to_is_limited(client: FlaskClient, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = client.get("/projects/p/export").data
    monkeypatch.setattr(zips, "MAX_TOTAL_BYTES", 50_000)
    answer = client.post("/projects/import?name=again", data=body)
    assert answer.status_code == 400 and "expands to more than" in answer.json["detail"]
