"""Cross-validation: how clips are dealt into folds, and the job that trains a network for each."""

import json
import signal
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from tests.training.conftest import write_clips
from tests.training.test_train import process
from training.clips import Clip
from training.metrics import wilson_interval
from training.speech.folds import check_foldable, deal_folds

LABELS = ["yes", "no", "unknown"]


def recordings(speakers: dict[str, int], sessions: int = 1, folders: tuple[str, ...] = ("yes", "no", "dog")) -> list[Clip]:
    """So many clips of each word by each speaker, in so many sessions."""
    return [
        Clip(
            path=Path(folder, f"{speaker}-{number}.wav"),
            folder=folder,
            speaker=speaker or None,
            session=f"{speaker}-session-{number % sessions}",
        )
        for speaker, n in speakers.items()
        for folder in folders
        for number in range(n)
    ]


@pytest.mark.parametrize(
    ("clips", "split_by"),
    [
        (recordings({f"speaker {number}": 3 for number in range(12)}), "speaker"),
        (recordings({"ada": 20}, sessions=8), "speaker of none, so session"),
        (recordings({"ada": 12}), "clip"),
    ],
)
def test_nobody_is_in_two_folds_where_that_can_be(clips: list[Clip], split_by: str) -> None:
    found, folds = deal_folds(clips, LABELS, 4)
    assert found == split_by.split()[-1]
    assert sorted(clip.path for fold in folds for clip in fold) == sorted(clip.path for clip in clips)
    key = {"speaker": lambda clip: clip.speaker, "session": lambda clip: clip.session, "clip": lambda clip: clip.path}[found]
    places: dict[str, set[int]] = {}
    for number, fold in enumerate(folds):
        for clip in fold:
            places.setdefault(key(clip), set()).add(number)
    assert all(len(numbers) == 1 for numbers in places.values())
    for label, n in Counter(clip.label(LABELS) for clip in clips).items():
        counts = [sum(clip.label(LABELS) == label for clip in fold) for fold in folds]
        assert min(counts) >= n / 4 / 2 and max(counts) <= 2 * n / 4, (label, counts)


def test_the_folds_do_not_depend_on_the_order_of_the_clips() -> None:
    clips = recordings({f"speaker {number}": 2 + number % 3 for number in range(9)})
    first, second = (deal_folds(order, LABELS, 3)[1] for order in (clips, clips[::-1]))
    assert [{clip.path for clip in fold} for fold in first] == [{clip.path for clip in fold} for fold in second]


def test_too_few_clips_for_so_many_folds_are_told() -> None:
    assert check_foldable({"yes": 10, "no": 12, "dog": 10}, ["yes", "no"], 10) == LABELS
    with pytest.raises(ValueError, match="label 'yes' has 6 clips; each of 8 folds needs one. Take fewer folds"):
        check_foldable({"yes": 6, "no": 12, "dog": 10}, ["yes", "no"], 8)
    with pytest.raises(ValueError, match="label 'unknown' has 7 clips"):
        check_foldable({"yes": 10, "no": 12, "dog": 3, "unknown": 4}, ["yes", "no"], 8)


@pytest.fixture(scope="module")
def few_clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clips(tmp_path_factory.mktemp("few"), {"rise": "rise", "fall": "fall", "whistle": "other"}, 6)


def job(folder: Path, clips: Path, **changes: object) -> list[str]:
    """The command of a cross-validation; its result goes to `folder`/result.json."""
    choices = {"task": "kfold", "folds": 3, "result": str(folder / "result.json"), "design": {"preset": "conv1d"}}
    return process(folder, clips, "--watch-stdin", **{**choices, **changes})


def test_every_clip_is_judged_once(few_clips: Path, tmp_path: Path) -> None:
    with subprocess.Popen(job(tmp_path, few_clips, epochs=2), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        events = [json.loads(line) for line in child.stdout]
        assert child.wait(timeout=60) == 0
    assert [event["fold"] for event in events if event["event"] == "fold"] == [1, 2, 3]
    assert [(event["fold"], event["epoch"]) for event in events if event["event"] == "epoch"] == [
        (fold, epoch) for fold in (1, 2, 3) for epoch in (1, 2)
    ]
    assert events[0]["clips"] == {label: [2, 2, 2] for label in ("rise", "fall", "unknown")}
    result = json.loads((tmp_path / "result.json").read_text())
    total = result["total"]
    assert result["labels"] == ["rise", "fall", "unknown"] and result["split_by"] == "speaker"  # each clip is its own
    assert events[-1]["event"] == "done" and events[-1]["metrics"] == total
    assert [fold["n"] for fold in result["folds"]] == [6, 6, 6] and [sum(row) for row in total["confusion"]] == [6, 6, 6]
    right = sum(round(fold["accuracy"] * fold["n"]) for fold in result["folds"])
    assert total["accuracy"] == right / 18 and total["interval_95"] == list(wilson_interval(right, 18))
    assert not [path for path in tmp_path.iterdir() if path.name != "result.json"]


def test_one_that_is_cancelled_leaves_no_result(few_clips: Path, tmp_path: Path) -> None:
    command = job(tmp_path, few_clips, epochs=500)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        next(line for line in child.stdout if json.loads(line)["event"] == "epoch")
        child.send_signal(signal.SIGTERM)
        child.stdout.read()
        assert child.wait(timeout=60) == 143
    assert not list(tmp_path.iterdir())
