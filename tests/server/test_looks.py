"""What the server sees in clips that nobody has heard: verdicts, findings, and the map of them all."""

import base64
import io
import json
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from flask.testing import FlaskClient
from PIL import Image
from recordings import new_id, samples, wav
from sqlalchemy import create_engine, select

from server.database import looks
from server.services import Services
from training.features.mfcc import extract
from training.features.params import load_default
from training.speech.verdict import peak_db, rms_db
from training.speech.windows import cut, word_start

RATE = 16_000
CHECKOUT = Path(__file__).resolve().parents[2]


def word(kind: str, seed: int, level: float = 0.3, middle: float = 1.0, seconds: float = 2.0) -> np.ndarray:
    """A made word that rises or falls, in faint noise. Each seed is another take."""
    rng = np.random.default_rng(seed)
    t = np.arange(int(rng.uniform(0.5, 0.6) * RATE)) / RATE
    low, high = rng.uniform(280, 320), rng.uniform(950, 1100)
    pitch = np.linspace(low, high, len(t)) if kind == "rise" else np.linspace(high, low, len(t))
    tone = level * np.hanning(len(t)) * np.sin(2 * np.pi * np.cumsum(pitch) / RATE)
    pcm = rng.normal(0, 0.0008, int(seconds * RATE))
    start = int(middle * RATE) - len(t) // 2
    first, last = max(start, 0), min(start + len(t), len(pcm))
    pcm[first:last] += tone[first - start : last - start]
    return np.clip(np.rint(pcm * 32768), -32768, 32767).astype(np.int16)


@pytest.fixture
def looking(parts: Services) -> Iterator[Callable[[str], None]]:
    """Starts to look, and waits until all clips of a project have been looked at."""
    parts.looker.start()

    def wait(project: str = "p") -> None:
        deadline = time.monotonic() + 30
        while (progress := parts.looker.progress(project))["done"] < progress["of"]:
            assert time.monotonic() < deadline, progress
            time.sleep(0.02)

    yield wait
    parts.looker.stop()


def put(client: FlaskClient, label: str, pcm: np.ndarray) -> str:
    answer = client.post("/projects/p/clips", query_string={"label": label, "id": new_id()}, data=wav(pcm))
    assert answer.status_code == 201, answer.json
    return str(answer.json["id"])


def findings(client: FlaskClient, kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/projects/p/findings", query_string={"kind": kind}).json["findings"]
    return found


def ids(found: list[dict[str, Any]]) -> list[set[str]]:
    return [{clip["id"] for clip in finding["clips"]} for finding in found]


def row_of(parts: Services, clip_id: str) -> Any:
    engine = create_engine(parts.settings.engine_url)
    with engine.connect() as connection:
        row = connection.execute(select(looks).where(looks.c.id == clip_id)).one()
    engine.dispose()
    return row


def test_each_clip_gets_its_verdict_and_its_levels(client: FlaskClient, parts: Services, looking: Callable[[], None]) -> None:
    takes = {
        "fine": word("rise", 1),
        "silent": samples(1, 2.0) // 2000,
        "clipped": word("rise", 2, level=3.0),
        "cut off": word("rise", 3, middle=0.05),
    }
    stored = {verdict: put(client, "rise", pcm) for verdict, pcm in takes.items()}
    looking()
    for verdict, clip_id in stored.items():
        row = row_of(parts, clip_id)
        assert (row.verdict, row.peak_db, row.level_db) == (verdict, peak_db(takes[verdict]), rms_db(takes[verdict]))
    assert client.get("/projects/p/looks").json == {"done": 4, "of": 4}
    for kind in ("silent", "clipped", "cut_off"):
        assert ids(findings(client, kind)) == [{stored[kind.replace("_", " ")]}]


def test_a_clip_that_is_trimmed_is_looked_at_anew(client: FlaskClient, parts: Services, looking: Callable[[], None]) -> None:
    pcm = np.concatenate([word("rise", 1), samples(1, 1.0) // 200])
    clip_id = put(client, "rise", pcm)
    looking()
    before = row_of(parts, clip_id)
    trimmed = client.patch(f"/projects/p/clips/{clip_id}", json={"trim": [2 * RATE, 3 * RATE]})
    assert trimmed.status_code == 200, trimmed.json
    looking()
    after = row_of(parts, clip_id)
    assert (before.verdict, after.verdict) == ("fine", "silent")
    assert after.peak_db == peak_db(pcm[2 * RATE :])
    assert ids(findings(client, "silent")) == [{clip_id}]


def test_noise_is_not_called_silent_but_a_dead_microphone_is(client: FlaskClient, looking: Callable[[], None]) -> None:
    put(client, "background_noise", samples(1, 2.0) // 20)
    put(client, "unknown", samples(2, 2.0) // 20)
    dead = put(client, "unknown", np.zeros(2 * RATE, np.int16))
    looking()
    assert ids(findings(client, "silent")) == [{dead}]


def test_the_same_recording_is_known_again(client: FlaskClient, looking: Callable[[], None]) -> None:
    pcm = word("rise", 1)
    first = put(client, "rise", pcm)
    longer = put(client, "rise", np.concatenate([pcm, np.zeros(640, np.int16)]))
    quieter = put(client, "fall", pcm // 2)
    put(client, "rise", word("rise", 2))
    put(client, "fall", word("fall", 3))
    looking()
    assert ids(findings(client, "duplicate")) == [{first, longer}]
    near = findings(client, "near_duplicate")
    assert ids(near) == [{first, longer, quieter}]
    assert 0 < near[0]["detail"]["distance"] < 0.3


def test_a_clip_among_another_label_s_is_odd(client: FlaskClient, looking: Callable[[], None]) -> None:
    for kind, first in (("rise", 0), ("fall", 100)):
        for seed in range(first, first + 8):
            put(client, kind, word(kind, seed))
    wrong = put(client, "fall", word("rise", 50))
    looking()
    (found,) = findings(client, "odd")
    assert ids([found]) == [{wrong}]
    assert (found["detail"]["label"], found["detail"]["n"], found["detail"]["of"]) == ("rise", 5, 5)
    client.patch(f"/projects/p/clips/{wrong}", json={"label": "rise"})
    assert findings(client, "odd") == []


def test_findings_come_in_pages_and_refuse_what_makes_no_sense(client: FlaskClient, looking: Callable[[], None]) -> None:
    for seed in range(3):
        put(client, "rise", word("rise", seed, middle=0.05))
    looking()
    first = client.get("/projects/p/findings?kind=cut_off&limit=2").json
    second = client.get("/projects/p/findings", query_string={"kind": "cut_off", "limit": 2, "after": first["next"]}).json
    assert first["counts"]["cut_off"] == 3
    assert len(set().union(*ids(first["findings"]), *ids(second["findings"]))) == 3
    assert second["next"] is None
    for query, says in (("kind=loud", "kind must be one of"), ("limit=0", "limit is 1 to 200"), ("after=x", "after must be")):
        answer = client.get(f"/projects/p/findings?{query}")
        assert answer.status_code == 400
        assert says in answer.json["detail"]
    assert client.get("/projects/none/findings").status_code == 404


def test_the_map_lays_what_is_alike_together(client: FlaskClient, looking: Callable[[], None]) -> None:
    for kind, first in (("rise", 0), ("fall", 100)):
        for seed in range(first, first + 10):
            put(client, kind, word(kind, seed))
    looking()
    found = client.get("/projects/p/map?vectors=1").json
    assert (found["of"], found["labels"], found["left"], len(found["ids"])) == ("features", ["rise", "fall"], 0, 20)
    assert {found["splits"][split] for split in found["split"]} == {"train", "validation", "test"}
    label, x, y = (np.array(found[name]) for name in ("label", "x", "y"))
    middles = [np.array([x[label == i].mean(), y[label == i].mean()]) for i in (0, 1)]
    apart = np.hypot(*(middles[0] - middles[1]))
    spread = max(np.hypot(x - middles[i][0], y - middles[i][1])[label == i].mean() for i in (0, 1))
    assert apart > 3 * spread
    vectors = np.frombuffer(base64.b64decode(found["vectors"]["data"]), "<f4").reshape(20, found["vectors"]["dimensions"])
    assert np.allclose(vectors[:, :2], np.stack([x, y], 1), atol=1e-3)
    missing = client.get("/projects/p/map?of=p/run")
    assert missing.status_code == 404
    assert "start a job of kind 'embed'" in missing.json["detail"]


def test_the_map_of_what_a_model_sees(client: FlaskClient, parts: Services, looking: Callable[[], None]) -> None:
    shutil.copytree(CHECKOUT / "exports" / "yes-no", parts.settings.exports / "yes-no")
    for kind, first in (("rise", 0), ("fall", 100)):
        for seed in range(first, first + 4):
            put(client, kind, word(kind, seed))
    looking()
    job = client.post("/projects/p/jobs", json={"kind": "embed", "bundle": "yes-no"}).json
    state = "queued"
    deadline = time.monotonic() + 120
    while state in ("queued", "running"):
        assert time.monotonic() < deadline
        time.sleep(0.2)
        state = client.get(f"/jobs/{job['id']}").json["state"]
    assert state == "done", client.get(f"/jobs/{job['id']}").json
    late = put(client, "fall", word("fall", 200))
    looking()
    found = client.get("/projects/p/map?of=yes-no").json
    assert (found["of"], len(found["ids"]), found["left"]) == ("yes-no", 8, 1)
    assert late not in found["ids"]
    assert len(set(found["x"])) == 8
    result = client.get(f"/jobs/{job['id']}/result").json
    import keras

    model = keras.models.load_model(CHECKOUT / "exports" / "yes-no" / "model.keras", compile=False)
    vectors = np.frombuffer(base64.b64decode(result["vectors"]), "<f4").reshape(8, result["dimensions"])
    pcm = soundfile.read(parts.store.path_of("p", "rise", result["ids"][-1]), dtype="int16")[0]
    window = cut(pcm, word_start(pcm, RATE), RATE)
    scores = model(extract(window, load_default(), np.float32)[None])
    assert np.allclose(model.layers[-1](vectors[-1:]), scores, atol=1e-4)


@pytest.mark.parametrize(
    ("values", "status", "says"),
    [
        ({"bundle": "p/none"}, 404, "there is no file"),
        ({"bundle": 3}, 400, "bundle must be the path"),
        ({"bundle": "yes-no", "epochs": 3}, 400, "a job has no setting 'epochs'"),
    ],
)
def test_a_model_that_is_not_there_is_refused(client: FlaskClient, values: dict[str, Any], status: int, says: str) -> None:
    answer = client.post("/projects/p/jobs", json={"kind": "embed", **values})
    assert answer.status_code == status
    assert says in answer.json["detail"]


def test_photos_have_a_map_by_their_colours_and_no_findings(
    client: FlaskClient, parts: Services, looking: Callable[[str], None]
) -> None:
    client.post("/projects", json={"name": "photos", "kind": "vision"})
    for i, colour in enumerate(["red", "maroon", "blue", "navy"]):
        body = io.BytesIO()
        Image.new("RGB", (64, 48), colour).save(body, "png")
        query = {"label": "red" if i < 2 else "blue", "id": new_id()}
        assert client.post("/projects/photos/clips", query_string=query, data=body.getvalue()).status_code == 201
    looking("photos")
    found = client.get("/projects/photos/map").json
    x = dict(zip(found["ids"], found["x"], strict=True))
    by_label = [{x[clip] for clip, at in zip(found["ids"], found["label"], strict=True) if at == i} for i in (0, 1)]
    assert max(by_label[0]) < min(by_label[1]) or min(by_label[0]) > max(by_label[1])
    assert client.get("/projects/photos/findings").json["findings"] == []


def test_a_start_looks_at_nothing_again_and_new_clips_within_a_second_or_so(serve: Callable[..., Any], tmp_path: Path) -> None:
    live = serve()
    headers = live.join()
    live.json("POST", "/projects", {"name": "p"}, headers)

    def upload(seed: int) -> str:
        path = f"/projects/p/clips?label=rise&id={new_id()}"
        with live.request("POST", path, wav(word("rise", seed)), headers) as answer:
            return str(json.load(answer)["id"])

    def wait() -> None:
        deadline = time.monotonic() + 30
        while (progress := live.json("GET", "/projects/p/looks", None, headers))["done"] < progress["of"]:
            assert time.monotonic() < deadline, progress
            time.sleep(0.05)

    first = [upload(seed) for seed in range(4)]
    wait()
    live.kill()
    engine = create_engine(f"sqlite:///{live.data / 'nestling.db'}")
    with engine.begin() as connection:  # what is seen again would be overwritten
        connection.execute(looks.update().values(verdict="marked"))
    live = serve()
    headers = live.join()
    new = upload(9)
    wait()
    with engine.connect() as connection:
        verdicts = {row.id: row.verdict for row in connection.execute(select(looks))}
    engine.dispose()
    assert verdicts == {**dict.fromkeys(first, "marked"), new: "fine"}
