"""Listing, labels, splits, and the sentences about data that will not do."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import soundfile

from training.clips import FRACTIONS, SPLITS, Clip, fingerprint
from training.labels import check_label
from training.speech.clips import check_trainable, list_clips, split_clips


def clip(name: str, folder: str = "yes", speaker: str | None = None, session: str | None = None) -> Clip:
    return Clip(path=Path(folder) / f"{name}.wav", folder=folder, speaker=speaker, session=session)


def shares(splits: dict[str, list[Clip]]) -> list[float]:
    total = sum(map(len, splits.values()))
    return [len(splits[split]) / total for split in SPLITS]


def test_splits_by_speaker_where_there_are_many() -> None:
    clips = [clip(f"s{n % 100}_nohash_{n}", label, speaker=f"s{n % 100}") for label in ("yes", "no") for n in range(300)]
    by, splits = split_clips(clips, ["yes", "no", "unknown"])
    assert by == "speaker"
    speakers = [{member.speaker for member in splits[split]} for split in SPLITS]
    assert not (speakers[0] & speakers[1] or speakers[0] & speakers[2] or speakers[1] & speakers[2])
    np.testing.assert_allclose(shares(splits), FRACTIONS, atol=0.12)


def test_splits_by_session_when_one_person_speaks() -> None:
    clips = [clip(f"c{n}", label, speaker="ada", session=f"day{n % 60}") for label in ("yes", "no") for n in range(120)]
    by, splits = split_clips(clips, ["yes", "no", "unknown"])
    assert by == "session"
    sessions = [{member.session for member in splits[split]} for split in SPLITS]
    assert not sessions[0] & (sessions[1] | sessions[2])


def test_splits_by_clip_when_there_is_one_session() -> None:
    clips = [clip(f"{label}{n}", label, session="one") for label in ("yes", "no") for n in range(30)]
    by, splits = split_clips(clips, ["yes", "no", "unknown"])
    assert by == "clip"
    assert Counter(member.folder for member in splits["train"]).total() == pytest.approx(36, abs=8)


@pytest.mark.parametrize("n", [5, 6, 7, 10])
def test_no_split_is_empty_for_few_clips(n: int) -> None:
    clips = [clip(f"{label}-{n}-{number}", label) for label in ("yes", "no", "cat") for number in range(n)]
    _, splits = split_clips(clips, ["yes", "no", "unknown"])
    for split in SPLITS:
        assert {member.label(["yes", "no", "unknown"]) for member in splits[split]} == {"yes", "no", "unknown"}
    assert sum(map(len, splits.values())) == len(clips)


def test_a_clip_stays_in_its_split_when_others_come() -> None:
    clips = [clip(f"s{n}_nohash_0", "yes" if n % 2 else "no", speaker=f"s{n}") for n in range(400)]
    _, few = split_clips(clips[:200], ["yes", "no", "unknown"])
    _, many = split_clips(clips, ["yes", "no", "unknown"])
    for split in SPLITS:
        assert set(few[split]) <= set(many[split])


def test_reads_speaker_and_session(tmp_path: Path) -> None:
    (tmp_path / "yes").mkdir()
    soundfile.write(tmp_path / "yes" / "0a1b2c3d_nohash_0.flac", np.zeros(100), 16000)
    with soundfile.SoundFile(tmp_path / "yes" / "stored.wav", "w", 16000, 1) as file:
        file.comment = json.dumps({"speaker": "ada", "session": "s1"})
        file.write(np.zeros(100))
    (tmp_path / "yes" / "broken.wav").write_text("not audio")
    (tmp_path / "yes" / "notes.txt").write_text("not a clip")
    found = {member.id: (member.speaker, member.session) for member in list_clips(tmp_path)}
    assert found == {"0a1b2c3d_nohash_0": ("0a1b2c3d", None), "stored": ("ada", "s1"), "broken": (None, None)}


def test_no_clips_is_said(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="expected as <label>/<file>"):
        list_clips(tmp_path)
    with pytest.raises(ValueError, match="there is no folder"):
        list_clips(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("counts", "labels", "message"),
    [
        ({"yes": 30, "no": 2}, ["yes", "no"], "label 'no' has 2 clips; at least 5 are needed. Record 3 more."),
        ({"yes": 30, "no": 1}, ["yes", "no"], "label 'no' has 1 clip;"),
        ({"yes": 30}, ["yes"], "only one label, 'yes'"),
        ({"yes": 30, "unknown": 3}, ["yes"], "only one label, 'yes'"),
        ({"yes": 30, "no": 30, "unknown": 3}, ["yes", "no"], "label 'unknown' has 3 clips"),
        ({"yes": 30}, ["yes", "maybe"], "label 'maybe' has 0 clips"),
        ({"yes": 30}, [], "no label to train"),
        ({"yes": 30}, ["unknown"], "no label to train"),
        ({"yes": 30}, ["yes", "yes"], "label 'yes' stands twice"),
        ({"yes": 30, "silence": 9}, ["silence"], "'silence' is a name for noise"),
        ({"yes": 30}, ["../yes"], "a label holds only letters"),
    ],
)
def test_data_that_will_not_do(counts: dict, labels: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_trainable(counts, labels)


def test_folders_that_are_no_label_are_unknown() -> None:
    assert check_trainable({"yes": 9, "cat": 3, "_background_noise_": 2}, ["yes"]) == ["yes", "unknown"]
    assert check_trainable({"yes": 9, "no": 9}, ["yes", "no", "unknown"]) == ["yes", "no", "unknown"]


@pytest.mark.parametrize("label", ["yes", "sí", "はい", "हाँ", "on-off", "n_2", "7"])
def test_labels_of_any_script(label: str) -> None:
    assert check_label(label) == label


@pytest.mark.parametrize(
    "label", ["", "../x", "a/b", "a\\b", "a b", "Yes", "..", "-", "_", "x" * 33, "a\0", "a\n", "e\u0301", "a.wav", "\u202eabc"]
)
def test_what_is_no_label(label: str) -> None:
    with pytest.raises(ValueError, match="^a label "):
        check_label(label)


def test_fingerprint_sees_content_and_label(clips_folder: Path) -> None:
    clips = list_clips(clips_folder)
    assert fingerprint(clips) == fingerprint(clips[::-1]) != fingerprint(clips[1:])
