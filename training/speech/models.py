"""The networks. Each takes MFCCs, float32, shape (batch, n_frames, n_mfcc), and gives a softmax over the classes.

Only operators that the generated and the interpreted runtimes on the microcontroller share.
"""

from collections.abc import Callable
from functools import partial

import keras
import numpy as np
from numpy.typing import NDArray

from training.features.params import MfccParams
from training.speech.presets import PRESETS

layers = keras.layers


def build(
    preset: str, params: MfccParams, n_labels: int, mean: NDArray[np.floating], deviation: NDArray[np.floating]
) -> keras.Model:
    """A fresh network.

    Args:
        preset: a name of `presets.PRESETS`.
        params: the front end, for the shape of the input.
        n_labels: number of classes.
        mean, deviation: of each coefficient over the training split, shape (n_mfcc,).
    Raises:
        ValueError: there is no such preset.
    """
    if preset not in _BUILDERS:
        raise ValueError(f"preset must be one of {', '.join(PRESETS)}, got {preset!r}")
    inputs = keras.Input((params.n_frames, params.n_mfcc), name="mfcc")
    outputs = _BUILDERS[preset](_standardise(inputs, params, mean, deviation), params, n_labels)
    return keras.Model(inputs, outputs, name=preset)


def _standardise(
    x: keras.KerasTensor, params: MfccParams, mean: NDArray[np.floating], deviation: NDArray[np.floating]
) -> keras.KerasTensor:
    """Zero mean and unit deviation for each coefficient, as a 1 x 1 depthwise convolution.

    Coefficient 0 is ten times as large as the last ones. This way the scaling is part of the model, exact in int8
    (weights have a scale a channel), and needs no operator that the board lacks.
    """
    scale = layers.DepthwiseConv2D(1, name="standardise", trainable=False)
    x = scale(layers.Reshape((params.n_frames, 1, params.n_mfcc))(x))
    scale.set_weights([(1 / deviation).reshape(1, 1, -1, 1), -mean / deviation])
    return x


def _ds_cnn(x: keras.KerasTensor, params: MfccParams, n_labels: int, width: int = 48, n_blocks: int = 4) -> keras.KerasTensor:
    """Depthwise-separable CNN: Zhang et al., "Hello Edge: Keyword Spotting on Microcontrollers", arXiv:1711.07128."""
    x = layers.Reshape((params.n_frames, params.n_mfcc, 1))(x)
    x = _bn_relu(layers.Conv2D(width, (10, 4), strides=2, padding="same", use_bias=False)(x))
    for _ in range(n_blocks):
        x = _bn_relu(layers.DepthwiseConv2D(3, padding="same", use_bias=False)(x))
        x = _bn_relu(layers.Conv2D(width, 1, use_bias=False)(x))
    x = layers.Dropout(0.2)(layers.GlobalAveragePooling2D()(x))
    return layers.Dense(n_labels, activation="softmax", name="scores")(x)


def _conv1d(x: keras.KerasTensor, params: MfccParams, n_labels: int) -> keras.KerasTensor:
    """Edge Impulse's default for keywords: convolutions over time only, coefficients as channels."""
    for width in (8, 16):
        x = layers.Conv2D(width, (3, 1), padding="same", activation="relu")(x)
        x = layers.MaxPooling2D((2, 1), padding="same")(x)
        x = layers.Dropout(0.25)(x)
    return layers.Dense(n_labels, activation="softmax", name="scores")(layers.Flatten()(x))


def _bn_relu(x: keras.KerasTensor) -> keras.KerasTensor:
    return layers.ReLU()(layers.BatchNormalization(momentum=0.95)(x))


_BUILDERS: dict[str, Callable[..., keras.KerasTensor]] = {
    "ds_cnn": _ds_cnn,
    "ds_cnn_wide": partial(_ds_cnn, width=64),
    "conv1d": _conv1d,
}
