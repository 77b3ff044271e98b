"""EfficientNet-Lite0 in Keras: EfficientNet (Tan and Le, arXiv:1905.11946) without squeeze-and-excitation and with ReLU6,
as Google's "lite" variants have it, so that it runs everywhere. Batch normalisation is folded into the convolutions: a
model that only answers needs none, and what Keras computes is then what the 8-bit weights in the browser compute.

A model for things of one's own is the same network with another last layer on the 1280 features.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from training.vision.presets import N_FEATURES, PRESET
from training.vision.weights import Tensors

layers = keras.layers

IMAGE_SHAPE = (224, 224, 3)
_EPSILON = 1e-3  # of the batch normalisation that the weights were trained with
_STEM_WIDTH = 32


@dataclass(frozen=True)
class _Stage:
    """Blocks of one width: how many, their kernel, the first one's stride, the expansion within, and the width."""

    n_blocks: int
    kernel: int
    stride: int
    expansion: int
    width: int


_STAGES = (
    _Stage(1, 3, 1, 1, 16),
    _Stage(2, 3, 2, 6, 24),
    _Stage(2, 5, 2, 6, 40),
    _Stage(3, 3, 2, 6, 80),
    _Stage(3, 5, 1, 6, 112),
    _Stage(4, 5, 2, 6, 192),
    _Stage(1, 3, 1, 6, 320),
)
# What a person can look at: the stem, and the last blocks of three stages. Name of the output -> layer that gives it.
MAPS = {"layer_1": "stem", "layer_2": "block_2", "layer_3": "block_4", "layer_4": "block_10"}


def build(n_labels: int) -> keras.Model:
    """The network without its weights.

    Args:
        n_labels: number of classes.
    Returns:
        float32 images of shape (batch, 224, 224, 3), (rgb - 127) / 128, to {"scores": (batch, n_labels), a softmax,
        "features": (batch, 1280), and the names of `MAPS`: feature maps of shape (batch, height, width, channels)}.
    """
    image = keras.Input(IMAGE_SHAPE, name="image")
    x = _conv(image, "stem", _STEM_WIDTH, 3, stride=2)
    number = 0
    for stage in _STAGES:
        for index in range(stage.n_blocks):
            x = _block(x, f"block_{number}", stage, stage.stride if index == 0 else 1)
            number += 1
    x = layers.GlobalAveragePooling2D(name="features")(_conv(x, "head", N_FEATURES, 1))
    scores = layers.Dense(n_labels, activation="softmax", name="scores")(x)
    model = keras.Model(image, scores)
    outputs = {"scores": scores, "features": x} | {name: model.get_layer(layer).output for name, layer in MAPS.items()}
    return keras.Model(image, outputs, name=PRESET)


def _conv(x: keras.KerasTensor, name: str, width: int, kernel: int, stride: int = 1, relu: bool = True) -> keras.KerasTensor:
    x = layers.Conv2D(width, kernel, stride, padding="same", name=f"{name}_conv" if relu else name)(x)
    return layers.ReLU(6.0, name=name)(x) if relu else x


def _block(x: keras.KerasTensor, name: str, stage: _Stage, stride: int) -> keras.KerasTensor:
    """An inverted bottleneck: wider, filtered, narrow again, and added to what came in where the shapes agree."""
    width = int(x.shape[-1])
    y = _conv(x, f"{name}_expand", width * stage.expansion, 1) if stage.expansion > 1 else x
    y = layers.DepthwiseConv2D(stage.kernel, stride, padding="same", name=f"{name}_depthwise_conv")(y)
    y = layers.ReLU(6.0, name=f"{name}_depthwise")(y)
    is_residual = stride == 1 and width == stage.width
    y = _conv(y, f"{name}_project" if is_residual else name, stage.width, 1, relu=False)
    return layers.Add(name=name)([x, y]) if is_residual else y


def folded_weights(tensors: Tensors) -> dict[str, tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """Kernel and bias of every layer with weights, by the layer's name, from the tensors of the PyTorch model.

    Raises:
        ValueError: a tensor is missing.
    """
    try:
        folded = {layer: _fold(tensors, conv, norm) for layer, conv, norm in _names()}
        return folded | {"scores": (tensors["_fc.weight"].T.copy(), tensors["_fc.bias"])}
    except KeyError as error:
        raise ValueError(f"these are not the weights of EfficientNet-Lite0: there is no {error}") from error


def set_weights(model: keras.Model, weights: dict[str, tuple[NDArray[np.float32], NDArray[np.float32]]]) -> None:
    """Put kernels and biases into a network of `build`. Raises ValueError where a shape is another one."""
    for name, (kernel, bias) in weights.items():
        model.get_layer(name).set_weights([kernel, bias])


def _names() -> Iterator[tuple[str, str, str]]:
    """Of each convolution: our layer, the PyTorch tensor of its kernel, the prefix of its batch normalisation."""
    yield "stem_conv", "_conv_stem.weight", "_bn0"
    number, width = 0, _STEM_WIDTH
    for stage in _STAGES:
        for index in range(stage.n_blocks):
            block, stride = f"_blocks.{number}", stage.stride if index == 0 else 1
            if stage.expansion > 1:
                yield f"block_{number}_expand_conv", f"{block}._expand_conv.weight", f"{block}._bn0"
            yield f"block_{number}_depthwise_conv", f"{block}._depthwise_conv.weight", f"{block}._bn1"
            is_residual = stride == 1 and width == stage.width
            project = f"block_{number}_project" if is_residual else f"block_{number}"
            yield project, f"{block}._project_conv.weight", f"{block}._bn2"
            number, width = number + 1, stage.width
    yield "head_conv", "_conv_head.weight", "_bn1"


def _fold(tensors: Tensors, conv: str, norm: str) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """A convolution and the batch normalisation after it as one convolution with a bias, in Keras's order of axes."""
    names = ("weight", "bias", "running_mean", "running_var")
    gamma, beta, mean, variance = (tensors[f"{norm}.{name}"].astype(np.float64) for name in names)
    gain: NDArray[Any] = gamma / np.sqrt(variance + _EPSILON)
    kernel = tensors[conv].astype(np.float64) * gain[:, None, None, None]
    is_depthwise = "_depthwise_" in conv
    kernel = kernel.transpose(2, 3, 0, 1) if is_depthwise else kernel.transpose(2, 3, 1, 0)
    return kernel.astype(np.float32), (beta - mean * gain).astype(np.float32)
