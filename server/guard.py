"""What stands in front of every view: who may, from where, and the headers that tell browsers what a page may do."""

from flask import Flask, Response, abort, redirect, request
from flask.typing import ResponseReturnValue

from server import access
from server.services import services

# Everything that is not named here needs the cookie.
_OPEN_BLUEPRINTS = frozenset({"pages", "params", "bundles", "trust"})
_OPEN_ENDPOINTS = frozenset({"join.join", "deploy.download"})

HEADERS = {
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            "script-src 'self' 'wasm-unsafe-eval'",
            "style-src 'self'",
            "img-src 'self' blob: data:",
            "font-src 'self'",
            "connect-src 'self'",
            "media-src 'self' blob:",
            "worker-src 'self'",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "microphone=(self), camera=(self)",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def init_app(app: Flask) -> None:
    """Put the guard in front of an app."""
    for check in (_check_host, _check_secure, _check_origin, _check_cookie):
        app.before_request(check)
    app.after_request(_add_headers)


def is_local() -> bool:
    """Whether the request comes from this machine itself, and not through a proxy on it."""
    is_forwarded = "Forwarded" in request.headers or "X-Forwarded-For" in request.headers
    return access.is_loopback(request.remote_addr) and not is_forwarded


def _check_host() -> None:
    if not services().hosts.has(request.host):
        abort(400, f"this server does not answer to the name {request.host[:80]!r}; use one of its own addresses")


def _check_secure() -> ResponseReturnValue | None:
    is_trust = request.path == "/trust" or request.path.startswith("/trust/")
    if request.is_secure or is_trust or not services().settings.tls or access.is_loopback(request.remote_addr):
        return None
    return redirect(request.url.replace("http://", "https://", 1), 308)


def _check_origin() -> None:
    is_handshake = request.headers.get("Upgrade", "").lower() == "websocket"
    if request.method in access.SAFE_METHODS and not is_handshake:
        return
    if not access.is_own_origin(request.headers.get("Origin"), request.host):
        abort(403, "this request comes from another site's page; open Nestling's own page and try there")


def _check_cookie() -> None:
    is_open = request.blueprint in _OPEN_BLUEPRINTS or request.endpoint in _OPEN_ENDPOINTS or request.endpoint is None
    if not is_open and not access.is_cookie(request.cookies.get(access.COOKIE), services().token):
        abort(403, "this browser has not joined; scan the QR code that the computer shows, then try again")


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    return response
