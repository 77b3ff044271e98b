"""The memory plan: where in the arena each buffer lies, decided before the program runs."""

from collections.abc import Sequence
from dataclasses import dataclass

ALIGNMENT = 16


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


def plan(buffers: Sequence[Buffer]) -> int:
    """Give each buffer its offset, so that no two overlap in place and time; how many bytes that takes.

    Greedy, largest first, each into the smallest gap that takes it (Pisarchyk and Lee, arXiv:2001.03288).
    """
    placed: list[Buffer] = []
    for buffer in sorted(buffers, key=lambda buffer: (-buffer.padded, buffer.first)):
        buffer.offset = _best_offset(buffer, [other for other in placed if _meet(buffer, other)])
        placed.append(buffer)
    return max((buffer.offset + buffer.padded for buffer in buffers), default=0)


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
