"""The Flask app. It only wires: blueprints, the guard in front of them, and one shape for every error."""

import logging
from collections.abc import Mapping
from typing import Any

from flask import Flask
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException
from wsproto.utilities import RemoteProtocolError

from server import guard
from server.blueprints import (
    archives,
    board,
    bundles,
    clips,
    deploy,
    design,
    jobs,
    join,
    looks,
    pages,
    params,
    projects,
    sample,
    searches,
    trust,
)
from server.errors import BoardError, ConflictError, DiskFullError, MissingError, RefusedError, StorageError, TooLargeError
from server.services import start_services
from server.settings import Settings

log = logging.getLogger(__name__)

_STATUS: dict[type[Exception], tuple[int, str]] = {
    RefusedError: (400, "Bad Request"),
    RemoteProtocolError: (400, "Bad Request"),
    MissingError: (404, "Not Found"),
    ConflictError: (409, "Conflict"),
    TooLargeError: (413, "Request Entity Too Large"),
    BoardError: (503, "Service Unavailable"),
    StorageError: (503, "Service Unavailable"),
    DiskFullError: (507, "Insufficient Storage"),
}
_DETAIL = {
    404: "there is nothing at this address; check it for a misspelling",
    405: "this address does not take that method",
    413: "the body is larger than this server accepts; send a shorter recording, or a smaller photo",
    500: "something went wrong in the server; its log on the computer says more",
}


def create_app(overrides: Mapping[str, Any] | None = None) -> Flask:
    """The app with its parts started.

    Args:
        overrides: values for `server.settings.Settings`, for example {"data": Path("elsewhere")}.
    """
    app = Flask(__name__, static_folder=None)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    settings = Settings.from_mapping(overrides or {})
    app.config["MAX_CONTENT_LENGTH"] = settings.max_upload_bytes
    # A phone that sleeps answers no ping; its socket is then closed.
    app.config["SOCK_SERVER_OPTIONS"] = {"ping_interval": 20, "max_message_size": 4096}
    app.extensions["nestling"] = start_services(settings)
    for module in (
        join,
        params,
        projects,
        sample,
        archives,
        clips,
        looks,
        design,
        jobs,
        searches,
        bundles,
        deploy,
        board,
        trust,
        pages,
    ):
        app.register_blueprint(module.bp)
    guard.init_app(app)
    app.register_error_handler(HTTPException, _http_error)
    for error_class in _STATUS:
        app.register_error_handler(error_class, _own_error)
    return app


def _own_error(error: Exception) -> ResponseReturnValue:
    code, phrase = next(_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS)
    return {"error": phrase, "detail": str(error)}, code


def _http_error(error: HTTPException) -> ResponseReturnValue:
    response = error.get_response()
    if error.code is None or error.code < 400:  # a redirect
        return response
    is_own = error.description != type(error).description
    detail = error.description if is_own else _DETAIL.get(error.code, error.description)
    headers = [(key, value) for key, value in response.headers if key not in ("Content-Type", "Content-Length")]
    return {"error": error.name, "detail": detail}, error.code, headers
