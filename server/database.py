"""The tables: an index of the clips, and the jobs. Portable SQL only, so that a setting may name another database."""

from sqlalchemy import BigInteger, Column, Engine, Integer, MetaData, String, Table, Text, UniqueConstraint, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

_BUSY_SECONDS = 30  # how long to wait for another writer; thirty phones and an import share one file

metadata = MetaData()

clips = Table(
    "clips",
    metadata,
    Column("project", String(40), primary_key=True),
    Column("id", String(36), primary_key=True),
    Column("label", String(32), nullable=False, index=True),
    Column("session", String(64)),
    Column("speaker", String(64)),
    Column("source", String(64), nullable=False),
    Column("recorded_at", String(40), nullable=False),
    Column("stored_at", String(40), nullable=False, index=True),
    Column("n_samples", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    # With these the index is compared with the files without reading them.
    Column("mtime_ns", BigInteger, nullable=False),
    Column("bytes", Integer, nullable=False),
    UniqueConstraint("project", "sha256"),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("project", String(40), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("config", Text, nullable=False),
    Column("created_at", String(40), nullable=False),
    Column("started_at", String(40)),
    Column("finished_at", String(40)),
    Column("detail", Text),
    Column("bundle", String(120)),
)


def open_engine(url: str) -> Engine:
    """Connect, and make the tables that are missing."""
    engine = create_engine(url)
    if make_url(url).get_backend_name() == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
    metadata.create_all(engine)
    return engine


def _set_up_sqlite(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {_BUSY_SECONDS * 1000}")
    cursor.execute("PRAGMA journal_mode = WAL")
    # A row lost in a power cut is found again in its file, so WAL's own synchronisation is enough.
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.close()
