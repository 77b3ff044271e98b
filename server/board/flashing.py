"""Which board is to be flashed."""

from server.board.ports import serial_ports


def find_port() -> str:
    """The port of the one Arduino that is plugged in.

    Raises:
        ValueError: there is none, or there are several.
    """
    found = [port.name for port in serial_ports() if port.kind in ("arduino", "bootloader")]
    if not found:
        raise ValueError("no Arduino was found; plug it in with a cable that carries data, or name its port with --port")
    if len(found) > 1:
        raise ValueError(f"there are several Arduinos: name one with --port, of {', '.join(found)}")
    return found[0]
