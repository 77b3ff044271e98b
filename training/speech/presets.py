"""The networks that a person can start from, by name: each is a list of layers, as a design is. Standard library only: the
server lists them without TensorFlow.
"""

from collections.abc import Mapping, Sequence
from typing import Any

PRESETS: dict[str, str] = {
    "medium": "separable CNN over time, 64 channels, under 30,000 parameters; begins with a head start",
    "small": "the same with 36 channels, under 10,000 parameters; begins with a head start",
    "ds_cnn": "depthwise-separable CNN (Zhang et al., arXiv:1711.07128), 48 channels",
    "ds_cnn_wide": "the same with the paper's 64 channels: surer, and twice as slow to train",
    "conv1d": "1-D CNN, Edge Impulse's default for keywords",
    "tiny_conv": "one convolution and one dense layer, as in TensorFlow's micro_speech example",
    "dense": "no convolution at all: one hidden dense layer, to compare with",
}
DEFAULT_PRESET = "medium"
DEFAULT_EPOCHS = 60


def separable(width: int, n_blocks: int) -> list[dict[str, Any]]:
    """Convolutions over time only, coefficients as channels (Choi et al., TC-ResNet, arXiv:1904.03814), depthwise-separable
    (Majumdar and Ginsburg, MatchboxNet, arXiv:2004.08531). A fifth of `ds_cnn`'s multiply-accumulates.
    """
    normalised = {"batch_norm": True, "activation": "relu"}
    block = [
        {"type": "depthwise_conv2d", "kernel": [9, 1], **normalised},
        {"type": "conv2d", "filters": width, "kernel": [1, 1], **normalised},
    ]
    return [
        {"type": "conv1d", "filters": width, "kernel": 3, "strides": 2, **normalised},
        *block * n_blocks,
        {"type": "global_average_pool2d"},
        {"type": "dropout", "rate": 0.1},
    ]


def ds_cnn(width: int, n_blocks: int = 4) -> list[dict[str, Any]]:
    """Zhang et al., "Hello Edge: Keyword Spotting on Microcontrollers", arXiv:1711.07128."""
    normalised = {"batch_norm": True, "activation": "relu"}
    block = [
        {"type": "depthwise_conv2d", "kernel": [3, 3], **normalised},
        {"type": "conv2d", "filters": width, "kernel": [1, 1], **normalised},
    ]
    return [
        {"type": "reshape_image"},
        {"type": "conv2d", "filters": width, "kernel": [10, 4], "strides": [2, 2], **normalised},
        *block * n_blocks,
        {"type": "global_average_pool2d"},
        {"type": "dropout", "rate": 0.2},
    ]


def conv1d(*widths: int) -> list[dict[str, Any]]:
    """Convolutions over time only, coefficients as channels."""
    return [
        layer
        for width in widths
        for layer in (
            {"type": "conv1d", "filters": width, "kernel": 3},
            {"type": "max_pool2d", "size": [2, 1]},
            {"type": "dropout", "rate": 0.25},
        )
    ] + [{"type": "flatten"}]


LAYERS: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "medium": separable(64, 5),
    "small": separable(36, 4),
    "ds_cnn": ds_cnn(48),
    "ds_cnn_wide": ds_cnn(64),
    "conv1d": conv1d(8, 16),
    "tiny_conv": [
        {"type": "reshape_image"},
        {"type": "conv2d", "filters": 8, "kernel": [10, 8], "strides": [2, 2]},
        {"type": "dropout", "rate": 0.5},
        {"type": "flatten"},
    ],
    "dense": [{"type": "flatten"}, {"type": "dense", "units": 32}, {"type": "dropout", "rate": 0.3}],
}
