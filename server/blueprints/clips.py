"""Clips: recordings of one project."""

import uuid

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from server import clock
from server.blueprints import json_object, whole_number
from server.errors import RefusedError
from server.services import services
from server.store import About

bp = Blueprint("clips", __name__, url_prefix="/projects/<project>/clips")


@bp.post("")
def create(project: str) -> ResponseReturnValue:
    """Store one recording. Body: WAV. Query: label, and maybe id, session, speaker, source, recorded_at."""
    query = request.args
    if "label" not in query:
        raise RefusedError("query parameter 'label' is required")
    about = About(
        id=query.get("id") or uuid.uuid4().hex,
        session=query.get("session") or None,
        speaker=query.get("speaker") or None,
        source=query.get("source") or "upload",
        recorded_at=query.get("recorded_at") or clock.now(),
    )
    clip, is_new = services().store.add(project, query["label"], request.get_data(cache=False), about)
    return clip.to_dict(), 201 if is_new else 200


@bp.get("")
def index(project: str) -> ResponseReturnValue:
    """A page of clips, newest first. Query: label, limit, after."""
    query = request.args
    clips, cursor = services().store.clips(project, query.get("label"), whole_number("limit", 100), query.get("after", ""))
    return {"clips": [clip.to_dict() for clip in clips], "next": cursor}


@bp.get("/<clip_id>")
def show(project: str, clip_id: str) -> ResponseReturnValue:
    """What is known of a clip."""
    return services().store.clip(project, clip_id).to_dict()


@bp.get("/<clip_id>/audio")
def audio(project: str, clip_id: str) -> ResponseReturnValue:
    """The recording itself, whole or in the ranges that Safari's player asks for."""
    response = Response(services().store.audio(project, clip_id), mimetype="audio/wav")
    response.cache_control.private = True
    response.cache_control.max_age = 3600
    response.add_etag()
    return response.make_conditional(request, accept_ranges=True, complete_length=response.content_length)


@bp.patch("/<clip_id>")
def relabel(project: str, clip_id: str) -> ResponseReturnValue:
    """Give a clip another label. Body: {"label"}."""
    return services().store.relabel(project, clip_id, json_object().get("label", "")).to_dict()


@bp.delete("/<clip_id>")
def delete(project: str, clip_id: str) -> ResponseReturnValue:
    """Delete a clip for good."""
    services().store.delete(project, clip_id)
    return "", 204
