"""The machine's own names and addresses, found without asking anybody."""

import ipaddress
import socket
import struct
import sys
import time
from collections.abc import Iterable

WILDCARDS = frozenset({"0.0.0.0", "::", ""})  # noqa: S104  # mean all addresses
_SIOCGIFADDR = {"linux": 0x8915, "darwin": 0xC0206921}  # ask for the IPv4 address of an interface
_REFRESH_SECONDS = 5.0


def lan_addresses() -> list[str]:
    """IPv4 addresses by which phones may reach this machine; that of the default route first."""
    found = [*_routed_addresses(), *_interface_addresses()]
    return [address for address in dict.fromkeys(found) if not ipaddress.ip_address(address).is_loopback]


def host_names() -> list[str]:
    """Names of this machine: its host name, and that name in the local network (mDNS)."""
    name = socket.gethostname().split(".")[0].lower()
    return [name, f"{name}.local"] if name and name != "localhost" else []


class OwnHosts:
    """Says whether a Host header names this machine. What answers to any name invites DNS rebinding."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._names = {"localhost", "127.0.0.1", "::1", *host_names(), *(name.lower() for name in names)}
        self._addresses: set[str] = set()
        self._read_at = -_REFRESH_SECONDS

    def has(self, host: str) -> bool:
        """Whether `host`, with or without a port, is this machine."""
        name = _without_port(host)
        return name in self._names or name in self._current_addresses()

    def _current_addresses(self) -> set[str]:
        # A laptop changes networks while it serves.
        if time.monotonic() - self._read_at > _REFRESH_SECONDS:
            self._addresses, self._read_at = set(lan_addresses()), time.monotonic()
        return self._addresses


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower().removesuffix(".")


def _routed_addresses() -> list[str]:
    """The address that packets to other networks would leave by. Connecting a datagram socket sends none."""
    found = []
    for target in ("192.0.2.1", "10.255.255.255", "172.31.255.255", "192.168.255.255"):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect((target, 9))
                found.append(probe.getsockname()[0])
            except OSError:
                continue  # no route there: the machine is offline
    return found


def _interface_addresses() -> list[str]:
    """The address of every interface, for a laptop that is the room's access point beside its own network."""
    if sys.platform == "win32":
        return [str(info[4][0]) for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]
    request = _SIOCGIFADDR.get(sys.platform)
    if request is None:
        return []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        return [address for _, name in socket.if_nameindex() if (address := _address_of(probe, request, name))]


def _address_of(probe: socket.socket, request: int, interface: str) -> str | None:
    import fcntl

    try:
        answer = fcntl.ioctl(probe.fileno(), request, struct.pack("256s", interface.encode()[:15]))
    except OSError:
        return None  # it has no IPv4 address
    return socket.inet_ntoa(answer[20:24])
