"""The tables: an index of the clips, and the jobs. Portable SQL only, so that a setting may name another database."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Engine,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    create_engine,
    event,
    inspect,
)
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
    # Of sounds.
    Column("n_samples", Integer),
    Column("sample_rate", Integer),
    # Of photos.
    Column("width", Integer),
    Column("height", Integer),
    Column("sha256", String(64), nullable=False),
    # What a person has decided: the split (null: dealt by the splitter), whether it is left out, the part that counts.
    Column("split", String(10)),
    Column("disabled", Boolean, nullable=False, default=False),
    Column("trim_start", Integer),
    Column("trim_end", Integer),
    # With these the index is compared with the files without reading them.
    Column("mtime_ns", BigInteger, nullable=False),
    Column("bytes", Integer, nullable=False),
    UniqueConstraint("project", "sha256"),
)

# What was computed of each clip: dropped and computed again at any time. `key` names what was looked at (content and trim).
looks = Table(
    "looks",
    metadata,
    Column("project", String(40), primary_key=True),
    Column("id", String(36), primary_key=True),
    Column("key", String(80), nullable=False),
    Column("verdict", String(16)),
    Column("peak_db", Float),
    Column("level_db", Float),
    Column("vector", LargeBinary),
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


def open_engine(url: str) -> tuple[Engine, bool]:
    """Connect, and make the tables that are missing.

    The index of clips is made anew where another release of Nestling left one with other columns; jobs are never touched.

    Returns:
        The connection, and whether the index is new, so that it must be filled from the files.
    """
    engine = create_engine(url)
    if make_url(url).get_backend_name() == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
    is_new = _columns(engine) != {(column.name, column.nullable) for column in clips.columns}
    if is_new:
        clips.drop(engine, checkfirst=True)
    metadata.create_all(engine)
    return engine, is_new


def _columns(engine: Engine) -> set[tuple[str, bool]]:
    """Names of the columns that the index of clips has, and whether they may be empty; none where there is no index."""
    found = inspect(engine)
    if not found.has_table(clips.name):
        return set()
    return {(column["name"], column["nullable"]) for column in found.get_columns(clips.name)}


def _set_up_sqlite(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {_BUSY_SECONDS * 1000}")
    cursor.execute("PRAGMA journal_mode = WAL")
    # A row lost in a power cut is found again in its file, so WAL's own synchronisation is enough.
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.close()
