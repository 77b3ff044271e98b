"""Jobs: one at a time, each a process; what it prints is kept and told, however it ends."""

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from server import jobs as jobs_module
from server.jobs import Job
from server.services import Services
from tests.server.pictures import jpeg
from tests.server.recordings import samples, wav
from training import processes
from training.features.params import MfccParams, load_default
from training.speech.presets import DEFAULT_PRESET
from training.vision.presets import DEFAULT_EPOCHS

WRITES_A_BUNDLE = """
import json, pathlib, sys
settings = json.load(open(sys.argv[1]))
exports, run = settings["exports"], settings["run"]
print(json.dumps({"event": "start", "labels": ["yes", "no", "unknown"]}))
print("a library chats")
print(json.dumps({"event": "epoch", "epoch": 1, "loss": float("nan")}))
folder = pathlib.Path(exports, "p", run)
folder.mkdir(parents=True)
(folder / "manifest.json").write_text("{}")
print(json.dumps({"event": "done", "bundle": f"p/{run}"}))
"""
SAYS_WHY_IT_FAILS = """
import json, sys
print(json.dumps({"event": "error", "detail": "the first reason"}))
print(json.dumps({"event": "error", "detail": "label 'yes' is silent"}))
sys.exit("more on standard error")
"""
CRASHES = "import sys\nprint('first line', file=sys.stderr)\nraise MemoryError('no more')"
WAITS = """
import json, sys
print(json.dumps({"event": "start"}))
sys.stdin.read()
"""
STUBBORN = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + WAITS
TRAIN = {"kind": "train", "labels": ["yes", "no"]}


@pytest.fixture
def training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Replace what is run for a job."""

    def replace(code: str) -> None:
        script = tmp_path / "fake_training.py"
        script.write_text(code)
        command = [sys.executable, str(script)]
        monkeypatch.setattr(jobs_module, "command_of", lambda settings_file: [*command, str(settings_file)])

    return replace


@pytest.fixture
def trainable(client: FlaskClient, upload: Callable[..., Any]) -> FlaskClient:
    for n in range(10):
        upload(wav(samples(n, seconds=0.1)), label="yes" if n % 2 else "no")
    return client


def start(client: FlaskClient, **values: object) -> dict[str, Any]:
    answer = client.post("/projects/p/jobs", json=TRAIN | values)
    assert answer.status_code == 201, answer.json
    return answer.json


def wait_for(parts: Services, job_id: str, event: str | None = None) -> Job:
    """Follow a job until `event`, or to its end."""
    for found in parts.jobs.follow(job_id, 0, 20):
        assert found, "the job says nothing"
        if found[1]["event"] == event:
            break
    return parts.jobs.job(job_id)


def test_a_run_that_succeeds(trainable: FlaskClient, parts: Services, training: Callable[[str], None]) -> None:
    training(WRITES_A_BUNDLE)
    job = start(trainable, epochs=3, seed=7)
    assert job["state"] in ("queued", "running") and (job["project"], job["kind"]) == ("p", "train")
    run = job["config"].pop("run")
    assert MfccParams.from_dict(job["config"].pop("params")) == load_default()
    assert job["config"] == {"labels": ["yes", "no"], "epochs": 3, "seed": 7, "design": {"preset": DEFAULT_PRESET}}
    ended = wait_for(parts, job["id"])
    assert (ended.state, ended.bundle, ended.detail) == ("done", f"p/{run}", None)
    assert ended.created_at < str(ended.started_at) < str(ended.finished_at)
    log = trainable.get(f"/jobs/{job['id']}/log")
    assert log.mimetype == "text/plain" and '"loss": null' in log.text
    assert [json.loads(line)["event"] for line in log.text.splitlines()] == ["start", "epoch", "done"]


@pytest.mark.parametrize(
    ("code", "detail"),
    [
        (SAYS_WHY_IT_FAILS, "label 'yes' is silent"),
        (CRASHES, "exit code 1 before it was done: MemoryError: no more"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "most likely for want of memory"),
        ("", "it printed no error"),
    ],
)
def test_a_run_that_fails_says_why(
    trainable: FlaskClient, parts: Services, training: Callable[[str], None], code: str, detail: str
) -> None:
    training(code)
    ended = wait_for(parts, start(trainable)["id"])
    assert ended.state == "failed" and detail in str(ended.detail)


def test_a_program_that_is_not_there_fails_and_the_next_one_runs(
    trainable: FlaskClient, parts: Services, training: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(jobs_module, "command_of", lambda settings_file: ["/no/such/program"])
        assert wait_for(parts, start(trainable)["id"]).state == "failed"
    training(WRITES_A_BUNDLE)
    assert wait_for(parts, start(trainable)["id"]).state == "done"


@pytest.mark.parametrize("code", [WAITS, STUBBORN])
def test_cancel_ends_a_running_job(
    trainable: FlaskClient, parts: Services, training: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    monkeypatch.setattr(processes, "GRACE_SECONDS", 0.2)
    training(code)
    job = start(trainable)
    wait_for(parts, job["id"], "start")
    assert trainable.post(f"/jobs/{job['id']}/cancel").status_code == 202
    assert wait_for(parts, job["id"]).state == "cancelled"
    assert trainable.post(f"/jobs/{job['id']}/cancel").json["state"] == "cancelled"


def test_one_at_a_time_and_what_waits_can_be_cancelled(
    trainable: FlaskClient, parts: Services, training: Callable[[str], None]
) -> None:
    training(WAITS)
    first, second, third = (start(trainable)["id"] for _ in range(3))
    wait_for(parts, first, "start")
    assert [parts.jobs.job(job).state for job in (first, second, third)] == ["running", "queued", "queued"]
    assert trainable.post(f"/jobs/{second}/cancel").json["state"] == "cancelled"
    trainable.post(f"/jobs/{first}/cancel")
    wait_for(parts, third, "start")
    assert [job["id"] for job in trainable.get("/jobs").json["jobs"]] == [third, second, first]
    assert [parts.jobs.job(job).state for job in (first, second, third)] == ["cancelled", "cancelled", "running"]


def test_a_process_that_stumbles_at_its_end_has_done_its_work(
    trainable: FlaskClient, parts: Services, training: Callable[[str], None]
) -> None:
    training(WRITES_A_BUNDLE + "import os\nsys.stdout.flush()\nos.abort()\n")
    ended = wait_for(parts, start(trainable)["id"])
    assert (ended.state, ended.detail) == ("done", None) and ended.bundle


def test_following_from_the_middle(trainable: FlaskClient, parts: Services, training: Callable[[str], None]) -> None:
    training(WRITES_A_BUNDLE)
    job_id = start(trainable)["id"]
    wait_for(parts, job_id)
    found = [event for event in parts.jobs.follow(job_id, 1, 1) if event]
    assert [(seq, event["event"]) for seq, event in found] == [(2, "epoch"), (3, "done")]
    assert list(parts.jobs.follow(job_id, 3, 1)) == []


def test_silence_is_told_so_that_a_dead_socket_is_noticed(
    trainable: FlaskClient, parts: Services, training: Callable[[str], None]
) -> None:
    training(WAITS)
    job_id = start(trainable)["id"]
    wait_for(parts, job_id, "start")
    events = parts.jobs.follow(job_id, 1, 0.01)
    assert [next(events), next(events)] == [None, None]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"kind": "dance"}, "kind must be one of train"),
        ({"labels": []}, "labels must be a list"),
        ({"labels": "yes"}, "labels must be a list"),
        ({"labels": ["yes", 7]}, "a label has"),
        ({"labels": ["../yes"]}, "a label holds only"),
        ({"labels": ["--watch", "yes,no"]}, "a label"),
        ({"labels": ["yes", "maybe"]}, "'maybe' has 0 clips"),
        ({"epochs": 0}, "epochs must be a whole number from 1 to 500"),
        ({"epochs": 501}, "epochs"),
        ({"epochs": True}, "epochs"),
        ({"epochs": 2.5}, "epochs"),
        ({"seed": -1}, "seed must be"),
        ({"seed": 2**31}, "seed must be"),
        ({"preset": "resnet"}, "preset must be one of"),
        ({"preset": ["ds_cnn"]}, "preset must be one of"),
        ({"exports": "/etc"}, "no setting 'exports'"),
    ],
)
def test_what_cannot_be_trained_is_refused(trainable: FlaskClient, values: dict[str, object], sentence: str) -> None:
    answer = trainable.post("/projects/p/jobs", json=TRAIN | values)
    assert answer.status_code == 400 and sentence in answer.json["detail"]
    assert trainable.get("/jobs").json == {"jobs": []}


def test_what_is_not_there_is_not_found(client: FlaskClient) -> None:
    assert client.post("/projects/nobody/jobs", json=TRAIN).status_code == 404
    for address in ("/jobs/0", "/jobs/0/log", "/jobs/..%2f..%2ftoken/log"):
        assert client.get(address).status_code == 404
    assert client.post("/jobs/0/cancel").status_code == 404


@pytest.fixture
def photos(client: FlaskClient) -> FlaskClient:
    """A project `photos` with 5 photos each of a cup, a spoon and nothing, and 4 of a fork."""
    client.post("/projects", json={"name": "photos", "kind": "vision"})
    for n, label in enumerate(["cup", "spoon", "unknown"] * 5 + ["fork"] * 4):
        answer = client.post(f"/projects/photos/clips?label={label}", data=jpeg(n))
        assert answer.status_code == 201
    return client


def test_a_run_on_photos(photos: FlaskClient, parts: Services, training: Callable[[str], None]) -> None:
    training(WAITS)
    answer = photos.post("/projects/photos/jobs", json={"kind": "train", "labels": ["cup", "spoon", "unknown"]})
    job = answer.json
    assert (answer.status_code, job["project"], job["kind"]) == (201, "photos", "train")
    job["config"].pop("run")
    # Nothing is `unknown` but what was put there.
    assert job["config"] == {"labels": ["cup", "spoon", "unknown"], "epochs": DEFAULT_EPOCHS, "seed": 1}
    assert photos.post(f"/jobs/{job['id']}/cancel").status_code == 202


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"labels": ["cup"]}, "there is only one label, 'cup'"),
        ({"labels": ["cup", "fork"]}, "label 'fork' has 4 photos; at least 5 are needed. Take 1 more."),
        ({"labels": ["cup", "cup"]}, "label 'cup' stands twice"),
        ({"labels": []}, "labels must be a list"),
        ({"preset": "ds_cnn"}, "a job has no preset; leave it out"),
        ({"preset": None}, "a job has no preset; leave it out"),
        ({"epochs": 501}, "epochs must be a whole number from 1 to 500"),
    ],
)
def test_photos_that_cannot_be_trained_on_are_refused(photos: FlaskClient, values: dict[str, object], sentence: str) -> None:
    job = {"kind": "train", "labels": ["cup", "spoon"]} | values
    answer = photos.post("/projects/photos/jobs", json=job)
    assert answer.status_code == 400 and sentence in answer.json["detail"]
    assert photos.get("/jobs").json == {"jobs": []}


@pytest.mark.parametrize(
    ("project", "kind", "labels", "upload_of"),
    [("p", "speech", ["-yes", "no"], lambda n: wav(samples(n, seconds=0.1))), ("photos", "vision", ["cup", "spoon"], jpeg)],
)
def test_training_understands_what_it_is_told(
    client: FlaskClient, parts: Services, project: str, kind: str, labels: list[str], upload_of: Callable[[int], bytes]
) -> None:
    client.post("/projects", json={"name": project, "kind": kind})
    for n in range(10):
        stored = client.post(f"/projects/{project}/clips", query_string={"label": labels[n % 2]}, data=upload_of(n))
        assert stored.status_code == 201, stored.json
    job = client.post(f"/projects/{project}/jobs", json={"kind": "train", "labels": labels, "epochs": 1}).json
    for folder in parts.store.clips_folder(project).iterdir():
        shutil.rmtree(folder)  # before its process, which takes longer to start, looks for them
    ended = wait_for(parts, job["id"])
    assert ended.state == "failed" and f"file in {parts.store.clips_folder(project)}" in str(ended.detail)
