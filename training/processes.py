"""Processes that we start and that must end with us. Standard library only.

Their standard input is held open: when we die, however we die, the pipe closes, and they end by themselves.
"""

import os
import signal
import subprocess
from collections import deque
from collections.abc import Sequence
from pathlib import Path

CHECKOUT = Path(__file__).parents[1]

GRACE_SECONDS = 5.0  # between asking a process to end and making it end


def spawn(command: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start a command of our own, with pipes for all that it says."""
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=CHECKOUT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        start_new_session=True,  # a group of its own, so that what it started ends with it
    )


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask a process and what it started to end, and make it."""
    _signal(process, signal.SIGTERM)
    try:
        process.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        _signal(process, getattr(signal, "SIGKILL", signal.SIGTERM))


def keep_last(process: subprocess.Popen[bytes], lines: deque[str]) -> None:
    """Read a process's standard error to its end; a bounded `lines` keeps the last."""
    lines.extend(line.decode(errors="replace") for line in process.stderr or ())


def _signal(process: subprocess.Popen[bytes], number: int) -> None:
    try:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, number)
        else:
            process.terminate()
    except (ProcessLookupError, PermissionError):
        pass  # it has ended by itself
