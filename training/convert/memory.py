"""The memory of a generated model: what each kernel needs, and where in the arena each buffer lies, decided before the program
runs. Standard library only: the code generator follows these rules, and so a design's arena is known before it is trained.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

ALIGNMENT = 16
_COLUMN_BYTES = 4096  # what a convolution may use to spread its inputs out: more saves nothing, less reads weights oftener
_PLANE_BYTES = 8192  # the same for a depthwise convolution, where its plane need not be whole


@dataclass(kw_only=True)
class Buffer:
    """Bytes that are in use from step `first` to step `last`, both included."""

    n_bytes: int
    first: int
    last: int
    offset: int = -1

    @property
    def padded(self) -> int:
        return (self.n_bytes + ALIGNMENT - 1) // ALIGNMENT * ALIGNMENT


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of the program: the tensors that it reads, by any names, and the one that it makes."""

    inputs: tuple[Hashable, ...]
    output: Hashable
    n_bytes: int  # of the output
    scratch_bytes: int | None = None  # None where it takes none
    overwrites: bool = False  # whether the output may lie where the first inputs do
    is_view: bool = False  # whether the output is its input under another shape: nothing runs


class Memory:
    """Where each tensor lies while the program runs.

    Args:
        steps: in the order in which they run.
        input, output: of the whole program; these are the caller's, and not in the arena.
    """

    def __init__(self, steps: Sequence[Step], input: Hashable, output: Hashable) -> None:
        self._root: dict[Hashable, Hashable] = {}  # of a tensor that a view made: the one whose memory it is
        for step in steps:
            if step.is_view:
                self._root[step.output] = self.root(step.inputs[0])
        self.input, self.output = input, self.root(output)
        self.scratches: dict[int, Buffer] = {}
        self.buffers: dict[Hashable, Buffer] = {}
        self._allot(steps)
        self._distinct = list({id(buffer): buffer for buffer in self.buffers.values()}.values())
        self.arena_bytes = plan([*self._distinct, *self.scratches.values()])

    def root(self, tensor: Hashable) -> Hashable:
        """The tensor whose memory this one is."""
        return self._root.get(tensor, tensor)

    def bytes_at(self, number: int) -> int:
        """What of the arena is in use while a step runs."""
        buffers = [*self._distinct, *self.scratches.values()]
        return sum(buffer.padded for buffer in buffers if buffer.first <= number <= buffer.last)

    def _allot(self, steps: Sequence[Step]) -> None:
        last = {self.root(tensor): number for number, step in enumerate(steps) for tensor in step.inputs}
        for number, step in enumerate(steps):
            if step.scratch_bytes is not None:
                self.scratches[number] = Buffer(n_bytes=step.scratch_bytes, first=number, last=number)
            root = self.root(step.output)
            if step.is_view or root in (self.input, self.output):
                continue
            end = last.get(root, number)
            reused = self._reusable(step, number, last)
            if reused is not None:
                reused.last = max(reused.last, end)
                self.buffers[root] = reused
            else:
                self.buffers[root] = Buffer(n_bytes=step.n_bytes, first=number, last=end)

    def _reusable(self, step: Step, number: int, last: Mapping[Hashable, int]) -> Buffer | None:
        """The memory of an input that nobody reads after this step, where the step may write over it."""
        if not step.overwrites:
            return None
        for tensor in step.inputs:
            root = self.root(tensor)
            buffer = self.buffers.get(root)
            if buffer is not None and last[root] == number and buffer.last == number and step.n_bytes <= buffer.n_bytes:
                return buffer
        return None


def plan(buffers: Sequence[Buffer]) -> int:
    """Give each buffer its offset, so that no two overlap in place and time; how many bytes that takes.

    Greedy, largest first, each into the smallest gap that takes it (Pisarchyk and Lee, arXiv:2001.03288).
    """
    placed: list[Buffer] = []
    for buffer in sorted(buffers, key=lambda buffer: (-buffer.padded, buffer.first)):
        buffer.offset = _best_offset(buffer, [other for other in placed if _meet(buffer, other)])
        placed.append(buffer)
    return max((buffer.offset + buffer.padded for buffer in buffers), default=0)


@dataclass(frozen=True)
class ConvolutionMemory:
    """Of a convolution: weights an output (filled up with zeros), outputs between two readings of the weights, scratch."""

    depth: int
    block: int
    scratch_bytes: int


def convolution_memory(n_weights: int, n_places: int, *, is_pointwise: bool) -> ConvolutionMemory:
    """Args: weights of one output channel, outputs of one channel, whether the kernel reads its input as it lies."""
    depth = round_up(n_weights, 8)
    block = max(4, min(_COLUMN_BYTES // (2 * depth) // 4 * 4, round_up(n_places, 4)))
    return ConvolutionMemory(depth, block, (block + 2) * depth * 2 + (0 if is_pointwise else 4 * depth))


@dataclass(frozen=True)
class DepthwiseMemory:
    """Of a 3 x 3 depthwise convolution: rows of outputs in a band, scratch, and whether one band is all."""

    band: int
    scratch_bytes: int
    is_whole: bool


def depthwise_memory(in_width: int, height: int, width: int, n_bytes: int, stride: int) -> DepthwiseMemory:
    """Args: columns of the input; rows, columns and bytes of the output; stride in both directions, 1 or 2."""
    pad_left = max(0, (width - 1) * stride + 3 - in_width) // 2
    row_bytes = 16 * max((width - 1) * stride + 3, pad_left + in_width)
    whole = round_up(height, 2) if stride == 1 else height

    def rows_of(limit: int) -> int:
        pairs = limit // row_bytes
        return 2 * (pairs - 1) if stride == 1 else pairs - 1

    # A whole plane lets the output lie over the input: worth as much scratch as that saves.
    is_whole = height <= rows_of(max(_PLANE_BYTES, n_bytes))
    band = whole if is_whole else max(rows_of(_PLANE_BYTES), 2 if stride == 1 else 1)
    pairs = band // 2 + 1 if stride == 1 else band + 1
    return DepthwiseMemory(band, pairs * row_bytes, is_whole)


def round_up(value: int, step: int) -> int:
    """The next multiple of `step`."""
    return -(-value // step) * step


def _best_offset(buffer: Buffer, others: Sequence[Buffer]) -> int:
    best, smallest, end = None, None, 0
    for other in sorted(others, key=lambda other: other.offset):
        gap = other.offset - end
        if gap >= buffer.padded and (smallest is None or gap < smallest):
            best, smallest = end, gap
        end = max(end, other.offset + other.padded)
    return end if best is None else best


def _meet(one: Buffer, other: Buffer) -> bool:
    return one.first <= other.last and other.first <= one.last
