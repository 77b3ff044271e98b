"""Teach the bodies that every project may begin with: `python -m training.speech.pretrain SPEECH`, or `make bodies`.

A network learns to tell apart the words of Speech Commands (P. Warden, arXiv:1804.03209) and of the word list, spoken by many
synthetic voices (eSpeak NG, Flite), each clip in ever new guises; what it has learned before its last layer is kept. More words
make a better ear than more clips of the same ones (M. Mazumder et al., "Few-shot keyword spotting in any language",
arXiv:2104.01454).
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from training.features import MfccParams, load_default
from training.quiet import import_tensorflow
from training.run import versions
from training.speech.audio import read_clip
from training.speech.augment import MARGIN_SECONDS, Augmentation, Guises, Powers, mel_powers
from training.speech.clips import list_clips
from training.speech.design import preset_design
from training.speech.head_start import BODIES, write_body
from training.speech.say import speak, trimmed, word_list
from training.speech.ship import ATTRIBUTION, LICENCE
from training.speech.voices import Voices
from training.speech.windows import cut, word_start

PRESETS = ("medium", "small")
STEPS = 32_000
SEED = 1

_BATCH_SIZE = 128
_RECORDED = 0.3  # of a batch; the others are spoken by synthetic voices
_N_NOISE = 360
_PEAK_RATE, _WARMUP_STEPS = 4e-3, 200
_N_ESPEAK, _N_FLITE = 32, 2  # of each word: by any of eSpeak NG's voices, by each of Flite's
_FLITE_VOICES = ("slt", "rms", "awb", "kal16")
_EVERY = 500  # steps between two lines


@dataclass(frozen=True)
class Material:
    """What there is to learn from: powers of windows with margins, and the word of each."""

    recorded: Powers
    recorded_words: Sequence[str]
    spoken: Powers
    spoken_words: Sequence[str]
    noise: NDArray[np.int16]

    def without(self, words: Sequence[str]) -> "Material":
        """The same, as if these words did not exist."""
        recorded = [row for row, word in enumerate(self.recorded_words) if word not in words]
        spoken = [row for row, word in enumerate(self.spoken_words) if word not in words]
        return Material(
            self.recorded[recorded],
            [self.recorded_words[row] for row in recorded],
            self.spoken[spoken],
            [self.spoken_words[row] for row in spoken],
            self.noise,
        )


def gather(speech: Path, params: MfccParams, seed: int) -> Material:
    """Read and speak everything.

    Args:
        speech: a folder with train/<word>/ and background_noise/.
        params: the front end.
        seed: the same seed, the same voices.
    Raises:
        ValueError: the folder holds no recordings, or Flite is not installed.
        NoVoicesError: there are no synthetic voices on this computer.
    """
    _flite_program()
    margin = int(MARGIN_SECONDS * params.sample_rate)
    length = params.clip_length + 2 * margin
    clips = list_clips(speech / "train")
    recorded = np.zeros((len(clips), length), np.int16)
    for row, clip in enumerate(clips):
        pcm = read_clip(clip.path, params.sample_rate)
        recorded[row] = cut(pcm, word_start(pcm, params.clip_length) - margin, length)
    spoken, words = speak_all(word_list(), length, params.sample_rate, seed)
    noise = _noise_windows(speech / "background_noise", length, params.sample_rate, seed)
    return Material(mel_powers(recorded, params), [clip.folder for clip in clips], mel_powers(spoken, params), words, noise)


def speak_all(words: Sequence[str], length: int, sample_rate: int, seed: int) -> tuple[NDArray[np.int16], list[str]]:
    """All words by all voices, each in the middle of a window: int16, shape (n, length), and the word of each."""
    with ProcessPoolExecutor() as pool:
        parts = pool.map(_speak_some, *zip(*[(words[k::16], length, sample_rate, seed + k) for k in range(16)], strict=True))
        windows, spoken = zip(*parts, strict=True)
    return np.concatenate(windows), [word for part in spoken for word in part]


def _speak_some(words: Sequence[str], length: int, sample_rate: int, seed: int) -> tuple[NDArray[np.int16], list[str]]:
    rng = np.random.default_rng((seed, 3))
    windows, spoken = [], []
    with Voices() as voices, tempfile.TemporaryDirectory() as folder:
        for word in words:
            takes = [speak(voices, word, sample_rate, rng) for _ in range(_N_ESPEAK)]
            takes += [_flite(word, voice, sample_rate, rng, Path(folder)) for voice in _FLITE_VOICES for _ in range(_N_FLITE)]
            for pcm in filter(len, takes):
                windows.append(cut(pcm, (len(pcm) - length) // 2, length))
                spoken.append(word)
    return np.array(windows, np.int16), spoken


def _flite_program() -> str:
    program = shutil.which("flite")
    if program is None:
        raise ValueError("Flite is not installed; install it (on Debian: apt-get install flite)")
    return program


def _flite(word: str, voice: str, sample_rate: int, rng: np.random.Generator, folder: Path) -> NDArray[np.int16]:
    """A word by one of Flite's voices, at some pace, from a throat of some length."""
    file, stretch, throat = folder / "said.wav", rng.uniform(0.75, 1.3), rng.uniform(0.85, 1.18)
    options = ["-voice", voice, "--setf", f"duration_stretch={stretch:.2f}", "-t", word, "-o", str(file)]
    subprocess.run([_flite_program(), *options], check=True, capture_output=True)
    samples, rate = soundfile.read(file)
    return trimmed(soxr.resample(samples, rate, sample_rate * throat, quality="HQ"), sample_rate)


def _noise_windows(folder: Path, length: int, sample_rate: int, seed: int) -> NDArray[np.int16]:
    """Cut from recordings of noise at random: int16, shape (n, length)."""
    rng = np.random.default_rng((seed, 4))
    files = sorted(path for path in folder.iterdir() if path.suffix in (".flac", ".wav"))
    if not files:
        raise ValueError(f"there is no recording of noise in {folder}")
    recordings = [read_clip(path, sample_rate) for path in files]
    found = []
    for number in range(_N_NOISE):
        pcm = recordings[number % len(recordings)]
        found.append(cut(pcm, int(rng.integers(max(1, len(pcm) - length))), length))
    return np.array(found, np.int16)


def pretrain(preset: str, params: MfccParams, material: Material, steps: int, seed: int) -> tuple[list[Any], dict[str, Any]]:
    """Teach a body.

    Args:
        preset: of the network.
        params: the front end.
        material: what it learns from.
        steps: batches.
        seed: the same seed, the same body, on the same kind of computer.
    Returns:
        The weights of all layers but the last, and what is to be said of them.
    """
    import keras

    from training.speech import models
    from training.speech.fit import ahead, compile_model

    keras.utils.set_random_seed(seed)
    words = sorted({*material.recorded_words, *material.spoken_words})
    batches = _batches(material, words, params, seed)
    sample = np.concatenate([next(batches)[0] for _ in range(8)]).reshape(-1, params.n_mfcc)
    model = models.build(preset_design(preset), params, len(words), sample.mean(axis=0), sample.std(axis=0) + 1e-3)
    rate = compile_model(model, _PEAK_RATE, steps, _WARMUP_STEPS, decay=1e-4, smooth=0.05)
    started = time.monotonic()

    def tell(epoch: int, logs: dict[str, float] | None = None) -> None:
        logs = logs or {}
        line = f"{preset}: {(epoch + 1) * per_line:,} of {steps:,} batches, loss {logs['loss']:.2f}, right {logs['accuracy']:.1%}"
        sys.stdout.write(f"{line}, {time.monotonic() - started:.0f} s\n")
        sys.stdout.flush()

    per_line = min(_EVERY, steps)
    one_hot = np.eye(len(words), dtype=np.float32)
    history = model.fit(
        ahead((features, one_hot[labels]) for features, labels in batches),
        epochs=max(1, steps // per_line),
        steps_per_epoch=per_line,
        callbacks=[rate, keras.callbacks.LambdaCallback(on_epoch_end=tell)],
        shuffle=False,
        verbose=0,
    )
    about = {
        "params_crc32": params.crc32,
        "words": len(words),
        "clips": {"recorded": len(material.recorded), "synthetic": len(material.spoken)},
        "batches": steps,
        "seed": seed,
        "right_of_augmented": round(float(history.history["accuracy"][-1]), 3),
        "licence": LICENCE,
        "attribution": f"{ATTRIBUTION.rstrip('.')}; synthetic voices: eSpeak NG, Flite (CMU)",
        "versions": versions(("tensorflow", "keras", "numpy", "espeakng-loader")),
    }
    return model.get_weights()[:-2], about


def _batches(
    material: Material, words: Sequence[str], params: MfccParams, seed: int
) -> Iterator[tuple[NDArray[np.float32], NDArray[np.int64]]]:
    """Features and indices of words, for ever. Rare recorded words come oftener than their share, and common ones less often."""
    rng = np.random.default_rng((seed, 5))
    index = {word: number for number, word in enumerate(words)}
    recorded = np.array([index[word] for word in material.recorded_words])
    spoken = np.array([index[word] for word in material.spoken_words])
    counts = Counter(material.recorded_words)
    chances = np.array([counts[word] ** -0.5 for word in material.recorded_words])
    chances /= chances.sum()
    guises = Guises(params, material.noise.shape[1], material.noise, rng, Augmentation(), material.spoken)
    n_recorded = round(_RECORDED * _BATCH_SIZE)
    while True:
        first = rng.choice(len(recorded), n_recorded, p=chances)
        second = rng.integers(len(spoken), size=_BATCH_SIZE - n_recorded)
        powers = np.concatenate([material.recorded[first], material.spoken[second]])
        yield guises.features(powers), np.concatenate([recorded[first], spoken[second]])


def main() -> None:
    """Teach each preset's body and write it where training finds it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("speech", type=Path, help="folder with train/<word>/ and background_noise/ of Speech Commands")
    parser.add_argument("--presets", nargs="+", default=PRESETS, choices=PRESETS)
    parser.add_argument("--leave-out", nargs="*", default=[], help="words that it must not learn")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--out", type=Path, default=BODIES)
    options = parser.parse_args()
    params = load_default()
    try:
        material = gather(options.speech, params, SEED).without(options.leave_out)
    except ValueError as error:
        parser.error(str(error))
    import_tensorflow()
    for preset in options.presets:
        write_body(options.out, preset, *pretrain(preset, params, material, options.steps, SEED))


if __name__ == "__main__":
    main()
