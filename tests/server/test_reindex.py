"""The files are the truth: whatever happened to the index, it is brought in line with them at the next start."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from server import audio, create_app
from server.cli import main
from server.database import open_engine
from server.services import services
from tests.server.recordings import lasting, new_id, samples, wav


def restart(tmp_path: Path) -> Flask:
    app = create_app({"data": tmp_path / "data", "exports": tmp_path / "exports"})
    services(app).jobs.stop()
    return app


def listed(app: Flask) -> list[dict[str, Any]]:
    return [lasting(clip.to_dict()) for clip in services(app).store.clips("p")[0]]


@pytest.fixture
def clips(client: FlaskClient, upload: Callable[..., Any], app: Flask) -> list[dict[str, Any]]:
    for n in range(3):
        assert upload(wav(samples(n)), id=new_id(), speaker=f"speaker {n}", source="phone").status_code == 201
    services(app).jobs.stop()
    return listed(app)


def file_of(tmp_path: Path, clip: dict[str, Any]) -> Path:
    return tmp_path / "data" / "projects" / "p" / "clips" / clip["label"] / f"{clip['id']}.wav"


def test_a_deleted_database_is_made_again_as_it_was(clips: list[dict[str, Any]], tmp_path: Path) -> None:
    for path in (tmp_path / "data").glob("nestling.db*"):
        path.unlink()
    assert listed(restart(tmp_path)) == clips


def test_a_damaged_database_is_put_aside(clips: list[dict[str, Any]], tmp_path: Path) -> None:
    (tmp_path / "data" / "nestling.db").write_bytes(b"no database at all" * 1000)
    (tmp_path / "data" / "nestling.db-wal").unlink(missing_ok=True)
    assert listed(restart(tmp_path)) == clips
    assert (tmp_path / "data" / "nestling.db.damaged").exists()


# The tables as the release before photos made them.
OLD_TABLES = """
CREATE TABLE clips (
    project VARCHAR(40) NOT NULL, id VARCHAR(36) NOT NULL, label VARCHAR(32) NOT NULL, session VARCHAR(64),
    speaker VARCHAR(64), source VARCHAR(64) NOT NULL, recorded_at VARCHAR(40) NOT NULL, stored_at VARCHAR(40) NOT NULL,
    n_samples INTEGER NOT NULL, sha256 VARCHAR(64) NOT NULL, mtime_ns BIGINT NOT NULL, bytes INTEGER NOT NULL,
    PRIMARY KEY (project, id), UNIQUE (project, sha256)
);
CREATE INDEX ix_clips_label ON clips (label);
CREATE INDEX ix_clips_stored_at ON clips (stored_at);
CREATE TABLE jobs (
    id VARCHAR(32) NOT NULL, project VARCHAR(40) NOT NULL, kind VARCHAR(16) NOT NULL, state VARCHAR(16) NOT NULL,
    config TEXT NOT NULL, created_at VARCHAR(40) NOT NULL, started_at VARCHAR(40), finished_at VARCHAR(40), detail TEXT,
    bundle VARCHAR(120), PRIMARY KEY (id)
);
INSERT INTO clips VALUES ('p', 'gone', 'yes', NULL, NULL, 'phone', '', '', 8000, 'x', 0, 0);
INSERT INTO jobs VALUES ('1', 'p', 'train', 'done', '{"labels": ["yes"]}', '2026-01-01T00:00:00Z', NULL, NULL, NULL, 'p/r');
"""


@pytest.fixture
def old_database(clips: list[dict[str, Any]], tmp_path: Path) -> Path:
    """A data folder whose database an older release has left; the clips lie beside it."""
    data = tmp_path / "data"
    for path in data.glob("nestling.db*"):
        path.unlink()
    with closing(sqlite3.connect(data / "nestling.db")) as connection:
        connection.executescript(OLD_TABLES)
    return data


def test_the_index_of_an_older_release_is_made_again_and_its_jobs_are_kept(
    clips: list[dict[str, Any]], old_database: Path, tmp_path: Path
) -> None:
    for _ in range(2):
        app = restart(tmp_path)
        assert listed(app) == clips
        assert [(job.id, job.bundle) for job in services(app).jobs.list()] == [("1", "p/r")]
    services(app).store.create_project("photos", "vision")


def test_an_index_is_made_anew_once(old_database: Path) -> None:
    address = f"sqlite:///{old_database / 'nestling.db'}"
    assert [open_engine(address)[1] for _ in range(2)] == [True, False]


def test_an_import_into_a_folder_of_an_older_release_knows_what_is_stored(
    clips: list[dict[str, Any]], old_database: Path, tmp_path: Path
) -> None:
    (tmp_path / "in" / "yes").mkdir(parents=True)
    (tmp_path / "in" / "yes" / "a.wav").write_bytes(wav(samples(1)))
    result = CliRunner().invoke(main, ["import", str(tmp_path / "in"), "--project", "p", "--data", str(old_database), "--json"])
    assert (result.exit_code, json.loads(result.stdout)["taken"]) == (0, {"yes": 0})
    assert listed(restart(tmp_path)) == clips


def test_a_row_without_a_file_vanishes(clips: list[dict[str, Any]], tmp_path: Path) -> None:
    file_of(tmp_path, clips[0]).unlink()
    assert listed(restart(tmp_path)) == clips[1:]


def test_a_file_in_another_folder_has_another_label(clips: list[dict[str, Any]], tmp_path: Path) -> None:
    moved = {**clips[0], "label": "no"}
    file_of(tmp_path, moved).parent.mkdir()
    file_of(tmp_path, clips[0]).rename(file_of(tmp_path, moved))
    assert listed(restart(tmp_path)) == [moved, *clips[1:]]


def test_a_file_that_changed_is_read_again(clips: list[dict[str, Any]], tmp_path: Path) -> None:
    file_of(tmp_path, clips[0]).write_bytes(wav(samples(9, seconds=1)))
    found = {clip["id"]: clip for clip in listed(restart(tmp_path))}
    assert found[clips[0]["id"]]["n_samples"] == 16_000


def test_what_a_crash_or_a_hand_left_is_no_clip(clips: list[dict[str, Any]], tmp_path: Path) -> None:
    folder = file_of(tmp_path, clips[0]).parent
    (folder / ".0011.tmp").write_bytes(b"half of a clip")
    (folder / f"{new_id()}.wav").write_bytes(b"RIFF")
    (folder / "notes.txt").write_text("hello")
    shutil.copy(file_of(tmp_path, clips[0]), folder / f"{new_id()}.wav")
    (folder.parent / "Not A Label").mkdir()
    assert listed(restart(tmp_path)) == clips
    assert not (folder / ".0011.tmp").exists()


def test_a_project_that_is_gone_has_no_rows(clips: list[dict[str, Any]], tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "data" / "projects" / "p")
    app = restart(tmp_path)
    services(app).store.create_project("p")
    assert listed(app) == []


def test_nothing_is_read_where_nothing_changed(
    clips: list[dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audio.soundfile, "SoundFile", None)
    assert listed(restart(tmp_path)) == clips
