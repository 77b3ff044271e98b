"""A TF.js graph model on disk, opened up: outputs by name, weights in 8 bits, another last layer.

`model.json` and its shards as TF.js documents them for graph models: the weights stand one after the other in the order of
the manifest; quantised ones say so (`value = stored * scale + min`), and any TF.js reads them.
"""

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.quiet import import_tensorflow

_SHARD_BYTES = 4 * 1024 * 1024  # what browsers cache of one file
_OPTIONS = {"uint8": np.uint8, "float16": np.float16}


@dataclass
class Graph:
    """A graph model in memory.

    model: what `model.json` says, without its weights. weights: (specification, content as it is stored) in their order.
    """

    model: dict[str, Any]
    weights: list[tuple[dict[str, Any], bytes]]

    @classmethod
    def read(cls, folder: Path) -> "Graph":
        """Read `model.json` and its shards. Raises ValueError where these are too short for what it lists."""
        model = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        manifest = model.pop("weightsManifest")
        content = b"".join((folder / path).read_bytes() for group in manifest for path in group["paths"])
        weights, at = [], 0
        for specification in (weight for group in manifest for weight in group["weights"]):
            n_bytes = math.prod(specification["shape"]) * _stored_type(specification).itemsize
            weights.append((specification, content[at : at + n_bytes]))
            at += n_bytes
        if at != len(content):
            raise ValueError(f"the weights in {folder} have {len(content)} bytes; model.json lists {at}")
        return cls(model, weights)

    def write(self, folder: Path) -> None:
        """Write `model.json` and its shards into a new folder."""
        folder.mkdir()
        content = b"".join(stored for _, stored in self.weights)
        shards = [content[at : at + _SHARD_BYTES] for at in range(0, len(content), _SHARD_BYTES)]
        paths = [f"group1-shard{number}of{len(shards)}.bin" for number in range(1, len(shards) + 1)]
        for path, shard in zip(paths, shards, strict=True):
            (folder / path).write_bytes(shard)
        manifest = [{"paths": paths, "weights": [specification for specification, _ in self.weights]}]
        text = json.dumps(self.model | {"weightsManifest": manifest}, separators=(",", ":"))
        (folder / "model.json").write_text(text, encoding="utf-8")

    def name_outputs(self) -> None:
        """Call the output nodes by the names of the signature's outputs, so that `model.execute` takes these."""
        names = {}
        for name, output in self.model["signature"]["outputs"].items():
            names[output["name"].partition(":")[0]] = name
            output["name"] = f"{name}:0"
        for node in self.model["modelTopology"]["node"]:
            node["name"] = names.get(node["name"], node["name"])

    def quantise(self, choose: Callable[[str, NDArray[Any]], str | None]) -> None:
        """Store weights in fewer bits.

        Args:
            choose: given a layer's name and one of its weights, "uint8", "float16", or None to leave it.
        """
        self.weights = [
            _quantised(specification, values, option) if (option := choose(layer, values)) else (specification, stored)
            for (specification, stored), (layer, values) in zip(self.weights, self.values(), strict=True)
        ]

    def values(self) -> Iterator[tuple[str, NDArray[Any]]]:
        """Every weight as TF.js computes with it, with the name of its layer ("" for what is no layer's)."""
        for specification, stored in self.weights:
            values = np.frombuffer(stored, _stored_type(specification)).reshape(specification["shape"])
            if "quantization" in specification:
                values = _dequantised(values, specification["quantization"])
            yield _layer(specification["name"]), values

    def replace(self, layer: str, kernel: NDArray[np.float32], bias: NDArray[np.float32]) -> None:
        """Give a layer another kernel and bias, in float32, of any number of outputs.

        Raises:
            ValueError: it has no such layer.
        """
        new = [kernel, bias]
        for index, (specification, _) in enumerate(self.weights):
            if _layer(specification["name"]) == layer:
                values = np.ascontiguousarray(new.pop(0), "<f4")
                named = {"name": specification["name"], "shape": list(values.shape), "dtype": "float32"}
                self.weights[index] = named, values.tobytes()
        if new:
            raise ValueError(f"the graph has no layer {layer!r} with a kernel and a bias")


def _layer(weight: str) -> str:
    """`StatefulPartitionedCall/model_1/block_3_1/convolution/ReadVariableOp` is a weight of layer `block_3`."""
    parts = weight.split("/")
    return parts[2].rpartition("_")[0] if len(parts) > 3 else ""


def _stored_type(specification: dict[str, Any]) -> np.dtype[Any]:
    return np.dtype(specification.get("quantization", specification)["dtype"]).newbyteorder("<")


def _quantised(specification: dict[str, Any], values: NDArray[Any], option: str) -> tuple[dict[str, Any], bytes]:
    import_tensorflow()  # TF.js's converter imports it too, with all its notices
    from tensorflowjs import quantization

    stored, how = quantization.quantize_weights(values, _OPTIONS[option])
    how = {name: float(value) for name, value in how.items()}
    return specification | {"quantization": {"dtype": option, "original_dtype": "float32", **how}}, stored.tobytes()


def _dequantised(stored: NDArray[Any], how: dict[str, Any]) -> NDArray[np.float32]:
    """As TF.js does it: in double precision, then rounded to float32."""
    return (stored.astype(np.float64) * how.get("scale", 1.0) + how.get("min", 0.0)).astype(np.float32)
