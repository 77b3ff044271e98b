"""What is declared once, for the browser: the very files that Python reads, and golden vectors."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from server.web_files import send
from training.features.params import DEFAULT_PATH
from training.features.vectors import PATH as VECTORS_PATH
from training.vision.params import DEFAULT_PATH as PREPROCESS_PATH

bp = Blueprint("params", __name__, url_prefix="/params")

_VISION = PREPROCESS_PATH.parent


@bp.get("/mfcc.json")
def mfcc() -> ResponseReturnValue:
    """The default front end."""
    return send(DEFAULT_PATH)


@bp.get("/vectors.json")
def vectors() -> ResponseReturnValue:
    """What every implementation must compute from the same samples."""
    return send(VECTORS_PATH)


@bp.get("/preprocess.json")
def preprocess() -> ResponseReturnValue:
    """What is done to a photo before the network sees it."""
    return send(PREPROCESS_PATH)


@bp.get("/kernels.json")
def kernels() -> ResponseReturnValue:
    """The kernels that the page about convolutions begins with."""
    return send(_VISION / "kernels.json")


@bp.get("/things.tsv")
def things() -> ResponseReturnValue:
    """The everyday name of each of ImageNet's classes, in every language."""
    return send(_VISION / "things.tsv")
