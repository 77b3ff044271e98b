"""Reading a PyTorch `.pth` without PyTorch: the ImageNet weights of EfficientNet-Lite0 come in one.

The format is torch.save's old one (before 1.6): four pickles (a magic number, a version, the machine's byte order, the
tensors), the list of storages, then each storage's raw numbers. A pickle may run any code, so this reader knows four
names and no more: an ordered dictionary, a tensor, and storages of float32 and int64.
"""

import pickle
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

_MAGIC = 0x1950A86A20F9469CFC6C
_VERSION = 1001
_MAX_BYTES = 200_000_000
_DTYPES = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}

Tensors = dict[str, NDArray[Any]]


class _Storage:
    """Raw numbers that come at the end of the file."""

    def __init__(self, dtype: np.dtype[Any], size: int) -> None:
        self.numbers: NDArray[Any] = np.zeros(0, dtype)
        self.dtype, self.size = dtype, size


class _Reader(pickle.Unpickler):
    """Unpickles nothing but tensors."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)
        self.storages: dict[str, _Storage] = {}

    def find_class(self, module: str, name: str) -> Callable[..., Any]:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _Tensor
        if module == "torch" and name in _DTYPES:
            return lambda: _DTYPES[name]
        raise pickle.UnpicklingError(f"the file asks for {module}.{name}, which is no tensor")

    def persistent_load(self, reference: Any) -> _Storage:
        kind, make_dtype, key, _device, size, *_ = reference
        if kind != "storage" or not isinstance(key, str) or not isinstance(size, int) or not 0 <= size * 8 <= _MAX_BYTES:
            raise pickle.UnpicklingError(f"the file refers to {str(reference)[:80]}, which is no storage of numbers")
        return self.storages.setdefault(key, _Storage(make_dtype(), size))


class _Tensor:
    """A view on a storage, made once its numbers are known. The arguments are torch's `_rebuild_tensor_v2`."""

    def __init__(
        self, storage: _Storage, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_gradient_and_hooks: Any
    ) -> None:
        self._storage, self._offset, self._shape, self._strides = storage, offset, shape, strides

    def array(self) -> NDArray[Any]:
        numbers = self._storage.numbers
        last = self._offset + sum((size - 1) * stride for size, stride in zip(self._shape, self._strides, strict=True))
        if min(self._offset, *self._strides, 0) < 0 or min(self._shape, default=1) < 1 or last >= len(numbers):
            raise ValueError(f"a tensor of shape {self._shape} does not lie within its storage")
        strides = [stride * numbers.itemsize for stride in self._strides]
        return np.array(np.lib.stride_tricks.as_strided(numbers[self._offset :], self._shape, strides))


def read_pth(path: Path) -> Tensors:
    """The tensors of a `.pth` file in torch.save's old format, by name.

    Raises:
        ValueError: the file is not of this format, is cut off, or asks for anything but tensors.
    """
    if path.stat().st_size > _MAX_BYTES:
        raise ValueError(f"{path.name} has {path.stat().st_size:,} bytes; at most {_MAX_BYTES:,} are read")
    try:
        with path.open("rb") as file:
            return _read(file)
    except (pickle.UnpicklingError, EOFError, AttributeError, IndexError, KeyError, TypeError) as error:
        raise ValueError(f"{path.name} is not a file of tensors as PyTorch writes them: {error}") from error


def _read(file: BinaryIO) -> Tensors:
    if (_Reader(file).load(), _Reader(file).load()) != (_MAGIC, _VERSION):
        raise pickle.UnpicklingError("its magic number is another one")
    machine = _Reader(file).load()
    if not machine["little_endian"]:
        raise pickle.UnpicklingError("its numbers are big-endian")
    reader = _Reader(file)
    tensors = reader.load()
    for key in _Reader(file).load():
        _fill(reader.storages[key], file)
    return {name: tensor.array() for name, tensor in tensors.items()}


def _fill(storage: _Storage, file: BinaryIO) -> None:
    size = int.from_bytes(file.read(8), "little")
    content = file.read(storage.size * storage.dtype.itemsize)
    if size != storage.size or len(content) != storage.size * storage.dtype.itemsize:
        raise EOFError("it is cut off")
    storage.numbers = np.frombuffer(content, storage.dtype)
