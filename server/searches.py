"""The searches of a project, as their database has them. Optuna is imported when one is asked for: it takes a second."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from server.errors import MissingError, StorageError
from training.search.config import FOLDER

if TYPE_CHECKING:
    from training.search.storage import Storage


def overview(data: Path, project: str) -> dict[str, Any]:
    """All searches of a project, newest first, and where they are kept. Raises StorageError."""
    from training.search.study import overview as of_project

    with _storage(data, project) as storage:
        return {"searches": of_project(storage, project) if storage else [], "storage": _place(data, project)}


def search(data: Path, project: str, name: str) -> dict[str, Any]:
    """One search with all of its trials, and the numbers of those on the front. Raises MissingError, StorageError."""
    from training.search.study import find

    with _storage(data, project) as storage:
        found = find(storage, project, name) if storage else None
        if found is None:
            raise MissingError(f"project {project!r} has no search {name[:40]!r}")
        return {"name": name, "setup": found.setup.to_dict(), "trials": found.records(), "front": found.front()}


def _place(data: Path, project: str) -> str:
    from training.search.storage import address_of, describe, parse_url

    return describe(parse_url(address_of(data / FOLDER, project)))


@contextmanager
def _storage(data: Path, project: str) -> "Iterator[Storage | None]":
    """The database; None where it is a file that no search has made yet."""
    from training.search.storage import Storage, address_of, parse_url

    address = address_of(data / FOLDER, project)
    try:
        url = parse_url(address)
        if url.get_backend_name() == "sqlite" and not Path(str(url.database)).is_file():
            yield None
            return
        storage = Storage(address)
        try:
            yield storage
        finally:
            storage.close()
    except (OSError, ValueError) as error:
        raise StorageError(str(error)) from error
