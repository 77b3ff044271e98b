"""Reading a `.tflite`: tensors with their quantisation, operators in the order in which they run.

Only what the code generator needs, with neither TensorFlow nor an interpreter: importing those takes seconds.
"""

import importlib
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_SCHEMAS = ("tflite_micro.tensorflow.lite.micro.python.schema_py_generated", "tensorflow.lite.python.schema_py_generated")
_TYPES = {"INT8": np.int8, "INT32": np.int32, "INT64": np.int64, "FLOAT32": np.float32, "UINT8": np.uint8, "INT16": np.int16}


@dataclass(frozen=True, kw_only=True, eq=False)
class Tensor:
    """A tensor; `data` is None unless it is a constant."""

    index: int
    name: str
    type: str
    shape: tuple[int, ...]
    scales: NDArray[np.float32]
    zero_points: NDArray[np.int64]
    axis: int  # along which the scales change, where there are several
    data: NDArray | None

    @property
    def size(self) -> int:
        return int(np.prod(self.shape, dtype=np.int64))

    @property
    def values(self) -> NDArray:
        """Of a constant.

        Raises:
            ValueError: it is none.
        """
        if self.data is None:
            raise ValueError(f"the tensor '{self.name}' is not a constant")
        return self.data

    @property
    def scale(self) -> np.float32:
        return np.float32(self.scales[0])

    @property
    def zero_point(self) -> int:
        return int(self.zero_points[0])


@dataclass(frozen=True, kw_only=True, eq=False)
class Operator:
    """An operator; `inputs` holds None where an optional one is left out."""

    name: str
    inputs: tuple[Tensor | None, ...]
    outputs: tuple[Tensor, ...]
    options: Any

    def error(self, reason: str) -> ValueError:
        """What to raise where this operator cannot be generated: names it and the tensor that it makes."""
        return ValueError(f"{self.name}, which makes the tensor '{self.outputs[0].name}', {reason}")

    def input(self, index: int) -> Tensor:
        tensor = self.inputs[index] if index < len(self.inputs) else None
        if tensor is None:
            raise self.error(f"has no input {index}")
        return tensor


@dataclass(frozen=True, kw_only=True, eq=False)
class Graph:
    """A model with one input and one output."""

    input: Tensor
    output: Tensor
    operators: tuple[Operator, ...]


def read_graph(model: bytes) -> Graph:
    """Read a `.tflite`.

    Raises:
        ValueError: it is none, it is damaged, or it has more than one subgraph, input or output.
    """
    schema = _schema()
    if len(model) < 8 or model[4:8] != b"TFL3":
        raise ValueError("this is not a .tflite file: it does not hold the mark TFL3")
    try:
        return _read(schema, schema.Model.GetRootAsModel(model, 0))
    except (struct.error, IndexError, KeyError, TypeError, AttributeError, ValueError, MemoryError) as error:
        raise ValueError(f"the .tflite file is damaged: {error}") from error


def _schema() -> Any:
    for name in _SCHEMAS:
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    raise ValueError("no reader of .tflite files is installed; install it with: pip install tflite-micro")


def _read(schema: Any, model: Any) -> Graph:
    if model.SubgraphsLength() != 1:
        raise ValueError(f"the model must have one subgraph, it has {model.SubgraphsLength()}")
    flat = model.Subgraphs(0)
    for what, number in (("input", flat.InputsLength()), ("output", flat.OutputsLength())):
        if number != 1:
            raise ValueError(f"the model must have one {what}, it has {number}")
    types, names = _by_number(schema.TensorType), _by_number(schema.BuiltinOperator)
    tensors = [_tensor(model, flat.Tensors(index), index, types) for index in range(flat.TensorsLength())]
    operators = []
    for operator in map(flat.Operators, range(flat.OperatorsLength())):
        code = model.OperatorCodes(operator.OpcodeIndex())
        name = names[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]
        if name == "CUSTOM":
            name = f"CUSTOM ({(code.CustomCode() or b'').decode()})"
        operators.append(
            Operator(
                name=name,
                inputs=tuple(None if index < 0 else tensors[index] for index in _numbers(operator.InputsAsNumpy())),
                outputs=tuple(tensors[index] for index in _numbers(operator.OutputsAsNumpy())),
                options=_options(schema, operator),
            )
        )
    return Graph(input=tensors[flat.Inputs(0)], output=tensors[flat.Outputs(0)], operators=tuple(operators))


def _tensor(model: Any, flat: Any, index: int, types: dict[int, str]) -> Tensor:
    kind, shape = types[flat.Type()], tuple(_numbers(flat.ShapeAsNumpy()))
    quantisation = flat.Quantization()
    scales = zero_points = np.empty(0)
    if quantisation is not None and quantisation.ScaleLength():
        scales = quantisation.ScaleAsNumpy()
        zero_points = quantisation.ZeroPointAsNumpy() if quantisation.ZeroPointLength() else np.zeros(len(scales))
    content = model.Buffers(flat.Buffer()).DataAsNumpy()
    data = None
    if not isinstance(content, int) and len(content) and kind in _TYPES:
        data = np.frombuffer(content.tobytes(), _TYPES[kind]).reshape(shape)
    return Tensor(
        index=index, name=(flat.Name() or b"").decode(), type=kind, shape=shape, scales=np.asarray(scales, np.float32),
        zero_points=np.asarray(zero_points, np.int64), data=data,
        axis=quantisation.QuantizedDimension() if quantisation is not None else 0,
    )  # fmt: skip


def _options(schema: Any, operator: Any) -> Any:
    """The operator's options as the schema's own class, or None where it has none."""
    name = _by_number(schema.BuiltinOptions)[operator.BuiltinOptionsType()]
    table = operator.BuiltinOptions()
    if name == "NONE" or table is None:
        return None
    options = getattr(schema, name)()
    options.Init(table.Bytes, table.Pos)
    return options


def _by_number(enumeration: Any) -> dict[int, str]:
    return {number: name for name, number in vars(enumeration).items() if isinstance(number, int)}


def _numbers(values: Any) -> list[int]:
    return [] if isinstance(values, int) else [int(value) for value in values]
