"""One board, many phones: a thread that owns the port, and what the phones may ask of the board.

The thread searches for a board, reads its lines, notices that it is gone and searches again. Only it opens, reads and
closes the port; requests write to it, and wait for the answer that the thread hands them.
"""

import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Protocol

from server.board.feed import Feed
from server.board.ports import Link, Port, PortError, named, open_port, serial_ports
from server.board.protocol import LineReader, encode
from server.errors import BoardError, ConflictError, MissingError

log = logging.getLogger(__name__)

N_DETECTIONS = 20  # that a snapshot shows
_MAX_EARLY = 50
_FIRST_RETRY_SECONDS = 0.1
_LAST_RETRY_SECONDS = 2.0
_ASK_SECONDS = 1.0  # between two questions to a board that has not said what it is
_PATIENCE_SECONDS = 10.0  # how long it may take to answer at first: an emulator starts slowly
_SILENCE_SECONDS = 6.0  # a board that says nothing for so long, though asked, is gone
_ANSWER_SECONDS = 3.0
_COUNT_SECONDS = 1.0  # how often at most phones are told of lost lines
_NOTHING_HEARD = {"last_inference": None, "dropped_lines": 0, "sequence_gaps": 0}
_NOTHING: dict[str, Any] = {
    "connected": False,
    "detail": "",  # which board, or why there is none, where more is known than that none was found
    "port": None,
    "virtual": False,
    "hello": None,
    "detections": [],
    "threshold": None,
    "preset": None,
    **_NOTHING_HEARD,
}


class Bridge:
    """Safe to share between threads; call `start` once and `stop` at the end.

    Args:
        chosen: the port to use, by name; without one it searches.
    Raises:
        PortError: `chosen` is no name of a port.
    """

    def __init__(self, chosen: str = "") -> None:
        self.feed = Feed(_NOTHING)
        self._changed = threading.Condition()  # guards what follows; notified when there may be another port to open
        self._chosen: Port | None = named(chosen) if chosen else None
        self._others: dict[str, tuple[Port, Source]] = {}  # ports that are not this machine's serial ones
        self._version = 0
        self._stopping = False
        self._connection: _Connection | None = None
        self._decision: dict[str, Any] | None = None  # the command that a phone gave last
        self._refused: set[str] = set()  # ports without a board: in a search, the others have their turn
        self._why_none = ""
        self._lent: str | None = None  # the port that is being flashed
        self._recording = threading.Lock()
        self._thread = threading.Thread(target=self._work, name="board", daemon=True)

    def start(self) -> None:
        """Begin to search."""
        self._thread.start()

    def stop(self) -> None:
        """Let the port go."""
        self._change(stopping=True)
        if self._thread.is_alive():
            self._thread.join(_LAST_RETRY_SECONDS)

    # Ports

    def ports(self) -> dict[str, Any]:
        """The ports that may be chosen, and the one that is (None: it searches), as JSON shows them."""
        with self._changed:
            chosen = self._chosen
            found = {port.name: port for port in self._all_ports()}
        if chosen:
            found.setdefault(chosen.name, chosen)
        return {"ports": [port.to_dict() for port in found.values()], "chosen": chosen.name if chosen else None}

    def choose(self, name: str | None) -> None:
        """Use this port from now on; None searches. Raises MissingError when it is not one of `ports`."""
        with self._changed:
            known = {port.name: port for port in ([self._chosen] if self._chosen else []) + self._all_ports()}
            if name is not None and name not in known:
                raise MissingError(f"there is no port {name[:80]!r} here; choose one of: {', '.join(known) or 'none'}")
            self._chosen = known[name] if name is not None else None
            self._refused.clear()
        self._change()

    def attach(self, port: Port, source: "Source") -> None:
        """Offer a port that is not a serial port of this machine; it replaces one of the same name."""
        with self._changed:
            _, before = self._others.get(port.name, (port, None))
            self._others[port.name] = (port, source)
        if before:
            before.end()
        self._change()

    def detach(self, port: Port, source: "Source") -> None:
        """Take such a port back."""
        with self._changed:
            if self._others.get(port.name) == (port, source):
                del self._others[port.name]
        source.end()

    def explain(self, detail: str) -> None:
        """Say why there is no board, where more is known than that none was found."""
        with self._changed:
            self._why_none = detail
        self._change()

    @contextmanager
    def lent(self, name: str) -> Iterator[None]:
        """Keep off a port while its board is flashed, which then comes and goes: no serial port of this machine is opened."""
        with self._changed:
            self._lent = name
            self._version += 1
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._connection is None or self._connection.port.name != name, _LAST_RETRY_SECONDS)
        try:
            yield
        finally:
            with self._changed:
                self._lent = None
                self._refused.clear()
            self._change()

    # What phones ask of the board

    def set_threshold(self, value: float) -> None:
        """Set one threshold for every keyword, and again whenever the board comes back. Raises BoardError."""
        self._decide({"type": "threshold", "value": value}, {"threshold": value, "preset": None})

    def set_preset(self, name: str) -> None:
        """Choose one of the model's presets, and again whenever the board comes back. Raises BoardError."""
        self._decide({"type": "decision", "preset": name}, {"threshold": None, "preset": name})

    def _decide(self, command: dict[str, Any], state: dict[str, Any]) -> None:
        self.ask(command)
        with self._changed:
            self._decision = command
        self.feed.publish(state, state)

    def ask(self, message: Mapping[str, Any], wait_seconds: float = _ANSWER_SECONDS) -> dict[str, Any]:
        """Send a message; the board's answer. Raises BoardError."""
        with self.asking(message) as answers:
            return answers.next(wait_seconds)

    @contextmanager
    def asking(self, message: Mapping[str, Any]) -> Iterator["Answers"]:
        """Send a message that is answered by several. Raises BoardError."""
        with self._changed:
            connection = self._connection
        if connection is None or not connection.has_answered:
            detail = self.feed.snapshot()["detail"]
            raise BoardError(f"no board is connected: {detail}" if detail else "no board is connected; plug one in")
        with connection.asking(message) as answers:
            yield answers

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Have the board's microphone alone. Raises ConflictError."""
        if not self._recording.acquire(blocking=False):
            raise ConflictError("the board is recording for another phone; wait until it is done, then try again")
        try:
            yield
        finally:
            self._recording.release()

    # The thread

    def _work(self) -> None:
        failures = 0
        while True:
            with self._changed:
                version = self._version
                port = self._next_port()
            has_answered = self._use(port) if port else self._miss(self._why_not())
            failures = 0 if has_answered else failures + 1
            retry_seconds = min(_LAST_RETRY_SECONDS, _FIRST_RETRY_SECONDS * 2 ** min(failures, 8))
            with self._changed:
                self._wait(version, retry_seconds)
                if self._stopping:
                    return

    def _why_not(self) -> str:
        """Why there is no board, where more is known than that none was found."""
        with self._changed:
            lent = self._lent
        return f"the board on {lent} is being flashed; it comes back when that is done" if lent else self._why_none

    def _wait(self, version: int, seconds: float) -> None:
        self._changed.wait_for(lambda: self._stopping or self._version != version, seconds)

    def _use(self, port: Port) -> bool:
        """Serve the board on a port until it is gone or another port is wanted. Returns whether a board answered."""
        connection: _Connection | None = None
        try:
            if port.kind == "bootloader":
                raise PortError(f"the board on {port.name} waits for firmware; it comes back when it is flashed")
            connection = _Connection(self._open(port), port)
            with self._changed:
                self._connection = connection
            while self._is_wanted(port):
                for message in connection.read():
                    self._hear(connection, message)
                self._count(connection)
            self._miss(f"the board on {port.name} was let go")
        except PortError as error:
            log.debug("board: %s", error)
            self._miss(str(error))
            if connection is None or not connection.has_answered:
                with self._changed:
                    self._refused.add(port.name)
        except Exception:
            log.exception("the board's bridge failed")  # it must go on: without it no board is heard until the next start
            self._miss("the bridge to the board failed; the server's log says more")
        finally:
            self._end(connection)
        return connection is not None and connection.has_answered

    def _end(self, connection: "_Connection | None") -> None:
        if connection:
            connection.close()
        with self._changed:
            self._connection = None
            self._changed.notify_all()

    def _open(self, port: Port) -> Link:
        with self._changed:
            _, source = self._others.get(port.name, (port, None))
        return source.open() if source else open_port(port.name)

    def _is_wanted(self, port: Port) -> bool:
        """Whether to stay with an open port. One that a search has found is left only when another is chosen."""
        with self._changed:
            chosen = self._chosen
            is_chosen = chosen is None or chosen.name == port.name or chosen.serial_number == port.serial_number is not None
            return is_chosen and port.name != self._lent and not self._stopping

    def _next_port(self) -> Port | None:
        """What to open next."""
        if self._chosen:
            port = self._present(self._chosen)
            return port if self._may_open(port) else None
        # Other devices must not be disturbed by a search.
        found = [port for port in self._all_ports() if port.kind != "serial" and self._may_open(port)]
        fresh = [port for port in found if port.name not in self._refused]
        if not fresh:
            self._refused.clear()
        return next(iter(fresh or found), None)

    def _may_open(self, port: Port) -> bool:
        """While a board is flashed it is there under other names, too; what is not of this machine is none of them."""
        return self._lent is None or port.name in self._others

    def _present(self, chosen: Port) -> Port:
        """The chosen port; under its new name when the board was plugged in elsewhere, or came back under another."""
        listed = self._all_ports()
        same = [port for port in listed if port.serial_number and port.serial_number == chosen.serial_number]
        return next((port for port in listed if port.name == chosen.name), same[0] if same else chosen)

    def _all_ports(self) -> list[Port]:
        others = [port for port, _ in self._others.values()]
        virtual = [port for port in others if port.kind == "virtual"]
        return [*virtual, *serial_ports(), *(port for port in others if port.kind != "virtual")]

    def _hear(self, connection: "_Connection", message: dict[str, Any]) -> None:
        kind = message.get("type")
        if kind == "hello":
            self._greet(connection, message)
        elif kind == "error":
            self._hear_error(connection, message)
        elif connection.hello is None:
            connection.early.append(message)  # shown when its labels are known
        elif kind == "detection":
            self.feed.detected({**message, "name": connection.label(message)}, N_DETECTIONS)
        elif kind == "inference":
            self.feed.publish({"message": message}, {"last_inference": message}, may_drop=True)

    def _hear_error(self, connection: "_Connection", message: dict[str, Any]) -> None:
        detail = f"the board on {connection.port.name} says: {message.get('detail')}"
        log.warning("%s", detail)
        if connection.hello is None:  # it cannot run its model, and says so instead of `hello`
            self._miss(detail)
        elif message.get("re") is None:  # else it is told to the one who asked
            self.feed.publish({"message": message}, may_drop=True)

    def _greet(self, connection: "_Connection", hello: dict[str, Any]) -> None:
        is_new, connection.hello = connection.hello is None, hello
        port = connection.port
        if is_new:
            detail = f"the board on {port.name} runs {hello.get('bundle')}, firmware {hello.get('firmware')}"
            log.info("board: %s", detail)
            event = {"connected": True, "detail": detail, "port": port.name, "virtual": port.kind == "virtual"}
            self.feed.publish(event, {**_NOTHING_HEARD, "hello": hello, **event}, keep=True)
        self.feed.publish({"message": hello}, {"hello": hello})
        connection.set_up(self._decision)  # again where it was reset: then it greets again
        while connection.early:
            self._hear(connection, connection.early.popleft())

    def _count(self, connection: "_Connection") -> None:
        """Tell phones of lost lines, but not each of them."""
        losses = connection.losses()
        if losses:
            self.feed.publish({"losses": losses}, losses, may_drop=True)

    def _miss(self, detail: str) -> bool:
        """Say that there is no board, and why; False. A change is kept for phones that are away."""
        before = self.feed.snapshot()
        if before["connected"] or before["detail"] != detail:
            if before["connected"]:
                log.info("board: %s", detail)
            gone = {"connected": False, "detail": detail, "port": None, "virtual": False}
            self.feed.publish(gone, {"hello": None, "last_inference": None, **gone}, keep=before["connected"])
        return False

    def _change(self, stopping: bool = False) -> None:
        with self._changed:
            self._version += 1
            self._stopping = self._stopping or stopping
            self._changed.notify_all()


class Source(Protocol):
    """What stands behind a port that is not a serial port of this machine."""

    def open(self) -> Link:
        """A way to the board. Raises PortError."""

    def end(self) -> None:
        """The port is no longer offered: a link that is open must fail."""


class Answers:
    """What a board answers to one message."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()

    def put(self, message: dict[str, Any] | None) -> None:
        """Hand over an answer; None when none can come any more."""
        self._queue.put(message)

    def next(self, wait_seconds: float) -> dict[str, Any]:
        """The next answer. Raises BoardError when the board refuses, is gone, or says nothing for `wait_seconds`."""
        try:
            message = self._queue.get(timeout=wait_seconds)
        except queue.Empty:
            raise BoardError("the board did not answer in time; try again") from None
        if message is None:
            raise BoardError("the board went away before it answered; plug it in again, then try again")
        if message.get("type") == "error":
            raise BoardError(f"the board refused: {message.get('detail')}")
        return message


class _Connection:
    """An open port with a board behind it, as far as one can tell."""

    def __init__(self, link: Link, port: Port) -> None:
        self.port = port
        self.hello: dict[str, Any] | None = None
        self.early: deque[dict[str, Any]] = deque(maxlen=_MAX_EARLY)  # what it said before `hello`
        self._link = link
        self._lines = LineReader()
        self._writing = threading.Lock()  # guards what follows
        self._seq = 0
        self._answers: dict[int, Answers] = {}
        self._is_closed = False
        now = time.monotonic()
        self._heard_at, self._asked_at, self._counted_at = now, now, now
        self._before = (0, 0)  # lines lost before the first whole one: a port is opened in the middle of a line
        self._told = (0, 0)
        with suppress(PortError):  # reading tells, in better words
            self.send({"type": "info"})

    @property
    def has_answered(self) -> bool:
        """Whether there is a board that speaks the protocol."""
        return self.hello is not None

    def label(self, message: Mapping[str, Any]) -> str:
        """The name of a message's label, which may not be that of the model that is on the board later."""
        labels, number = (self.hello or {}).get("labels"), message.get("label")
        if isinstance(labels, list) and isinstance(number, int) and 0 <= number < len(labels):
            return str(labels[number])
        return str(number)

    def read(self) -> list[dict[str, Any]]:
        """What the board has said now; answers go to those who asked. Raises PortError when it is gone."""
        messages = self._lines.feed(self._link.read())
        now = time.monotonic()
        if messages:
            self._heard_at = now
            if not self.has_answered:
                self._before = self._told = self._lost()
        self._look_after(now)
        for message in messages:
            self._answer(message)
        return messages

    def set_up(self, decision: Mapping[str, Any] | None) -> None:
        """Tell it what it forgets when it is switched off."""
        self.send({"type": "stream", "on": True})
        if decision is not None:
            self.send(decision)

    def losses(self) -> dict[str, int]:
        """Lines lost on this connection, if there are new ones and the last count is a while ago."""
        now, lost = time.monotonic(), self._lost()
        if not self.has_answered or lost == self._told or now - self._counted_at < _COUNT_SECONDS:
            return {}
        self._told, self._counted_at = lost, now
        return {"dropped_lines": lost[0] - self._before[0], "sequence_gaps": lost[1] - self._before[1]}

    @contextmanager
    def asking(self, message: Mapping[str, Any]) -> Iterator[Answers]:
        """Send a message and collect what answers it. Raises BoardError."""
        answers = Answers()
        try:
            seq = self.send(message, answers)
        except PortError as error:
            raise BoardError(str(error)) from error
        try:
            yield answers
        finally:
            with self._writing:
                self._answers.pop(seq, None)

    def send(self, message: Mapping[str, Any], answers: Answers | None = None) -> int:
        """Write one line; its number. Raises PortError."""
        with self._writing:
            if self._is_closed:
                raise PortError("the board went away; plug it in again")
            seq, self._seq = self._seq, self._seq + 1
            if answers:
                self._answers[seq] = answers
            self._link.write(encode(dict(message), seq))
            return seq

    def close(self) -> None:
        """Let the port go; who waits for an answer is told."""
        with self._writing:
            self._is_closed = True
            for answers in self._answers.values():
                answers.put(None)
            self._link.close()

    def _answer(self, message: dict[str, Any]) -> None:
        number = message.get("re")
        with self._writing:
            answers = self._answers.get(number) if isinstance(number, int) else None
        if answers:
            answers.put(message)

    def _look_after(self, now: float) -> None:
        """Ask a board that says nothing; give it up when it does not answer."""
        silent = now - self._heard_at
        if silent > (_SILENCE_SECONDS if self.has_answered else _PATIENCE_SECONDS):
            raise PortError(self._why_silent())
        is_due = not self.has_answered or silent > _SILENCE_SECONDS / 2
        if is_due and now - self._asked_at > _ASK_SECONDS:
            self._asked_at = now
            self.send({"type": "info"})

    def _why_silent(self) -> str:
        if self.has_answered:
            return f"the board on {self.port.name} says nothing any more; unplug it and plug it in again"
        return f"what is on {self.port.name} does not speak Nestling's protocol; flash it with `nestling flash`"

    def _lost(self) -> tuple[int, int]:
        return self._lines.dropped_lines, self._lines.sequence_gaps
