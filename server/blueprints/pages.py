"""The web app's files, as they stand."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from server.services import services
from server.web_files import find, send

bp = Blueprint("pages", __name__)


@bp.get("/")
def index() -> ResponseReturnValue:
    """The one page."""
    return send(find(services().settings.web, "index.html"))


@bp.get("/<path:name>")
def file(name: str) -> ResponseReturnValue:
    """A script, a style, a picture."""
    return send(find(services().settings.web, name))
