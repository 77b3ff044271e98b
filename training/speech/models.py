"""Keras networks from designs. Each takes MFCCs, float32, shape (batch, n_frames, n_mfcc), and gives a softmax over the classes.

Only operators that the generated and the interpreted runtimes on the microcontroller share.
"""

from collections.abc import Callable

import keras
import numpy as np
from numpy.typing import NDArray

from training.features.params import MfccParams
from training.speech.design import Design, check_trainable
from training.speech.expert import check_runs_on_board, read_expert, rebuilt_on
from training.speech.head_start import HeadStart
from training.speech.layers import Layer, as_2d, depthwise_strides, pool_strides

layers = keras.layers


def build(
    design: Design, params: MfccParams, n_labels: int, mean: NDArray[np.floating], deviation: NDArray[np.floating]
) -> keras.Model:
    """A fresh network.

    Args:
        design: its layers.
        params: the front end, for the shape of the input.
        n_labels: number of classes.
        mean, deviation: of each coefficient over the training split, shape (n_mfcc,).
    Raises:
        ValueError: its layers do not fit each other, or the board does not have one of them; or an expert's file will not do.
    """
    check_trainable(design, params, n_labels)
    inputs = keras.Input((params.n_frames, params.n_mfcc), name="mfcc")
    x = _standardise(inputs, params, mean, deviation)
    if design.expert:
        return _expert(design, params, n_labels, inputs, x)
    for layer in design.layers:
        x = _BUILDERS[layer.type](layer, x)
    outputs = layers.Dense(n_labels, activation="softmax", name="scores")(x)
    return keras.Model(inputs, outputs, name=design.preset or "design")


def body_of(head_start: HeadStart, design: Design, params: MfccParams) -> keras.Model:
    """A body as a network of its own: MFCCs to what it hears, float32, shape (n, n_channels)."""
    model = build(design, params, 2, np.zeros(params.n_mfcc), np.ones(params.n_mfcc))
    model.set_weights([*head_start.weights, *model.get_weights()[-2:]])
    return keras.Model(model.inputs, model.layers[-2].output)


def _expert(design: Design, params: MfccParams, n_labels: int, inputs: keras.KerasTensor, x: keras.KerasTensor) -> keras.Model:
    """The network of an expert's file, which is given the scaled features."""
    if design.file is None:
        raise ValueError("the design is an expert's, but no file was named: start with --expert-model FILE")
    own = read_expert(design.file, params, n_labels)
    model = keras.Model(inputs, rebuilt_on(own, layers.Reshape(params.shape)(x)), name="expert")
    check_runs_on_board(design.file, model, params)
    return model


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


def _conv2d(layer: Layer, x: keras.KerasTensor) -> keras.KerasTensor:
    options = as_2d(layer.options) if layer.type == "conv1d" else layer.options
    convolution = layers.Conv2D(
        options["filters"], options["kernel"], strides=options["strides"], padding=options["padding"], **_ending(layer)
    )
    return _normalised(layer, convolution(x))


def _depthwise_conv2d(layer: Layer, x: keras.KerasTensor) -> keras.KerasTensor:
    options = layer.options
    convolution = layers.DepthwiseConv2D(
        options["kernel"], strides=depthwise_strides(options), padding=options["padding"], **_ending(layer)
    )
    return _normalised(layer, convolution(x))


def _ending(layer: Layer) -> dict[str, object]:
    """A batch normalisation stands between a convolution and its activation, and has the bias itself."""
    if layer.options["batch_norm"]:
        return {"use_bias": False}
    return {"activation": _activation(layer)}


def _normalised(layer: Layer, x: keras.KerasTensor) -> keras.KerasTensor:
    if not layer.options["batch_norm"]:
        return x
    x = layers.BatchNormalization(momentum=0.95)(x)
    limits = {"none": None, "relu": {}, "relu6": {"max_value": 6.0}}[layer.options["activation"]]
    return x if limits is None else layers.ReLU(**limits)(x)


def _activation(layer: Layer) -> str | None:
    name = layer.options["activation"]
    return None if name == "none" else name


def _pool(kind: Callable[..., keras.Layer]) -> Callable[[Layer, keras.KerasTensor], keras.KerasTensor]:
    def add(layer: Layer, x: keras.KerasTensor) -> keras.KerasTensor:
        return kind(layer.options["size"], strides=pool_strides(layer.options), padding=layer.options["padding"])(x)

    return add


def _reshape(layer: Layer, x: keras.KerasTensor) -> keras.KerasTensor:
    return layers.Reshape(layer.output(tuple(x.shape[1:])))(x)


_BUILDERS: dict[str, Callable[[Layer, keras.KerasTensor], keras.KerasTensor]] = {
    "conv2d": _conv2d,
    "conv1d": _conv2d,
    "depthwise_conv2d": _depthwise_conv2d,
    "max_pool2d": _pool(layers.MaxPooling2D),
    "average_pool2d": _pool(layers.AveragePooling2D),
    "global_average_pool2d": lambda layer, x: layers.GlobalAveragePooling2D()(x),
    "flatten": lambda layer, x: layers.Flatten()(x),
    "dense": lambda layer, x: layers.Dense(layer.options["units"], activation=_activation(layer))(x),
    "dropout": lambda layer, x: layers.Dropout(layer.options["rate"])(x),
    "reshape_image": _reshape,
    "reshape_sequence": _reshape,
}
