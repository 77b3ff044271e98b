"""Projects as zips: exported whole, made again from such a zip, and filled from any zip of sounds or photos."""

import json
import logging
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue
from threading import Thread

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from server import archive
from server.errors import DiskFullError, RefusedError, disk_full_told
from server.importer import Report, import_path
from server.services import services
from server.store import Store
from server.zips import MAX_TOTAL_BYTES

log = logging.getLogger(__name__)

bp = Blueprint("archives", __name__, url_prefix="/projects")

_BLOCK = 1 << 20
_EVERY_SECONDS = 0.25
_MAX_TOLD = 1000  # files that were left out, with their reasons


@bp.get("/<project>/counts")
def counts(project: str) -> ResponseReturnValue:
    """Clips by label, and of each by split, source and verdict."""
    return services().store.overview(project)


@bp.get("/<project>/export")
def export(project: str) -> ResponseReturnValue:
    """The project as a zip."""
    store = services().store
    store.medium(project)  # a project that is not there is told of now, and not in the middle of a zip
    response = Response(archive.export(store, project), mimetype="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{project}.zip"'
    return response


@bp.post("/import")
def make() -> ResponseReturnValue:
    """Make a project from an exported one. Query: name. Body: the zip."""
    store, name = services().store, request.args.get("name", "")
    with store.new_folder() as folder:
        archive.read(store, _received(folder), name)
    return store.project(name), 201


@bp.post("/<project>/import")
def add(project: str) -> ResponseReturnValue:
    """Add a zip's sounds or photos to a project. Body: the zip.

    The answer is a line of JSON now and then, {"done", "of"}, and at the end {"taken", "left_out"}, or {"error", "detail"}.
    """
    store = services().store
    store.medium(project)
    with ExitStack() as running:
        path = _received(running.enter_context(store.new_folder()))
        lines = _Import(store, project, path, running.pop_all())
    return Response(lines.told(), mimetype="application/x-ndjson")


class _Import:
    """An import that tells how far it is; whoever walks away does not end it."""

    def __init__(self, store: Store, project: str, path: Path, running: ExitStack) -> None:
        self._store = store
        self._project = project
        self._path = path
        self._running = running
        self._lines: SimpleQueue[dict[str, object]] = SimpleQueue()
        self._next_at = 0.0

    def told(self) -> Iterator[str]:
        """The lines, until it has ended."""
        Thread(target=self._run, name="import", daemon=True).start()
        while "of" in (line := self._lines.get()):
            yield json.dumps(line) + "\n"
        yield json.dumps(line, ensure_ascii=False) + "\n"

    def _run(self) -> None:
        with self._running:
            try:
                report = import_path(self._store, self._project, self._path, progress=self._progress)
                self._lines.put(_as_json(report))
            except RefusedError as error:
                self._lines.put({"error": "Bad Request", "detail": str(error)})
            except DiskFullError as error:
                self._lines.put({"error": "Insufficient Storage", "detail": str(error)})
            except Exception:
                log.exception("an import failed")
                self._lines.put({"error": "Internal Server Error", "detail": "the import failed; the server's log says more"})

    def _progress(self, done: int, of: int) -> None:
        if time.monotonic() >= self._next_at:
            self._next_at = time.monotonic() + _EVERY_SECONDS
            self._lines.put({"done": done, "of": of})


def _as_json(report: Report) -> dict[str, object]:
    left_out = [{"file": name, "reason": reason} for name, reason in report.left_out[:_MAX_TOLD]]
    return {"taken": dict(report.taken), "left_out": left_out, "n_left_out": len(report.left_out)}


def _received(folder: Path) -> Path:
    """The request's body in a file, which is never in memory as a whole."""
    request.max_content_length = MAX_TOTAL_BYTES
    path = folder / "received.zip"
    with disk_full_told(), path.open("xb") as file:
        shutil.copyfileobj(request.stream, file, _BLOCK)
    if not path.stat().st_size:
        raise RefusedError("the body is empty; send a zip")
    return path
