"""What a network costs on the board as generated C++, before it is trained. Standard library only.

The arena is exact: it comes from the rules that the code generator follows (`training.convert.memory`). Instructions and flash
are estimates: what the kernels in `firmware/nestling/src/kernels/` go through, with factors fitted to the emulated Cortex-M4F.
DESIGN.md ("The design") says how far they are off.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, prod
from operator import mul
from typing import Any

from training.convert.memory import Memory, Step, convolution_memory, depthwise_memory, round_up
from training.features.cost import buffer_bytes, table_bytes
from training.features.params import MfccParams
from training.speech.layers import Layer, Shape, as_2d, depthwise_strides, pool_strides

_CHANNEL_BYTES = 16  # of kernels/requantise.h


@dataclass(frozen=True, kw_only=True)
class Call:
    """A call of a kernel in the generated model; `kernel` is "" where only the shape changes."""

    kernel: str
    output: Shape
    scratch_bytes: int | None = None
    overwrites: bool = False
    table_bytes: int = 0  # weights and what stands beside them, in flash
    counts: tuple[int, ...] = ()  # how often the parts of the kernel run, see `_INSTRUCTIONS`

    @property
    def instructions(self) -> float:
        """Of one call; the last factor stands alone."""
        return sum(map(mul, _INSTRUCTIONS[self.kernel], (*self.counts, 1))) if self.kernel else 0


def input_calls(n_frames: int, n_mfcc: int) -> list[Call]:
    """What comes before a network's first layer: a frame a row, and each coefficient scaled to unit deviation."""
    shape = (n_frames, 1, n_mfcc)
    return [_view(shape), _depthwise(shape, shape, (1, 1), (1, 1))]


def output_calls(shape: Shape, n_labels: int) -> list[Call]:
    """What comes after its last layer: a dense layer and the softmax."""
    table = 4 * 256  # of exponentials
    softmax = Call(kernel="softmax", output=(n_labels,), overwrites=True, table_bytes=table + 16, counts=(n_labels,))
    return [_dense(shape, n_labels), softmax]


def calls(layer: Layer, shape: Shape) -> list[Call]:
    """What a layer becomes, given the shape of its input. Raises KeyError for a layer that the board does not have."""
    return _CALLS[layer.type](layer.options, shape, layer.output(shape))


def memory(n_input: int, steps: Sequence[Call]) -> Memory:
    """Where everything lies. The calls follow each other; n_input is the bytes of the first one's input."""
    return Memory(
        [
            Step(
                inputs=(number,), output=number + 1, n_bytes=prod(call.output), scratch_bytes=call.scratch_bytes,
                overwrites=call.overwrites, is_view=not call.kernel,
            )
            for number, call in enumerate(steps)
        ],
        input=0,
        output=len(steps),
    )  # fmt: skip


def code_bytes(steps: Sequence[Call]) -> int:
    """Code of the kernels that are used, and of the function that calls them."""
    kernels = [call.kernel for call in steps if call.kernel]
    return _START_BYTES + sum(_CODE_BYTES[kernel] for kernel in set(kernels)) + _CALL_BYTES * len(kernels)


def sketch_bytes(params: MfccParams) -> tuple[int, int]:
    """About what a sketch takes beside the model, flash and RAM: the core, the front end, microphone and serial port."""
    return _REST_FLASH_BYTES + table_bytes(params), _REST_RAM_BYTES + buffer_bytes(params)


# What `training.convert.board_image.measure` says of a sketch, less its model and its front end.
_REST_FLASH_BYTES = 100_600
_REST_RAM_BYTES = 71_500
# Instructions a kernel goes through, each the factor of one number that its caller counts: fitted by least squares to
# 216 layers of random sizes on the emulated Cortex-M4F, built with the board's flags (tests/training/fit_cost.py).
_INSTRUCTIONS: Mapping[str, tuple[float, ...]] = {
    "conv2d": (5.98, 52.8, 1.19, 175, 1.09, 334, 2.66, 45.2, 5.93, 179, 0, 58.4),
    "depthwise3x3": (35, 10.1, 51, 0, 87.3, 21.4, 78.3, 1300),
    "depthwise": (46.2, 33.4, 41.3, 56.2, 4.24),
    "dense": (2.25, 2, 38, 60.4),
    "max_pool": (7.35, 0, 5.96, 0.297, 123, 234),
    "average_pool": (8.29, 0, 17.6, 24.1, 125, 0),
    "mean": (6.01, 7.05, 41.9, 174),
    "softmax": (60, 167),
}
# Of flash, beside the weights: start-up code, each kernel's own, and each call.
_START_BYTES = 1300
_CODE_BYTES: Mapping[str, int] = {
    "conv2d": 2756, "depthwise3x3": 1638, "depthwise": 704, "dense": 156, "max_pool": 220, "average_pool": 384, "mean": 348,
    "softmax": 192,
}  # fmt: skip
_CALL_BYTES = 80


def _view(output: Shape) -> Call:
    return Call(kernel="", output=output)


def _conv2d(options: Mapping[str, Any], shape: Shape, output: Shape) -> list[Call]:
    n_inputs, n_outputs, (height, width) = shape[2], options["filters"], options["kernel"]
    n_places = output[0] * output[1]
    is_plain = tuple(options["strides"]) == (1, 1) and shape[:2] == output[:2]
    is_pointwise = height == width == 1 and is_plain and n_inputs % 4 == 0
    layout = convolution_memory(height * width * n_inputs, n_places, is_pointwise=is_pointwise)
    return [
        Call(
            kernel="conv2d",
            output=output,
            scratch_bytes=layout.scratch_bytes,
            overwrites=is_pointwise and n_outputs <= n_inputs,
            table_bytes=round_up(n_outputs, 2) * (layout.depth + _CHANNEL_BYTES) + 80,
            counts=_convolution_counts(
                n_places, n_outputs, layout.depth, layout.block, (0, 0) if is_pointwise else (height, width * n_inputs)
            ),
        )
    ]


def _convolution_counts(n_places: int, n_outputs: int, depth: int, block: int, patch: tuple[int, int]) -> tuple[int, ...]:
    """kernels/conv2d.cpp: blocks of places, in each all pairs of rows of weights, in these tiles of four columns."""
    n_blocks = ceil(n_places / block)
    n_pairs, odd = n_outputs // 2, n_outputs % 2
    last = n_places - (n_blocks - 1) * block
    full = (n_blocks - 1) * (block // 4) + last // 4
    cut = 1 if last % 4 else 0
    slow = n_pairs * cut + odd * (full + cut)  # tiles by way of sums
    return (
        n_pairs * full * depth,
        n_pairs * full,
        n_blocks * (n_pairs + odd) * depth,
        n_blocks * (n_pairs + odd),
        (full + cut) * depth,
        full + cut,
        n_places * patch[0] * patch[1],
        n_places * patch[0],
        slow * depth,
        slow,
        n_pairs * 2 * (last % 4) + odd * n_places,
    )


def _depthwise(shape: Shape, output: Shape, kernel: tuple[int, int], strides: tuple[int, int]) -> Call:
    n_channels = shape[2]
    tables = n_channels * (prod(kernel) + _CHANNEL_BYTES) + 80
    if kernel == (3, 3) and strides in ((1, 1), (2, 2)):
        return _depthwise3x3(shape, output, strides[0], tables)
    n_places, n_taps = output[0] * output[1], prod(kernel)
    counts = (
        n_places * n_taps * (n_channels // 4),
        n_places * n_taps * (n_channels % 4),
        n_places * n_channels,
        n_places,
    )
    return Call(kernel="depthwise", output=output, table_bytes=tables, counts=counts)


def _depthwise3x3(shape: Shape, output: Shape, stride: int, tables: int) -> Call:
    layout = depthwise_memory(shape[1], output[0], output[1], prod(output), stride)
    n_channels, n_bands = shape[2], ceil(output[0] / layout.band)
    last = output[0] - (n_bands - 1) * layout.band
    rows_in_pairs = sum(
        n * ((rows + 1) // 2 + 1 if stride == 1 else rows + 1) for n, rows in ((n_bands - 1, layout.band), (1, last))
    )
    words = rows_in_pairs * shape[1]
    fast = (ceil(output[0] / 2) * output[1] * n_channels) if stride == 1 else 0
    slow = 0 if stride == 1 else prod(output)
    counts = (
        fast,
        words * (n_channels // 4),
        words * (1 if n_channels % 4 else 0),
        rows_in_pairs * ceil(n_channels / 4),
        n_bands * n_channels,
        (ceil(output[0] / 2) if stride == 1 else output[0]) * n_channels,
        slow,
    )
    return Call(
        kernel="depthwise3x3", output=output, scratch_bytes=layout.scratch_bytes,
        overwrites=layout.is_whole and prod(output) <= prod(shape), table_bytes=tables, counts=counts,
    )  # fmt: skip


def _dense(shape: Shape, n_outputs: int) -> Call:
    depth = round_up(prod(shape), 4)
    return Call(
        kernel="dense", output=(n_outputs,), scratch_bytes=2 * depth,
        table_bytes=n_outputs * (depth + _CHANNEL_BYTES) + 28,
        counts=(n_outputs * depth, depth, n_outputs),
    )  # fmt: skip


def _pool(kernel: str) -> Callable[[Mapping[str, Any], Shape, Shape], list[Call]]:
    def lower(options: Mapping[str, Any], shape: Shape, output: Shape) -> list[Call]:
        places, n_channels = output[0] * output[1], shape[2]
        rows, columns = (_covered(shape[axis], options, axis) for axis in (0, 1))
        is_average = kernel == "average_pool"
        # An average adds up four channels at once; a maximum goes through them one by one.
        parts = (n_channels // 4, n_channels % 4) if is_average else (n_channels, 0)
        return [
            Call(
                kernel=kernel, output=output, scratch_bytes=4 * n_channels if is_average else None, table_bytes=60,
                counts=(*(rows * columns * part for part in parts), places * n_channels, rows * output[1] * sum(parts), places),
            )
        ]  # fmt: skip

    return lower


def _covered(size: int, options: Mapping[str, Any], axis: int) -> int:
    """Rows (or columns) of the input that lie under a pool's windows, which do not overlap."""
    step = pool_strides(options)[axis]
    return size if options["padding"] == "same" else size // step * step


def _mean(options: Mapping[str, Any], shape: Shape, output: Shape) -> list[Call]:
    n_channels = shape[2]
    quads, odd = n_channels // 4, n_channels % 4
    places = shape[0] * shape[1]
    return [
        Call(
            kernel="mean", output=output, scratch_bytes=4 * n_channels, table_bytes=72,
            counts=(places * quads, places * odd, n_channels),
        )
    ]  # fmt: skip


_CALLS: Mapping[str, Callable[[Mapping[str, Any], Shape, Shape], list[Call]]] = {
    "conv2d": _conv2d,
    "conv1d": lambda options, shape, output: _conv2d(as_2d(options), shape, output),
    "depthwise_conv2d": lambda options, shape, output: [
        _depthwise(shape, output, tuple(options["kernel"]), depthwise_strides(options))
    ],
    "max_pool2d": _pool("max_pool"),
    "average_pool2d": _pool("average_pool"),
    "global_average_pool2d": _mean,
    "flatten": lambda options, shape, output: [_view(output)],
    "dense": lambda options, shape, output: [_dense(shape, options["units"])],
    "dropout": lambda options, shape, output: [],
    "reshape_image": lambda options, shape, output: [_view(output)],
    "reshape_sequence": lambda options, shape, output: [_view(output)],
}
