"""Serial ports: which there are, which of them are boards, and reading and writing one.

A port's name is what the system calls it (`/dev/ttyACM0`, `COM3`), or `socket://127.0.0.1:PORT` for a virtual board on this
machine. What fails becomes a `PortError` whose sentence says what to do.
"""

import errno
import os
import re
import select
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import serial
from serial.tools import list_ports

BAUD_RATE = 115_200
_WAIT_SECONDS = 0.2  # how long `read` waits for the first byte: so soon is noticed that the bridge is to stop
_WRITE_SECONDS = 2.0
_READ_BYTES = 4096
_GONE = (OSError, AttributeError, TypeError, ValueError)  # all but the first: pyserial's port was closed meanwhile
_ARDUINO_VENDOR = 0x2341
# A Nano 33 BLE that waits for firmware. Whoever opens its port then spoils what is being flashed.
_BOOTLOADERS = frozenset({(_ARDUINO_VENDOR, 0x005A)})
_SOCKET = re.compile(r"socket://(127\.0\.0\.1|localhost|\[::1\]):(\d{1,5})")


class PortError(Exception):
    """A port that cannot be opened, or that is no longer there; the message is for the person at the phone."""


class Link(Protocol):
    """An open way to a board."""

    def read(self) -> bytes:
        """What has come; b"" when nothing came for a moment. Raises PortError when the board is gone."""

    def write(self, data: bytes) -> None:
        """Send all of `data`. Raises PortError."""

    def close(self) -> None:
        """Let the port go; to do so twice is no error."""


@dataclass(frozen=True, kw_only=True)
class Port:
    """A place where a board may be. `kind` is arduino, bootloader, serial, virtual or bridge (on another computer)."""

    name: str
    description: str
    kind: str
    serial_number: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The port as JSON shows it."""
        values = asdict(self)
        del values["serial_number"]  # it names one board in the world, and no page needs it
        return values


def serial_ports() -> list[Port]:
    """The serial ports of this machine, Arduinos first, then by name."""
    found = [_describe(info) for info in list_ports.comports()]
    order = {"arduino": 0, "bootloader": 1}
    return sorted(found, key=lambda port: (order.get(port.kind, 2), port.name))


def named(name: str) -> Port:
    """A port that the owner of this machine names, whether it is there now or not.

    Raises:
        PortError: it is neither the name of a port nor `socket://127.0.0.1:PORT`.
    """
    if "://" in name:
        if not _SOCKET.fullmatch(name):
            raise PortError(f"{name[:80]!r} is no port; a virtual board's is socket://127.0.0.1:PORT, on this computer only")
        return Port(name=name, description="a socket of this computer", kind="serial")
    for port in serial_ports():
        if port.name == name:
            return port
    return Port(name=name, description="a serial port", kind="serial")


def open_port(name: str) -> Link:
    """Open a port by its name. Raises PortError."""
    try:
        if _SOCKET.fullmatch(name):
            return _SerialLink(name, serial.serial_for_url(name, timeout=0, write_timeout=_WRITE_SECONDS))
        # `exclusive`, so that two programs do not each get half of the lines.
        port = serial.Serial(name, BAUD_RATE, timeout=_first_timeout(), write_timeout=_WRITE_SECONDS, exclusive=_exclusive())
    except (OSError, ValueError) as error:
        raise PortError(_why(name, error)) from error
    return _SerialLink(name, port)


class _SerialLink:
    """pyserial's port. Reading takes what is there at once: pyserial alone would wait until a buffer is full."""

    def __init__(self, name: str, port: Any) -> None:
        self._name = name
        self._port = port
        self._can_select = os.name != "nt" or "://" in name

    def read(self) -> bytes:
        try:
            if self._can_select:
                ready = select.select([self._port], [], [], _WAIT_SECONDS)[0]
                return bytes(self._port.read(_READ_BYTES)) if ready else b""
            return bytes(self._port.read(self._port.in_waiting or 1))
        except _GONE as error:
            raise PortError(f"the board on {self._name} is gone; plug it in again") from error

    def write(self, data: bytes) -> None:
        try:
            self._port.write(data)
        except _GONE as error:
            raise PortError(f"the board on {self._name} takes nothing any more; unplug it and plug it in again") from error

    def close(self) -> None:
        raw = getattr(self._port, "_socket", None)
        if raw is not None:  # pyserial's own way sleeps, and forgets the socket when the other side was quicker
            raw.close()
            self._port.is_open = False
        with suppress(OSError):
            self._port.close()


def _describe(info: Any) -> Port:
    kind = "arduino" if info.vid == _ARDUINO_VENDOR else "serial"
    if (info.vid, info.pid) in _BOOTLOADERS:
        kind = "bootloader"
    description = info.description if info.description not in (None, "n/a") else "a serial port"
    return Port(name=info.device, description=description, kind=kind, serial_number=info.serial_number)


def _first_timeout() -> float:
    return _WAIT_SECONDS if os.name == "nt" else 0  # elsewhere `select` waits


def _exclusive() -> bool | None:
    return None if os.name == "nt" else True  # Windows always is


def _why(name: str, error: Exception) -> str:
    number = getattr(error, "errno", None)
    if number == errno.EACCES:
        return f"this user may not open {name}; on Linux, `sudo usermod -aG dialout $USER` and a new login let you"
    if number in (errno.EBUSY, errno.EAGAIN) or "lock" in str(error):
        return f"{name} is in use by another program; close that, for example the Arduino IDE's serial monitor"
    if number == errno.ENOENT or "://" in name:
        return f"there is no board on {name}; plug it in, or start it"
    return f"{name} cannot be opened ({error}); unplug the board and plug it in again"
