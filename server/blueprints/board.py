"""The board: what it hears, for every phone, and what phones ask of it."""

import math
import uuid
from contextlib import suppress
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_sock import Sock
from simple_websocket import ConnectionClosed

from server import clock
from server.audio import SOUND, to_content
from server.blueprints import json_object, whole_number
from server.board.feed import TooSlowError
from server.board.record import check_ms, record
from server.board.remote import RemoteLink, remote_port
from server.errors import RefusedError
from server.names import check_label
from server.services import services
from server.store import About

bp = Blueprint("board", __name__)
sock = Sock()

_POLICY_VIOLATION = 1008  # RFC 6455: the code where no other fits
_TRY_AGAIN_LATER = 1013
_MAX_REASON = 120  # bytes; a close frame holds 123
_MAX_NAME = 64
_WAIT_SECONDS = 5.0  # how long silence lasts before the socket is looked after


@bp.get("/board")
def show() -> ResponseReturnValue:
    """The board as it is now."""
    return services().board.feed.snapshot()


@bp.get("/board/ports")
def ports() -> ResponseReturnValue:
    """Where a board may be, and what is chosen."""
    return services().board.ports()


@bp.put("/board/port")
def choose_port() -> ResponseReturnValue:
    """Choose a port. Body: {"port"}, null to search."""
    values = json_object()
    name = values.get("port", "")
    if name is not None and (not isinstance(name, str) or not name):
        raise RefusedError('the body is {"port": name}, a name from /board/ports, or null to search')
    board = services().board
    board.choose(name)
    return board.ports()


@bp.post("/board/record")
def create_clip() -> ResponseReturnValue:
    """Record with the board's microphone. Body: {"project", "label", "ms"}. 201 Clip."""
    values, parts = json_object(), services()
    about = About(id=uuid.uuid4().hex, source="board", recorded_at=clock.now(), speaker=values.get("speaker") or None)
    project, label = values.get("project", ""), values.get("label", "")
    parts.store.path_of(project, check_label(label), about.id)  # before anybody speaks
    if parts.store.medium(project) is not SOUND:
        raise RefusedError(f"project {project!r} holds photos; choose one for sounds")
    pcm = record(parts.board, check_ms(values.get("ms")))
    clip, is_new = parts.store.add_content(project, label, to_content(pcm), about)
    return clip.to_dict(), 201 if is_new else 200


@bp.post("/board/threshold")
def set_threshold() -> ResponseReturnValue:
    """Set what a score must reach to be a detection. Body: {"value"}."""
    value = json_object().get("value")
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or not 0 <= value <= 1:
        raise RefusedError(f"value is a number from 0 to 1, got {str(value)[:40]!r}")
    services().board.set_threshold(float(value))
    return {"threshold": float(value)}


@bp.post("/board/preset")
def set_preset() -> ResponseReturnValue:
    """Choose how sure the model on the board must be. Body: {"preset"}, one that its `hello` names."""
    board, name = services().board, json_object().get("preset")
    hello = board.feed.snapshot()["hello"]
    if hello and "presets" not in hello:
        raise RefusedError("the board's firmware is older and knows no presets; flash it again")
    if hello and name not in hello["presets"]:
        raise RefusedError(f"preset is one of {', '.join(hello['presets'])}, got {str(name)[:40]!r}")
    board.set_preset(str(name))
    return {"preset": name}


@sock.route("/ws/board", bp=bp)  # type: ignore[untyped-decorator]  # flask-sock has no types
def follow(ws: Any) -> None:
    """The snapshot, what was missed since event `after`, then every event."""
    with suppress(OSError):  # the peer has gone, or takes nothing any more
        try:
            _send_events(ws, whole_number("after", 0) if "after" in request.args else None)
        except RefusedError as error:
            ws.close(_POLICY_VIOLATION, _reason(error))
        except TooSlowError as error:
            ws.close(_TRY_AGAIN_LATER, _reason(error))


def _send_events(ws: Any, after: int | None) -> None:
    with services().board.feed.subscribe(after) as subscription:
        while True:
            text = subscription.get(_WAIT_SECONDS)
            if text is not None:
                ws.send(text)
            while ws.receive(timeout=0) is not None:  # raises where the peer has gone
                pass  # phones have nothing to say here


@sock.route("/ws/bridge", bp=bp)  # type: ignore[untyped-decorator]
def carry(ws: Any) -> None:
    """A board on another computer: bytes in both directions. Query: computer, port."""
    with suppress(OSError):
        try:
            port = remote_port(_name("computer"), _name("port"))
        except RefusedError as error:
            ws.close(_POLICY_VIOLATION, _reason(error))
            return
        _carry(ws, port)


def _carry(ws: Any, port: Any) -> None:
    link = RemoteLink(port.name, lambda data: _send(ws, data))
    board = services().board
    board.attach(port, link)
    try:
        while True:
            data = ws.receive(timeout=_WAIT_SECONDS)  # raises where the peer has gone
            if isinstance(data, bytes):
                link.feed(data)
    finally:
        board.detach(port, link)


def _send(ws: Any, data: bytes) -> None:
    try:
        ws.send(data)
    except ConnectionClosed as error:
        raise ConnectionResetError from error


def _name(key: str) -> str:
    text = request.args.get(key, "")
    if not 1 <= len(text) <= _MAX_NAME or not text.isprintable():
        raise RefusedError(f"{key} is a text of 1 to {_MAX_NAME} printable characters")
    return text


def _reason(error: Exception) -> str:
    return str(error).encode()[:_MAX_REASON].decode(errors="ignore")
