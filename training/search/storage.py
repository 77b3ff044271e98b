"""The database of searches: SQLite in a file, for the workers of one machine, or PostgreSQL, for those of several.

Trials are given out under a lock, because Optuna's own way of taking a trial that waits reads first and writes then, which
SQLite lets two processes do at once.
"""

import hashlib
import os
import sqlite3
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import optuna
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from training.search.config import STORAGE_VARIABLE

# A worker that says nothing for `GRACE_SECONDS` is dead, and its trial is run anew. It beats in a thread of its own.
BEAT_SECONDS, GRACE_SECONDS = 5, 30
_BUSY_SECONDS = 60  # how long to wait for another process; each holds a lock for some milliseconds
_DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
_SECONDS_VARIABLE = "NESTLING_SEARCH_GRACE"  # for tests, which do not wait for half a minute


def parse_url(address: str) -> URL:
    """The address of a database.

    Raises:
        ValueError: it is none, or of a database that searches cannot use; the sentence never holds the address itself.
    """
    try:
        url = make_url(address)
    except ArgumentError:
        raise ValueError(
            "the search's storage must be an address such as postgresql://name:password@host/database; this is none"
        ) from None
    kind = url.get_backend_name() if url.drivername not in _DRIVERS else url.drivername
    if kind not in _DRIVERS:
        raise ValueError(f"searches are kept in SQLite or PostgreSQL, not in {url.drivername}; name such a database")
    return url.set(drivername=_DRIVERS[kind])


def address_of(folder: Path, project: str) -> str:
    """Where the searches of a project are kept: what the environment says, else an SQLite file in `folder`."""
    return os.environ.get(STORAGE_VARIABLE) or f"sqlite:///{folder.resolve() / project}.db"


def describe(url: URL) -> str:
    """The database's place without the name and the password of who asks, for people."""
    if url.get_backend_name() == "sqlite":
        return f"SQLite, {Path(url.database or '').name}"
    return f"PostgreSQL, {url.host or 'this machine'}{f':{url.port}' if url.port else ''}/{url.database or ''}"


@contextmanager
def told(url: URL) -> Iterator[None]:
    """Turn what a database says when it cannot be reached into a sentence (OSError), without the password."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, optuna.exceptions.StorageInternalError) as error:
        cause = error.__cause__ if isinstance(error, optuna.exceptions.StorageInternalError) and error.__cause__ else error
        said = str(cause.orig if isinstance(cause, DBAPIError) else cause).strip().splitlines()
        reason = (said[0] if said else type(error).__name__)[:200]
        if url.password:
            reason = reason.replace(str(url.password), "...")
        raise OSError(
            f"the search's database ({describe(url)}) cannot be used: {reason}. Check that it runs, then start again."
        ) from None


class Storage:
    """One process's connection to the database. `optuna` is the storage that studies take."""

    def __init__(self, address: str) -> None:
        self.url = parse_url(address)
        grace = int(os.environ.get(_SECONDS_VARIABLE, GRACE_SECONDS))
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self._engine = None if self.url.get_backend_name() == "sqlite" else create_engine(self.url, pool_pre_ping=True)
        if not self._engine:
            Path(str(self.url.database)).parent.mkdir(parents=True, exist_ok=True)
        with told(self.url), self.lock("tables"), warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            self.optuna = optuna.storages.RDBStorage(
                self.url.render_as_string(hide_password=False),
                engine_kwargs=self._engine_options(),
                heartbeat_interval=min(BEAT_SECONDS, max(1, grace // 3)),
                grace_period=grace,
            )

    def _engine_options(self) -> dict[str, Any]:
        return {"pool_pre_ping": True} if self._engine else {"connect_args": {"timeout": _BUSY_SECONDS}}

    @contextmanager
    def lock(self, name: str) -> Iterator[None]:
        """Let one process at a time in, of all that use this database; whoever holds it and dies lets go of it."""
        if self._engine:
            with _lock_postgresql(self._engine, name):
                yield
        else:
            with _lock_sqlite(Path(f"{self.url.database}.lock")):
                yield

    def close(self) -> None:
        """Let go of the connections."""
        self.optuna.remove_session()
        self.optuna.engine.dispose()
        if self._engine:
            self._engine.dispose()


@contextmanager
def _lock_postgresql(engine: Engine, name: str) -> Iterator[None]:
    key = int.from_bytes(hashlib.sha256(f"nestling {name}".encode()).digest()[:8], "big", signed=True)
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})
        yield


@contextmanager
def _lock_sqlite(path: Path) -> Iterator[None]:
    """SQLite's own lock on an empty database beside the searches: it works on every system, and ends with its process."""
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
    try:
        connection.execute("BEGIN EXCLUSIVE")
        yield
    finally:
        connection.close()
