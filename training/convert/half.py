"""Weights of 16 bits: half the download of a phone, with the same scores everywhere.

The trained network itself is rounded, before anything is made of it, so that Keras, int8 and TF.js still compute the same.
What is rounded is what TF.js stores, which is the convolution with the batch normalisation behind it folded in.
"""

from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from training.convert.graph import Graph

_EXACT = 1e-6  # folding is done in 32 bits and may lose the last of them


def round_weights(model: keras.Model) -> None:
    """Fold each batch normalisation into the convolution before it, which leaves of it only the bias, and round to 16 bits.

    What a network of another making has beside that (an expert's) stays as it is.
    """
    for layer in model.layers:
        if isinstance(layer, keras.layers.Conv2D | keras.layers.DepthwiseConv2D):
            _round_convolution(layer)
        elif isinstance(layer, keras.layers.Dense):
            layer.set_weights([_rounded(weights) for weights in layer.get_weights()])


def store_halves(graph_model: Path, folder: Path) -> None:
    """Write a TF.js graph model into a new folder, in 16 bits the weights that are no more than that."""
    graph = Graph.read(graph_model)
    graph.quantise(lambda layer, values: "float16" if values.dtype == np.float32 and _is_half(values) else None)
    graph.write(folder)


def _round_convolution(layer: Any) -> None:
    kernel, *bias = layer.get_weights()
    norm = _normalisation_behind(layer)
    if norm is None:
        layer.set_weights([_rounded(kernel), *map(_rounded, bias)])
        return
    gamma, beta, mean, variance = norm.get_weights()
    factor = gamma / np.sqrt(variance + norm.epsilon)
    if isinstance(layer, keras.layers.DepthwiseConv2D):
        layer.set_weights([_rounded(kernel * factor.reshape(kernel.shape[2:]))])
    else:
        layer.set_weights([_rounded(kernel * factor)])
    one = np.ones_like(gamma)
    norm.set_weights([one, _rounded(beta - mean * factor), np.zeros_like(mean), one - np.float32(norm.epsilon)])


def _normalisation_behind(layer: Any) -> Any:
    """The batch normalisation that alone takes what a convolution without bias and activation gives; None where there is none."""
    takers = [node.operation for node in layer._outbound_nodes]
    if len(takers) == 1 and isinstance(takers[0], keras.layers.BatchNormalization) and not layer.use_bias:
        norm = takers[0]
        if norm.scale and norm.center and layer.activation is keras.activations.linear and len(norm._inbound_nodes) == 1:
            return norm
    return None


def _rounded(weights: NDArray[np.float32]) -> NDArray[np.float32]:
    return weights.astype(np.float16).astype(np.float32)


def _is_half(values: NDArray[np.float32]) -> bool:
    return bool(np.all(np.abs(_rounded(values) - values) <= _EXACT * np.abs(values)))
