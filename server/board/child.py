"""The virtual board of `nestling serve --virtual-board`: a process that is started again when it dies."""

import logging
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterable

from server.board.bridge import Bridge
from server.board.ports import Link, Port, open_port
from server.settings import Settings
from training import processes

log = logging.getLogger(__name__)

_FIRST_RETRY_SECONDS = 0.2
_LAST_RETRY_SECONDS = 10.0  # what does not start, does not start soon after either
_STEADY_SECONDS = 10.0  # one that ran for so long was started well
_ERROR_LINES = 200
_OWN = "nestling: "


def virtual_command(settings: Settings) -> list[str]:
    """What is run. The one place that knows the options of `nestling board virtual`."""
    command = [sys.executable, "-m", "server.cli", "board", "virtual", "--watch-stdin", "--data", str(settings.data)]
    bundle, audio = settings.exports / "yes-no", settings.board_audio
    if bundle.is_dir():
        command += ["--bundle", str(bundle)]
    return [*command, "--audio", str(audio), "--loop"] if audio else command


class VirtualBoard:
    """Keeps one virtual board running and offers its port to the bridge; call `start` once and `stop` at the end.

    Args:
        bridge: to offer it to.
        settings: which model it runs, and what it hears.
    """

    def __init__(self, bridge: Bridge, settings: Settings) -> None:
        self._bridge = bridge
        self._command = virtual_command(settings)
        self._stopping = threading.Event()
        self._lock = threading.Lock()  # guards what follows
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._work, name="virtual board", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._bridge.explain("the virtual board is starting")
        self._thread.start()

    def stop(self) -> None:
        """End the process."""
        self._stopping.set()
        with self._lock:
            process = self._process
        if process:
            processes.end(process)
        self._thread.join(processes.GRACE_SECONDS)

    def _work(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            began = time.monotonic()
            self._run()
            failures = 0 if time.monotonic() - began > _STEADY_SECONDS else failures + 1
            self._stopping.wait(min(_LAST_RETRY_SECONDS, _FIRST_RETRY_SECONDS * 2**failures))

    def _run(self) -> None:
        """One life of the process."""
        errors: deque[str] = deque(maxlen=_ERROR_LINES)
        with processes.spawn(self._command) as process:  # waits at its end, and closes the pipes
            with self._lock:
                self._process = process
            if self._stopping.is_set():  # `stop` came before it
                processes.end(process)
            reader = threading.Thread(target=processes.keep_last, args=(process, errors), daemon=True)
            reader.start()
            self._offer(process)
            process.wait()
            reader.join(processes.GRACE_SECONDS)
        if not self._stopping.is_set():
            why = _why(errors)
            log.warning("the virtual board ended: %s", why)
            self._bridge.explain(f"the virtual board ended and is started again; it said: {why[:300]}")

    def _offer(self, process: subprocess.Popen[bytes]) -> None:
        """Offer the port that it prints, as long as it runs."""
        for line in process.stdout or ():
            address = line.decode(errors="replace").strip().split(" ")[-1]
            if address.startswith("socket://"):
                port, source = Port(name=address, description="the virtual board", kind="virtual"), _Socket(address)
                self._bridge.attach(port, source)
                for _ in process.stdout or ():
                    pass  # what else it prints is for people
                self._bridge.detach(port, source)


def _why(errors: Iterable[str]) -> str:
    """Our own sentence, which a compiler's lines may follow; else the last line."""
    lines = [line.strip() for line in errors if line.strip()]
    own = [line.removeprefix(_OWN) for line in lines if line.startswith(_OWN)]
    return [*(lines or ["it printed no error"]), *own][-1]


class _Socket:
    def __init__(self, address: str) -> None:
        self._address = address

    def open(self) -> Link:
        return open_port(self._address)

    def end(self) -> None:
        """The link ends with the process."""
