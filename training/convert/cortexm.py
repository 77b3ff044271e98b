"""Building C++ for a Cortex-M4F as the board's core does, and running it without a board.

`Toolchain` compiles and links with `firmware/emulator/`; `Machine` runs an image inside of this process (PyPI `unicorn`),
function by function, and counts instructions exactly; `run_qemu` runs a whole program in `qemu-system-arm`. Counts are of
instructions, not of cycles.
"""

import importlib
import shutil
import struct
import subprocess
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FIRMWARE = Path(__file__).parents[2] / "firmware"
EMULATOR = FIRMWARE / "emulator"
# What the core arduino:mbed_nano gives its compiler for a sketch, and no fused multiply-add, which a PC has not.
CPU_FLAGS = ("-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=softfp", "-mfpu=fpv4-sp-d16")
COMMON_FLAGS = ("-Os", "-g0", "-funsigned-char", "-ffunction-sections", "-fdata-sections", "-ffp-contract=off", "-fno-common")
CXX_FLAGS = ("-std=gnu++14", "-fno-exceptions", "-fno-rtti", "-fno-threadsafe-statics")
FLASH_BYTES = 983_040  # what the core leaves of the nRF52840's 1 MB and 256 KB
RAM_BYTES = 262_144
_FLASH_BASE, _FLASH_SIZE = 0x0000_0000, 0x0010_0000
_RAM_BASE, _RAM_SIZE = 0x2000_0000, 0x0004_0000
_RETURN = _FLASH_BASE + _FLASH_SIZE - 16  # no code ever lies there: execution that arrives has returned
_HEAP_GAP = 8192  # what `Machine.allocate` leaves for the stack


class MissingToolError(ValueError):
    """A program that is needed is not installed; the message says how to install it."""


@dataclass(frozen=True, kw_only=True)
class Image:
    """A linked program, and what it takes of a board."""

    elf: Path
    flash_bytes: int  # code, constants and what initialises variables
    ram_bytes: int  # static: variables, without the stack
    symbols: dict[str, int]
    segments: tuple[tuple[int, bytes], ...]  # (address in flash, content)


class Toolchain:
    """arm-none-eabi-gcc with the board's flags.

    Raises:
        MissingToolError: it is not installed.
    """

    def __init__(self) -> None:
        self._gcc = _find("arm-none-eabi-gcc", "gcc-arm-none-eabi libnewlib-arm-none-eabi libstdc++-arm-none-eabi-dev")

    def build(
        self, sources: Sequence[Path], elf: Path, include: Iterable[Path] = (), flags: Iterable[str] = (),
        *, keep: Iterable[str] = (), semihosting: bool = False,
    ) -> Image:  # fmt: skip
        """Compile and link C and C++ sources with the emulator's start-up code.

        Args:
            sources: .c and .cpp files.
            elf: where the program goes; objects go beside it.
            include: folders for #include.
            flags: more for the compiler, as in "-DNAME=1".
            keep: functions and variables that main() does not reach and a `Machine` will.
            semihosting: link newlib's semihosting, so that main() may use stdio in QEMU.
        Raises:
            ValueError: it does not compile or does not fit; the message is the compiler's.
        """
        elf.parent.mkdir(parents=True, exist_ok=True)
        flags = [*CPU_FLAGS, *COMMON_FLAGS, "-Wall", "-Wextra", "-Werror", *(f"-I{folder}" for folder in include), *flags]
        pairs = [
            (source, elf.parent / f"{elf.stem}-{number}-{source.stem}.o")
            for number, source in enumerate([*sources, EMULATOR / "startup.c"])
        ]
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda pair: self._compile(pair[0], pair[1], flags), pairs))
        specs = "--specs=rdimon.specs" if semihosting else "--specs=nosys.specs"
        _run([
            self._gcc, *CPU_FLAGS, "-nostartfiles", "--specs=nano.specs", specs, "-Wl,--gc-sections",
            "-Wl,--no-warn-rwx-segments", f"-Wl,-T,{EMULATOR / 'cortexm.ld'}", *(f"-Wl,-u,{symbol}" for symbol in keep),
            *(str(target) for _, target in pairs), "-o", str(elf),
        ])  # fmt: skip
        return read_image(elf)

    def _compile(self, source: Path, target: Path, flags: list[str]) -> None:
        language = CXX_FLAGS if source.suffix == ".cpp" else ("-std=gnu11",)
        _run([self._gcc, *flags, *language, "-c", str(source), "-o", str(target)])


def read_image(elf: Path) -> Image:
    """What an ELF file for 32-bit Arm holds.

    Raises:
        ValueError: it is none.
    """
    data = elf.read_bytes()
    if data[:6] != b"\x7fELF\x01\x01":
        raise ValueError(f"{elf} is not a 32-bit little-endian ELF file")
    program_offset, section_offset = struct.unpack_from("<II", data, 28)
    program_size, n_programs, section_size, n_sections = struct.unpack_from("<HHHH", data, 42)
    segments, flash, ram = [], 0, 0
    for index in range(n_programs):
        kind, offset, address, load, in_file, in_memory = struct.unpack_from("<6I", data, program_offset + index * program_size)
        if kind != 1:  # PT_LOAD
            continue
        if in_file:
            segments.append((load, data[offset : offset + in_file]))
        flash += in_file
        ram += in_memory if address >= _RAM_BASE else 0
    sections = [struct.unpack_from("<10I", data, section_offset + index * section_size) for index in range(n_sections)]
    symbols = {}
    for section in (section for section in sections if section[1] == 2):  # SHT_SYMTAB
        names = sections[section[6]][4]
        for offset in range(section[4], section[4] + section[5], 16):
            name, value = struct.unpack_from("<II", data, offset)
            end = data.index(b"\0", names + name)
            symbols[data[names + name : end].decode()] = value
    return Image(elf=elf, flash_bytes=flash, ram_bytes=ram, symbols=symbols, segments=tuple(segments))


class Machine:
    """A Cortex-M4F with an image in its memory, ready to call functions.

    Raises:
        MissingToolError: PyPI `unicorn` is not installed.
    """

    def __init__(self, image: Image) -> None:
        unicorn, arm_const = _import_unicorn()
        self._unicorn, self._registers = unicorn, arm_const
        self.image = image
        self._cpu: Any = unicorn.Uc(unicorn.UC_ARCH_ARM, unicorn.UC_MODE_THUMB | unicorn.UC_MODE_MCLASS)
        self._cpu.ctl_set_cpu_model(arm_const.UC_CPU_ARM_CORTEX_M4)
        self._cpu.mem_map(_FLASH_BASE, _FLASH_SIZE)
        self._cpu.mem_map(_RAM_BASE, _RAM_SIZE)
        self._cpu.mem_map(0xE000_E000, 0x1000)  # system control space: start-up code switches the FPU on there
        for address, content in image.segments:
            self._cpu.mem_write(address, content)
        self._top = image.symbols["__stack_top"]
        self._free = (image.symbols["end"] + 15) & ~15
        self._block_sizes: dict[tuple[int, int], int] = {}
        for function in ("EnableFpu", "InitialiseMemory", "RunConstructors"):
            self.call(function)

    def allocate(self, n_bytes: int) -> int:
        """Address of fresh memory behind the program's variables, aligned to 16 bytes.

        Raises:
            ValueError: the board has no such memory left.
        """
        address, self._free = self._free, (self._free + n_bytes + 15) & ~15
        if self._free > self._top - _HEAP_GAP:
            raise ValueError(f"{n_bytes} bytes more do not fit into the board's {_RAM_SIZE} bytes of RAM")
        return address

    def write(self, address: int | str, content: bytes) -> None:
        """Put bytes into memory, at an address or at a variable's name."""
        self._cpu.mem_write(self._address(address), content)

    def read(self, address: int | str, n_bytes: int) -> bytes:
        """Bytes of memory, from an address or from a variable's name."""
        return bytes(self._cpu.mem_read(self._address(address), n_bytes))

    def map_register(self, address: int, read: Callable[[], int]) -> None:
        """Let the program read a word that this process computes, such as a clock; its 4 KB page must be free."""
        self._cpu.mmio_map(address & ~0xFFF, 0x1000, lambda *_: read() & 0xFFFF_FFFF, None, None, None)

    def call(self, function: str, *arguments: int) -> int:
        """Run a function that takes up to four words and gives one (its result in r0).

        Raises:
            ValueError: there is no such function.
            RuntimeError: it faulted; the message says where.
        """
        registers = self._registers
        start = self._address(function)
        for number, value in enumerate(arguments):
            self._cpu.reg_write(registers.UC_ARM_REG_R0 + number, value & 0xFFFF_FFFF)
        self._cpu.reg_write(registers.UC_ARM_REG_SP, self._top)
        self._cpu.reg_write(registers.UC_ARM_REG_LR, _RETURN | 1)
        try:
            self._cpu.emu_start(start | 1, _RETURN)
        except self._unicorn.UcError as error:
            where = self._cpu.reg_read(registers.UC_ARM_REG_PC)
            raise RuntimeError(f"{function} faulted at {where:#010x}: {error}") from error
        return int(self._cpu.reg_read(registers.UC_ARM_REG_R0))

    def count(self, function: str, *arguments: int) -> tuple[int, int]:
        """Run a function as `call` does; its result, and how many instructions it took."""
        total = 0

        def add(address: int, n_instructions: int) -> None:
            nonlocal total
            total += n_instructions

        return self._watched(add, function, *arguments), total

    def profile(self, function: str, *arguments: int) -> dict[str, int]:
        """Run a function as `call` does; how many instructions each function took of its own, most first."""
        starts = sorted((value & ~1, name) for name, value in self.image.symbols.items() if value & 1)
        addresses = [start for start, _ in starts]
        totals: Counter[str] = Counter()

        def add(address: int, n_instructions: int) -> None:
            index = bisect_right(addresses, address) - 1
            totals[starts[index][1] if index >= 0 else "?"] += n_instructions

        self._watched(add, function, *arguments)
        return dict(totals.most_common())

    def _watched(self, add: Callable[[int, int], None], function: str, *arguments: int) -> int:
        """Run a function, and call `add(address, instructions)` for each block of code that runs."""

        def block(cpu: Any, address: int, size: int, user_data: Any) -> None:
            key = (address, size)
            if key not in self._block_sizes:
                self._block_sizes[key] = _n_instructions(bytes(cpu.mem_read(address, size)))
            add(address, self._block_sizes[key])

        hook = self._cpu.hook_add(self._unicorn.UC_HOOK_BLOCK, block)
        self._cpu.ctl_flush_tb()  # what was translated before would not call the hook, and what is now, would go on to
        try:
            return self.call(function, *arguments)
        finally:
            self._cpu.hook_del(hook)
            self._cpu.ctl_flush_tb()

    def _address(self, place: int | str) -> int:
        if isinstance(place, int):
            return place
        if place not in self.image.symbols:
            raise ValueError(f"{self.image.elf.name} has no symbol {place!r}")
        return self.image.symbols[place]


def run_qemu(image: Image, arguments: Sequence[str] = (), folder: Path | None = None, timeout: float = 60) -> tuple[int, str]:
    """Run a program in qemu-system-arm (mps2-an386: a Cortex-M4F) until it exits; its exit code and what it printed.

    One instruction takes one nanosecond of its time: the CMSDK timer at 0x40000000 (25 MHz) ticks every 40 instructions.

    Args:
        image: built with `semihosting=True`.
        arguments: its argv, without the name.
        folder: where it opens files.
    Raises:
        MissingToolError: QEMU is not installed.
        ValueError: it does not end within `timeout` seconds.
    """
    qemu = _find("qemu-system-arm", "qemu-system-arm")
    configuration = ",".join(["enable=on,target=native", *(f"arg={argument}" for argument in ("program", *arguments))])
    command = [
        qemu, "-M", "mps2-an386", "-icount", "shift=0", "-display", "none", "-serial", "null", "-monitor", "none",
        "-semihosting-config", configuration, "-kernel", str(image.elf.resolve()),
    ]  # fmt: skip
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=timeout, check=False)
    except subprocess.TimeoutExpired as error:
        raise ValueError(f"{image.elf.name} does not end within {timeout:.0f} s in QEMU") from error
    return done.returncode, done.stdout + done.stderr


def _import_unicorn() -> tuple[Any, Any]:
    """It has no types, hence by name."""
    try:
        return importlib.import_module("unicorn"), importlib.import_module("unicorn.arm_const")
    except ImportError as error:
        raise MissingToolError("the emulator is not installed; install it with: pip install unicorn==2.1.4") from error


def _n_instructions(code: bytes) -> int:
    """Thumb-2: a half-word that begins with 0b11101, 0b11110 or 0b11111 is the first of two."""
    count = position = 0
    while position < len(code):
        position += 4 if code[position + 1] >= 0xE8 else 2
        count += 1
    return count


def _find(program: str, packages: str) -> str:
    found = shutil.which(program)
    if found is None:
        raise MissingToolError(f"{program} is not installed; install it with: apt-get install {packages}")
    return found


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ValueError(f"{Path(command[0]).name} failed:\n{(done.stderr or done.stdout).strip()}")
