"""The sample project: real synthetic voices, stored as any other clips, and honest where there are none."""

import ast
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from server.cli import main
from server.sample import recipe
from server.sample.room import Room, draw_noise
from server.services import Services
from tests.server.recordings import samples, wav
from training.clips import SPLITS
from training.speech import voices
from training.speech.clips import list_clips, split_clips
from training.speech.verdict import verdict

LABELS = ["yes", "no", "unknown"]
FEW = 3  # voices, where it does not matter which


def lines(answer: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in answer.text.splitlines()]


def digests(parts: Services, project: str) -> Counter[tuple[str, str | None, bytes]]:
    """Every clip by its label, its speaker and its samples, whatever its id."""
    found = []
    for clip in parts.store.clips(project, limit=500)[0]:
        path = parts.store.path_of(project, clip.label, clip.id)
        found.append((clip.label, clip.speaker, path.read_bytes()[44 : 44 + 2 * (clip.n_samples or 0)]))
    return Counter(found)


@pytest.fixture
def few_voices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recipe, "VARIANTS", recipe.VARIANTS[:FEW])


def test_the_sample_is_a_project_like_any_other(client: FlaskClient, parts: Services) -> None:
    told = lines(client.post("/projects/sample", json={}))
    assert [line["done"] for line in told[:-1]] == list(range(1, 161)) and {line["of"] for line in told[:-1]} == {160}
    project = told[-1]["project"]
    assert project == client.get("/projects/sample").json
    counts = {row["label"]: row["n_clips"] for row in project["labels"]}
    assert counts == {"yes": 40, "no": 40, "unknown": 80, "background_noise": 8}
    assert {source for row in project["labels"] for source in row["sources"]} == {"sample"}

    clips = list_clips(parts.store.clips_folder("sample"))
    by, splits = split_clips(clips, LABELS)
    assert by == "speaker" and len({clip.speaker for clip in clips if not clip.is_noise}) == 40
    speakers = [{clip.speaker for clip in splits[split] if clip.speaker} for split in SPLITS]
    assert not (speakers[0] & speakers[1] or speakers[0] & speakers[2] or speakers[1] & speakers[2])
    assert all(Counter(clip.label(LABELS) for clip in splits[split])[label] >= 8 for split in SPLITS for label in LABELS)


def test_the_same_seed_says_the_same_and_another_says_it_otherwise(tmp_path: Path, few_voices: None) -> None:
    from server.services import open_store
    from server.settings import Settings

    store = open_store(Settings(data=tmp_path))
    heard = {}
    for name, seed in (("one", "1"), ("again", "1"), ("two", "2")):
        result = CliRunner().invoke(main, ["sample", name, "--seed", seed, "--data", str(tmp_path)])
        assert result.exit_code == 0, result.output
        assert "3 yes, 3 no, 6 unknown, 8 background_noise" in result.stdout
        clips = store.clips(name, limit=500)[0]
        heard[name] = sorted(store.file(name, clip.id, store.medium(name))[44 : 44 + 2 * (clip.n_samples or 0)] for clip in clips)
    assert heard["one"] == heard["again"]
    assert not set(heard["one"]) & set(heard["two"])


def test_a_second_run_says_so_and_changes_nothing(client: FlaskClient, parts: Services, few_voices: None) -> None:
    client.post("/projects/sample", json={})
    before = digests(parts, "sample")
    answer = client.post("/projects/sample", json={})
    assert answer.status_code == 409
    assert answer.json["detail"].startswith("project 'sample' has 20 recordings already, and nothing was changed")
    assert digests(parts, "sample") == before
    assert "project" in lines(client.post("/projects/sample", json={"name": "another"}))[-1]


def test_a_project_of_somebody_s_own_is_left_alone(client: FlaskClient, parts: Services, few_voices: None) -> None:
    client.post("/projects/p/clips", query_string={"label": "yes"}, data=wav(samples(1)))
    client.post("/projects", json={"name": "pictures", "kind": "vision"})
    for name, sentence in (("p", "has 1 recording already"), ("pictures", "been made for photos already")):
        answer = client.post("/projects/sample", json={"name": name})
        assert answer.status_code == 409 and sentence in answer.json["detail"]
    for name in ("../p", "", None, 7):
        assert client.post("/projects/sample", json={"name": name}).status_code == 400
    assert parts.store.project("p")["n_clips"] == 1
    client.post("/projects", json={"name": "empty"})
    assert lines(client.post("/projects/sample", json={"name": "empty"}))[-1]["project"]["n_clips"] == 20


def test_whoever_hangs_up_leaves_nothing_behind(client: FlaskClient, parts: Services) -> None:
    for n_heard in range(1, 6):
        response = client.post("/projects/sample", json={}, buffered=False)
        told = iter(response.response)
        assert [json.loads(next(told)) for _ in range(n_heard)] == [{"done": n + 1, "of": 160} for n in range(n_heard)]
        response.close()
        assert "sample" not in parts.store.project_names()
    assert lines(client.post("/projects/sample", json={"name": "next"}))[-1]["project"]["n_clips"] == 168


@pytest.mark.parametrize(
    ("program", "sentence"),
    [
        ('print(\'{"error": "cannot open shared object file"}\')', "there are no synthetic voices on this computer (cannot open"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "the synthetic voices fell silent (exit code -11)"),
    ],
)
def test_a_computer_without_voices_says_so(
    client: FlaskClient, parts: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, sentence: str
) -> None:
    (tmp_path / "espeak.py").write_text(program)
    monkeypatch.setattr(voices, "PROGRAM", tmp_path / "espeak.py")
    answer = client.post("/projects/sample", json={})
    assert (
        answer.status_code == 503 and sentence in answer.json["detail"] and "record words with a phone" in answer.json["detail"]
    )
    result = CliRunner().invoke(main, ["sample", "--data", str(tmp_path / "data2")])
    assert result.exit_code == 1 and sentence in result.stderr
    assert "sample" not in parts.store.project_names()


def test_voices_that_fall_silent_half_way_leave_nothing(
    client: FlaskClient, parts: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = voices.PROGRAM.read_text(encoding="utf-8")
    crash = "speech.say(**request) if request['text'] != 'no' else os.abort()"
    assert "speech.say(**request)" in source
    (tmp_path / "espeak.py").write_text(source.replace("speech.say(**request)", crash))
    monkeypatch.setattr(voices, "PROGRAM", tmp_path / "espeak.py")
    told = lines(client.post("/projects/sample", json={}))
    assert told[0] == {"done": 1, "of": 160} and "the synthetic voices fell silent" in told[-1]["detail"]
    assert "sample" not in parts.store.project_names()


def test_the_library_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "espeak.py").write_text(
        "import sys; sys.modules['espeakng_loader'] = None\n" + voices.PROGRAM.read_text(encoding="utf-8")
    )
    monkeypatch.setattr(voices, "PROGRAM", tmp_path / "espeak.py")
    with pytest.raises(voices.NoVoicesError, match="the package espeakng-loader is not installed"):
        voices.Voices()


def test_words_stand_clear_in_their_clips() -> None:
    rng = np.random.default_rng(7)
    with voices.Voices() as speaking:
        chosen = list(recipe.spoken(3))[::9]
        heard = [Room.draw(rng).record(speaking.say(word.utterance), speaking.sample_rate, rng) for word in chosen]
        with pytest.raises(voices.NoVoicesError, match="no voice 'gmw/nowhere'"):
            speaking.say(voices.Utterance(text="yes", voice="gmw/nowhere", seed=1, words_per_minute=150, pitch=50, range=50))
    assert {verdict(pcm, 16_000) for pcm in heard} == {"fine"}
    assert all(1.4 * 16_000 <= len(pcm) <= 3 * 16_000 for pcm in heard)
    assert all(16_000 <= len(noise) <= 32_000 and np.abs(noise).max() < 32_767 for noise in (draw_noise(rng) for _ in range(20)))


def test_serve_offers_it_where_there_is_no_clip(serve: Any) -> None:
    first = serve("--no-tls")
    assert any("nestling sample" in line for line in first.lines)
    first.join()
    headers = first.join()
    first.json("POST", "/projects", {"name": "p"}, headers)
    with first.request("POST", "/projects/p/clips?label=yes", wav(samples(1)), headers):
        pass
    first.kill()
    assert not any("nestling sample" in line for line in serve("--no-tls").lines)


def test_what_speaks_loads_nothing_of_the_server() -> None:
    tree = ast.parse(voices.PROGRAM.read_text(encoding="utf-8"))
    found = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    found |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert found <= sys.stdlib_module_names | {"espeakng_loader"}
