"""Taking a model elsewhere: archives, whether it fits the board, a code for the phone, and flashing through a job."""

import io
import json
import os
import shutil
import subprocess
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server import create_app
from server.board.ports import Port
from server.jobs import Job
from server.services import Services, services
from tests.fake_arduino_cli import FakeArduinoCli
from tests.fake_board import FakeBoard
from tests.server.conftest import CHECKOUT, Client

SHIPPED = CHECKOUT / "exports" / "yes-no"
THINGS = CHECKOUT / "exports" / "things"
WAIT = 20.0


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    """The shipped bundle, and the same as one that was trained here."""
    folder = tmp_path / "exports"
    shutil.copytree(SHIPPED, folder / "yes-no")
    shutil.copytree(SHIPPED, folder / "p" / "run")
    return folder


def change(bundle: Path, edit: Callable[[dict[str, Any]], None]) -> None:
    """Write a bundle's manifest anew, later than before."""
    path = bundle / "manifest.json"
    manifest = json.loads(path.read_text())
    edit(manifest)
    path.write_text(json.dumps(manifest))
    os.utime(path, ns=(0, path.stat().st_mtime_ns + 1_000_000))


def archive(client: FlaskClient, path: str, what: str) -> zipfile.ZipFile:
    answer = client.get(f"/bundles/{path}/download/{what}.zip")
    assert answer.status_code == 200 and answer.mimetype == "application/zip"
    return zipfile.ZipFile(io.BytesIO(answer.data))


# Archives


@pytest.mark.parametrize("path", ["yes-no", "p/run"])
def test_an_archive_holds_what_the_manifest_lists_and_nothing_else(stranger: FlaskClient, exports: Path, path: str) -> None:
    (exports / path / "arduino" / "secret.txt").write_text("not listed")
    with archive(stranger, path, "arduino") as sketch:
        listed = json.loads((exports / path / "manifest.json").read_text())["files"]
        assert sketch.namelist() == sorted(name for name in listed if name.startswith("arduino/"))
        assert all(sketch.read(name) == (exports / path / name).read_bytes() for name in sketch.namelist())
        assert "arduino/arduino.ino" in sketch.namelist()  # the Arduino IDE wants the folder's name to be the file's
    first, second = (stranger.get(f"/bundles/{path}/download/tfjs.zip") for _ in range(2))
    assert first.data == second.data and first.headers["ETag"] == second.headers["ETag"]
    assert first.headers["Content-Disposition"] == f'attachment; filename="{path.replace("/", "-")}-tfjs.zip"'
    assert first.headers["Cache-Control"] == ("no-cache" if path == "yes-no" else "public, max-age=31536000, immutable")
    again = stranger.get(f"/bundles/{path}/download/tfjs.zip", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_the_generated_model_compiles_by_itself(stranger: FlaskClient, exports: Path, tmp_path: Path) -> None:
    compiler = shutil.which("g++") or pytest.fail("g++ is needed: apt-get install g++")
    with archive(stranger, "yes-no", "cpp") as source:
        source.extractall(tmp_path / "unpacked")
    sources = [str(path) for path in (tmp_path / "unpacked").rglob("*.cpp")]
    assert len(sources) > 5
    subprocess.run([compiler, "-std=gnu++14", "-fsyntax-only", *sources], check=True, cwd=tmp_path)


def test_what_is_not_there_cannot_be_downloaded(stranger: FlaskClient, exports: Path) -> None:
    (exports / "p" / "run" / "tfjs" / "model.json").unlink()
    for path, sentence in (
        ("yes-no/download/secrets.zip", "there are: arduino, cpp, tfjs"),
        ("nobody/download/tfjs.zip", "there is no file"),
        ("p/run/download/tfjs.zip", "there is no file 'p/run/tfjs/model.json'"),
        ("..%2fdata/download/tfjs.zip", "there is no file"),
    ):
        answer = stranger.get(f"/bundles/{path}")
        assert answer.status_code == 404 and sentence in answer.json["detail"], path


def test_a_model_for_photos_has_no_sketch(stranger: FlaskClient, exports: Path) -> None:
    (exports / "things").symlink_to(THINGS)
    assert stranger.get("/bundles/things/download/arduino.zip").status_code == 404
    with archive(stranger, "things", "tfjs") as graph:
        assert "tfjs/model.json" in graph.namelist()


# Does it fit


def test_whether_it_fits(client: FlaskClient, exports: Path) -> None:
    def fit() -> dict[str, Any]:
        found: dict[str, Any] = client.get("/board/fit", query_string={"bundle": "p/run"}).json
        return found

    estimated = fit()  # the shipped bundle's firmware takes about so many bytes, and 2.02 M instructions
    assert 130_000 < estimated["flash_bytes"] < 190_000 and 80_000 < estimated["ram_bytes"] < 105_000
    assert 1_750_000 < estimated["instructions"] < 2_250_000 and estimated["fits"] is True
    assert estimated["board"] == {"flash_bytes": 983_040, "ram_bytes": 262_144}

    told = {"instructions": 640_000, "flash_bytes": 200_000, "ram_bytes": 262_145, "estimated": True}
    change(exports / "p" / "run", lambda manifest: manifest.update(board=told))
    assert {name: fit()[name] for name in ("flash_bytes", "ram_bytes", "milliseconds", "fits")} == {
        "flash_bytes": 200_000,
        "ram_bytes": 262_145,
        "milliseconds": 15.0,
        "fits": False,
    }

    def own(manifest: dict[str, Any]) -> None:
        del manifest["board"]
        manifest["model"] = {"preset": "expert", "parameters": 1}

    change(exports / "p" / "run", own)
    assert {name: fit()[name] for name in ("flash_bytes", "ram_bytes", "instructions", "milliseconds", "fits")} == dict.fromkeys(
        ("flash_bytes", "ram_bytes", "instructions", "milliseconds", "fits")
    )
    (exports / "things").symlink_to(THINGS)
    photos = client.get("/board/fit?bundle=things")
    assert photos.status_code == 400 and "no board here runs a network for photos" in photos.json["detail"]
    assert client.get("/board/fit?bundle=nobody").status_code == 404
    assert client.get("/board/fit").status_code == 404


def test_it_needs_the_key_to_ask_for_the_board(stranger: FlaskClient, exports: Path) -> None:
    assert stranger.get("/board/fit?bundle=yes-no").status_code == 403


def test_the_code_opens_this_very_model(client: FlaskClient, parts: Services, exports: Path) -> None:
    found = client.get("/join", query_string={"bundle": "p/run"}).json
    assert found["url"].endswith(f"/#join={parts.token}&bundle=p/run") and found["qr_svg"].startswith("<svg")
    assert found["qr_svg"] != client.get("/join").json["qr_svg"]
    assert client.get("/join").json["url"].endswith(f"/#join={parts.token}")
    for bundle in ("nobody", "../data", "yes-no&join=x", "p/run/arduino"):
        assert client.get("/join", query_string={"bundle": bundle}).status_code == 404, bundle


# Flashing


@pytest.fixture
def arduino(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeArduinoCli:
    """arduino-cli, and nothing else: no compiler either, so that nobody waits for what is measured elsewhere."""
    fake = FakeArduinoCli(tmp_path / "bin")
    monkeypatch.setenv("PATH", str(fake.folder))
    return fake


@pytest.fixture
def connected(tmp_path: Path, exports: Path, board: FakeBoard) -> Iterator[Flask]:
    """A server whose bridge has a board."""
    app = create_app({"data": tmp_path / "data", "exports": exports, "board_port": board.port})
    app.test_client_class = Client
    bridge = services(app).board
    bridge.start()
    yield app
    services(app).jobs.stop()
    bridge.stop()


@pytest.fixture
def maker(connected: Flask) -> FlaskClient:
    """A phone that has joined it."""
    client = connected.test_client()
    client.post("/join", json={})
    client.post("/projects", json={"name": "p"})
    eventually(lambda: client.get("/board").json["connected"])
    return client


def eventually(check: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + WAIT
    while not (answer := check()):
        assert time.monotonic() < deadline, f"it did not become true; last answer {answer!r}"
        time.sleep(0.02)
    return answer


def flash(client: FlaskClient, board: FakeBoard, **values: Any) -> Any:
    return client.post("/projects/p/jobs", json={"kind": "flash", "bundle": "p/run", "port": board.port, **values})


def ended(client: FlaskClient, job_id: str) -> tuple[Job, list[dict[str, Any]]]:
    """A job when it has ended, and all that it said."""
    jobs = services(client.application).jobs
    events = [found[1] for found in jobs.follow(job_id, 0, WAIT) if found]
    return jobs.job(job_id), events


def test_a_board_is_flashed_while_the_bridge_keeps_off_its_port(
    maker: FlaskClient, board: FakeBoard, arduino: FakeArduinoCli
) -> None:
    arduino.hold("upload")
    job_id = flash(maker, board).json["id"]
    eventually(lambda: arduino.begun("upload"))
    now = maker.get("/board").json
    assert not now["connected"] and f"the board on {board.port} is being flashed" in now["detail"]
    assert board.is_free(), "the bridge still has the port"
    n_asked = len(board.told("info"))
    time.sleep(0.3)
    assert len(board.told("info")) == n_asked, "the bridge has opened the port meanwhile"
    arduino.let_go("upload")
    job, events = ended(maker, job_id)
    assert (job.state, job.detail, job.kind, job.bundle) == ("done", None, "flash", None)
    eventually(lambda: maker.get("/board").json["connected"])

    assert [event["stage"] for event in events if event["event"] == "stage"] == ["size", "compile", "upload"]
    lines = [event["line"] for event in events if event["event"] == "output"]
    assert lines[0] == "Compiling sketch..." and "Sketch uses 160000 bytes" in lines[1] and "100%" in lines[-1]
    assert events[-1]["event"] == "done" and events[-1]["runs"] == "yes-no/shipped" and events[-1]["port"] == board.port
    assert [call.split()[0] for call in arduino.calls] == ["core", "compile", "upload"]
    assert f"--port {board.port}" in arduino.calls[-1] and "--fqbn arduino:mbed_nano:nano33ble" in arduino.calls[-1]


def test_cancelling_ends_arduino_cli_and_gives_the_port_back(
    maker: FlaskClient, board: FakeBoard, arduino: FakeArduinoCli
) -> None:
    arduino.hold("compile")
    job_id = flash(maker, board).json["id"]
    process = eventually(lambda: arduino.begun("compile"))
    assert maker.post(f"/jobs/{job_id}/cancel").status_code == 202
    job, _ = ended(maker, job_id)
    assert job.state == "cancelled"
    eventually(lambda: not Path(f"/proc/{process}").exists() or is_zombie(process))
    assert [call.split()[0] for call in arduino.calls] == ["core", "compile"]
    eventually(lambda: maker.get("/board").json["connected"])


def is_zombie(process: int) -> bool:
    """Ended, but nobody has asked how: its parent has ended too, and what took its place need not ask."""
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"


@pytest.mark.parametrize(
    ("prepare", "runtime", "sentences"),
    [
        (
            lambda cli: (cli.folder / "arduino-cli").unlink(),
            "generated",
            ["arduino-cli is not installed; https://arduino.github.io", "or open the bundle's arduino folder in the Arduino IDE"],
        ),
        (
            lambda cli: cli.knows("arduino:avr 1.8.6", ""),
            "generated",
            ["install it with: arduino-cli core install arduino:mbed_nano"],
        ),
        (lambda cli: None, "tflm", ["install it with: arduino-cli lib install Chirale_TensorFLowLite@2.0.0"]),
        (
            lambda cli: cli.fail_upload(),
            "generated",
            [
                "arduino-cli upload failed:\nError during Upload: Failed uploading: no device found",
                "Press the board's button twice, so that its light pulses, and try again.",
            ],
        ),
    ],
)
def test_what_is_missing_is_named(
    maker: FlaskClient,
    board: FakeBoard,
    arduino: FakeArduinoCli,
    prepare: Callable[[FakeArduinoCli], object],
    runtime: str,
    sentences: list[str],
) -> None:
    prepare(arduino)
    job, _ = ended(maker, flash(maker, board, runtime=runtime).json["id"])
    assert job.state == "failed"
    assert [sentence for sentence in sentences if sentence not in str(job.detail)] == []
    eventually(lambda: maker.get("/board").json["connected"])


def test_the_interpreter_can_be_chosen(maker: FlaskClient, board: FakeBoard, arduino: FakeArduinoCli) -> None:
    arduino.knows("arduino:mbed_nano 4.2.1", "Chirale_TensorFLowLite 2.0.0")
    job, events = ended(maker, flash(maker, board, runtime="tflm").json["id"])
    assert job.state == "done", job.detail
    assert events[0] == {"event": "start", "bundle": "p/run", "port": board.port, "runtime": "tflm"}


def test_what_cannot_be_flashed_is_refused(
    maker: FlaskClient, board: FakeBoard, exports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (exports / "things").symlink_to(THINGS)
    monkeypatch.setattr("server.board.bridge.serial_ports", lambda: [Port(name="/dev/ttyACM7", description="", kind="arduino")])
    for values, code, sentence in (
        ({"bundle": "nobody"}, 404, "there is no file"),
        ({"bundle": "../data"}, 404, "there is no file"),
        ({"bundle": None}, 400, "bundle must be the path"),
        ({"bundle": "things"}, 400, "is a model for photos, which no board here runs"),
        ({"port": "/dev/null"}, 404, "no board to flash on port '/dev/null'; plug it in, then choose one of: /dev/ttyACM7"),
        ({"port": "--help"}, 404, "no board to flash on port '--help'"),
        ({"port": 7}, 400, "port the name of a port"),
        ({"runtime": "rust"}, 400, "runtime must be one of generated, tflm, got 'rust'"),
        ({"sketch": "mine"}, 400, "no setting 'sketch'"),
    ):
        answer = flash(maker, board, **values)
        assert answer.status_code == code and sentence in answer.json["detail"], values
    assert maker.get("/jobs").json == {"jobs": []}


def test_another_board_than_the_one_that_is_flashed_goes_on(
    maker: FlaskClient, board: FakeBoard, arduino: FakeArduinoCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.board.bridge.serial_ports", lambda: [Port(name="/dev/ttyACM7", description="", kind="arduino")])
    arduino.hold("upload")
    job_id = flash(maker, board, port="/dev/ttyACM7").json["id"]
    eventually(lambda: arduino.begun("upload"))
    assert maker.get("/board").json["connected"]
    arduino.let_go("upload")
    assert ended(maker, job_id)[0].state == "done"
