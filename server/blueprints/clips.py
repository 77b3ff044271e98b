"""Clips: recordings or photos of one project."""

import uuid

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from server import clock
from server.audio import SOUND
from server.blueprints import json_object, true_or_false, whole_number
from server.errors import ConflictError, MissingError, RefusedError
from server.listing import MAX_PAGE, Wanted
from server.media import Medium
from server.names import check_clip_id
from server.photos import PHOTO
from server.services import services
from server.store import About, Change

bp = Blueprint("clips", __name__, url_prefix="/projects/<project>/clips")


@bp.post("")
def create(project: str) -> ResponseReturnValue:
    """Store one clip. Body: WAV, FLAC, OGG, MP3, or JPEG, PNG, WebP. Query: label, and maybe id, session, ... (`About`)."""
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
    """A page of clips. Query: label, split, source, verdict, disabled, sort, limit, after."""
    query = request.args
    wanted = Wanted(
        **{name: query.get(name) for name in ("label", "split", "source", "verdict")},
        disabled=true_or_false("disabled"),
        sort=query.get("sort", "newest"),
    )
    clips, cursor, n = services().store.page(project, wanted, whole_number("limit", 100), query.get("after", ""))
    return {"clips": [clip.to_dict() for clip in clips], "next": cursor, "n": n}


@bp.patch("")
def change_many(project: str) -> ResponseReturnValue:
    """Change many clips in the same way. Body: {"ids", "label"?, "split"?, "disabled"?}."""
    values = json_object()
    ids = _ids(values.pop("ids", None))
    if "trim" in values:
        raise RefusedError("clips are trimmed one by one: each is spoken at another time")
    return {"clips": [clip.to_dict() for clip in services().store.change(project, ids, Change.from_json(values))]}


@bp.post("/delete")
def delete_many(project: str) -> ResponseReturnValue:
    """Delete many clips, for ten minutes so that they can be brought back. Body: {"ids"}."""
    services().store.delete(project, *_ids(json_object().get("ids")))
    return "", 204


@bp.post("/restore")
def restore(project: str) -> ResponseReturnValue:
    """Bring back deleted clips. Body: {"ids"}. Those that cannot be brought back are told of, unless there is no other."""
    ids, found, refused = _ids(json_object().get("ids")), [], []
    for clip_id in ids:
        try:
            found.append(services().store.restore(project, clip_id).id)
        except (MissingError, ConflictError) as error:
            if len(ids) == 1:
                raise
            refused.append({"id": clip_id, "detail": str(error)})
    return {"clips": [clip.to_dict() for clip in services().store.those(project, found)], "refused": refused}


def _ids(ids: object) -> list[str]:
    """Ids of clips in a body, each once. Raises RefusedError."""
    if not isinstance(ids, list) or not 1 <= len(ids) <= MAX_PAGE:
        raise RefusedError(f"ids must be a list of 1 to {MAX_PAGE} ids of clips")
    return list(dict.fromkeys(check_clip_id(clip_id) for clip_id in ids))


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
def change(project: str, clip_id: str) -> ResponseReturnValue:
    """Change a clip. Body: {"label"?, "split"?, "disabled"?, "trim"?}."""
    store = services().store
    store.change(project, [clip_id], Change.from_json(json_object()))
    return store.clip(project, clip_id).to_dict()


@bp.delete("/<clip_id>")
def delete(project: str, clip_id: str) -> ResponseReturnValue:
    """Delete a clip, for ten minutes so that it can be brought back."""
    services().store.delete(project, clip_id)
    return "", 204
