"""Recordings that the tests make themselves: two 'words' that sound different, and noise."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

RATE = 16000


def spoken(word: str, rng: np.random.Generator, seconds: float = 2.0) -> np.ndarray:
    """A made word: a vowel-like tone that glides up ('rise') or down ('fall'), or one that warbles ('other'), in faint noise."""
    length = int(rng.uniform(0.45, 0.65) * RATE)
    t = np.arange(length) / length
    low, high = rng.uniform(250, 350), rng.uniform(900, 1200)
    pitch = {"rise": low + (high - low) * t, "fall": high + (low - high) * t, "other": low + 150 * np.sin(2 * np.pi * 4 * t)}[
        word
    ]
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    tone = sum(np.sin(harmonic * phase) / harmonic for harmonic in (1, 2, 3)) * np.hanning(length)
    samples = rng.normal(0, 0.001, int(seconds * RATE))
    start = rng.integers(0, len(samples) - length)
    samples[start : start + length] += rng.uniform(0.1, 0.4) * tone
    return samples


def write_clips(folder: Path, words: dict[str, str], n: int, seed: int = 0) -> Path:
    """`n` clips of 2 s in `<folder>/<label>/` for each label: word."""
    rng = np.random.default_rng(seed)
    for label, word in words.items():
        (folder / label).mkdir(parents=True, exist_ok=True)
        for number in range(n):
            soundfile.write(folder / label / f"{label}{number:03}.wav", spoken(word, rng), RATE, subtype="PCM_16")
    return folder


@pytest.fixture(scope="session")
def clips_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """30 clips each of 'rise', 'fall' and of another word."""
    return write_clips(tmp_path_factory.mktemp("clips"), {"rise": "rise", "fall": "fall", "whistle": "other"}, 30)


@pytest.fixture(autouse=True)
def little_talk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Models learn from seconds of synthetic talk, and decisions are chosen on seconds, instead of minutes."""
    monkeypatch.setattr("training.speech.spoken.TALK_SECONDS", 12.0)
    monkeypatch.setattr("training.speech.decide.CHATTER_SECONDS", 5.0)
