"""Clips: recordings or photos of one project."""

import uuid

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from server import clock
from server.audio import SOUND
from server.blueprints import json_object, whole_number
from server.errors import RefusedError
from server.media import Medium
from server.photos import PHOTO
from server.services import services
from server.store import About

bp = Blueprint("clips", __name__, url_prefix="/projects/<project>/clips")


@bp.post("")
def create(project: str) -> ResponseReturnValue:
    """Store one clip. Body: WAV, or JPEG, PNG, WebP. Query: label, and maybe id, session, speaker, source, recorded_at."""
    query, store = request.args, services().store
    request.max_content_length = store.max_bytes(project)
    if "label" not in query:
        raise RefusedError("query parameter 'label' is required")
    about = About(
        id=query.get("id") or uuid.uuid4().hex,
        session=query.get("session") or None,
        speaker=query.get("speaker") or None,
        source=query.get("source") or "upload",
        recorded_at=query.get("recorded_at") or clock.now(),
    )
    clip, is_new = store.add(project, query["label"], request.get_data(cache=False), about)
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
    return _file(project, clip_id, SOUND)


@bp.get("/<clip_id>/photo")
def photo(project: str, clip_id: str) -> ResponseReturnValue:
    """The photo itself."""
    return _file(project, clip_id, PHOTO)


def _file(project: str, clip_id: str, medium: Medium) -> ResponseReturnValue:
    response = Response(services().store.file(project, clip_id, medium), mimetype=medium.mimetype)
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
