"""The virtual board: the firmware in an emulated Cortex-M4F, behind a port that a serial program opens like a board's.

The emulator runs whole turns of the firmware's loop between buffers in its memory (`firmware/emulator/board.cpp`), so that
nothing of this process runs per instruction, and it keeps up with the microphone.
"""

import select
import socket
import threading
import time
from contextlib import suppress
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

HOST = "127.0.0.1"
_CLOCK_REGISTER = 0x5000_0000
_HOP = 320  # samples brought in one turn: 20 ms
_SERIAL_BYTES = 1024  # in one turn; answers to more would not fit into the board's buffer
_MAX_BEHIND_SECONDS = 0.5  # a computer that slept: the board goes on where it was, and does not hurry after
_SEND_SECONDS = 5.0  # a client that takes nothing for so long is let go


class Machine(Protocol):
    """An emulated board with the firmware in its memory (`training.convert.cortexm.Machine`)."""

    def write(self, address: int | str, content: bytes) -> None: ...
    def read(self, address: int | str, n_bytes: int) -> bytes: ...
    def call(self, function: str, *arguments: int) -> int: ...
    def map_register(self, address: int, read: Any) -> None: ...


class Firmware:
    """The firmware, a turn of its loop at a time.

    Args:
        machine: with an image of `firmware/emulator/board.cpp`; it is started here.
    """

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        started = time.perf_counter_ns()
        machine.map_register(_CLOCK_REGISTER, lambda: (time.perf_counter_ns() - started) // 1000)
        machine.call("BoardBegin")

    def turn(self, samples: NDArray[np.int16], serial_in: bytes = b"") -> bytes:
        """Let it hear samples and read bytes; what it writes.

        Args:
            samples: int16, at most 1600.
            serial_in: at most 1024 bytes.
        """
        self._bring("microphone_samples", "n_microphone_samples", samples.astype("<i2").tobytes(), 2)
        self._bring("serial_in", "n_serial_in", serial_in, 1)
        self._machine.call("BoardTurn")
        return self.take()

    def take(self) -> bytes:
        """What it has written since."""
        n_bytes = int.from_bytes(self._machine.read("n_serial_out", 4), "little")
        self._machine.write("n_serial_out", bytes(4))
        return self._machine.read("serial_out", n_bytes) if n_bytes else b""

    def _bring(self, buffer: str, counter: str, content: bytes, item_bytes: int) -> None:
        if content:
            self._machine.write(buffer, content)
        self._machine.write(counter, (len(content) // item_bytes).to_bytes(4, "little"))


class Recording:
    """What the virtual microphone hears: a recording, then silence, or the recording again and again."""

    def __init__(self, pcm: NDArray[np.int16] | None, loop: bool) -> None:
        self._pcm = np.zeros(0, np.int16) if pcm is None else pcm
        self._loop = loop and len(self._pcm) > 0
        self._at = 0

    @property
    def has_ended(self) -> bool:
        """Whether there is nothing but silence from here on."""
        return not self._loop and self._at >= len(self._pcm)

    def next(self, n: int) -> NDArray[np.int16]:
        """The next n samples."""
        positions = self._at + np.arange(n)
        self._at += n
        heard = np.zeros(n, np.int16)
        if self._loop:
            positions %= len(self._pcm)
        inside = positions < len(self._pcm)
        heard[inside] = self._pcm[positions[inside]]
        return heard


class VirtualBoard:
    """A board behind a port of this machine, for one client at a time; as a board's port, it is open to this machine only.

    Time stands still for the board as long as nobody is connected: the first who opens the port hears the recording from
    its beginning.

    Args:
        firmware: what runs on it.
        recording: what its microphone hears.
        port: to listen on; 0 takes any free one.
        fast: let the recording pass as fast as the emulator can; the silence after it passes in real time.
    Raises:
        OSError: the port is taken.
    """

    def __init__(self, firmware: Firmware, recording: Recording, port: int = 0, *, fast: bool = False) -> None:
        self._firmware = firmware
        self._recording = recording
        self._fast = fast
        self._stopping = threading.Event()
        self._client: socket.socket | None = None
        self._due = 0.0  # when the next hop of the microphone is complete
        self._listener = socket.create_server((HOST, port))
        self.address = f"socket://{HOST}:{self._listener.getsockname()[1]}"

    def run(self) -> None:
        """Be a board until `stop` is called from another thread."""
        try:
            while not self._stopping.is_set():
                self._turn()
        finally:
            self._let_go()
            self._listener.close()

    def stop(self) -> None:
        """Make `run` return."""
        self._stopping.set()
        with suppress(OSError), socket.create_connection(self._listener.getsockname(), timeout=1):
            pass  # wakes `select`

    def _turn(self) -> None:
        waiting = [self._listener, self._client] if self._client else [self._listener]
        ready = select.select(waiting, [], [], self._patience())[0]
        # First the client: one that has left makes room for the next.
        heard = self._hear(self._client) if self._client and self._client in ready else b""
        if self._listener in ready:
            self._admit()
        now = time.monotonic()
        is_due = self._client is not None and (now >= self._due or self._hurries())
        if not heard and not is_due:
            return
        hop = self._recording.next(_HOP) if is_due else np.zeros(0, np.int16)
        if is_due:
            self._due = max(self._due + _HOP / 16_000, now - _MAX_BEHIND_SECONDS)
        self._send(self._firmware.turn(hop, heard))

    def _patience(self) -> float | None:
        """Seconds until the microphone has the next hop; None while nobody listens."""
        if self._client is None:
            return None
        return 0.0 if self._hurries() else max(0.0, self._due - time.monotonic())

    def _hurries(self) -> bool:
        return self._fast and not self._recording.has_ended

    def _admit(self) -> None:
        client, _ = self._listener.accept()
        if self._client is not None:
            client.close()  # as a serial port that is in use
            return
        client.settimeout(_SEND_SECONDS)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._client = client
        self._due = time.monotonic() + _HOP / 16_000

    def _hear(self, client: socket.socket) -> bytes:
        heard = b""
        with suppress(OSError):
            heard = client.recv(_SERIAL_BYTES)
        if not heard:
            self._let_go()
        return heard

    def _send(self, said: bytes) -> None:
        if self._client and said:
            try:
                self._client.sendall(said)
            except OSError:
                self._let_go()

    def _let_go(self) -> None:
        if self._client:
            self._client.close()
        self._client = None
