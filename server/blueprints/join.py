"""Joining: the token from the QR code is exchanged for a cookie."""

import segno
from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue

from server import access
from server.blueprints import json_object
from server.guard import is_local
from server.services import services

bp = Blueprint("join", __name__)

_COOKIE_SECONDS = 365 * 24 * 3600


@bp.post("/join")
def join() -> ResponseReturnValue:
    """Let this browser in. Body: {"token"}; none is needed on the machine itself. 204 and the cookie."""
    token = json_object().get("token")
    may = is_local() if token is None else access.is_token(token, services().token)
    if not may:
        abort(403, "this is not the token of this server; scan the QR code that the computer shows now")
    response = Response(status=204)
    response.set_cookie(
        access.COOKIE,
        access.cookie_value(services().token),
        max_age=_COOKIE_SECONDS,
        httponly=True,
        samesite="Strict",
        secure=request.is_secure,
    )
    return response


@bp.get("/join")
def show() -> ResponseReturnValue:
    """How further phones get in. Query: bundle, for the model that they are to open."""
    parts, bundle = services(), request.args.get("bundle", "")
    if bundle:
        parts.bundles.file(f"{bundle}/manifest.json")
    url = parts.join_url(bundle)
    qr_svg = segno.make(url, error="m").svg_inline(scale=4, border=4)
    return {"url": url, "qr_svg": qr_svg, "trust_url": parts.trust_url(), "addresses": parts.addresses()}
