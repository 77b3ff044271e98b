"""The default front end, for the browser: the very file that Python reads, and the golden vectors."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from server.web_files import send
from training.features.params import DEFAULT_PATH
from training.features.vectors import PATH as VECTORS_PATH

bp = Blueprint("params", __name__, url_prefix="/params")


@bp.get("/mfcc.json")
def mfcc() -> ResponseReturnValue:
    """The parameters."""
    return send(DEFAULT_PATH)


@bp.get("/vectors.json")
def vectors() -> ResponseReturnValue:
    """What every implementation must compute from the same samples."""
    return send(VECTORS_PATH)
