"""Searching: a search that is killed goes on, and whatever happens, no trial is lost and none is run twice."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import optuna
import pytest

from tests.training.conftest import write_clips
from training.features.params import load_default
from training.search import space, study
from training.search.config import STORAGE_VARIABLE, Limits, SearchConfig
from training.search.run import search
from training.search.storage import Storage, describe, parse_url
from training.search.trial import check_clips
from training.speech.design import board_figures, check_design, cost

ROOT = Path(__file__).parents[2]
PATIENCE = 600  # seconds; the machine may be busy
PASSWORD = "hush-hush"
COUNTING = ("complete", "pruned", "infeasible")
TIGHT = Limits(instructions=400_000)  # most networks of the space lie above: they cost no training


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clips(tmp_path_factory.mktemp("search") / "clips", {"rise": "rise", "fall": "fall", "whistle": "other"}, 8)


@pytest.fixture
def config(clips: Path, tmp_path: Path) -> Callable[..., SearchConfig]:
    def make(**values: Any) -> SearchConfig:
        usual = {"project": "p", "name": "s", "labels": ("rise", "fall"), "trials": 10, "epochs": 1, "limits": TIGHT}
        return SearchConfig(**{**usual, "clips": clips, "folder": tmp_path / "searches", "base": load_default(), **values})

    return make


@pytest.fixture
def opened() -> Iterator[Callable[[SearchConfig], study.Search]]:
    """Searches without their workers."""
    storages: list[Storage] = []

    def begin(config: SearchConfig) -> study.Search:
        storages.append(Storage(f"sqlite:///{config.folder / config.project}.db"))
        return study.begin(storages[-1], config, check_clips(config))

    yield begin
    for storage in storages:
        storage.close()


def command(config: SearchConfig, *options: str) -> list[str]:
    """The same search from the command line; its project lies where `clips` does, by links."""
    data = config.folder.parent
    project = data / "projects" / config.project
    if not project.exists():
        project.mkdir(parents=True)
        (project / "clips").symlink_to(config.clips)
    told = ["--labels", ",".join(config.labels), "--name", config.name, "--trials", str(config.trials)]
    told += ["--workers", str(config.workers), "--epochs", str(config.epochs), "--instructions", str(config.limits.instructions)]
    return [sys.executable, "-m", "server.cli", "search", config.project, "--data", str(data), "--json", *told, *options]


def trials(config: SearchConfig) -> list[dict[str, Any]]:
    """What the database has."""
    storage = Storage(f"sqlite:///{config.folder / config.project}.db")
    found = study.find(storage, config.project, config.name)
    assert found
    try:
        return found.records()
    finally:
        storage.close()


def check_whole(records: list[dict[str, Any]], n: int) -> None:
    """Every number once, `n` trials that count, and in the place of each that died exactly one other."""
    assert [record["number"] for record in records] == list(range(len(records)))
    assert sum(record["state"] in COUNTING for record in records) == n
    died = [record["number"] for record in records if record["state"] == "failed"]
    assert sorted(record["anew_for"] for record in records if record["anew_for"] is not None) == died
    assert len(records) == n + len(died)
    for record in records:
        if record["state"] == "complete":
            assert len(record["losses"]) == 1 and 0 <= record["accuracy"] <= 1 and record["n"] > 0
        if record["state"] == "infeasible":
            assert record["problems"] == ["instructions"] and record["losses"] is None
            assert record["cost"]["instructions"] > TIGHT.instructions


def test_ten_trials_by_two_workers(config: Callable[..., SearchConfig]) -> None:
    events: list[dict[str, Any]] = []
    found = search(config(workers=2), events.append)
    check_whole(found["trials"], 10)
    states = [record["state"] for record in found["trials"]]
    assert states.count("complete") >= 1 and states.count("infeasible") >= 1
    assert found["trials"][0]["settings"]["ds_cnn_width"] == 48, "the usual network is the first to be held against"
    front = [found["trials"][number] for number in found["front"]]
    assert front and all(record["cost"]["instructions"] <= TIGHT.instructions for record in front)
    for cheaper, dearer in pairwise(front):
        assert cheaper["cost"]["instructions"] < dearer["cost"]["instructions"] and cheaper["accuracy"] < dearer["accuracy"]
    assert {event["number"] for event in events if event["event"] == "trial"} == set(range(10))
    best = max(front, key=lambda record: record["accuracy"])
    design = check_design(best["design"])
    figures = board_figures(cost(design, type(load_default()).from_dict(best["params"]), 3))
    assert {name: best["cost"][name] for name in figures} == figures


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
def test_a_search_that_is_killed_goes_on(config: Callable[..., SearchConfig], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NESTLING_SEARCH_GRACE", "10")
    both = config(workers=2)
    process = subprocess.Popen(command(both), cwd=ROOT, stdout=subprocess.PIPE, start_new_session=True)
    assert process.stdout
    states: dict[int, str] = {}
    for line in process.stdout:
        event = json.loads(line)
        if event["event"] == "trial":
            states[event["number"]] = event["state"]
        if "running" in states.values() and sum(state in COUNTING for state in states.values()) >= 3:
            break
    os.killpg(process.pid, signal.SIGKILL)  # the workers too: nobody is left to say that a trial has ended
    process.communicate()
    before = trials(both)
    running = [record["number"] for record in before if record["state"] == "running"]
    assert running and sum(record["state"] in COUNTING for record in before) < 10, "it was over before it could be killed"

    done = subprocess.run(command(both), cwd=ROOT, stdout=subprocess.PIPE, timeout=PATIENCE, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    check_whole(found["trials"], 10)
    assert [record["number"] for record in found["trials"] if record["state"] == "failed"] == running
    for number in running:
        again = next(record for record in found["trials"] if record["anew_for"] == number)
        assert before[number]["settings"].items() <= again["settings"].items()
    for record in before:
        if record["state"] in COUNTING:
            assert found["trials"][record["number"]] == record, "what had ended is left as it was"


def test_each_trial_is_given_out_once(
    config: Callable[..., SearchConfig], opened: Callable[[SearchConfig], study.Search]
) -> None:
    here, there = opened(config(trials=3)), opened(config(trials=3))
    given = [study.claim(party, 3) for party in (here, there, here, there)]
    assert [trial and trial.number for trial in given] == [0, 1, 2, None]
    assert given[0] and given[1]
    study.tell_pruned(here, given[0])
    with pytest.raises(study.TakenError):
        study.tell_pruned(there, given[0])
    # One that ends with its worker waits again with the same settings; one with a reason of its own does not.
    params, _ = space.choose(given[1], load_default())
    study.tell_died(there, given[1])
    again = study.claim(here, 3)
    assert again and again.number == 3 and again.user_attrs["anew_for"] == 1
    assert space.choose(again, load_default())[0] == params
    assert study.claim(there, 3) is None


def test_a_worker_that_says_nothing_loses_its_trial(
    config: Callable[..., SearchConfig], opened: Callable[[SearchConfig], study.Search], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NESTLING_SEARCH_GRACE", "1")
    party = opened(config(trials=1))
    asleep = study.claim(party, 1)
    assert asleep and study.claim(party, 1) is None
    time.sleep(3)
    again = study.claim(party, 1)
    assert again and again.user_attrs["anew_for"] == asleep.number
    with pytest.raises(study.TakenError):
        study.tell_complete(party, asleep, 0.9, 1000)


def test_a_trial_that_is_behind_those_of_its_size_is_pruned(
    config: Callable[..., SearchConfig], opened: Callable[[SearchConfig], study.Search]
) -> None:
    party = opened(config(trials=9))
    for loss in (0.2, 0.3, 0.4):
        trial = study.claim(party, 9)
        assert trial
        trial.set_user_attr("losses", [loss])
        study.tell_complete(party, trial, 0.9, 1000)
    trial = study.claim(party, 9)
    assert trial
    assert study.is_behind(party, trial, [0.35], 1000)
    assert not study.is_behind(party, trial, [0.25], 1000)
    assert not study.is_behind(party, trial, [0.35], 900), "it is smaller than all that it could be held against"


def test_other_clips_or_settings_are_refused(
    config: Callable[..., SearchConfig], opened: Callable[[SearchConfig], study.Search], tmp_path: Path
) -> None:
    opened(config())
    opened(config(trials=20, workers=2))  # what may differ between machines
    with pytest.raises(ValueError, match="was begun with epochs 1, not 2"):
        opened(config(epochs=2))
    others = write_clips(tmp_path / "others", {"rise": "rise", "fall": "fall", "whistle": "other"}, 8, seed=1)
    with pytest.raises(ValueError, match="was begun on other clips"):
        opened(config(clips=others))
    opened(config(clips=others, name="another"))


@pytest.fixture(scope="module")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real PostgreSQL of our own."""
    where = os.pathsep.join([os.environ.get("PATH", ""), *map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin")))])
    initdb, pg_ctl = (shutil.which(name, path=where) for name in ("initdb", "pg_ctl"))
    if not initdb or not pg_ctl:
        pytest.fail("PostgreSQL is needed to search on several machines: apt-get install postgresql")
    as_user: dict[str, Any] = {"user": "postgres", "group": "postgres"} if os.getuid() == 0 else {}  # it refuses to run as root
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "password").write_text(PASSWORD)
        if as_user:
            shutil.chown(folder, **as_user)
            shutil.chown(folder / "password", **as_user)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        quiet: dict[str, Any] = {"check": True, "cwd": folder, "stdout": subprocess.DEVNULL, **as_user}
        subprocess.run([initdb, "-D", "db", "-A", "scram-sha-256", "-U", "anna", "--pwfile", "password"], **quiet)
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1"
        subprocess.run([pg_ctl, "-D", "db", "-l", "log", "-o", options, "-w", "start"], **quiet)
        try:
            yield f"postgresql://anna:{PASSWORD}@127.0.0.1:{port}/postgres"
        finally:
            subprocess.run([pg_ctl, "-D", "db", "-m", "immediate", "stop"], **quiet)


def test_two_machines_and_one_postgresql(
    config: Callable[..., SearchConfig], clips: Path, tmp_path: Path, postgresql: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two data folders with copies of the clips: nothing in common but the address."""
    monkeypatch.setenv(STORAGE_VARIABLE, postgresql)
    here, there = (config(clips=shutil.copytree(clips, tmp_path / name / "made"), folder=tmp_path / name / "searches")
                   for name in ("here", "there"))  # fmt: skip
    pipes: dict[str, Any] = {"cwd": ROOT, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    processes = [subprocess.Popen(command(machine), **pipes) for machine in (here, there)]
    said = [process.communicate(timeout=PATIENCE)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], said
    found = [json.loads(lines.splitlines()[-1]) for lines in said]
    check_whole(found[0]["trials"], 10)
    assert found[0]["trials"] == found[1]["trials"]
    assert not any((machine.folder / "p.db").exists() for machine in (here, there))

    other = config(
        clips=write_clips(tmp_path / "others", {"rise": "rise", "fall": "fall"}, 8, seed=2), folder=tmp_path / "other/searches"
    )
    refused = subprocess.run(command(other), **pipes)
    assert refused.returncode == 1 and "was begun on other clips" in refused.stdout
    assert PASSWORD not in "".join([*said, refused.stdout])


def test_postgresql_gives_each_trial_out_once(
    config: Callable[..., SearchConfig], postgresql: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = config(name="once", trials=16)
    storages = [Storage(postgresql) for _ in range(4)]
    parties = [study.begin(storage, settings, "the same clips") for storage in storages]

    def take(party: study.Search) -> list[int]:
        given = []
        while trial := study.claim(party, 16):
            given.append(trial.number)
            study.tell_pruned(party, trial)
        return given

    with ThreadPoolExecutor(4) as pool:
        given = [number for numbers in pool.map(take, parties) for number in numbers]
    assert sorted(given) == list(range(16))
    with pytest.raises(OSError, match="password authentication failed") as caught:
        Storage(postgresql.replace(PASSWORD, "another-secret"))
    assert "another-secret" not in str(caught.value)
    for storage in storages:
        storage.close()


def test_the_space_holds_what_people_have() -> None:
    base = load_default()
    params, design = space.choose(optuna.trial.FixedTrial(space.usual(base)), base)
    assert params == base
    assert check_design(design).layer_list() == check_design({"preset": "ds_cnn"}).layer_list()


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql://anna:secret@db.example:5433/lab", "PostgreSQL, db.example:5433/lab"),
        ("postgresql://anna:secret@db.example/lab?password=secret", "PostgreSQL, db.example/lab"),
        ("sqlite:////tmp/data/p.db", "SQLite, p.db"),
    ],
)
def test_a_password_is_never_shown(address: str, shown: str) -> None:
    assert describe(parse_url(address)) == shown


@pytest.mark.parametrize("address", ["secret", "mysql://anna:secret@host/lab"])
def test_what_is_no_database_for_searches(address: str) -> None:
    with pytest.raises(ValueError) as caught:
        parse_url(address)
    assert "secret" not in str(caught.value)


def test_a_database_that_does_not_answer() -> None:
    with pytest.raises(OSError, match=r"database \(PostgreSQL, 127.0.0.1:1/lab\) cannot be used") as caught:
        Storage("postgresql://anna:secret@127.0.0.1:1/lab")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"trials": 0}, "trials must be 1 to 1000, got 0"),
        ({"workers": 17}, "workers must be 1 to 16, got 17"),
        ({"name": "../x"}, "a search is named with"),
    ],
)
def test_what_cannot_be_searched(config: Callable[..., SearchConfig], values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence.replace(".", r"\.")):
        config(**values)


@pytest.mark.parametrize("limits", [{"ram_bytes": 0}, {"ram_bytes": True}, {"cores": 2}, [1]])
def test_limits_that_are_none(limits: object) -> None:
    with pytest.raises(ValueError, match="limit"):
        Limits.from_dict(limits)
