"""Reading audio, finding the word, cutting windows, augmenting, and the arithmetic of metrics."""

import base64
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.training.conftest import spoken
from training.features import extract, load_default
from training.labels import NOISE, UNKNOWN
from training.metrics import summarise, wilson_interval
from training.speech import locate
from training.speech.audio import read_clip
from training.speech.augment import Augmentation, Augmenter
from training.speech.clips import list_clips
from training.speech.connected import Connected
from training.speech.windows import Windows, cut, windows_to_judge, windows_to_learn, word_start

PARAMS = load_default()
LABELS = ["rise", "fall", "unknown"]


def ignore_progress(done: int, total: int) -> None:
    pass


def tone(rate: int, frequency: float, seconds: float = 1.0, level: float = 0.5) -> np.ndarray:
    return level * np.sin(2 * np.pi * frequency * np.arange(int(rate * seconds)) / rate)


@pytest.mark.parametrize(
    ("suffix", "rate", "channels", "subtype"),
    [
        ("wav", 16000, 1, "PCM_16"), ("wav", 48000, 2, "PCM_24"), ("wav", 44100, 1, "PCM_U8"), ("wav", 8000, 1, "FLOAT"),
        ("flac", 22050, 2, "PCM_16"), ("ogg", 48000, 1, "VORBIS"),
    ],
)  # fmt: skip
def test_reads_any_rate_and_format(tmp_path: Path, suffix: str, rate: int, channels: int, subtype: str) -> None:
    path = tmp_path / f"tone.{suffix}"
    soundfile.write(path, np.repeat(tone(rate, 1000)[:, None], channels, axis=1), rate, subtype=subtype)
    pcm = read_clip(path, 16000)
    assert pcm.dtype == np.int16 and abs(len(pcm) - 16000) <= 1
    middle = pcm[4000:12000] / 32768
    phase = np.exp(-2j * np.pi * 1000 * np.arange(8000) / 16000)
    assert 2 * abs((middle * phase).mean()) == pytest.approx(0.5, abs=0.01)
    assert np.std(middle) == pytest.approx(0.5 / np.sqrt(2), abs=0.01)


def test_resampling_does_not_fold_high_tones(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "high.wav", tone(48000, 11000), 48000)
    assert np.abs(read_clip(tmp_path / "high.wav", 16000)[1000:-1000]).max() < 10


EMPTY_WAV = b"RIFF$\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x80>\0\0\0}\0\0\x02\0\x10\0data\0\0\0\0"


@pytest.mark.parametrize(
    ("content", "message"), [(b"", "is not a WAV"), (b"not audio", "is not a WAV"), (EMPTY_WAV, "holds no samples")]
)
def test_what_is_no_recording(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "clip.wav"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=f"clip.wav {message}"):
        read_clip(path, 16000)


def test_locate_golden_vectors() -> None:
    vectors = json.loads(locate.PATH.read_text())
    for case in vectors["cases"]:
        pcm = np.frombuffer(base64.b64decode(case["pcm"]), "<i2")
        assert locate.locate_word(pcm, vectors["window"]) == case["start"], case["id"]


def test_the_window_holds_the_word() -> None:
    rng = np.random.default_rng(5)
    for _ in range(50):
        samples = spoken("rise", rng)
        window = cut(pcm := (samples * 32767).astype(np.int16), word_start(pcm, 16000), 16000)
        assert (window.astype(float) ** 2).sum() > 0.99 * (pcm.astype(float) ** 2).sum() - 16000 * 40**2


def test_a_short_clip_stands_in_the_middle() -> None:
    pcm = np.ones(1000, np.int16)
    window = cut(pcm, word_start(pcm, 16000), 16000)
    assert window[7500:8500].all() and not window[:7500].any() and not window[8500:].any()


def test_unknown_is_cut_in_several_places_and_keywords_in_one(clips_folder: Path) -> None:
    clips = list_clips(clips_folder)
    windows = windows_to_learn(clips, LABELS, PARAMS, 3200, ignore_progress)
    per_clip = {clip.path: 0 for clip in clips}
    for clip in windows.clips:
        per_clip[clip.path] += 1
    assert {count for path, count in per_clip.items() if path.parent.name != "whistle"} == {1}
    assert min(count for path, count in per_clip.items() if path.parent.name == "whistle") >= 2
    assert windows.pcm.shape == (len(windows), PARAMS.clip_length + 2 * 3200)


def test_a_window_to_learn_is_the_window_to_judge_with_its_surroundings(clips_folder: Path) -> None:
    clips = [clip for clip in list_clips(clips_folder) if clip.folder == "rise"]
    learn = windows_to_learn(clips, LABELS, PARAMS, 3200, ignore_progress)
    judge = windows_to_judge(clips, LABELS, PARAMS, ignore_progress)
    assert learn.starts == judge.starts
    np.testing.assert_array_equal(learn.pcm[:, 3200:-3200], judge.pcm)


def test_augmentation_is_repeatable_varied_and_balanced(clips_folder: Path) -> None:
    windows = windows_to_learn(list_clips(clips_folder), LABELS, PARAMS, 3200, ignore_progress)
    first, again, other = (next(Augmenter(windows, PARAMS, 3, seed).batches(256)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first[0], again[0])
    assert not np.array_equal(first[0], other[0])
    assert first[0].dtype == np.float32 and first[0].shape == (256, *PARAMS.shape) and np.isfinite(first[0]).all()
    shares = np.bincount(first[1], minlength=3) / 256
    assert shares[2] == pytest.approx(0.53, abs=0.12) and shares[0] == pytest.approx(shares[1], abs=0.12)


def test_augmented_windows_are_still_the_same_words(clips_folder: Path) -> None:
    """Averaged over many draws, a word's features stay nearer to their own word than to the other."""
    clips = list_clips(clips_folder)
    windows = windows_to_learn(clips, LABELS, PARAMS, 3200, ignore_progress)
    plain = [extract(windows.pcm[windows.labels == label, 3200:-3200], PARAMS).mean(axis=0)[:, 1:] for label in (0, 1)]
    augmenter = Augmenter(windows, PARAMS, 3, 1)
    for label in (0, 1):
        varied = augmenter.vary(np.flatnonzero(windows.labels == label)).mean(axis=0)[:, 1:]
        assert (
            np.corrcoef(varied.ravel(), plain[label].ravel())[0, 1] > np.corrcoef(varied.ravel(), plain[1 - label].ravel())[0, 1]
        )


def test_connected_speech_is_words_without_pauses() -> None:
    """Three words, each loud in a band of its own for 20 of 69 rows; nobody draws the third."""
    powers = np.full((3, 69, 4), 1e-6, np.float32)
    for word in range(3):
        powers[word, 24:44, word] = 10.0**word
    windows = Connected(powers, np.array([0.5, 0.5, 0.0]), 0.02, np.random.default_rng(1)).draw(200)
    assert windows.shape == (200, 69, 4)
    assert windows[:, :, 2].max() < 1e-3 and (windows[:, :, :2].max(axis=(1, 2)) > 0.1).all()
    alone = 0
    for window in windows:
        loud = np.flatnonzero(window.sum(axis=1) > 0.1)
        assert np.diff(loud).max() <= 5, "no pause within"
        alone += len(loud) <= 20
        assert loud[0] < 5 or loud[-1] >= 64, "talk comes before or goes on behind"
    assert not alone
    sides = np.array([[window[:5].sum() > 0.1, window[-5:].sum() > 0.1] for window in windows])
    assert 0.2 < sides.all(axis=1).mean() < 0.5


def test_there_is_no_connected_speech_without_words() -> None:
    assert not Connected(np.zeros((4, 69, 40), np.float32), np.full(4, 0.25), 0.02, np.random.default_rng(1))
    assert not Connected(np.zeros((0, 69, 40), np.float32), np.zeros(0), 0.02, np.random.default_rng(1))


@pytest.mark.parametrize(("times", "share"), [(1, 0.11), (12, 0.38)])
def test_of_unknown_a_share_is_connected_speech_with_keywords_in_it(clips_folder: Path, times: int, share: float) -> None:
    """A larger one where more is recorded. Told by silent recordings of unknown: what is loud there is made of keywords."""
    windows = windows_to_learn(list_clips(clips_folder), LABELS, PARAMS, 3200, ignore_progress)
    windows = windows.chosen(windows.labels < 2)
    unknown = replace(windows, pcm=np.zeros_like(windows.pcm), labels=np.full_like(windows.labels, 2))
    pcm, labels = (
        np.concatenate([np.repeat(getattr(part, name), times, axis=0) for part in (windows, unknown)])
        for name in ("pcm", "labels")
    )
    silent = Windows(pcm, labels, [0] * len(labels), [*windows.clips, *unknown.clips] * times)
    settings = Augmentation(noise_windows=0.0, cut_windows=0.0, connected_share=0.5, noise_share=0.0, floor_dbfs=(-90.0, -90.0))
    features, drawn = next(Augmenter(silent, PARAMS, 3, 1, settings).batches(1000))
    levels = features[drawn == 2, :, 0].max(axis=1)
    assert (levels > levels.min() + 20).mean() == pytest.approx(share, abs=0.06)


def test_where_noise_has_a_class_of_its_own_nobody_is_of_it(clips_folder: Path, tmp_path: Path) -> None:
    """And a long recording of it is cut in several places, as unknown is."""
    (tmp_path / NOISE).mkdir()
    soundfile.write(tmp_path / NOISE / "hum.wav", np.random.default_rng(1).uniform(-0.03, 0.03, 80000), 16000)
    labels = [*LABELS[:2], NOISE, UNKNOWN]
    windows = windows_to_learn([*list_clips(clips_folder), *list_clips(tmp_path)], labels, PARAMS, 3200, ignore_progress)
    assert np.bincount(windows.labels)[2] >= 5
    windows = windows.chosen(windows.labels != 3)
    settings = Augmentation(noise_windows=0.5, cut_windows=0.0, connected_share=0.0)
    _, drawn = next(Augmenter(windows, PARAMS, 4, 1, settings).batches(1000))
    assert (drawn == 3).mean() == 0 and (drawn == 2).mean() > 0.5


@pytest.mark.parametrize(("correct", "n"), [(17, 18), (5, 10), (531, 551), (1, 3)])
def test_wilson_interval_solves_its_equation(correct: int, n: int) -> None:
    """Its ends are the proportions from which the observed one is 1.96 standard errors away."""
    for end in wilson_interval(correct, n):
        assert abs(correct / n - end) == pytest.approx(1.959964 * np.sqrt(end * (1 - end) / n), abs=1e-6)


def test_wilson_interval_at_the_edges() -> None:
    assert wilson_interval(0, 10)[0] == 0.0 and wilson_interval(10, 10)[1] == pytest.approx(1.0)
    assert wilson_interval(0, 0) == (0.0, 1.0)


def test_metrics() -> None:
    metrics = summarise(np.array([0, 0, 1, 1, 1]), np.array([0, 1, 1, 1, 0]), ["a", "b", "c"])
    assert metrics["confusion"] == [[1, 1, 0], [1, 2, 0], [0, 0, 0]]
    assert metrics["accuracy"] == 0.6 and metrics["n"] == 5
    assert metrics["per_label"]["b"] == pytest.approx({"precision": 2 / 3, "recall": 2 / 3, "f1": 2 / 3})
    assert metrics["per_label"]["c"] == {"precision": None, "recall": None, "f1": None}
