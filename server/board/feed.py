"""One board's news to many phones: numbered, with what must not be lost kept for those who come back.

Each phone has a queue of its own, so that one that takes nothing holds up nobody.
"""

import json
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from server import clock

HISTORY = 1000  # events that are kept for phones that reconnect
QUEUE = 200  # messages that wait for one phone


class TooSlowError(Exception):
    """A phone took nothing for so long that its queue is full. When it comes back, it asks for what it missed."""


class Feed:
    """The board's state, and the events that change it. Safe to share between threads.

    Numbers begin with the milliseconds since 1970, so that those of an earlier run of the server are older than all of this one.

    Args:
        state: what a snapshot shows; `publish` changes it.
    """

    def __init__(self, state: Mapping[str, Any]) -> None:
        self._lock = threading.Lock()  # guards what follows
        self._state = dict(state)
        self._seq = time.time_ns() // 1_000_000
        self._forgotten = self._seq  # the number of the newest event that is no longer kept
        self._history: deque[tuple[int, str]] = deque()
        self._phones: set[Subscription] = set()

    def publish(
        self, body: Mapping[str, Any], state: Mapping[str, Any] | None = None, *, keep: bool = False, may_drop: bool = False
    ) -> None:
        """Tell every phone, and change the state with it.

        Args:
            body: the event, without number and time.
            state: what a snapshot shows from now on.
            keep: whether a phone that is away now must hear it later.
            may_drop: whether a phone that is slow can do without.
        """
        with self._lock:
            self._state.update(state or {})
            self._tell(body, keep, may_drop)

    def detected(self, message: Mapping[str, Any], n_shown: int) -> None:
        """Publish a detection; a snapshot shows the last `n_shown` of them, newest first."""
        known = {key: message.get(key) for key in ("name", "label", "score", "at")}
        with self._lock:
            shown = {"seq": self._seq + 1, "time": clock.now(), **known}
            self._state["detections"] = [shown, *self._state["detections"]][:n_shown]
            self._tell({"message": message}, keep=True, may_drop=False)

    def snapshot(self) -> dict[str, Any]:
        """The state as it is."""
        with self._lock:
            return dict(self._state)

    @contextmanager
    def subscribe(self, after: int | None = None) -> Iterator["Subscription"]:
        """Take part: the snapshot, what was missed since event `after`, then what comes."""
        with self._lock:
            phone = Subscription(self._first_messages(after))
            self._phones.add(phone)
        try:
            yield phone
        finally:
            with self._lock:
                self._phones.discard(phone)

    def _first_messages(self, after: int | None) -> list[str]:
        """The snapshot's number is that of the last event that a phone has before what follows."""
        start = self._seq if after is None else max(after, self._forgotten)
        is_known = after is None or self._forgotten <= after <= self._seq
        if start > self._seq:  # a number that this server never gave
            start = self._forgotten
        snapshot = json.dumps({"seq": start, "complete": is_known, "snapshot": self._state})
        return [snapshot, *(text for seq, text in self._history if seq > start)]

    def _tell(self, body: Mapping[str, Any], keep: bool, may_drop: bool) -> None:
        self._seq += 1
        text = json.dumps({"seq": self._seq, "time": clock.now(), **body})
        if keep:
            self._keep(text)
        for phone in self._phones:
            phone.put(text, may_drop)

    def _keep(self, text: str) -> None:
        self._history.append((self._seq, text))
        if len(self._history) > HISTORY:
            self._forgotten = self._history.popleft()[0]


class Subscription:
    """What waits for one phone."""

    def __init__(self, first: list[str]) -> None:
        self._changed = threading.Condition()
        self._first = deque(first)  # not counted: it is no longer than the history, whose texts all phones share
        self._waiting: deque[tuple[str, bool]] = deque()
        self._is_lost = False

    def put(self, text: str, may_drop: bool) -> None:
        """Append a message. Never waits: where there is no room, a message that may be dropped goes, else the phone."""
        with self._changed:
            if len(self._waiting) >= QUEUE and not self._make_room():
                self._is_lost = True
                self._waiting.clear()
            if not self._is_lost:
                self._waiting.append((text, may_drop))
            self._changed.notify()

    def get(self, wait_seconds: float) -> str | None:
        """The next message, None when there was none for `wait_seconds`.

        Raises:
            TooSlowError: the queue was full; what was in it is thrown away.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._first or self._waiting or self._is_lost, wait_seconds)
            if self._is_lost:
                raise TooSlowError("this phone took nothing for too long; it is told what it missed when it connects again")
            if self._first:
                return self._first.popleft()
            return self._waiting.popleft()[0] if self._waiting else None

    def _make_room(self) -> bool:
        for place, (_, may_drop) in enumerate(self._waiting):
            if may_drop:
                del self._waiting[place]
                return True
        return False
