"""What int8 does to each layer: `weights.json` of a bundle, which the page Optimize draws.

The float and the int8 `.tflite` come from one SavedModel through one converter, so that their operators make tensors of the same
names. Each layer's weights and outputs are compared there, where batch normalisation and activation are part of the layer.
This is a diagnosis: LiteRT's reference kernels run both, because TFLM shows no tensor but the last.
"""

import json
import math
import warnings
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.convert.codegen.graph import Graph, Operator, Tensor, read_graph

FILE_NAME = "weights.json"
N_BINS = 128
N_WINDOWS = 100  # to take the ranges and errors of activations from; more change them in the third digit
_WITH_WEIGHTS = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED")

Activations = Mapping[str, NDArray[Any]]  # a tensor's name: its values, shape (n, ...)


def write_weights(folder: Path, layers: Sequence[tuple[str, str]], windows: NDArray[np.float32]) -> None:
    """Write `weights.json` beside the two `.tflite` files of a bundle.

    Args:
        folder: of the bundle.
        layers: name and type of each Keras layer that has a kernel, in the order in which they run.
        windows: features to run both models on, float32, shape (n, n_frames, n_mfcc).
    """
    described = describe_weights(
        (folder / "model_float.tflite").read_bytes(), (folder / "model_int8.tflite").read_bytes(), layers, windows[:N_WINDOWS]
    )
    (folder / FILE_NAME).write_text(json.dumps(described, allow_nan=False) + "\n", encoding="utf-8")


def describe_weights(
    float_model: bytes, int8_model: bytes, layers: Sequence[tuple[str, str]], windows: NDArray[np.float32]
) -> dict[str, Any]:
    """What int8 does to each layer.

    Args:
        float_model, int8_model: the `.tflite` files, of one network.
        layers, windows: as for `write_weights`.
    Returns:
        {"layers": [Layer], "input": Range, "output": Range} as in DESIGN.md ("The bundle"); values without windows are None.
    """
    original, quantised = read_graph(float_model), read_graph(int8_model)
    pairs = _pairs(original, quantised)
    wanted = [quantised.input.name, quantised.output.name, *(ours.outputs[0].name for _, ours in pairs)]
    exact, rounded = _run(float_model, original, wanted, windows), _run(int8_model, quantised, wanted, windows)
    names = layers if len(layers) == len(pairs) else [(_scope(ours.outputs[0]), "") for _, ours in pairs]
    return {
        "layers": [
            {
                "name": name,
                "type": kind,
                "op": ours.name,
                **_weights(theirs.input(1), ours.input(1)),
                **_activation(ours.outputs[0], exact, rounded),
            }
            for (name, kind), (theirs, ours) in zip(names, pairs, strict=True)
        ],
        "input": _range(quantised.input, exact),
        "output": _range(quantised.output, exact),
        "windows": len(windows),
    }


def _pairs(original: Graph, quantised: Graph) -> list[tuple[Operator, Operator]]:
    """The operators that hold weights, float and int8 beside each other."""
    found = {operator.outputs[0].name: operator for operator in _with_weights(original)}
    return [(found[own], ours) for ours in _with_weights(quantised) if (own := ours.outputs[0].name) in found]


def _with_weights(graph: Graph) -> Iterable[Operator]:
    return (each for each in graph.operators if each.name in _WITH_WEIGHTS and each.input(1).data is not None)


def _scope(tensor: Tensor) -> str:
    """The layer's part of a tensor's name, as "scores_1" of "model_1/scores_1/MatMul;..."."""
    parts = tensor.name.split(";")[0].split("/")
    return parts[-2] if len(parts) > 1 else parts[0]


def _weights(original: Tensor, quantised: Tensor) -> dict[str, Any]:
    values = original.values.astype(np.float64)
    shape = [1] * values.ndim
    shape[quantised.axis] = -1
    scales = quantised.scales.astype(np.float64)
    error = values - quantised.values * scales.reshape(shape if len(scales) > 1 else [1] * values.ndim)
    counts, edges = np.histogram(values, N_BINS)
    noise = float((error**2).sum())
    return {
        "shape": list(original.shape),
        "n": values.size,
        "min": _rounded(values.min()),
        "max": _rounded(values.max()),
        "histogram": {"edges": [_rounded(edge) for edge in edges], "counts": counts.tolist()},
        "scales": [_rounded(scale) for scale in scales],
        "zero_point": 0,
        "weight_error": _rounded(math.sqrt(noise / values.size)),
        "signal_to_noise_db": round(10 * math.log10((values**2).sum() / noise), 2) if noise else None,
    }


def _activation(tensor: Tensor, exact: Activations, rounded: Activations) -> dict[str, Any]:
    if not len(exact[tensor.name]):
        return {"activation": _range(tensor, exact), "activation_error": None}
    error = exact[tensor.name] - _dequantise(rounded[tensor.name], tensor)
    return {"activation": _range(tensor, exact), "activation_error": _rounded(np.sqrt((error**2).mean()))}


def _range(tensor: Tensor, exact: Activations) -> dict[str, Any]:
    """Where a tensor's float values lie, and how int8 writes them."""
    values = exact[tensor.name]
    low, high = (_rounded(values.min()), _rounded(values.max())) if len(values) else (None, None)
    return {"min": low, "max": high, "scale": _rounded(float(tensor.scale)), "zero_point": tensor.zero_point}


def _run(model: bytes, graph: Graph, names: Sequence[str], windows: NDArray[np.float32]) -> Activations:
    """Run a model on each window and keep what stands in these tensors, of float or int8 as they are."""
    import tensorflow as tf

    with warnings.catch_warnings(action="ignore"):  # it announces that it will move to another package
        interpreter = tf.lite.Interpreter(
            model_content=model,
            experimental_op_resolver_type=tf.lite.experimental.OpResolverType.BUILTIN_REF,
            experimental_preserve_all_tensors=True,
        )
    interpreter.allocate_tensors()
    tensors = {each.name: each for each in (graph.input, graph.output, *(operator.outputs[0] for operator in graph.operators))}
    found: dict[str, list[NDArray[Any]]] = {name: [] for name in names}
    for window in windows:
        interpreter.set_tensor(graph.input.index, _quantise(window[None], graph.input))
        interpreter.invoke()
        for name, values in found.items():
            values.append(interpreter.get_tensor(tensors[name].index))
    return {name: np.concatenate(values) if values else np.empty(0) for name, values in found.items()}


def _quantise(values: NDArray[np.float32], tensor: Tensor) -> NDArray[Any]:
    if tensor.type != "INT8":
        return values
    return np.clip(np.rint(values / tensor.scale) + tensor.zero_point, -128, 127).astype(np.int8)


def _dequantise(values: NDArray[Any], tensor: Tensor) -> NDArray[np.float64]:
    return (values.astype(np.float64) - tensor.zero_point) * tensor.scale


def _rounded(value: float) -> float:
    """To the precision of a float32, so that the file stays small."""
    return float(f"{float(value):.7g}")
