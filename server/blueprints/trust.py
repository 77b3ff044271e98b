"""How a phone comes to trust this machine: plain pages, over plain HTTP too, with no script."""

from pathlib import Path

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from server import tls
from server.services import services
from server.web_files import find, send

bp = Blueprint("trust", __name__, url_prefix="/trust")

_STYLE = Path(__file__).parents[1] / "static" / "trust.css"


@bp.get("")
def index() -> ResponseReturnValue:
    """The steps for Android and iOS."""
    # The phone goes on at the address by which it came.
    return render_template("trust.html", fingerprint=tls.fingerprint(_authority()), url=f"https://{request.host}/")


@bp.get("/nestling-ca.crt")
def authority() -> ResponseReturnValue:
    """The certificate authority. By this type phones know that they may install it."""
    return Response(_authority().read_bytes(), mimetype="application/x-x509-ca-cert")


@bp.get("/trust.css")
def style() -> ResponseReturnValue:
    """The page's own style."""
    return send(_STYLE)


@bp.get("/tokens.css")
def tokens() -> ResponseReturnValue:
    """The web app's colours, here because every other address is sent on to HTTPS."""
    return send(find(services().settings.web, "css/tokens.css"))


def _authority() -> Path:
    path = services().settings.data / "tls" / "ca.crt"
    if not services().settings.tls or not path.exists():
        abort(404, "this server runs without TLS, so there is no certificate to trust")
    return path
