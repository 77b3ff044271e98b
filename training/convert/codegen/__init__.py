"""Any int8 `.tflite` of the supported operators to plain C++ whose outputs equal TFLM's byte for byte.

`graph` reads the file, `layers` turns operators into calls of the kernels in `firmware/nestling/src/kernels/`, `memory`
plans the arena, `emit` writes the sources. `bench` builds and runs them.
"""

from training.convert.codegen.emit import Generated, generate

__all__ = ["Generated", "generate"]
