"""A project's network over HTTP: what it is, what one costs, what is refused, and the expert's file, which no browser names."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from server import create_app
from server import jobs as jobs_module
from server.services import services
from tests.server.recordings import samples, wav
from training.features.params import load_default
from training.speech.design import cost, preset_design
from training.speech.presets import DEFAULT_PRESET, PRESETS

LSTM = {"layers": [{"type": "lstm"}]}
OWN = {"layers": [{"type": "flatten"}, {"type": "dense", "units": 7}], "name": "small"}


@pytest.fixture
def trainable(client: FlaskClient, upload: Callable[..., Any]) -> FlaskClient:
    for n in range(10):
        upload(wav(samples(n, seconds=0.1)), label="yes" if n % 2 else "no")
    return client


def test_what_the_page_begins_with(trainable: FlaskClient, upload: Callable[..., Any]) -> None:
    upload(wav(samples(11, seconds=0.1)), label="background_noise")
    overview = trainable.get("/projects/p/design").json
    assert overview["design"] == {"preset": DEFAULT_PRESET} and overview["is_default"] is True and overview["expert"] is None
    assert overview["labels"] == ["no", "yes", "unknown"], "noise is no class"
    assert [preset["preset"] for preset in overview["presets"]] == list(PRESETS)
    assert overview["presets"][0]["cost"] == cost(preset_design(DEFAULT_PRESET), load_default(), 3)
    assert overview["kinds"]["lstm"]["is_lacking"] and not overview["kinds"]["conv1d"]["is_lacking"]
    assert trainable.put("/projects/p/settings/design", json=OWN).status_code == 200
    overview = trainable.get("/projects/p/design").json
    assert overview["design"]["name"] == "small" and overview["is_default"] is False
    assert overview["layers"][1] == {"type": "dense", "units": 7, "activation": "relu"}


def test_a_cost_takes_the_project_s_own_where_nothing_else_is_asked(trainable: FlaskClient) -> None:
    trainable.put("/projects/p/settings/design", json=OWN)
    own = trainable.post("/projects/p/design/cost", json={}).json
    assert own["output"]["shape"] == [3] and own["parameters"] == 26 + 638 * 7 + 8 * 3
    shorter = load_default().to_dict() | {"n_mfcc": 10}
    other = trainable.post("/projects/p/design/cost", json={"design": OWN, "params": shorter, "labels": ["go", "unknown"]}).json
    assert other["input"]["shape"] == [49, 1, 10] and other["output"]["shape"] == [2]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"design": {"layers": [{"type": "conv9d"}]}}, "layer 1: type must be one of conv2d"),
        ({"design": {"layers": "all"}}, "layers must be a list of 1 to 40 layers"),
        ({"design": {"expert": True}}, "known once training has built it"),
        ({"file": "/etc/passwd"}, "not 'file'"),
        ({"params": {"n_mfcc": 3}}, "front end parameter"),
        ({"params": 3}, "params must be an object"),
        ({"labels": ["Yes"]}, "a label is in lower case"),
    ],
)
def test_what_has_no_cost_says_why(client: FlaskClient, body: dict[str, Any], sentence: str) -> None:
    answer = client.post("/projects/p/design/cost", json=body)
    assert answer.status_code == 400 and sentence in answer.json["detail"]


def test_photos_have_one_network(client: FlaskClient) -> None:
    client.post("/projects", json={"name": "photos", "kind": "vision"})
    for answer in (client.get("/projects/photos/design"), client.post("/projects/photos/design/cost", json={})):
        assert answer.status_code == 400 and "there is one network for photos" in answer.json["detail"]
    assert client.get("/projects/nobody/design").status_code == 404


def test_training_refuses_in_the_sentence_of_the_cost(trainable: FlaskClient) -> None:
    [problem] = trainable.post("/projects/p/design/cost", json={"design": LSTM}).json["problems"]
    assert trainable.put("/projects/p/settings/design", json=LSTM).status_code == 200
    answer = trainable.post("/projects/p/jobs", json={"kind": "train", "labels": ["yes", "no"]})
    assert answer.status_code == 400 and answer.json["detail"] == problem
    assert trainable.get("/jobs").json == {"jobs": []}


def test_an_expert_s_file_is_the_server_s_alone(trainable: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {"kind": "train", "labels": ["yes", "no"]}
    trainable.put("/projects/p/settings/design", json={"expert": True})
    answer = trainable.post("/projects/p/jobs", json=asked)
    assert answer.status_code == 400 and "nestling serve --expert-model FILE" in answer.json["detail"]
    file = tmp_path / "net.py"
    file.write_text("raise SystemExit('the server must not run this')")
    services(trainable.application).jobs.stop()
    told: list[dict[str, Any]] = []

    def command_of(settings_file: Path) -> list[str]:
        told.append(json.loads(settings_file.read_text()))
        return ["false"]

    monkeypatch.setattr(jobs_module, "command_of", command_of)
    app = create_app({"data": tmp_path / "data", "exports": tmp_path / "exports", "expert_model": file})
    try:
        client = app.test_client()
        assert client.post("/join", json={}).status_code == 204
        assert client.get("/projects/p/design").json["expert"] == {"file": "net.py"}
        assert client.post("/projects/p/jobs", json=asked | {"expert_model": "/etc/passwd"}).status_code == 400
        job = client.post("/projects/p/jobs", json=asked).json
        assert job["config"]["design"] == {"expert": True} and str(tmp_path) not in json.dumps(job)
        for _ in services(app).jobs.follow(job["id"], 0, 20):
            pass
        assert told[0]["expert_model"] == str(file.resolve())
    finally:
        services(app).jobs.stop()
