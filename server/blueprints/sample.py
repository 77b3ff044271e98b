"""The sample project, which needs no microphone."""

import json
import queue
import threading
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, abort
from flask.typing import ResponseReturnValue

from server.blueprints import json_object
from server.errors import ConflictError, DiskFullError
from server.names import check_project
from server.sample.make import NAME, check_free, make_sample
from server.services import services
from server.store import Store
from training.speech.voices import NoVoicesError, Voices

bp = Blueprint("sample", __name__)

_SEED = 1


@bp.post("/projects/sample")
def create() -> ResponseReturnValue:
    """Make the sample project. Body: {"name"?}. JSON lines: {"done", "of"} for each clip, at last {"project"} or {"detail"}."""
    name, store = check_project(json_object().get("name", NAME)), services().store
    check_free(store, name)
    try:
        voices = Voices()
    except NoVoicesError as error:
        abort(503, str(error))
    return Response(_lines(store, name, voices), mimetype="application/x-ndjson")


def _lines(store: Store, name: str, voices: Voices) -> Iterator[str]:
    """What has been done, as it is done. Whoever hangs up ends the voices, and then nothing is stored."""
    told: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
    maker = threading.Thread(target=_make, args=(store, name, voices, told), name="sample", daemon=True)
    maker.start()
    try:
        while (line := told.get()) is not None:
            yield f"{json.dumps(line)}\n"
    finally:
        voices.stop()
        maker.join()  # so that another sample can be asked for at once


def _make(store: Store, name: str, voices: Voices, told: "queue.SimpleQueue[dict[str, Any] | None]") -> None:
    try:
        with voices:
            make_sample(store, name, voices, _SEED, lambda done, of: told.put({"done": done, "of": of}))
        told.put({"project": store.project(name)})
    except (NoVoicesError, ConflictError, DiskFullError) as error:
        told.put({"detail": str(error)})
    finally:
        told.put(None)
