"""Keeping native libraries' chatter out of a person's terminal. Python's own errors still come through."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def silent_stderr() -> Iterator[None]:
    """What C code writes to standard error meanwhile is thrown away (file descriptor 2, which Python cannot redirect)."""
    sys.stderr.flush()
    kept = os.dup(2)
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def import_tensorflow() -> None:
    """Import TensorFlow without its notices about devices and duplicate registrations."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TFDF_DISABLE_WELCOME_MESSAGE", "1")  # TF.js's converter imports that
    with silent_stderr():
        import tensorflow  # noqa: F401
