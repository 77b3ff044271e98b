"""From an operator of a `.tflite` to a call of a kernel in `firmware/nestling/src/kernels/`: weights laid out as the kernel
reads them, the requantisation of each channel, scratch memory, and whether it may write over its input.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.convert.codegen import arithmetic
from training.convert.codegen.arithmetic import quantise_multiplier
from training.convert.codegen.graph import Operator, Tensor
from training.convert.memory import convolution_memory, depthwise_memory, round_up

_MAX_DIMS = 6  # kernels/pool.h
_MAX_PAD_DIMS = 5  # kernels/elementwise.h
_LINE = 118


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One step of the program."""

    operator: Operator
    inputs: tuple[Tensor, ...]  # what it reads while it runs, constants among them
    output: Tensor
    kernel: str = ""  # its function, "" where there is nothing to do
    header: str = ""
    struct: str = ""
    fields: tuple[str, ...] = ()  # of `struct`, in its order; "{name}" stands for an array of `arrays`
    arrays: dict[str, tuple[str, str]] = field(default_factory=dict)  # name: (type, values)
    scratch_bytes: int | None = None  # None where the kernel takes none
    overwrites: bool = False  # whether the output may lie where the first inputs do


def lower(operator: Operator) -> Layer:
    """Turn an operator into a layer.

    Raises:
        ValueError: it is not supported, or not as it is used here; the message names it and its tensor.
    """
    if operator.name not in _LOWERINGS:
        raise operator.error(f"is not supported; supported are {', '.join(SUPPORTED)}")
    if len(operator.outputs) != 1:
        raise operator.error(f"must have one output, it has {len(operator.outputs)}")
    return _LOWERINGS[operator.name](operator)


def _reshape(operator: Operator) -> Layer:
    source, output = _int8(operator, operator.input(0)), _int8(operator, operator.outputs[0])
    if source.size != output.size:
        raise operator.error(f"must keep the number of elements, got {source.shape} and {output.shape}")
    return Layer(operator=operator, inputs=(source,), output=output, overwrites=True)


def _conv_2d(operator: Operator) -> Layer:
    source, filters, output = _int8(operator, operator.input(0)), _weights(operator), _int8(operator, operator.outputs[0])
    options = operator.options
    n_outputs, height, width, n_inputs = filters.shape
    if n_inputs != source.shape[3]:
        raise operator.error(f"must not have groups: its filters have {n_inputs} channels, its input {source.shape[3]}")
    window = _window(operator, source, output, height, width, (options.DilationHFactor(), options.DilationWFactor()))
    rows = filters.values.reshape(n_outputs, -1)
    output_range, channels = _requantisation(operator, rows, filters, source, output)
    is_plain = options.StrideH() == options.StrideW() == 1 and source.shape[:3] == output.shape[:3]
    is_pointwise = height == width == 1 and is_plain and n_inputs % 4 == 0
    memory = convolution_memory(rows.shape[1], output.size // n_outputs, is_pointwise=is_pointwise)
    if n_outputs % 2:
        channels = [*channels, arithmetic.Channel(0, 0, 0, 0, 0)]
    return Layer(
        operator=operator, inputs=(source,), output=output, kernel="Conv2D", header="conv2d.h", struct="Conv2DParams",
        fields=(
            window, str(output_range), str(source.zero_point), "true" if is_pointwise else "false", str(memory.depth),
            str(memory.block), "{weights}", "{channels}",
        ),
        arrays={
            "weights": ("int8_t", number_lines(_row_pairs(rows, memory.depth))),
            "channels": ("Channel", _channels(channels)),
        },
        scratch_bytes=memory.scratch_bytes,
        overwrites=is_pointwise and n_outputs <= n_inputs,
    )  # fmt: skip


def _depthwise_conv_2d(operator: Operator) -> Layer:
    source, filters, output = _int8(operator, operator.input(0)), _weights(operator), _int8(operator, operator.outputs[0])
    options = operator.options
    _, height, width, n_outputs = filters.shape
    multiplier = n_outputs // source.shape[3]
    dilation = (options.DilationHFactor(), options.DilationWFactor())
    window = _window(operator, source, output, height, width, dilation)
    rows = np.moveaxis(filters.values[0], -1, 0).reshape(n_outputs, -1)
    output_range, channels = _requantisation(operator, rows, filters, source, output)
    strides = (options.StrideH(), options.StrideW())
    is_fast = (height, width, multiplier, dilation) == (3, 3, 1, (1, 1)) and strides in ((1, 1), (2, 2))
    memory = depthwise_memory(source.shape[2], output.shape[1], output.shape[2], output.size, strides[0]) if is_fast else None
    return Layer(
        operator=operator, inputs=(source,), output=output, header="depthwise.h", struct="DepthwiseParams",
        kernel="Depthwise3x3" if is_fast else "Depthwise",
        fields=(
            window, str(output_range), str(source.zero_point), str(multiplier), str(memory.band if memory else 0),
            "{weights}", "{channels}",
        ),
        arrays={
            "weights": ("int8_t", number_lines(rows if is_fast else filters.values)),
            "channels": ("Channel", _channels(channels)),
        },
        scratch_bytes=memory.scratch_bytes if memory else None,
        overwrites=memory is not None and memory.is_whole and output.size <= source.size,
    )  # fmt: skip


def _fully_connected(operator: Operator) -> Layer:
    source, filters, output = _int8(operator, operator.input(0)), _weights(operator), _int8(operator, operator.outputs[0])
    if operator.options is not None and operator.options.WeightsFormat():
        raise operator.error("must have weights in the default format")
    n_outputs, n_inputs = filters.shape
    if source.size % n_inputs or output.size != source.size // n_inputs * n_outputs:
        raise operator.error(f"cannot turn {source.shape} into {output.shape} with weights of {filters.shape}")
    output_range, channels = _requantisation(operator, filters.values, filters, source, output, is_dense=True)
    depth = round_up(n_inputs, 4)
    return Layer(
        operator=operator, inputs=(source,), output=output, kernel="FullyConnected", header="fully_connected.h",
        struct="FullyConnectedParams",
        fields=(
            str(source.size // n_inputs), str(n_inputs), str(n_outputs), str(depth), str(output_range), "{weights}", "{channels}",
        ),
        arrays={
            "weights": ("int8_t", number_lines(_widened(filters.values, depth))),
            "channels": ("Channel", _channels(channels)),
        },
        scratch_bytes=2 * depth,
    )  # fmt: skip


def _pool_2d(operator: Operator) -> Layer:
    source, output, options = _int8(operator, operator.input(0)), _int8(operator, operator.outputs[0]), operator.options
    window = _window(operator, source, output, options.FilterHeight(), options.FilterWidth(), (1, 1))
    low, high = _activation(operator, output)
    is_average = operator.name == "AVERAGE_POOL_2D"
    return Layer(
        operator=operator, inputs=(source,), output=output, kernel="AveragePool" if is_average else "MaxPool",
        header="pool.h", struct="PoolParams", fields=(window, str(low), str(high)),
        scratch_bytes=4 * source.shape[3] if is_average else None,
    )  # fmt: skip


def _mean(operator: Operator) -> Layer:
    source, output = _int8(operator, operator.input(0)), _int8(operator, operator.outputs[0])
    axes = {int(axis) % len(source.shape) for axis in np.ravel(_constant(operator, 1))}
    dims = _merged(source.shape, axes)
    sizes = [size for size, _ in dims]
    kept = [1 if is_reduced else size for size, is_reduced in dims]
    strides = [0 if is_reduced else int(np.prod(kept[axis + 1 :])) for axis, (_, is_reduced) in enumerate(dims)]
    missing = _MAX_DIMS - len(dims)
    if missing < 0:
        raise operator.error(f"averages over {source.shape} in too many steps")
    count = source.size // output.size
    divides = source.zero_point == output.zero_point and source.scale == output.scale
    multiplier = quantise_multiplier(float(source.scale) / float(output.scale))
    # The reference shifts 1/count into the multiplier as far as 32 bits allow.
    shift = min(count.bit_length() - 1, 32, 31 + multiplier.left - multiplier.right)
    factor, exponent = (multiplier.factor << shift) // count, multiplier.left - multiplier.right - shift
    return Layer(
        operator=operator, inputs=(source,), output=output, kernel="Mean", header="pool.h", struct="MeanParams",
        fields=(
            _list([1] * missing + sizes), _list([0] * missing + strides), str(output.size), str(count),
            "true" if divides else "false", str(-source.zero_point * count), str(factor), str(max(exponent, 0)),
            str(max(-exponent, 0)), str(output.zero_point),
        ),
        scratch_bytes=4 * output.size,
    )  # fmt: skip


def _merged(shape: tuple[int, ...], axes: set[int]) -> list[tuple[int, bool]]:
    """Sizes, and whether they are averaged over; neighbours of which both are or both are not count as one dimension."""
    dims: list[tuple[int, bool]] = []
    for axis, size in enumerate(shape):
        if dims and dims[-1][1] == (axis in axes):
            dims[-1] = (dims[-1][0] * size, dims[-1][1])
        elif size > 1:
            dims.append((size, axis in axes))
    return dims


def _add(operator: Operator) -> Layer:
    a, b, output = (_int8(operator, tensor) for tensor in (operator.input(0), operator.input(1), operator.outputs[0]))
    if not a.shape == b.shape == output.shape:
        raise operator.error(f"must add tensors of one shape, got {a.shape} and {b.shape}")
    twice_largest = 2 * float(max(a.scale, b.scale))
    result = quantise_multiplier(twice_largest / ((1 << 20) * float(output.scale)))
    if result.left:
        raise operator.error("has an output scale that is too small for the reference's arithmetic")
    low, high = _activation(operator, output)
    scaled = [quantise_multiplier(float(tensor.scale) / twice_largest) for tensor in (a, b)]
    inputs = [f"{{{tensor.zero_point}, {m.factor}, {m.right}}}" for tensor, m in zip((a, b), scaled, strict=True)]
    return Layer(
        operator=operator, inputs=(a, b), output=output, kernel="Add", header="elementwise.h", struct="AddParams",
        fields=(str(output.size), *inputs, str(result.factor), str(result.right), str(output.zero_point), str(low), str(high)),
        overwrites=True,
    )  # fmt: skip


def _pad(operator: Operator) -> Layer:
    source, output = _int8(operator, operator.input(0)), _int8(operator, operator.outputs[0])
    paddings = _constant(operator, 1).reshape(-1, 2)
    missing = _MAX_PAD_DIMS - len(source.shape)
    if missing < 0:
        raise operator.error(f"must have at most {_MAX_PAD_DIMS} dimensions, got {source.shape}")
    before, after = ([0] * missing + [int(n) for n in column] for column in paddings.T)
    return Layer(
        operator=operator, inputs=(source,), output=output, kernel="Pad", header="elementwise.h", struct="PadParams",
        fields=(_list([1] * missing + list(source.shape)), _list(before), _list(after), str(output.zero_point)),
    )  # fmt: skip


def _softmax(operator: Operator) -> Layer:
    source, output = _int8(operator, operator.input(0)), _int8(operator, operator.outputs[0])
    if output.zero_point != -128 or output.scale != np.float32(1 / 256):
        raise operator.error(f"must have scale 1/256 and zero point -128, got {output.scale} and {output.zero_point}")
    try:
        table = arithmetic.exponentials(source.scale, np.float32(operator.options.Beta()))
    except ValueError as error:
        raise operator.error(str(error)) from error
    n_columns = source.shape[-1]
    return Layer(
        operator=operator, inputs=(source,), output=output, kernel="Softmax", header="softmax.h", struct="SoftmaxParams",
        fields=(str(source.size // n_columns), str(n_columns), str(len(table)), "{exponentials}"),
        arrays={"exponentials": ("int32_t", number_lines(np.array(table)))},
        overwrites=True,
    )  # fmt: skip


_LOWERINGS: dict[str, Callable[[Operator], Layer]] = {
    "CONV_2D": _conv_2d,
    "DEPTHWISE_CONV_2D": _depthwise_conv_2d,
    "FULLY_CONNECTED": _fully_connected,
    "AVERAGE_POOL_2D": _pool_2d,
    "MAX_POOL_2D": _pool_2d,
    "MEAN": _mean,
    "ADD": _add,
    "PAD": _pad,
    "RESHAPE": _reshape,
    "SOFTMAX": _softmax,
}
SUPPORTED = tuple(_LOWERINGS)


def _int8(operator: Operator, tensor: Tensor) -> Tensor:
    if tensor.type != "INT8":
        raise operator.error(f"needs int8, but the tensor '{tensor.name}' is {tensor.type.lower()}")
    if len(tensor.scales) != 1:
        raise operator.error(f"needs one scale for the tensor '{tensor.name}', it has {len(tensor.scales)}")
    if not tensor.size or any(size < 1 for size in tensor.shape):
        raise operator.error(f"needs shapes that are fixed, but the tensor '{tensor.name}' has {tensor.shape}")
    return tensor


def _constant(operator: Operator, index: int) -> NDArray:
    tensor = operator.input(index)
    if tensor.data is None:
        raise operator.error(f"needs the tensor '{tensor.name}' to be a constant")
    return tensor.data


def _weights(operator: Operator) -> Tensor:
    filters = operator.input(1)
    _constant(operator, 1)
    if filters.type != "INT8" or not len(filters.scales) or filters.zero_points.any():
        raise operator.error(f"needs symmetric int8 weights, but '{filters.name}' is {filters.type.lower()}")
    return filters


def _requantisation(
    operator: Operator, rows: NDArray[np.int8], filters: Tensor, source: Tensor, output: Tensor, *, is_dense: bool = False
) -> tuple[arithmetic.OutputRange, list[arithmetic.Channel]]:
    n_outputs = len(rows)
    bias = operator.inputs[2] if len(operator.inputs) > 2 else None
    if bias is not None and (bias.type != "INT32" or bias.data is None):
        raise operator.error(f"needs a constant int32 bias, but '{bias.name}' is {bias.type.lower()}")
    if is_dense and len(filters.scales) == 1:
        # TFLM multiplies these two scales in single precision, and those of convolutions in double.
        products = [float(source.scale * filters.scale)] * n_outputs
    else:
        products = [float(source.scale) * float(scale) for scale in np.broadcast_to(filters.scales, n_outputs)]
    return arithmetic.requantisation(
        rows,
        np.zeros(n_outputs, np.int32) if bias is None else bias.values,
        source.zero_point,
        [quantise_multiplier(product / float(output.scale)) for product in products],
        output.zero_point,
        _activation(operator, output),
    )


def _activation(operator: Operator, output: Tensor) -> tuple[int, int]:
    number = operator.options.FusedActivationFunction() if operator.options is not None else 0
    try:
        return arithmetic.activation_range(number, output.scale, output.zero_point)
    except KeyError as error:
        raise operator.error(f"has the fused activation {number}, which is not supported") from error


def _window(operator: Operator, source: Tensor, output: Tensor, height: int, width: int, dilation: tuple[int, int]) -> str:
    """The kernels' `Window`."""
    if len(source.shape) != 4 or len(output.shape) != 4:
        raise operator.error(f"needs four dimensions, got {source.shape} and {output.shape}")
    strides = (operator.options.StrideH(), operator.options.StrideW())
    pads = [
        max(0, (out - 1) * stride + (size - 1) * step + 1 - given) // 2
        for out, stride, size, step, given in zip(
            output.shape[1:3], strides, (height, width), dilation, source.shape[1:3], strict=True
        )
    ]
    return _list([source.shape[0], *source.shape[1:], *output.shape[1:], height, width, *strides, *dilation, *pads])


def _widened(rows: NDArray[np.int8], depth: int) -> NDArray[np.int8]:
    return np.pad(rows, ((0, 0), (0, depth - rows.shape[1])))


def _row_pairs(rows: NDArray[np.int8], depth: int) -> NDArray[np.int8]:
    """Rows in twos, interleaved word by word (see kernels/matrix.h)."""
    wide = np.pad(_widened(rows, depth), ((0, len(rows) % 2), (0, 0)))
    return wide.reshape(-1, 2, depth // 4, 4).transpose(0, 2, 1, 3)


def _list(values: Any) -> str:
    return "{" + ", ".join(map(str, values)) + "}"


def _channels(channels: list[arithmetic.Channel]) -> str:
    return "\n".join(f"    {channel}," for channel in channels)


def number_lines(values: NDArray) -> str:
    """Numbers as they stand within braces, in lines that an editor shows."""
    return "\n".join(_lines([str(value) for value in np.ravel(values).tolist()]))


def _lines(words: list[str]) -> Iterator[str]:
    line = "   "
    for word in words:
        if len(line) + len(word) + 2 > _LINE:
            yield line
            line = "   "
        line += f" {word},"
    yield line
