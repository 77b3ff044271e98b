"""Bundles: trained models and their manifests."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from server.services import services
from server.web_files import FOREVER, REVALIDATE, send

bp = Blueprint("bundles", __name__, url_prefix="/bundles")


@bp.get("")
def index() -> ResponseReturnValue:
    """All bundles, newest first, what is shipped last."""
    return {"bundles": [bundle.to_dict() for bundle in services().bundles.list()]}


@bp.get("/<path:path>")
def file(path: str) -> ResponseReturnValue:
    """One file of a bundle."""
    bundle, name = services().bundles.file(path)
    # A new release may replace a shipped bundle under the same address; what users train never changes.
    return send(bundle.folder / name, REVALIDATE if bundle.is_shipped else FOREVER)
