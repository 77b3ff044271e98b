"""`make bench-features`: batch MFCC extraction against librosa on the same clips, in turn, with the ratio."""

import statistics
import time
from collections.abc import Callable

import librosa
import numpy as np

from training.features import extract, load_default

N_CLIPS = 400
ROUNDS = 7


def main() -> None:
    """Time both in alternation, so that a machine that slows down slows both."""
    params = load_default()
    pcm = np.random.default_rng(1).normal(0, 3000, (N_CLIPS, params.clip_length)).astype(np.int16)
    samples = pcm.astype(np.float32) / 32768

    def librosa_batch() -> None:
        mel = librosa.feature.melspectrogram(
            y=samples, sr=params.sample_rate, n_fft=params.n_fft, hop_length=params.hop_length, win_length=params.frame_length,
            center=False, n_mels=params.n_mels, fmin=params.fmin, fmax=params.fmax, htk=True, norm=None,
        )  # fmt: skip
        librosa.feature.mfcc(S=np.log(np.maximum(mel, params.log_floor)), n_mfcc=params.n_mfcc)

    contenders: dict[str, Callable[[], object]] = {"nestling": lambda: extract(pcm, params, np.float32), "librosa": librosa_batch}
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for round_number in range(ROUNDS + 1):
        for name, run in contenders.items():
            started = time.perf_counter()
            run()
            if round_number:  # the first is for warming up
                seconds[name].append(time.perf_counter() - started)
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    for name, median in medians.items():
        print(f"{name:9} {median / N_CLIPS * 1e3:.3f} ms a clip of one second")
    print(f"librosa / nestling: {medians['librosa'] / medians['nestling']:.2f}")


if __name__ == "__main__":
    main()
