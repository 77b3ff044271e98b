"""The kinds of layers that a network can be made of: what each can be told, what shape it gives, how much it computes, and
whether the board has it. Standard library only.

A network begins with the features as a sequence: a frame a row, one column, a coefficient a channel.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

Shape = tuple[int, ...]
"""Of what a layer gives: (rows, columns, channels), or (numbers,) once it is flat."""


@dataclass(frozen=True, kw_only=True)
class Option:
    """One thing that a layer can be told: `kind` is whole, pair (of whole numbers: rows, columns), fraction, choice or flag."""

    kind: str
    default: Any
    lowest: float = 0
    highest: float = 0
    names: tuple[str, ...] = ()

    def check(self, value: object) -> Any:
        """The value, as it is kept. Raises ValueError; the message goes on from the option's name."""
        if self.kind == "flag" and isinstance(value, bool):
            return value
        if self.kind == "choice" and isinstance(value, str) and value in self.names:
            return value
        if self.kind == "whole" and self._is_whole(value):
            return value
        if self.kind == "pair" and isinstance(value, list | tuple) and len(value) == 2 and all(map(self._is_whole, value)):
            return tuple(value)
        if self.kind == "fraction" and _is_number(value) and self.lowest <= value <= self.highest:  # type: ignore[operator]
            return float(value)  # type: ignore[arg-type]
        raise ValueError(f"must be {self._wanted()}, got {str(value)[:40]!r}")

    def to_dict(self) -> dict[str, Any]:
        """For the page's fields."""
        if self.kind == "choice":
            return {"kind": self.kind, "default": self.default, "names": list(self.names)}
        if self.kind == "flag":
            return {"kind": self.kind, "default": self.default}
        default = list(self.default) if self.kind == "pair" else self.default
        return {"kind": self.kind, "default": default, "lowest": self.lowest, "highest": self.highest}

    def _is_whole(self, value: object) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and self.lowest <= value <= self.highest

    def _wanted(self) -> str:
        if self.kind == "flag":
            return "true or false"
        if self.kind == "choice":
            return f"one of {', '.join(self.names)}"
        limits = f"from {self.lowest:g} to {self.highest:g}"
        return {
            "whole": f"a whole number {limits}",
            "pair": f"two whole numbers (rows, columns) {limits}",
            "fraction": f"a number {limits}",
        }[self.kind]


@dataclass(frozen=True)
class Layer:
    """One layer: the name of its kind, and all of its options."""

    type: str
    options: Mapping[str, Any]

    @property
    def kind(self) -> "Kind":
        return KINDS[self.type]

    def to_dict(self) -> dict[str, Any]:
        """The layer as JSON shows it, complete."""
        shown = {name: list(value) if isinstance(value, tuple) else value for name, value in self.options.items()}
        return {"type": self.type, **shown}

    def output(self, shape: Shape) -> Shape:
        """The shape of what it gives for an input of such a shape. Raises ValueError where it cannot take that."""
        return self.kind.output(self.options, shape)

    def parameters(self, shape: Shape) -> int:
        """How many numbers Keras keeps for it, those of a batch normalisation among them."""
        return self.kind.parameters(self.options, shape)

    def multiply_accumulates(self, shape: Shape) -> int:
        """Of one inference."""
        return self.kind.multiply_accumulates(self.options, shape)

    def check_on_board(self) -> None:
        """Raise ValueError where the board does not have it; the message says what to take instead."""
        _check_on_board(self.type, self.options.get("activation"))


def check_layer(values: object) -> Layer:
    """A layer from parsed JSON; options that are left out take their defaults.

    Raises:
        ValueError: there is no such kind, or an option is unknown or out of range.
    """
    if not isinstance(values, Mapping):
        raise ValueError(f"a layer must be an object with a type, got {str(values)[:40]!r}")
    name = values.get("type")
    if not isinstance(name, str) or name not in KINDS:
        raise ValueError(f"type must be one of {', '.join(KINDS)}, got {str(name)[:40]!r}")
    options = KINDS[name].options
    if unknown := sorted(str(key) for key in set(values) - {"type", *options}):
        raise ValueError(f"{name} has no option {unknown[0][:40]!r}; it has {', '.join(options) or 'none'}")
    return Layer(name, {key: _checked(name, key, option, values) for key, option in options.items()})


def _checked(name: str, key: str, option: Option, values: Mapping[str, Any]) -> Any:
    try:
        return option.check(values.get(key, option.default))
    except ValueError as error:
        raise ValueError(f"{key} of {name} {error}") from error


Options = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of layer: its options, and functions of them and of the shape that it is given."""

    output: Callable[[Options, Shape], Shape]
    options: Mapping[str, Option]
    parameters: Callable[[Options, Shape], int] = lambda options, shape: 0
    multiply_accumulates: Callable[[Options, Shape], int] = lambda options, shape: 0
    is_lacking: bool = False  # whether the board does not have it, see `_check_on_board`

    def to_dict(self) -> dict[str, Any]:
        """For the page: its options, and whether the board has it."""
        return {"options": {name: option.to_dict() for name, option in self.options.items()}, "is_lacking": self.is_lacking}


def window_output(options: Options, shape: Shape, key: str, strides: tuple[int, int]) -> tuple[int, int]:
    """Rows and columns that a window gives. Raises ValueError where it is larger than what it slides over."""
    height, width, _ = _image(shape)
    size = options[key]
    if options["padding"] == "same":
        return -(-height // strides[0]), -(-width // strides[1])
    if size[0] > height or size[1] > width:
        raise ValueError(
            f"its window of {size[0]} x {size[1]} is larger than the {height} x {width} that it is given; "
            "make it smaller, or take the padding same"
        )
    return (height - size[0]) // strides[0] + 1, (width - size[1]) // strides[1] + 1


def as_2d(options: Options) -> Options:
    """The options of a conv1d as those of the convolution that it is: over rows, one column wide."""
    return {**options, "kernel": (options["kernel"], 1), "strides": (options["strides"], 1)}


def pool_strides(options: Options) -> tuple[int, int]:
    """A pool moves on by its own size."""
    rows, columns = options["size"]
    return rows, columns


def depthwise_strides(options: Options) -> tuple[int, int]:
    """TensorFlow's depthwise convolution has one stride for both directions."""
    return options["stride"], options["stride"]


def _conv_output(options: Options, shape: Shape) -> Shape:
    return *window_output(options, shape, "kernel", options["strides"]), options["filters"]


def _conv_weights(options: Options, shape: Shape) -> int:
    return prod(options["kernel"]) * _image(shape)[2] * options["filters"]


def _conv_parameters(options: Options, shape: Shape) -> int:
    return _conv_weights(options, shape) + _beside(options, options["filters"])


def _conv_macs(options: Options, shape: Shape) -> int:
    rows, columns, _ = _conv_output(options, shape)
    return rows * columns * _conv_weights(options, shape)


def _conv1d_output(options: Options, shape: Shape) -> Shape:
    _sequence(shape)
    return _conv_output(as_2d(options), shape)


def _depthwise_output(options: Options, shape: Shape) -> Shape:
    return *window_output(options, shape, "kernel", depthwise_strides(options)), shape[2]


def _depthwise_parameters(options: Options, shape: Shape) -> int:
    return prod(options["kernel"]) * shape[2] + _beside(options, shape[2])


def _depthwise_macs(options: Options, shape: Shape) -> int:
    return prod(_depthwise_output(options, shape)) * prod(options["kernel"])


def _beside(options: Options, n_channels: int) -> int:
    """What there is beside the weights: biases, or a batch normalisation's four numbers a channel."""
    return n_channels * (4 if options["batch_norm"] else 1)


def _pool_output(options: Options, shape: Shape) -> Shape:
    return *window_output(options, shape, "size", pool_strides(options)), shape[2]


def _dense_output(options: Options, shape: Shape) -> Shape:
    _flat(shape)
    return (options["units"],)


def _recurrent_output(options: Options, shape: Shape) -> Shape:
    rows, _ = _sequence(shape)
    units = options["units"] * (2 if options.get("both_ways") else 1)
    return (rows, 1, units) if options["every_frame"] else (units,)


def _recurrent_parameters(n_gates: int, n_biases: int, directions: int) -> Callable[[Options, Shape], int]:
    def count(options: Options, shape: Shape) -> int:
        _, channels = _sequence(shape)
        units = options["units"]
        return directions * n_gates * units * (channels + units + n_biases)

    return count


def _recurrent_macs(n_gates: int, directions: int) -> Callable[[Options, Shape], int]:
    def count(options: Options, shape: Shape) -> int:
        rows, channels = _sequence(shape)
        units = options["units"]
        return directions * rows * n_gates * units * (channels + units)

    return count


def _bidirectional_output(options: Options, shape: Shape) -> Shape:
    return _recurrent_output({**options, "both_ways": True}, shape)


def _to_image(options: Options, shape: Shape) -> Shape:
    rows, channels = _sequence(shape)
    return rows, channels, 1


def _to_sequence(options: Options, shape: Shape) -> Shape:
    rows, columns, channels = _image(shape)
    return rows, 1, columns * channels


def _image(shape: Shape) -> tuple[int, int, int]:
    if len(shape) != 3:
        raise ValueError(
            f"it needs rows, columns and channels, but is given a flat row of {shape[0]} numbers; put it before what flattens"
        )
    return shape[0], shape[1], shape[2]


def _sequence(shape: Shape) -> tuple[int, int]:
    rows, columns, channels = _image(shape)
    if columns != 1:
        raise ValueError(f"it needs one column, but is given {rows} x {columns} x {channels}; put reshape_sequence before it")
    return rows, channels


def _flat(shape: Shape) -> int:
    if len(shape) != 1:
        raise ValueError(
            f"it needs a flat row of numbers, but is given {' x '.join(map(str, shape))}; "
            "put flatten or global_average_pool2d before it"
        )
    return shape[0]


def _check_on_board(name: str, activation: str | None) -> None:
    """What TensorFlow Lite for Microcontrollers and the generated C++ have in common; see `training.convert.codegen.layers`."""
    if name == "lstm":
        raise ValueError("the board's C++ has no recurrent layers; take conv1d layers, which look over time as well")
    if name == "gru":
        raise ValueError("TensorFlow Lite for Microcontrollers has no GRU; take conv1d layers, which look over time as well")
    if name == "bidirectional_lstm":
        raise ValueError("nothing on the board reads backwards in time; take conv1d layers, whose windows reach both ways")
    if name == "layer_normalization":
        raise ValueError("the board's C++ does not normalise while it runs; take batch_norm, which becomes part of the weights")
    if activation in _LACKING_ACTIVATIONS:
        raise ValueError(f"the board's C++ has no activation {activation}; take relu")


ACTIVATIONS = ("relu", "relu6", "none")
_LACKING_ACTIVATIONS = ("tanh", "sigmoid", "gelu", "elu")

_FILTERS = Option(kind="whole", default=16, lowest=1, highest=512)
_KERNEL = Option(kind="pair", default=(3, 3), lowest=1, highest=64)
_PADDING = Option(kind="choice", default="same", names=("same", "valid"))
_ACTIVATION = Option(kind="choice", default="relu", names=(*ACTIVATIONS, *_LACKING_ACTIVATIONS))
_BATCH_NORM = Option(kind="flag", default=False)
_POOL = {"size": Option(kind="pair", default=(2, 2), lowest=1, highest=64), "padding": _PADDING}
_UNITS = Option(kind="whole", default=32, lowest=1, highest=1024)
_RECURRENT = {"units": _UNITS, "every_frame": Option(kind="flag", default=False)}

KINDS: dict[str, Kind] = {
    "conv2d": Kind(
        options={
            "filters": _FILTERS, "kernel": _KERNEL, "strides": Option(kind="pair", default=(1, 1), lowest=1, highest=16),
            "padding": _PADDING, "batch_norm": _BATCH_NORM, "activation": _ACTIVATION,
        },
        output=_conv_output, parameters=_conv_parameters, multiply_accumulates=_conv_macs,
    ),
    "conv1d": Kind(
        options={
            "filters": _FILTERS, "kernel": Option(kind="whole", default=3, lowest=1, highest=64),
            "strides": Option(kind="whole", default=1, lowest=1, highest=16),
            "padding": _PADDING, "batch_norm": _BATCH_NORM, "activation": _ACTIVATION,
        },
        output=_conv1d_output,
        parameters=lambda options, shape: _conv_parameters(as_2d(options), shape),
        multiply_accumulates=lambda options, shape: _conv_macs(as_2d(options), shape),
    ),
    "depthwise_conv2d": Kind(
        options={
            "kernel": _KERNEL, "stride": Option(kind="whole", default=1, lowest=1, highest=16),
            "padding": _PADDING, "batch_norm": _BATCH_NORM, "activation": _ACTIVATION,
        },
        output=_depthwise_output, parameters=_depthwise_parameters, multiply_accumulates=_depthwise_macs,
    ),
    "max_pool2d": Kind(options=_POOL, output=_pool_output),
    "average_pool2d": Kind(options=_POOL, output=_pool_output),
    "global_average_pool2d": Kind(options={}, output=lambda options, shape: (_image(shape)[2],)),
    "flatten": Kind(options={}, output=lambda options, shape: (prod(shape),)),
    "dense": Kind(
        options={"units": _UNITS, "activation": _ACTIVATION},
        output=_dense_output,
        parameters=lambda options, shape: (_flat(shape) + 1) * options["units"],
        multiply_accumulates=lambda options, shape: _flat(shape) * options["units"],
    ),
    "dropout": Kind(
        options={"rate": Option(kind="fraction", default=0.25, lowest=0, highest=0.9)}, output=lambda options, shape: shape
    ),
    "reshape_image": Kind(options={}, output=_to_image),
    "reshape_sequence": Kind(options={}, output=_to_sequence),
    "lstm": Kind(
        options=_RECURRENT, output=_recurrent_output,
        parameters=_recurrent_parameters(4, 1, 1), multiply_accumulates=_recurrent_macs(4, 1),
        is_lacking=True,
    ),
    "gru": Kind(
        options=_RECURRENT, output=_recurrent_output,
        parameters=_recurrent_parameters(3, 2, 1), multiply_accumulates=_recurrent_macs(3, 1),
        is_lacking=True,
    ),
    "bidirectional_lstm": Kind(
        options=_RECURRENT, output=_bidirectional_output,
        parameters=_recurrent_parameters(4, 1, 2), multiply_accumulates=_recurrent_macs(4, 2),
        is_lacking=True,
    ),
    "layer_normalization": Kind(
        options={}, output=lambda options, shape: shape, parameters=lambda options, shape: 2 * shape[-1],
        is_lacking=True,
    ),
}  # fmt: skip


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
