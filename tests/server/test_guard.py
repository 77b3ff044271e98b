"""Who may come in, from where, and what browsers are told."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server import access
from server.services import Services

OPEN = ["/", "/params/mfcc.json", "/params/vectors.json", "/bundles"]
CLOSED = ["/projects", "/projects/p", "/projects/p/clips", "/jobs", "/jobs/1", "/jobs/1/log", "/join"]
LAN = {"REMOTE_ADDR": "192.168.1.50", "wsgi.url_scheme": "https"}


@pytest.mark.parametrize("path", OPEN)
def test_open_addresses_need_no_cookie(stranger: FlaskClient, path: str) -> None:
    assert stranger.get(path).status_code == 200


@pytest.mark.parametrize("path", CLOSED)
def test_everything_else_does(stranger: FlaskClient, path: str) -> None:
    answer = stranger.get(path)
    assert answer.status_code == 403 and "has not joined" in answer.json["detail"]


def test_every_route_is_open_on_purpose(app: Flask) -> None:
    """A new view is closed until it is named here and in the guard."""
    open_routes = set()
    for rule in app.url_map.iter_rules():
        address = rule.rule.replace("<path:name>", "x").replace("<path:path>", "x")
        for name in ("project", "clip_id", "job_id"):
            address = address.replace(f"<{name}>", "x")
        for method in rule.methods - {"OPTIONS", "HEAD"}:
            scheme = "ws" if rule.websocket else "http"
            headers = {"Upgrade": "websocket", "Connection": "Upgrade"} if rule.websocket else {}
            answer = app.test_client().open(address, method=method, headers=headers, base_url=f"{scheme}://localhost")
            if answer.status_code != 403:
                open_routes.add(rule.endpoint)
    blueprints = {endpoint.partition(".")[0] for endpoint in open_routes - {"join.join", "deploy.download"}}
    assert blueprints == {"params", "bundles", "trust", "pages"}


@pytest.mark.parametrize(
    ("body", "environ", "headers", "status"),
    [
        ({}, {}, {}, 204),
        ({"token": "right"}, {}, {}, 204),
        ({"token": "right"}, LAN, {}, 204),
        ({"token": "wrong"}, {}, {}, 403),
        ({"token": "wrong"}, LAN, {}, 403),
        ({"token": ""}, LAN, {}, 403),
        ({"token": 7}, LAN, {}, 403),
        ({"token": "ä"}, LAN, {}, 403),
        ({}, LAN, {}, 403),
        ({}, {"REMOTE_ADDR": "::ffff:127.0.0.1"}, {}, 204),
        ({}, {}, {"X-Forwarded-For": "1.2.3.4"}, 403),
        ({}, {}, {"Forwarded": "for=1.2.3.4"}, 403),
    ],
)
def test_joining(
    stranger: FlaskClient, parts: Services, body: Any, environ: dict[str, str], headers: dict[str, str], status: int
) -> None:
    body = {"token": parts.token} if body == {"token": "right"} else body
    answer = stranger.post("/join", json=body, environ_overrides=environ, headers=headers)
    assert answer.status_code == status
    assert ("Set-Cookie" in answer.headers) == (status == 204)


def test_the_cookie_is_kept_from_scripts_and_other_sites(stranger: FlaskClient, parts: Services) -> None:
    plain = stranger.post("/join", json={}).headers["Set-Cookie"]
    secure = stranger.post("/join", json={}, base_url="https://localhost").headers["Set-Cookie"]
    for cookie in (plain, secure):
        assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and parts.token not in cookie
    assert "Secure" in secure and "Secure" not in plain


@pytest.mark.parametrize("value", ["", "x", "ä"])
def test_a_made_up_cookie_opens_nothing(stranger: FlaskClient, value: str) -> None:
    assert stranger.get("/projects", headers={"Cookie": f"{access.COOKIE}={value}"}).status_code == 403


def test_the_way_in_for_further_phones(client: FlaskClient, parts: Services) -> None:
    shown = client.get("/join").json
    assert shown["url"].endswith(f"#join={parts.token}") and shown["url"].startswith("https://")
    assert shown["qr_svg"].startswith("<svg")
    assert shown["trust_url"].startswith("http://") and shown["trust_url"].endswith("/trust")
    assert shown["url"].startswith(shown["addresses"][0])


def test_the_token_is_long_secret_and_kept(parts: Services) -> None:
    path = parts.settings.data / "token"
    assert len(parts.token) >= 22 and path.stat().st_mode & 0o777 == 0o600
    assert access.load_token(path) == parts.token


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "8.8.8.8", "", "[::2]"])
def test_another_name_is_not_answered(stranger: FlaskClient, host: str) -> None:
    answer = stranger.get("/", headers={"Host": host})
    assert answer.status_code == 400 and "does not answer to the name" in answer.json["detail"]


@pytest.mark.parametrize("host", ["localhost", "localhost:8443", "LOCALHOST", "127.0.0.1:1", "[::1]:8443", "localhost."])
def test_own_names_are(stranger: FlaskClient, host: str) -> None:
    assert stranger.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://localhost:1", "https://localhost.evil.example", "x", ""]
)
def test_another_sites_page_changes_nothing(client: FlaskClient, origin: str) -> None:
    for method, path in [
        ("POST", "/projects"),
        ("DELETE", "/projects/p/clips/1"),
        ("PATCH", "/projects/p/clips/1"),
        ("POST", "/join"),
    ]:
        answer = client.open(path, method=method, json={"name": "q"}, headers={"Origin": origin})
        assert answer.status_code == 403 and "another site" in answer.json["detail"]
    assert client.get("/projects", headers={"Origin": origin}).status_code == 200


def test_the_own_page_does(client: FlaskClient) -> None:
    assert client.post("/projects", json={"name": "q"}, headers={"Origin": "http://localhost"}).status_code == 201


def test_plain_http_from_elsewhere_is_sent_on_except_for_trust(client: FlaskClient) -> None:
    plain = {"REMOTE_ADDR": "192.168.1.50"}
    for path in ("/", "/projects?a=b", "/trustworthy"):
        answer = client.get(path, environ_overrides=plain, headers={"Host": "localhost:8443"})
        assert (answer.status_code, answer.headers["Location"]) == (308, f"https://localhost:8443{path}")
    for path in ("/trust", "/trust/nestling-ca.crt", "/trust/trust.css"):
        assert client.get(path, environ_overrides=plain).status_code in (200, 404)


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/"), ("GET", "/nothing"), ("POST", "/projects"), ("GET", "/projects"), ("PUT", "/")]
)
def test_every_answer_carries_the_headers(stranger: FlaskClient, method: str, path: str) -> None:
    headers = stranger.open(path, method=method).headers
    policy = dict(directive.split(" ", 1) for directive in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == "'self' 'wasm-unsafe-eval'" and policy["style-src"] == policy["connect-src"] == "'self'"
    assert headers["X-Content-Type-Options"] == "nosniff" and headers["Referrer-Policy"] == "no-referrer"
    assert headers["Permissions-Policy"] == "microphone=(self), camera=(self)"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize(
    ("method", "path", "status", "error"),
    [
        ("GET", "/nothing.js", 404, "Not Found"),
        ("DELETE", "/projects", 405, "Method Not Allowed"),
        ("GET", "/ws/jobs/1", 404, "Not Found"),
        ("GET", "/projects/p/clips/1", 400, "Bad Request"),
    ],
)
def test_errors_have_one_shape(client: FlaskClient, method: str, path: str, status: int, error: str) -> None:
    answer = client.open(path, method=method)
    assert (answer.status_code, answer.json["error"], set(answer.json)) == (status, error, {"error", "detail"})
    assert answer.json["detail"]


def test_a_failure_inside_is_not_shown(client: FlaskClient, parts: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object) -> None:
        raise RuntimeError("the secret path /home/somebody")

    monkeypatch.setattr(type(parts.store), "project", fail)
    answer = client.get("/projects/p")
    assert answer.status_code == 500 and set(answer.json) == {"error", "detail"}
    assert "secret" not in answer.text and "Content-Security-Policy" in answer.headers
