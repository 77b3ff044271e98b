"""Fits the factors of training/speech/cost.py: `python -m tests.training.fit_cost [FILE]`.

Layers of random sizes, each a model of its own, are generated as C++, built into one program, and counted on the emulated
Cortex-M4F. Run it when a kernel or the toolchain changes, and copy what it prints; tests/training/test_design.py then says
whether whole networks are still estimated well. FILE keeps the counts, so that another fit need not wait for them.
"""

import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from math import prod
from pathlib import Path

import numpy as np
from scipy.optimize import nnls

from tests.firmware.codegen_harness import Programs
from tests.firmware.models import Case, Net, convert
from training.convert.codegen import generate
from training.convert.codegen.bench import BoardModel
from training.quiet import import_tensorflow
from training.speech.cost import Call, calls, output_calls
from training.speech.layers import Shape, check_layer

N_EACH = 24
MAX_BYTES = 8192  # of input and output, in the harness


def samples(rng: np.random.Generator) -> Iterator[tuple[Case, Call]]:
    """Models of one layer, and the call that each is."""
    for name, make in _MAKERS.items():
        for number in range(N_EACH):
            shape, call, build = make(rng)
            while max(prod(shape), prod(call.output)) > MAX_BYTES:
                shape, call, build = make(rng)
            yield Case(f"{name}_{number}", (1, *shape), build), call


def _sizes(rng: np.random.Generator, channels: int = 48) -> tuple[int, int, int]:
    rows, columns = int(rng.integers(4, 32)), int(rng.integers(1, 14))
    step = min(channels, int(rng.choice([1, 1, 4, 4, 4, 8])))
    return rows, columns, min(channels, step * int(rng.integers(1, 1 + channels // step)))


def _pointwise(rng: np.random.Generator) -> tuple[Shape, Call, Callable[[Net], Net]]:
    return _convolution(rng, (1, 1), 48)


def _conv2d(rng: np.random.Generator) -> tuple[Shape, Call, Callable[[Net], Net]]:
    return _convolution(rng, (int(rng.integers(1, 11)), int(rng.integers(1, 6))), int(rng.choice([1, 1, 8, 16])))


def _convolution(rng: np.random.Generator, kernel: tuple[int, int], channels: int) -> tuple[Shape, Call, Callable[[Net], Net]]:
    shape, filters = _sizes(rng, channels), int(rng.integers(1, 48))
    stride = int(rng.choice([1, 1, 2])) if kernel != (1, 1) else 1
    act = str(rng.choice(["relu", "relu", "none"]))
    layer = check_layer({"type": "conv2d", "filters": filters, "kernel": kernel, "strides": [stride, stride], "activation": act})
    return shape, calls(layer, shape)[0], lambda net: net.conv(filters, kernel, stride, act=act)


def _depthwise3x3(rng: np.random.Generator) -> tuple[Shape, Call, Callable[[Net], Net]]:
    return _depthwise_of(rng, (3, 3), int(rng.choice([1, 1, 2])))


def _depthwise(rng: np.random.Generator) -> tuple[Shape, Call, Callable[[Net], Net]]:
    return _depthwise_of(rng, (int(rng.integers(1, 7)), int(rng.integers(1, 3))), int(rng.choice([1, 2])))


def _depthwise_of(rng: np.random.Generator, kernel: tuple[int, int], stride: int) -> tuple[Shape, Call, Callable[[Net], Net]]:
    rows, columns, channels = _sizes(rng)
    shape = (rows, columns, max(2, channels))
    layer = check_layer({"type": "depthwise_conv2d", "kernel": kernel, "stride": stride})
    return shape, calls(layer, shape)[0], lambda net: net.depthwise(kernel, stride)


def _dense(rng: np.random.Generator) -> tuple[Shape, Call, Callable[[Net], Net]]:
    n, units = int(rng.integers(4, 800)), int(rng.integers(1, 64))
    layer = check_layer({"type": "dense", "units": units})
    return (n,), calls(layer, (n,))[0], lambda net: net.dense(units, act="relu")


def _pool(kind: str) -> Callable[[np.random.Generator], tuple[Shape, Call, Callable[[Net], Net]]]:
    def make(rng: np.random.Generator) -> tuple[Shape, Call, Callable[[Net], Net]]:
        shape, size = _sizes(rng), (int(rng.integers(1, 5)), int(rng.integers(1, 4)))
        layer = check_layer({"type": f"{kind}2d", "size": size, "padding": "same"})
        return shape, calls(layer, shape)[0], lambda net: getattr(net, kind)(size, size, "SAME")

    return make


def _mean(rng: np.random.Generator) -> tuple[Shape, Call, Callable[[Net], Net]]:
    shape = _sizes(rng)
    layer = check_layer({"type": "global_average_pool2d"})
    return shape, calls(layer, shape)[0], lambda net: net.mean()


def _softmax(rng: np.random.Generator) -> tuple[Shape, Call, Callable[[Net], Net]]:
    n = int(rng.integers(2, 40))
    return (n,), output_calls((n,), n)[1], lambda net: net.softmax()


_MAKERS = {
    "pointwise": _pointwise,
    "conv2d": _conv2d,
    "depthwise3x3": _depthwise3x3,
    "depthwise": _depthwise,
    "dense": _dense,
    "max_pool": _pool("max_pool"),
    "average_pool": _pool("average_pool"),
    "mean": _mean,
    "softmax": _softmax,
}


def count(folder: Path, seed: int = 0) -> list[tuple[str, tuple[int, ...], int]]:
    """Kernel, counts and instructions of each sample."""
    rng = np.random.default_rng(seed)
    made = {case.name: (case, call) for case, call in samples(rng)}
    models = {}
    for name, (case, _) in made.items():
        models[name] = generate(convert(case), namespace=name, name=name, kernels="kernels")
    machine = Programs(folder, models).on_machine().machine
    found = []
    for number, (_, call) in enumerate(made.values()):
        machine.write("inputs", rng.integers(-128, 128, 8192).astype(np.int8).tobytes())
        found.append((call.kernel, call.counts, machine.count("RunModel", number)[1]))
    return found


def fit(counted: list[tuple[str, tuple[int, ...], int]]) -> None:
    """Print each kernel's factors, and how far they are off."""
    for kernel in dict.fromkeys(kernel for kernel, _, _ in counted):
        rows = np.array([(*counts, 1) for name, counts, _ in counted if name == kernel], float)
        truth = np.array([total for name, _, total in counted if name == kernel], float)
        # Relative errors: a small layer counts as much as a large one.
        factors, _ = nnls(rows / truth[:, None], np.ones(len(truth)))
        off = np.abs(rows @ factors / truth - 1)
        shown = ", ".join(f"{factor:.3g}" for factor in factors)
        print(f'    "{kernel}": ({shown}),  # median error {np.median(off):.1%}, worst {off.max():.1%}')


def measure_code(folder: Path) -> None:
    """Print what a program of one kernel takes of flash beside its weights: start-up code, and the kernel's own."""
    rng = np.random.default_rng(1)
    for name, make in _MAKERS.items():
        shape, call, build = make(rng)
        print(f"{name}: {_flash_bytes(Case(name, (1, *shape), build), folder / name) - call.table_bytes}", flush=True)


def _flash_bytes(case: Case, folder: Path) -> int:
    return BoardModel(generate(convert(case)), folder).image.flash_bytes


def main() -> None:
    """Count, or take the counts of an earlier run; then fit."""
    kept = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    if kept is None or not kept.is_file():
        import_tensorflow()
        with tempfile.TemporaryDirectory() as folder:
            counted = count(Path(folder))
            measure_code(Path(folder))
        if kept is not None:
            kept.write_text(json.dumps(counted))
    else:
        counted = [(kernel, tuple(counts), total) for kernel, counts, total in json.loads(kept.read_text())]
    fit(counted)


if __name__ == "__main__":
    main()
