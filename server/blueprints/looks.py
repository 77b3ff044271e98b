"""What was seen in the clips of a project without anybody hearing them."""

from contextlib import suppress

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from server.blueprints import whole_number
from server.errors import MissingError
from server.maps import FEATURES
from server.services import services

bp = Blueprint("looks", __name__, url_prefix="/projects/<project>")


@bp.get("/looks")
def progress(project: str) -> ResponseReturnValue:
    """How many clips have been looked at, and of how many."""
    return services().looker.progress(project)


@bp.get("/findings")
def findings(project: str) -> ResponseReturnValue:
    """A page of clips that a person should hear. Query: kind, limit, after."""
    query, parts = request.args, services()
    counts, found, cursor = parts.findings.page(project, query.get("kind"), whole_number("limit", 50), query.get("after", ""))
    shown = []
    for finding in found:
        with suppress(MissingError):  # deleted since it was found
            clips = [parts.store.clip(project, clip_id).to_dict() for clip_id in finding.clips]
            shown.append({"kind": finding.kind, "clips": clips, "detail": finding.detail})
    return {"counts": counts, "findings": shown, "next": cursor, "looks": parts.looker.progress(project)}


@bp.get("/map")
def map_of(project: str) -> ResponseReturnValue:
    """Every clip as a dot. Query: of ("features" or a bundle's path), vectors ("1" for those, too)."""
    query = request.args
    return services().maps.map(project, query.get("of") or FEATURES, query.get("vectors") == "1")
