"""Thresholds that are chosen for a stated number of false accepts an hour, and what the commands make of them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner
from numpy.typing import NDArray

from server.cli import main
from training.clips import Clip
from training.convert.manifest import read_manifest
from training.features import load_default
from training.features.mfcc import dct_matrix, mel_filterbank
from training.speech import chatter, decide
from training.speech.decide import Tail, choose_decision, find_peaks, keyword_stream, negative_streams, sieve, smooth
from training.speech.stream import DEFAULT, HIGHEST, PRESETS, read_decision
from training.speech.voices import NoVoicesError
from training.speech.windows import Windows

PARAMS = load_default()
RATE, STRIDE = PARAMS.sample_rate, 10 * PARAMS.hop_length
LABELS = ["high", "low", "unknown"]
SHIPPED = Path(__file__).parents[2] / "exports" / "yes-no"


def tone(hertz: float, seconds: float = 1.0) -> NDArray[np.int16]:
    t = np.arange(int(seconds * RATE)) / RATE
    return np.int16(9000 * np.sin(2 * np.pi * hertz * t) * np.hanning(len(t)))


def windows(n: int = 4, with_unknown: bool = True) -> Windows:
    """Words that are tones: 2 kHz for high, 400 Hz for low; clicks for unknown."""
    clicks = np.zeros(RATE, np.int16)
    clicks[::800] = 9000
    kinds = [("high", tone(2000)), ("low", tone(400)), *([("unknown", clicks)] if with_unknown else [])]
    labels = [name for name, _ in kinds for _ in range(n)]
    return Windows(
        pcm=np.array([pcm for _, pcm in kinds for _ in range(n)]),
        labels=np.array([LABELS.index(label) for label in labels]),
        starts=[0] * len(labels),
        clips=[Clip(path=Path(label, str(number)), folder=label) for number, label in enumerate(labels)],
    )


def hear_tones(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """A model that compares the bands of both tones with the others, in the ten loudest frames."""
    bands = features @ dct_matrix(PARAMS.n_mels, PARAMS.n_mfcc)
    loud = np.sort(bands - bands.mean(axis=2, keepdims=True), axis=1)[:, -10:].mean(axis=1)
    tones = [int(mel_filterbank(PARAMS)[:, round(hertz / RATE * PARAMS.n_fft)].argmax()) for hertz in (2000, 400)]
    logits = np.concatenate([3 * loud[:, tones], np.full((len(features), 1), 6.0)], axis=1)
    scores = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.float32(scores / scores.sum(axis=1, keepdims=True))


def nothing(done: int, of: int) -> None:
    pass


def test_the_keywords_are_said_in_noise_where_the_marks_are() -> None:
    data = windows(3)
    stream = keyword_stream(data, LABELS, PARAMS, np.random.default_rng(1))
    assert len(stream.marks) == 60 and {mark.label for mark in stream.marks} == {"high", "low"}
    for mark, following in zip(stream.marks, stream.marks[1:], strict=False):
        assert mark.end - mark.start == PARAMS.clip_length and mark.end + PARAMS.clip_length <= following.start
    for mark in stream.marks:
        said = stream.pcm[mark.start : mark.end].astype(float)
        word = data.pcm[[LABELS[label] for label in data.labels].index(mark.label)].astype(float)
        noise = said - word
        snr = 10 * np.log10((word**2).mean() / (noise**2).mean())
        assert 3 < snr < 22
    assert len(keyword_stream(data, LABELS, PARAMS, np.random.default_rng(1), at_least=1).marks) == 6


def test_the_negatives_hold_the_project_s_own_and_talk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decide, "_PIECE_SECONDS", 2.0)

    def pieces() -> list[NDArray[np.int16]]:
        return list(negative_streams(windows(), LABELS, PARAMS, np.random.default_rng(2)))

    own, *talk = pieces()
    assert len(own) == RATE * (4 + 30) and len(talk) == 3
    assert all(RATE * (5 / 3 + 30) <= len(piece) < RATE * (5 / 3 + 15 + 30) for piece in talk)
    loud = [np.abs(piece[: RATE * 2].astype(float)).mean() for piece in talk]
    assert len(set(loud)) == 3
    assert all(np.array_equal(first, second) for first, second in zip(talk, pieces()[1:], strict=True))

    def mute(*_: Any) -> None:
        raise NoVoicesError("there are none")

    monkeypatch.setattr(decide, "chatter", mute)
    (only,) = pieces()
    assert np.array_equal(only, own)


def test_the_talk_does_not_say_the_keywords() -> None:
    from training.speech.voices import Voices

    with Voices() as voices:
        words = chatter._english(["no", "write"], voices)
    assert "know" not in words and "right" not in words and len(words) > 100
    utterances = [chatter._draw(words, ["casa"], np.random.default_rng(seed), list(chatter.LANGUAGES)) for seed in range(200)]
    assert not any("casa" in utterance.text.split() for utterance in utterances)
    assert len({utterance.voice.split("+")[0] for utterance in utterances}) > 10


def test_peaks_lie_apart() -> None:
    means = np.array([0.1, 0.9, 0.8, 0.2, 0.7, 0.3, 0.95])
    assert find_peaks(means, 3).tolist() == [0.95, 0.9]
    assert find_peaks(means, 1).tolist() == sorted(means, reverse=True)
    assert smooth(np.array([[1.0], [2.0], [6.0]]), 2).tolist() == [[1.5], [4.0]]
    assert smooth(np.ones((1, 3)), 3).shape == (0, 3)


def peaks_of_hours(hours: float, scale: float, seed: int) -> NDArray[np.float64]:
    """A hundred events an hour, whose logits fall off exponentially above 0."""
    rng = np.random.default_rng(seed)
    logits = rng.exponential(scale, int(100 * hours))
    return np.sort(1 / (1 + np.exp(-logits)))[::-1]


def test_a_rate_that_was_seen_is_counted() -> None:
    tail = Tail(peaks_of_hours(20, 0.8, 3), 20)
    threshold, drawn_on = tail.threshold(2)
    assert not drawn_on and int((tail.peaks >= threshold).sum()) == 40 and tail.per_hour(threshold) == 2


def test_a_rate_that_was_not_seen_is_drawn_on() -> None:
    """From a quarter of an hour to once in two hours: right on average, within a factor of two and a half."""
    found = []
    for seed in range(40):
        threshold, drawn_on = (tail := Tail(peaks_of_hours(0.25, 0.5, seed), 0.25)).threshold(0.5)
        assert drawn_on and tail.per_hour(threshold) == pytest.approx(0.5, rel=1e-6)
        found.append(np.log(100) - np.log(threshold / (1 - threshold)) / 0.5)  # logarithm of the true rate
    assert abs(np.median(found) - np.log(0.5)) < np.log(2.5)


def test_with_hardly_a_peak_it_is_pessimistic() -> None:
    threshold, drawn_on = Tail(np.array([0.2]), 0.01).threshold(0.5)
    assert drawn_on and threshold > 0.98


def test_a_decision_is_whole_and_strict_is_stricter() -> None:
    told: list[tuple[int, int]] = []
    decision = choose_decision(hear_tones, PARAMS, STRIDE, LABELS, windows(), 1, lambda *minutes: told.append(minutes))
    assert told == [(1, 1), (1, 1)]  # half a minute with four clips, and again with five seconds of talk
    assert list(decision["presets"]) == list(PRESETS) and decision["preset"] == DEFAULT
    assert json.loads(json.dumps(decision)) == decision
    read = read_decision({"labels": LABELS, "decision": decision})
    strict, normal, eager = (read.thresholds(LABELS, preset)[:2] for preset in PRESETS)
    assert (strict >= normal).all() and (normal >= eager).all() and (eager >= 0.5).all() and (strict <= HIGHEST).all()
    chosen_on = decision["chosen_on"]
    assert chosen_on["keywords"] == 64 and chosen_on["extrapolated"] and chosen_on["negative_hours"] > 0.01
    missed = [chosen_on["false_rejects"][preset] for preset in PRESETS]
    assert missed == sorted(missed, reverse=True) and missed[-1] <= 0.2
    assert decision == choose_decision(hear_tones, PARAMS, STRIDE, LABELS, windows(), 1, nothing)


def test_a_model_that_hears_words_everywhere_says_so() -> None:
    """No threshold keeps its promise then, so the rate that it really has stands there."""

    def guess(features: NDArray[np.float32]) -> NDArray[np.float32]:
        rng = np.random.default_rng(int(abs(features).sum()) % 2**31)
        return np.float32(rng.dirichlet([0.3, 0.3, 0.3], len(features)))

    presets = choose_decision(guess, PARAMS, STRIDE, LABELS, windows(), 1, nothing)["presets"]
    assert presets["strict"]["false_accepts_per_hour"] > 20


def test_without_validation_clips_there_is_a_decision_too() -> None:
    empty = Windows(np.zeros((0, RATE), np.int16), np.zeros(0, np.int64), [], [])
    chosen_on = choose_decision(hear_tones, PARAMS, STRIDE, LABELS, empty, 1, nothing)["chosen_on"]
    assert (chosen_on["keywords"], chosen_on["false_rejects"]) == (0, {})


def test_the_exact_engine_is_asked_only_where_a_keyword_may_be() -> None:
    asked: list[int] = []

    def quick(features: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.float32([[0.0, 0.05, 0.95], [0.0, 0.2, 0.8], [0.9, 0.0, 0.1]])

    def exact(features: NDArray[np.float32]) -> NDArray[np.float32]:
        asked.extend(features[:, 0, 0].astype(int))
        return np.float32([[0, 0, 1]] * len(features))

    rows = sieve(quick, exact, LABELS)(np.arange(3, dtype=np.float32).reshape(3, 1, 1))
    assert asked == [1, 2] and rows.tolist() == [pytest.approx([0.0, 0.05, 0.95]), [0, 0, 1], [0, 0, 1]]


# The commands


def write(path: Path, pcm: NDArray[np.int16], rate: int = RATE) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, pcm, rate, subtype="PCM_16")
    return path


def run(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    return result.exit_code, result.stdout, result.stderr


def test_stream_tells_what_is_detected(tmp_path: Path) -> None:
    file = write(tmp_path / "long.wav", np.concatenate([tone(300, 3), np.zeros(8 * RATE, np.int16)]), RATE)
    code, out, _ = run("stream", "--bundle", SHIPPED, file, "--json")
    told = json.loads(out)
    assert code == 0 and told["preset"] == "normal" and told["seconds"] == 11
    assert all(set(each) == {"label", "score", "at_s"} and each["label"] in ("yes", "no") for each in told["detections"])
    code, out, _ = run("stream", "--bundle", SHIPPED, file)
    assert code == 0 and "detected in 0:00:11.0, preset normal" in out


@pytest.mark.parametrize(
    ("seconds", "arguments", "message"),
    [
        (0.9, [], "short.wav is shorter than the 1 s that the model hears at once"),
        (2.0, ["--preset", "bold"], "the model has no preset 'bold'; it has strict, normal, eager"),
    ],
)
def test_stream_says_what_will_not_do(tmp_path: Path, seconds: float, arguments: list[str], message: str) -> None:
    file = write(tmp_path / "short.wav", tone(300, seconds))
    code, _, err = run("stream", "--bundle", SHIPPED, file, *arguments)
    assert (code, err.strip().splitlines()[-1]) == (1, f"nestling: {message}")


def test_evaluate_on_a_stream(tmp_path: Path) -> None:
    for label in ("yes", "no", "cat"):
        for number in range(2):
            write(tmp_path / "clips" / label / f"{number}.wav", tone(300 + 200 * number))
    write(tmp_path / "radio" / "one" / "a.wav", tone(500, 4)[::2], RATE // 2)
    write(tmp_path / "radio" / "empty.wav", np.zeros(0, np.int16))
    command = ["evaluate", "--bundle", SHIPPED, "--clips", tmp_path / "clips", "--stream", "--negatives", tmp_path / "radio"]
    code, out, err = run(*command, "--json")
    assert code == 0, err
    told = json.loads(out)
    assert told["keywords"] == 4 and (told["engine"], told["seed"]) == ("int8", 1)
    # Two other words, half a minute of noise, four seconds of radio; four slots of 3.8 s less two windows each.
    assert told["negative_hours"] == pytest.approx((2 + 30 + 4 + 4 * 1.8) / 3600, abs=1e-4)
    rates, shipped = told["presets"]["normal"], read_manifest(SHIPPED)["decision"]["presets"]["normal"]
    assert set(told["presets"]) == set(PRESETS) and rates["thresholds"] == shipped["thresholds"]
    assert rates["chosen_for"] == shipped["false_accepts_per_hour"]
    assert rates["false_rejects"] == rates["missed"] / 4
    assert len(told["det"]) == 40
    code, out, _ = run(*command)
    assert code == 0 and "4 keywords in noise at 5 to 20 dB" in out and "DET curve" in out


def test_evaluate_says_what_will_not_do(tmp_path: Path) -> None:
    clips = write(tmp_path / "clips" / "cat" / "1.wav", tone(300)).parents[1]
    code, _, err = run("evaluate", "--bundle", SHIPPED, "--clips", clips, "--stream")
    assert code == 1 and f"no clip in {clips} is of a word that the model knows (yes, no)" in err
    write(clips / "yes" / "1.wav", tone(300))
    (tmp_path / "none").mkdir()
    code, _, err = run("evaluate", "--bundle", SHIPPED, "--clips", clips, "--stream", "--negatives", tmp_path / "none")
    assert code == 1 and f"there is no recording in {tmp_path / 'none'}" in err
    code, _, err = run("evaluate", "--bundle", SHIPPED, "--clips", clips, "--seed", 2)
    assert code == 2 and "--negatives and --seed go with --stream" in err
