"""What a search can choose from: front ends (frames, mel bands, coefficients, frequencies) and networks (presets, their widths
and depths). Standard library only.

Every choice is one that the parameters and the layers of people can express, so that a result is taken as it is.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

from training.features.params import MfccParams
from training.speech.presets import conv1d, ds_cnn

CHOSEN = ("frame_length", "hop_length", "n_fft", "n_mels", "n_mfcc", "fmin", "fmax")  # of the front end
_FRAME_MS = (20, 25, 30, 32, 40)
_HOP_MS = (10, 15, 20, 25, 30)
_N_MELS = (20, 26, 32, 40)
_N_MFCC = (8, 20)
_FMIN = (20, 60, 120, 300)
_FMAX = (4000, 5500, 7000, 7600)
_SMALLEST_FFT = 64


class Chooser(Protocol):
    """Whoever chooses: an Optuna trial, or settings that were chosen before."""

    def suggest_categorical(self, name: str, choices: Sequence[Any]) -> Any: ...

    def suggest_int(self, name: str, low: int, high: int, *, step: int = 1) -> int: ...


def choose(chooser: Chooser, base: MfccParams) -> tuple[MfccParams, dict[str, Any]]:
    """A front end, and a network's design as JSON.

    Args:
        chooser: is asked for each setting by its name.
        base: has the sampling rate, the length of a clip and the conventions, which stay as they are.
    """
    return _front_end(chooser, base), _network(chooser)


def usual(base: MfccParams) -> dict[str, Any]:
    """The settings of the default preset, and of `base` as nearly as the choices come to it."""
    rate = base.sample_rate
    return {
        "frame_ms": _nearest(_FRAME_MS, base.frame_length * 1000 / rate),
        "hop_ms": _nearest(_HOP_MS, base.hop_length * 1000 / rate),
        "n_mels": _nearest(_N_MELS, base.n_mels),
        "n_mfcc": min(max(base.n_mfcc, _N_MFCC[0]), _N_MFCC[1]),
        "fmin": _nearest(_FMIN, base.fmin),
        "fmax": _nearest(_highest(base), base.fmax),
        "network": "ds_cnn",
        "ds_cnn_width": 48,
        "ds_cnn_blocks": 4,
    }


def _front_end(chooser: Chooser, base: MfccParams) -> MfccParams:
    frame = chooser.suggest_categorical("frame_ms", _FRAME_MS) * base.sample_rate // 1000
    hop = chooser.suggest_categorical("hop_ms", _HOP_MS) * base.sample_rate // 1000
    n_fft = _SMALLEST_FFT
    while n_fft < frame:
        n_fft *= 2
    return replace(
        base,
        frame_length=frame,
        hop_length=min(hop, frame),
        n_fft=n_fft,
        n_mels=chooser.suggest_categorical("n_mels", _N_MELS),
        n_mfcc=chooser.suggest_int("n_mfcc", *_N_MFCC),
        fmin=chooser.suggest_categorical("fmin", _FMIN),
        fmax=chooser.suggest_categorical("fmax", _highest(base)),
    )


def _highest(base: MfccParams) -> Sequence[float]:
    """Upper ends of the mel bands, below half of the sampling rate."""
    return [fmax for fmax in _FMAX if fmax <= base.sample_rate / 2] or [base.sample_rate / 2]


def _network(chooser: Chooser) -> dict[str, Any]:
    kind = chooser.suggest_categorical("network", ("ds_cnn", "conv1d"))
    if kind == "ds_cnn":
        width, depth = chooser.suggest_int("ds_cnn_width", 16, 80, step=8), chooser.suggest_int("ds_cnn_blocks", 2, 5)
        layers, name = ds_cnn(width, depth), f"ds_cnn, {width} channels, {depth} blocks"
    else:
        width, depth = chooser.suggest_int("conv1d_width", 8, 32, step=8), chooser.suggest_int("conv1d_layers", 1, 3)
        layers, name = conv1d(*(width * 2**n for n in range(depth))), f"conv1d, from {width} channels, {depth} layers"
    return {"layers": layers, "name": name}


def _nearest(choices: Sequence[float], value: float) -> float:
    return min(choices, key=lambda choice: abs(choice - value))
