"""What was seen in the clips of a project without anybody hearing them."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from server.blueprints import whole_number
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
    clips = {clip_id: parts.store.clip(project, clip_id) for finding in found for clip_id in finding.clips}
    shown = [
        {"kind": finding.kind, "clips": [clips[clip_id].to_dict() for clip_id in finding.clips], "detail": finding.detail}
        for finding in found
    ]
    return {"counts": counts, "findings": shown, "next": cursor, "looks": parts.looker.progress(project)}


@bp.get("/map")
def map_of(project: str) -> ResponseReturnValue:
    """Every clip as a dot. Query: of ("features" or a bundle's path), vectors ("1" for those, too)."""
    query = request.args
    return services().maps.map(project, query.get("of") or FEATURES, query.get("vectors") == "1")
