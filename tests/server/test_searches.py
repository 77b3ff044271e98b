"""Searches over HTTP: what can be asked, and what is told before there is any."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from server.services import Services
from tests.server.recordings import samples, wav
from training.search import study
from training.search.config import FOLDER, STORAGE_VARIABLE, SearchConfig
from training.search.storage import Storage

SEARCH = {"kind": "search", "labels": ["yes", "no"]}


@pytest.fixture
def searchable(client: FlaskClient, upload: Callable[..., Any]) -> FlaskClient:
    for n in range(10):
        upload(wav(samples(n, seconds=0.1)), label="yes" if n % 2 else "no")
    return client


def test_a_job_has_everything_that_its_search_depends_on(searchable: FlaskClient) -> None:
    answer = searchable.post("/projects/p/jobs", json=SEARCH | {"trials": 3, "limits": {"ram_bytes": 100_000}})
    assert answer.status_code == 201, answer.json
    job = answer.json
    searchable.post(f"/jobs/{job['id']}/cancel")
    config = SearchConfig.of_job({**job["config"], "project": "p", "clips": "clips", "data": "data"})
    assert (config.labels, config.trials, config.workers, config.limits.ram_bytes) == (("yes", "no"), 3, 1, 100_000)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"labels": ["yes", "maybe"]}, "'maybe' has 0 clips"),
        ({"trials": 0}, "trials must be a whole number from 1 to 1000"),
        ({"workers": 99}, "workers must be a whole number from 1 to 16"),
        ({"epochs": 101}, "epochs must be a whole number from 1 to 100"),
        ({"limits": {"ram_bytes": -1}}, "the limit ram_bytes must be a whole number above 0"),
        ({"limits": {"cores": 2}}, "limits are an object with ram_bytes, flash_bytes, instructions"),
        ({"name": "../p"}, "a search is named with"),
        ({"storage": "postgresql://elsewhere"}, "a job has no setting 'storage'"),
    ],
)
def test_what_cannot_be_searched_is_refused(searchable: FlaskClient, values: dict[str, object], sentence: str) -> None:
    answer = searchable.post("/projects/p/jobs", json=SEARCH | values)
    assert answer.status_code == 400 and sentence in answer.json["detail"]
    assert searchable.get("/jobs").json == {"jobs": []}


def test_photos_are_not_searched(client: FlaskClient) -> None:
    client.post("/projects", json={"name": "photos", "kind": "vision"})
    answer = client.post("/projects/photos/jobs", json=SEARCH)
    assert answer.status_code == 400 and "nothing to search" in answer.json["detail"]


def test_the_searches_of_a_project(searchable: FlaskClient, parts: Services) -> None:
    none = searchable.get("/projects/p/searches").json
    assert none["searches"] == [] and none["storage"] == "SQLite, p.db" and none["defaults"]["limits"]["ram_bytes"] == 262_144
    assert searchable.get("/projects/p/searches/first").status_code == 404
    assert searchable.get("/projects/nobody/searches").status_code == 404
    assert not (parts.settings.data / FOLDER).exists(), "looking makes nothing"

    job = searchable.post("/projects/p/jobs", json=SEARCH | {"name": "first", "trials": 5}).json
    searchable.post(f"/jobs/{job['id']}/cancel")
    config = SearchConfig.of_job({**job["config"], "project": "p", "clips": "clips", "data": str(parts.settings.data)})
    storage = Storage(f"sqlite:///{config.folder / 'p'}.db")
    search = study.begin(storage, config, "a fingerprint")
    trial = study.claim(search, 5)
    assert trial
    study.tell_complete(search, trial, 0.75, 1_000_000)
    storage.close()

    (summary,) = searchable.get("/projects/p/searches").json["searches"]
    assert {name: summary[name] for name in ("name", "trials", "ended", "running", "accuracy")} == {
        "name": "first", "trials": 5, "ended": 1, "running": 0, "accuracy": 0.75,
    }  # fmt: skip
    found = searchable.get("/projects/p/searches/first").json
    assert [trial["state"] for trial in found["trials"]] == ["complete"] and found["front"] == [0]


def test_a_database_that_does_not_answer_is_told(searchable: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(STORAGE_VARIABLE, "postgresql://anna:hush-hush@127.0.0.1:1/lab")
    answer = searchable.get("/projects/p/searches")
    assert answer.status_code == 503 and "PostgreSQL, 127.0.0.1:1/lab" in answer.json["detail"]
    assert "hush-hush" not in answer.text
