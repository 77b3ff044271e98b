"""Fits the factors of training/features/cost.py: `python -m tests.firmware.fit_frontend`.

Front ends of random settings are built for the emulated Cortex-M4F, and one frame's instructions are counted, function by
function. Run it when the front end's C++ or the toolchain changes, and copy what it prints; tests/firmware/test_frontend.py
then says whether frames are still estimated well.
"""

import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from tests.firmware.test_frontend import FIRMWARE, PARAMS, write_tables
from training.convert.cortexm import Machine, Toolchain
from training.features.cost import N_FFTS, counts, frame_instructions
from training.features.params import MfccParams

N_RANDOM = 24


def samples(rng: np.random.Generator, n: int) -> list[MfccParams]:
    """Every length of the transform, then settings at random."""
    chosen = [replace(PARAMS, n_fft=n_fft, frame_length=n_fft - n_fft // 4, hop_length=n_fft // 4) for n_fft in N_FFTS]
    for _ in range(n):
        n_fft = int(rng.choice(N_FFTS))
        n_mels = int(rng.integers(4, 129))
        fmin, fmax = sorted(int(hz) for hz in rng.choice(8001, 2, replace=False))
        frame_length = int(rng.integers(16, n_fft + 1))
        chosen.append(
            replace(
                PARAMS, n_fft=n_fft, frame_length=frame_length, hop_length=frame_length, n_mels=n_mels,
                n_mfcc=int(rng.integers(1, n_mels + 1)), fmin=fmin, fmax=fmax,
            )
        )  # fmt: skip
    return chosen


def count(params: MfccParams, folder: Path) -> dict[str, int]:
    """Instructions of one frame, by function."""
    folder.mkdir()
    sources = [FIRMWARE / "emulator" / "frontend.cpp", *write_tables(params, folder)]
    machine = Machine(Toolchain().build(sources, folder / "frontend.elf", [folder], keep=["ProcessFrame"]))
    frame = np.random.default_rng(1).normal(0, 3000, params.frame_length).astype(np.int16)
    machine.write("frame", frame.tobytes())
    return machine.profile("ProcessFrame")


def main() -> None:
    rng = np.random.default_rng(5)
    with tempfile.TemporaryDirectory() as folder:
        measured = [(params, count(params, Path(folder) / str(i))) for i, params in enumerate(samples(rng, N_RANDOM))]
    transform = {params.n_fft: found["_ZN8nestling13PowerSpectrumEPfS0_"] for params, found in measured}
    rest = [sum(found.values()) - transform[params.n_fft] for params, found in measured]
    factors, *_ = np.linalg.lstsq(np.array([(*counts(params), 1) for params, _ in measured]), rest, rcond=None)
    print("_TRANSFORM =", transform)
    print("_FACTORS =", tuple(round(float(factor), 2) for factor in factors))


def check() -> None:
    """How far the formula is off as it stands, on settings that it was not fitted to."""
    with tempfile.TemporaryDirectory() as folder:
        chosen = samples(np.random.default_rng(6), N_RANDOM)[len(N_FFTS) :]
        errors = [
            frame_instructions(params) / sum(count(params, Path(folder) / str(i)).values()) - 1 for i, params in enumerate(chosen)
        ]
    print(f"as it stands, {len(errors)} other settings are off by {max(map(abs, errors)):.2%} at most")


if __name__ == "__main__":
    main()
    check()
