"""What a person decides about clips: split, disabled, trim, deletion and its undo; and how clips are listed and counted."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from flask.testing import FlaskClient
from PIL import Image

from server import create_app, store
from server.services import Services, services
from tests.server.pictures import jpeg
from tests.server.recordings import lasting, new_id, samples, wav
from training.clips import fingerprint
from training.speech.audio import read_clip
from training.speech.clips import list_clips, split_clips
from training.vision.clips import list_photos, split_photos


@pytest.fixture
def clips(upload: Callable[..., Any]) -> list[dict[str, Any]]:
    """Eight of `yes`, five of `no`, in the order in which they were sent; each longer than the one before."""
    sent = [upload(wav(samples(n, 0.5 + n / 100)), label="yes" if n < 8 else "no", source="phone") for n in range(13)]
    assert {answer.status_code for answer in sent} == {201}
    return [answer.json for answer in sent]


def file_of(parts: Services, clip: dict[str, Any]) -> Path:
    return parts.store.clips_folder("p") / clip["label"] / f"{clip['id']}.wav"


def comment_of(path: Path) -> dict[str, Any]:
    with soundfile.SoundFile(path) as sound:
        return dict(json.loads(sound.comment))


def ids(page: dict[str, Any]) -> list[str]:
    return [clip["id"] for clip in page["clips"]]


def test_decisions_stand_in_the_file_which_else_stays_as_it_is(
    client: FlaskClient, parts: Services, clips: list[dict[str, Any]], tmp_path: Path
) -> None:
    clip = clips[0]
    path, address = file_of(parts, clip), f"/projects/p/clips/{clip['id']}"
    body, comment = path.read_bytes(), comment_of(path)
    changes = {"split": "test", "trim": [1000, 5000]}
    changed = client.patch(address, json=changes).json
    assert (changed["split"], changed["pinned"], changed["trim"]) == ("test", True, [1000, 5000])
    assert comment_of(path) == comment | changes
    assert np.array_equal(soundfile.read(path, dtype="int16")[0], samples(0))
    assert np.array_equal(read_clip(path, 16_000), samples(0)[1000:5000])
    assert changed["stored_at"] == clip["stored_at"]
    disabled = client.patch(address, json={"disabled": True}).json
    assert (disabled["split"], disabled["pinned"], disabled["disabled"]) == (None, True, True)

    for database in (tmp_path / "data").glob("nestling.db*"):
        database.unlink()
    again = create_app({"data": tmp_path / "data", "exports": tmp_path / "exports"})
    services(again).jobs.stop()
    assert lasting(services(again).store.clip("p", clip["id"]).to_dict()) | {"trim": [1000, 5000]} == lasting(disabled)

    client.patch(address, json={"split": None, "disabled": False, "trim": [0, clip["n_samples"]]})
    assert path.read_bytes() == body
    assert lasting(client.get(address).json) == lasting(clip)


def test_a_change_that_a_crash_hid_from_the_index_is_seen(
    client: FlaskClient, parts: Services, clips: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The file is as long as before and of the same microsecond."""
    address = f"/projects/p/clips/{clips[0]['id']}"
    client.patch(address, json={"trim": [0, 2000]})
    real_move = store.files.move

    def crash(source: Path, target: Path) -> None:
        real_move(source, target)
        raise OSError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr(store.files, "move", crash)
        with pytest.raises(OSError, match="power cut"):
            parts.store.change("p", [clips[0]["id"]], store.Change.from_json({"trim": [0, 3000]}))
    assert client.get(address).json["trim"] == [0, 2000]
    again = create_app({"data": tmp_path / "data", "exports": tmp_path / "exports"})
    services(again).jobs.stop()
    assert services(again).store.clip("p", clips[0]["id"]).trim == (0, 3000)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({}, "nothing is to be changed"),
        ({"speaker": "Zoë"}, "no 'speaker' to change"),
        ({"split": "all"}, "must be one of train"),
        ({"split": 1}, "must be one of train"),
        ({"disabled": "yes"}, "true or false"),
        ({"label": "Yes"}, "lower case"),
        ({"trim": [0, 8001]}, "from 0 to 8000"),
        ({"trim": [-1, 8000]}, "from 0 to 8000"),
        ({"trim": [0, 1599]}, "at least 1600 apart"),
        ({"trim": [0.5, 4000]}, "first sample"),
        ({"trim": [4000]}, "first sample"),
        ({"trim": {"start": 0}}, "first sample"),
    ],
)
def test_a_change_that_will_not_do_is_refused_in_words(
    client: FlaskClient, parts: Services, clips: list[dict[str, Any]], change: dict[str, Any], sentence: str
) -> None:
    path = file_of(parts, clips[0])
    body = path.read_bytes()
    answer = client.patch(f"/projects/p/clips/{clips[0]['id']}", json=change)
    assert answer.status_code == 400 and sentence in answer.json["detail"]
    assert path.read_bytes() == body


def test_many_are_changed_at_once_or_none(client: FlaskClient, parts: Services, clips: list[dict[str, Any]]) -> None:
    some = [clip["id"] for clip in clips[:3]]
    answer = client.patch("/projects/p/clips", json={"ids": some, "label": "no", "split": "train"})
    assert [(clip["id"], clip["label"], clip["split"], clip["pinned"]) for clip in answer.json["clips"]] == [
        (clip_id, "no", "train", True) for clip_id in some
    ]
    for clip in clips[:3]:
        assert not file_of(parts, clip).exists() and comment_of(file_of(parts, clip | {"label": "no"}))["split"] == "train"
    missing = client.patch("/projects/p/clips", json={"ids": [clips[5]["id"], new_id()], "disabled": True})
    assert missing.status_code == 404 and not client.get(f"/projects/p/clips/{clips[5]['id']}").json["disabled"]
    for body in ({"ids": []}, {"ids": "all"}, {"ids": [7]}, {"ids": some, "trim": [0, 2000]}, {"ids": some * 200, "label": "no"}):
        assert client.patch("/projects/p/clips", json=body).status_code == 400


def test_training_honours_what_was_decided(client: FlaskClient, parts: Services, clips: list[dict[str, Any]]) -> None:
    """And the server says beforehand what training does."""
    before = fingerprint(list_clips(parts.store.clips_folder("p")))
    client.patch("/projects/p/clips", json={"ids": [clips[0]["id"], clips[8]["id"]], "split": "validation"})
    client.patch(f"/projects/p/clips/{clips[1]['id']}", json={"disabled": True})
    client.patch(f"/projects/p/clips/{clips[2]['id']}", json={"trim": [0, 4000]})
    found = list_clips(parts.store.clips_folder("p"))
    assert clips[1]["id"] not in {clip.id for clip in found} and len(found) == 12
    by, splits = split_clips(found, ["no", "yes", "unknown"])
    where = {clip.id: split for split, members in splits.items() for clip in members}
    assert where[clips[0]["id"]] == where[clips[8]["id"]] == "validation" and len(where) == 12
    listed = client.get("/projects/p/clips").json["clips"]
    assert {clip["id"]: clip["split"] for clip in listed} == where | {clips[1]["id"]: None}
    assert client.get("/projects/p/counts").json["split_by"] == by
    assert len({before, fingerprint(found), fingerprint(found[1:])}) == 3
    assert parts.store.usable("p") == {"yes": 7, "no": 5}


def test_counts_hold_every_clip_once(client: FlaskClient, clips: list[dict[str, Any]]) -> None:
    client.patch("/projects/p/clips", json={"ids": [clip["id"] for clip in clips[8:10]], "disabled": True})
    yes, no = client.get("/projects/p/counts").json["labels"]
    assert (yes["label"], yes["n"], yes["disabled"], yes["sources"]) == ("yes", 8, 0, {"phone": 8})
    assert (no["label"], no["n"], no["disabled"]) == ("no", 5, 2)
    assert (sum(yes["splits"].values()), sum(no["splits"].values())) == (8, 3)
    assert set(yes["splits"]) == {"train", "validation", "test"}


def test_deleted_clips_come_back_for_ten_minutes(
    client: FlaskClient, parts: Services, clips: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    some = [clip["id"] for clip in clips[:3]]
    client.patch(f"/projects/p/clips/{some[0]}", json={"split": "test"})
    body = file_of(parts, clips[0]).read_bytes()
    before = client.get("/projects/p/clips").json["clips"]
    assert client.post("/projects/p/clips/delete", json={"ids": some}).status_code == 204
    assert client.get("/projects/p/clips").json["n"] == 10 and not file_of(parts, clips[0]).exists()
    parts.store.purge()
    answer = client.post("/projects/p/clips/restore", json={"ids": some}).json
    assert ids(answer) == some and answer["refused"] == []
    assert list(map(lasting, client.get("/projects/p/clips").json["clips"])) == list(map(lasting, before))
    assert file_of(parts, clips[0]).read_bytes() == body

    client.delete(f"/projects/p/clips/{some[0]}")
    monkeypatch.setattr(store, "KEPT_SECONDS", -1.0)
    parts.store.purge()
    gone = client.post("/projects/p/clips/restore", json={"ids": some[:1]})
    assert gone.status_code == 404 and "kept for" in gone.json["detail"]
    assert not [path for path in (parts.store.clips_folder("p").parent / "deleted").rglob("*") if path.is_file()]


def test_what_was_stored_again_is_not_brought_back(
    client: FlaskClient, upload: Callable[..., Any], clips: list[dict[str, Any]]
) -> None:
    client.post("/projects/p/clips/delete", json={"ids": [clips[0]["id"], clips[1]["id"]]})
    assert upload(wav(samples(0)), label="no").status_code == 201
    both = client.post("/projects/p/clips/restore", json={"ids": [clips[0]["id"], clips[1]["id"]]}).json
    assert ids(both) == [clips[1]["id"]] and "stored again" in both["refused"][0]["detail"]
    assert client.post("/projects/p/clips/restore", json={"ids": [clips[0]["id"]]}).status_code == 409


def pages(client: FlaskClient, query: str, limit: int = 4) -> list[str]:
    found, cursor = [], ""
    while cursor is not None:
        page = client.get(f"/projects/p/clips?{query}&limit={limit}&after={cursor}").json
        found += ids(page)
        cursor = page["next"]
    return found


def test_every_order_goes_through_all_pages(client: FlaskClient, clips: list[dict[str, Any]]) -> None:
    sent = [clip["id"] for clip in clips]
    assert pages(client, "sort=newest") == sent[::-1]
    assert pages(client, "sort=oldest") == pages(client, "sort=length") == pages(client, "sort=level") == sent
    assert pages(client, "sort=label") == sent[8:] + sent[:8]


def test_filters_hold_together(client: FlaskClient, upload: Callable[..., Any], clips: list[dict[str, Any]]) -> None:
    board = upload(wav(samples(99)), label="yes", source="board").json["id"]
    client.patch(f"/projects/p/clips/{clips[0]['id']}", json={"disabled": True})
    client.patch(f"/projects/p/clips/{clips[1]['id']}", json={"split": "test"})
    assert pages(client, "source=board") == [board]
    assert pages(client, "disabled=true") == [clips[0]["id"]]
    assert len(pages(client, "disabled=false&label=yes")) == 8
    of_test = pages(client, "split=test&label=yes", limit=1)
    assert clips[1]["id"] in of_test and clips[0]["id"] not in of_test
    assert client.get("/projects/p/clips?split=test&label=yes&limit=1").json["n"] == len(of_test)
    for query in ("split=all", "disabled=1", "sort=size", "sort=length&after=x_2026-01-01T00:00:00Z_" + new_id(), "label=%2e"):
        assert client.get(f"/projects/p/clips?{query}").status_code == 400


def test_photos_are_decided_about_too(client: FlaskClient, parts: Services) -> None:
    client.post("/projects", json={"name": "photos", "kind": "vision"})
    sent = [
        client.post(f"/projects/photos/clips?label={label}&session={label}{n % 4}", data=jpeg(n)).json
        for n, label in enumerate(["cup", "spoon"] * 8)
    ]
    picture = client.get(f"/projects/photos/clips/{sent[0]['id']}/photo").data
    assert client.patch(f"/projects/photos/clips/{sent[0]['id']}", json={"split": "test"}).json["pinned"]
    assert client.patch(f"/projects/photos/clips/{sent[1]['id']}", json={"disabled": True}).json["disabled"]
    assert "nothing to trim" in client.patch(f"/projects/photos/clips/{sent[0]['id']}", json={"trim": [0, 9]}).json["detail"]
    again = client.get(f"/projects/photos/clips/{sent[0]['id']}/photo").data
    assert np.array_equal(*(np.asarray(Image.open(io.BytesIO(body))) for body in (picture, again)))
    splits, _ = split_photos(list_photos(parts.store.clips_folder("photos")), ["cup", "spoon"])
    where = {photo.id: split for split, members in splits.items() for photo in members}
    listed = client.get("/projects/photos/clips").json["clips"]
    assert where[sent[0]["id"]] == "test" and len(where) == 15
    assert {clip["id"]: clip["split"] for clip in listed} == where | {sent[1]["id"]: None}


@pytest.mark.parametrize(
    ("form", "subtype"), [("FLAC", "PCM_16"), ("OGG", "VORBIS"), ("MP3", "MPEG_LAYER_III"), ("AIFF", "PCM_16")]
)
def test_what_libsndfile_reads_is_taken(upload: Callable[..., Any], form: str, subtype: str) -> None:
    tone = (8000 * np.sin(np.arange(16_000) / 10)).astype(np.int16)
    answer = upload(wav(tone, subtype=subtype, form=form))
    assert answer.status_code == 201 and abs(answer.json["n_samples"] - 16_000) < 2500
