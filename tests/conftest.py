"""What tests of several parts share."""

from collections.abc import Iterator

import pytest

from tests.fake_board import FakeBoard


@pytest.fixture
def board() -> Iterator[FakeBoard]:
    """A board that a test speaks for, on a serial port."""
    board = FakeBoard()
    yield board
    board.unplug()
