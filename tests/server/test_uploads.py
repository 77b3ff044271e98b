"""Clips over HTTP: what is taken, what is refused and in which words, and that nothing is stored twice."""

import errno
import io
import os
import stat
import struct
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from flask import Flask
from flask.testing import FlaskClient

from server.services import Services
from tests.server.recordings import lasting, new_id, samples, wav


def stored_samples(client: FlaskClient, clip: dict[str, Any]) -> np.ndarray:
    answer = client.get(f"/projects/p/clips/{clip['id']}/audio")
    assert answer.status_code == 200 and answer.mimetype == "audio/wav"
    pcm, rate = soundfile.read(io.BytesIO(answer.data), dtype="int16")
    assert rate == 16_000
    return pcm


def files_of(parts: Services) -> list[Path]:
    return sorted(path for path in parts.store.clips_folder("p").rglob("*") if path.is_file())


def test_a_clip_comes_back_as_it_was_sent(client: FlaskClient, upload: Callable[..., Any]) -> None:
    pcm, clip_id = samples(1), new_id()
    about = {"session": "s1", "speaker": "Zoë", "source": "phone", "recorded_at": "2026-03-01T09:30:00Z"}
    answer = upload(wav(pcm), id=clip_id, **about)
    assert answer.status_code == 201
    clip = answer.json
    assert clip | about | {"id": clip_id, "project": "p", "label": "yes", "n_samples": 8000, "sample_rate": 16000} == clip
    assert np.array_equal(stored_samples(client, clip), pcm)
    assert lasting(client.get(f"/projects/p/clips/{clip_id}").json) == lasting(clip)


def test_the_file_tells_about_itself(upload: Callable[..., Any], parts: Services) -> None:
    clip = upload(wav(samples(1)), speaker="Zoë", source="phone").json
    with soundfile.SoundFile(parts.store.clips_folder("p") / "yes" / f"{clip['id']}.wav") as sound:
        assert '"speaker": "Zoë"' in sound.comment and clip["id"] in sound.comment


@pytest.mark.parametrize(
    ("subtype", "tolerance"), [("PCM_U8", 257), ("PCM_24", 1), ("PCM_32", 1), ("FLOAT", 1), ("DOUBLE", 1), ("ULAW", 600)]
)
def test_every_depth_is_converted(client: FlaskClient, upload: Callable[..., Any], subtype: str, tolerance: int) -> None:
    pcm = samples(2)
    answer = upload(wav(pcm, subtype=subtype))
    assert answer.status_code == 201
    assert np.abs(stored_samples(client, answer.json).astype(int) - pcm).max() <= tolerance


def test_stereo_is_averaged(client: FlaskClient, upload: Callable[..., Any]) -> None:
    left, right = samples(3), samples(4)
    clip = upload(wav(np.stack([left, right], axis=1))).json
    mean = (left.astype(float) + right) / 2
    assert np.abs(stored_samples(client, clip) - mean).max() <= 0.5


@pytest.mark.parametrize("rate", [8_000, 44_100, 48_000])
def test_other_rates_are_resampled(client: FlaskClient, upload: Callable[..., Any], rate: int) -> None:
    times = np.arange(rate) / rate
    tone = (10_000 * np.sin(2 * np.pi * 440 * times)).astype(np.int16)
    pcm = stored_samples(client, upload(wav(tone, rate)).json)
    assert len(pcm) == 16_000
    assert np.argmax(np.abs(np.fft.rfft(pcm))) == 440
    assert abs(np.abs(pcm[2000:-2000]).max() - 10_000) < 100


def claims_too_much(body: bytes) -> bytes:
    """The same WAV with sizes of 4 GB in its header, as streaming recorders write."""
    return body[:4] + struct.pack("<I", 0xFFFFFFFF) + body[8:40] + struct.pack("<I", 0xFFFFFFFF) + body[44:]


def test_a_header_that_claims_too_much_is_not_believed(client: FlaskClient, upload: Callable[..., Any]) -> None:
    answer = upload(claims_too_much(wav(samples(5))))
    assert answer.status_code == 201
    assert np.array_equal(stored_samples(client, answer.json), samples(5))


def with_nan() -> bytes:
    data = samples(6).astype(float)
    data[100] = np.nan
    return wav(data, subtype="FLOAT")


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        (b"", 400, "0 bytes"),
        (b"this is not a recording at all, only named so", 400, "send a WAV, FLAC, OGG or MP3"),
        (wav(samples(8))[:44], 400, "at least 0.1 s"),
        (wav(samples(9))[:30], 400, "cannot be read"),
        (wav(samples(10, seconds=0.09)), 400, "0.090 s; at least 0.1 s"),
        (wav(samples(11, seconds=10.1)), 400, "10.1 s; at most 10 s"),
        (wav(samples(12, seconds=25, rate=8000), rate=8000), 400, "25.0 s; at most 10 s"),
        (with_nan(), 400, "not numbers"),
        (wav(np.zeros((8000, 3), np.int16)), 400, "3 channels"),
        (wav(samples(13), rate=1000), 400, "1000 Hz"),
        (wav(samples(14, seconds=70)), 413, "larger than this server accepts"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt \xff\xff\xff\xff" + bytes(100), 400, "cannot be read"),
        (b"RIFF" + bytes(4) + b"WAVE" + b"\xff" * 500, 400, "cannot be read"),
    ],
)
def test_what_is_no_clip_is_refused_in_words(
    upload: Callable[..., Any], parts: Services, body: bytes, status: int, sentence: str
) -> None:
    answer = upload(body)
    assert (answer.status_code, sorted(answer.json)) == (status, ["detail", "error"])
    assert sentence in answer.json["detail"]
    assert files_of(parts) == []


@pytest.mark.parametrize("label", ["../evil", "..", "a/b", "Yes", "", "x" * 33, "a\0b", "con", "C:"])
def test_a_label_that_is_none_is_refused(upload: Callable[..., Any], app: Flask, parts: Services, label: str) -> None:
    assert upload(wav(samples(1)), label=label).status_code == 400
    assert files_of(parts) == []


@pytest.mark.parametrize(
    "query",
    [
        {"id": "../../../etc/passwd"},
        {"id": "A" * 32},
        {"id": "1"},
        {"speaker": "x" * 65},
        {"session": "line\nbreak"},
        {"recorded_at": "yesterday"},
        {"recorded_at": "2026-13-01T00:00:00Z"},
    ],
)
def test_what_is_said_of_a_clip_is_checked(upload: Callable[..., Any], parts: Services, query: dict[str, str]) -> None:
    assert upload(wav(samples(1)), **query).status_code == 400
    assert files_of(parts) == []


def test_label_is_required_and_the_project_must_exist(client: FlaskClient) -> None:
    answer = client.post("/projects/p/clips", data=wav(samples(1)))
    assert answer.status_code == 400 and "'label' is required" in answer.json["detail"]
    assert client.post("/projects/nobody/clips?label=yes", data=wav(samples(1))).status_code == 404


def test_uploading_again_stores_once(upload: Callable[..., Any], parts: Services) -> None:
    clip_id, body = new_id(), wav(samples(1))
    first, again, other_id = upload(body, id=clip_id), upload(body, id=clip_id), upload(body, id=new_id())
    assert [first.status_code, again.status_code, other_id.status_code] == [201, 200, 200]
    assert first.json == again.json == other_id.json
    assert len(files_of(parts)) == 1


def test_contradictions_are_conflicts(upload: Callable[..., Any], parts: Services) -> None:
    clip_id = new_id()
    upload(wav(samples(1)), id=clip_id)
    other_samples, other_label = upload(wav(samples(2)), id=clip_id), upload(wav(samples(1)), label="no", id=new_id())
    assert other_samples.status_code == 409 and "another recording" in other_samples.json["detail"]
    assert other_label.status_code == 409 and "under label 'yes'" in other_label.json["detail"]
    assert len(files_of(parts)) == 1


def test_a_retry_after_a_relabel_is_no_conflict(client: FlaskClient, upload: Callable[..., Any]) -> None:
    clip_id, body = new_id(), wav(samples(1))
    upload(body, id=clip_id)
    assert client.patch(f"/projects/p/clips/{clip_id}", json={"label": "no"}).json["label"] == "no"
    again = upload(body, id=clip_id)
    assert (again.status_code, again.json["label"]) == (200, "no")


def test_relabel_moves_the_file_and_delete_removes_it(client: FlaskClient, upload: Callable[..., Any], parts: Services) -> None:
    clip = upload(wav(samples(1))).json
    address = f"/projects/p/clips/{clip['id']}"
    assert client.patch(address, json={"label": "no"}).status_code == 200
    assert [path.parent.name for path in files_of(parts)] == ["no"]
    assert np.array_equal(stored_samples(client, clip), samples(1))
    assert client.patch(address, json={"label": "../x"}).status_code == 400
    assert client.patch(address, json={}).status_code == 400
    assert client.delete(address).status_code == 204
    assert files_of(parts) == []
    assert [client.get(address).status_code, client.delete(address).status_code] == [404, 404]


def test_pages_hold_every_clip_once_newest_first(client: FlaskClient, upload: Callable[..., Any]) -> None:
    sent = [upload(wav(samples(n)), label="yes" if n % 2 else "no").json["id"] for n in range(7)]
    found, cursor = [], ""
    while cursor is not None:
        page = client.get("/projects/p/clips", query_string={"limit": 3, "after": cursor}).json
        found += [clip["id"] for clip in page["clips"]]
        cursor = page["next"]
    assert found == sent[::-1]
    only_no = client.get("/projects/p/clips?label=no").json["clips"]
    assert {clip["id"] for clip in only_no} == set(sent[::2])


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=501", "limit=x", "limit=-1", "after=x", "after=2026-01-01T00:00:00Z_x", "label=%2e%2e"]
)
def test_a_malformed_page_is_refused(client: FlaskClient, query: str) -> None:
    assert client.get(f"/projects/p/clips?{query}").status_code == 400


def test_safari_gets_the_range_it_asks_for(client: FlaskClient, upload: Callable[..., Any]) -> None:
    clip = upload(wav(samples(1))).json
    answer = client.get(f"/projects/p/clips/{clip['id']}/audio", headers={"Range": "bytes=0-3"})
    assert (answer.status_code, answer.data) == (206, b"RIFF")


def test_a_project_counts_its_clips(client: FlaskClient, upload: Callable[..., Any]) -> None:
    for n, label in enumerate(["yes", "yes", "no"]):
        upload(wav(samples(n)), label=label)
    project = client.get("/projects/p").json
    assert (project["name"], project["n_clips"], project["minimum"]) == ("p", 3, 5)
    assert [(label["label"], label["n_clips"]) for label in project["labels"]] == [("yes", 2), ("no", 1)]
    assert client.get("/projects").json == {"projects": [project]}
    assert client.post("/projects", json={"name": "p"}).status_code == 200


@pytest.mark.parametrize("name", ["", "..", "-a", "A", "a/b", "a_b", "x" * 41, "con", None, 7, "ä"])
def test_a_project_name_that_is_none_is_refused(client: FlaskClient, name: object) -> None:
    assert client.post("/projects", json={"name": name}).status_code == 400
    assert [project["name"] for project in client.get("/projects").json["projects"]] == ["p"]


@pytest.mark.parametrize("body", [b"[]", b"{", b"7", b"\xff"])
def test_a_body_that_is_no_object_is_refused(client: FlaskClient, body: bytes) -> None:
    assert client.post("/projects", data=body, content_type="application/json").status_code == 400


def test_a_link_out_of_the_data_folder_is_not_followed(upload: Callable[..., Any], parts: Services, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (parts.store.clips_folder("p") / "yes").symlink_to(outside)
    answer = upload(wav(samples(1)))
    assert answer.status_code == 400 and "leads out" in answer.json["detail"]
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_full_disk_is_told_and_nothing_is_left(
    upload: Callable[..., Any], client: FlaskClient, parts: Services, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    upload(wav(samples(0)))

    def full(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, call, full)
        answer = upload(wav(samples(1)))
    assert answer.status_code == 507 and "disk is full" in answer.json["detail"]
    assert len(files_of(parts)) == 1
    assert client.get("/projects/p").json["n_clips"] == 1
    assert upload(wav(samples(1))).status_code == 201


def test_a_clip_whose_folder_cannot_be_synced_is_not_kept(
    upload: Callable[..., Any], client: FlaskClient, parts: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has its final name already, and its row is not committed."""
    upload(wav(samples(0)))

    def full_folder(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_folder)
    assert upload(wav(samples(1))).status_code == 507
    assert len(files_of(parts)) == 1 == client.get("/projects/p").json["n_clips"]


def test_a_limit_of_the_system_is_told_too(upload: Callable[..., Any], parts: Services) -> None:
    """A real write that fails half-way, unlike the one above."""
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
    try:
        answer = upload(wav(samples(1, seconds=10)))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (answer.status_code, files_of(parts)) == (507, [])


def test_a_clip_is_synced_before_it_is_answered_for(
    upload: Callable[..., Any], parts: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """File, then its new name, then the folder; and all that before the row is there to be seen."""
    (parts.store.clips_folder("p") / "yes").mkdir()
    calls = []

    def synced(descriptor: int) -> None:
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        calls.append(("folder" if is_folder else "file", parts.store.counts("p")))

    real_replace = os.replace
    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", lambda *paths: (calls.append(("replace", {})), real_replace(*paths)))
    assert upload(wav(samples(1))).status_code == 201
    assert calls == [("file", {}), ("replace", {}), ("folder", {})]


def test_thirty_phones_at_once(app: Flask, client: FlaskClient, parts: Services) -> None:
    """Each clip is sent by two phones at the same time under different ids; every one is stored once."""

    def send(n: int) -> int:
        phone = app.test_client()
        phone.post("/join", json={})
        return phone.post("/projects/p/clips?label=yes", data=wav(samples(n // 2))).status_code

    with ThreadPoolExecutor(30) as pool:
        answers = list(pool.map(send, range(60)))
    assert sorted(answers) == [200] * 30 + [201] * 30
    assert len(files_of(parts)) == 30 == client.get("/projects/p").json["n_clips"]
