"""All models of the tests in one program: built for the PC with sanitizers, and for Cortex-M4F. One build, many models."""

import shutil
import struct
import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from training.convert.codegen.emit import KERNELS, Generated
from training.convert.cortexm import Image, Machine, Toolchain, run_qemu

_TABLE = """\
{includes}
struct Model {{ int n_inputs; int n_outputs; void (*run)(const int8_t*, int8_t*); }};
static const Model kModels[] = {{
{rows}
}};
"""

# Reads {{model, n}} and n inputs, again and again, and writes the outputs.
_PC_MAIN = """
#include <stdio.h>
#include <stdlib.h>
int main() {
  int32_t request[2];
  while (fread(request, sizeof(request), 1, stdin) == 1) {
    const Model& model = kModels[request[0]];
    // Of their exact size, so that a step too far is seen.
    int8_t* input = static_cast<int8_t*>(malloc(model.n_inputs));
    int8_t* output = static_cast<int8_t*>(malloc(model.n_outputs));
    for (int i = 0; i < request[1]; ++i) {
      if (fread(input, 1, model.n_inputs, stdin) != static_cast<size_t>(model.n_inputs)) return 1;
      model.run(input, output);
      if (fwrite(output, 1, model.n_outputs, stdout) != static_cast<size_t>(model.n_outputs)) return 1;
    }
    free(input);
    free(output);
  }
  return 0;
}
"""

_MACHINE_MAIN = """
extern "C" {
int8_t inputs[8192];
int8_t outputs[8192];
void RunModel(int model) { kModels[model].run(inputs, outputs); }
}
int main() { return 0; }
"""

# For QEMU: the same over files.
_QEMU_MAIN = """
#include <stdio.h>
extern "C" void initialise_monitor_handles(void);
static int8_t inputs[8192];
static int8_t outputs[8192];
int main() {
  initialise_monitor_handles();
  FILE* in = fopen("in.bin", "rb");
  FILE* out = fopen("out.bin", "wb");
  if (!in || !out) return 2;
  int32_t request[2];
  while (fread(request, sizeof(request), 1, in) == 1) {
    const Model& model = kModels[request[0]];
    for (int i = 0; i < request[1]; ++i) {
      if (fread(inputs, 1, model.n_inputs, in) != static_cast<size_t>(model.n_inputs)) return 3;
      model.run(inputs, outputs);
      if (fwrite(outputs, 1, model.n_outputs, out) != static_cast<size_t>(model.n_outputs)) return 4;
    }
  }
  return fclose(out) ? 5 : 0;
}
"""


class Programs:
    """Builds and runs. `models`: what was generated, with a namespace and files of the model's name."""

    def __init__(self, folder: Path, models: Mapping[str, Generated]) -> None:
        self.models, self._folder = models, folder
        self._numbers = {name: number for number, name in enumerate(models)}
        self._kernels = sorted(KERNELS.glob("*.cpp"))
        self._includes = [folder, KERNELS.parent]
        self._own_arenas = [source for model in models.values() for source in model.write(folder, with_kernels=False)]
        self._one_arena = [self._sharing(source) for source in self._own_arenas]

    def _sharing(self, source: Path) -> Path:
        """A copy whose arena is everybody's: the arenas of all models together are more than the board's RAM."""
        text = source.read_text(encoding="utf-8")
        changed = text.replace("alignas(16) uint8_t arena[kArenaBytes];", "uint8_t* const arena = ::shared_arena;")
        target = source.with_name(f"sharing_{source.name}")
        target.write_text(f"extern unsigned char shared_arena[];\n{changed}", encoding="utf-8")
        return target

    def on_pc(self, *flags: str) -> "OnPc":
        """Built by g++, warnings as errors."""
        compiler = shutil.which("g++") or pytest.fail("g++ is needed: apt-get install g++")
        name = "pc" + "".join(letter for letter in "".join(flags) if letter.isalnum())
        objects = []
        common = [compiler, *"-std=gnu++14 -Wall -Wextra -Werror -funsigned-char -fno-exceptions -fno-rtti".split(), *flags]
        for number, source in enumerate([*self._own_arenas, *self._kernels, self._main("pc", _PC_MAIN)]):
            objects.append((source, self._folder / f"{name}-{number}.o"))

        def compile_one(pair: tuple[Path, Path]) -> None:
            _run([*common, *(f"-I{include}" for include in self._includes), "-c", str(pair[0]), "-o", str(pair[1])])

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(compile_one, objects))
        program = self._folder / name
        _run([*common, *(str(target) for _, target in objects), "-o", str(program)])
        return OnPc(program, self)

    def on_machine(self) -> "OnMachine":
        """Built for Cortex-M4F, in unicorn."""
        sources = [*self._one_arena, *self._kernels, self._main("machine", self._arena() + _MACHINE_MAIN)]
        return OnMachine(Toolchain().build(sources, self._folder / "machine.elf", self._includes, keep=["RunModel"]), self)

    def on_qemu(self) -> "OnQemu":
        """Built for Cortex-M4F, in QEMU."""
        sources = [*self._one_arena, *self._kernels, self._main("qemu", self._arena() + _QEMU_MAIN)]
        return OnQemu(Toolchain().build(sources, self._folder / "qemu.elf", self._includes, semihosting=True), self)

    def _arena(self) -> str:
        return f"alignas(16) unsigned char shared_arena[{max(model.arena_bytes for model in self.models.values())}];\n"

    def _main(self, name: str, main: str) -> Path:
        includes = "\n".join(f'#include "{model}.h"' for model in self.models)
        rows = "\n".join(f"  {{{model}::kInputBytes, {model}::kOutputBytes, {model}::Run}}," for model in self.models)
        path = self._folder / f"main_{name}.cpp"
        path.write_text(_TABLE.format(includes=includes, rows=rows) + main)
        return path

    def request(self, name: str, inputs: np.ndarray) -> bytes:
        return struct.pack("<ii", self._numbers[name], len(inputs)) + inputs.tobytes()

    def number(self, name: str) -> int:
        return self._numbers[name]

    def outputs(self, wanted: Mapping[str, np.ndarray], raw: bytes) -> dict[str, np.ndarray]:
        """The outputs of requests for `wanted`, cut up."""
        result, offset = {}, 0
        for name, inputs in wanted.items():
            size = self.models[name].output.size
            result[name] = np.frombuffer(raw, np.int8, len(inputs) * size, offset).reshape(len(inputs), size)
            offset += len(inputs) * size
        assert offset == len(raw)
        return result


class OnPc:
    def __init__(self, program: Path, programs: Programs) -> None:
        self._program, self._programs = program, programs

    def run(self, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        request = b"".join(self._programs.request(name, rows) for name, rows in inputs.items())
        done = subprocess.run([self._program], input=request, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return self._programs.outputs(inputs, done.stdout)


class OnMachine:
    def __init__(self, image: Image, programs: Programs) -> None:
        self.machine, self._programs = Machine(image), programs

    def run(self, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        return {name: np.stack([self._one(name, row) for row in rows]) for name, rows in inputs.items()}

    def _one(self, name: str, row: np.ndarray) -> np.ndarray:
        self.machine.write("inputs", row.tobytes())
        self.machine.call("RunModel", self._programs.number(name))
        return np.frombuffer(self.machine.read("outputs", self._programs.models[name].output.size), np.int8)


class OnQemu:
    def __init__(self, image: Image, programs: Programs) -> None:
        self._image, self._programs = image, programs

    def run(self, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        folder = self._image.elf.parent
        (folder / "in.bin").write_bytes(b"".join(self._programs.request(name, rows) for name, rows in inputs.items()))
        code, printed = run_qemu(self._image, folder=folder, timeout=120)
        assert code == 0, (code, printed)
        return self._programs.outputs(inputs, (folder / "out.bin").read_bytes())


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
