"""A vision network to TF.js and back: what the browser will compute is what Keras computes, and is held against it."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from training.convert import tfjs
from training.convert.graph import Graph
from training.quiet import silent_stderr
from training.vision.model import IMAGE_SHAPE


def export_graph(model: keras.Model, folder: Path, choose: Callable[[str, NDArray[Any]], str | None]) -> None:
    """Write a network as a TF.js graph model whose output nodes bear the names of its outputs.

    Args:
        model: of `model.build`.
        folder: a new one.
        choose: how many bits a weight keeps, as in `Graph.quantise`.
    """
    with tempfile.TemporaryDirectory() as temporary, silent_stderr():
        saved_model, converted = Path(temporary) / "saved_model", Path(temporary) / "tfjs"
        signature = [tf.TensorSpec((1, *IMAGE_SHAPE), tf.float32, name="image")]
        model.export(saved_model, format="tf_saved_model", input_signature=signature, verbose=False)
        tfjs.convert(saved_model, converted)
        graph = Graph.read(converted)
    graph.name_outputs()
    graph.quantise(choose)
    graph.write(folder)


def load_graph_weights(model: keras.Model, folder: Path) -> None:
    """Give a network the very weights of a graph model on disk, as TF.js reads them."""
    found: dict[str, list[NDArray[Any]]] = {}
    for layer, values in Graph.read(folder).values():
        found.setdefault(layer, []).append(values)
    for layer in model.layers:
        if layer.weights:
            layer.set_weights(found[layer.name])


def check_tfjs(model: keras.Model, folder: Path, images: NDArray[np.float32], limit: float) -> float:
    """Largest difference between the scores of TF.js itself and of Keras.

    Args:
        model: of `model.build`.
        folder: of the graph model.
        images: float32, shape (n, 224, 224, 3).
        limit: how large it may be.
    Raises:
        ValueError: it is larger, or TF.js cannot run the model.
    """
    expected = np.asarray(model.predict(images, verbose=0)["scores"])
    difference = float(np.abs(expected - tfjs.run(folder, images, "scores")).max(initial=0.0))
    if not difference <= limit:
        raise ValueError(f"TF.js differs from Keras by {difference:.2g}; at most {limit:g} is allowed")
    return difference
