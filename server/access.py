"""Who may come in: the join token, the cookie it is exchanged for, and the origins that may write."""

import hashlib
import hmac
import ipaddress
import secrets
from pathlib import Path
from urllib.parse import urlsplit

from server import files

COOKIE = "nestling"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def load_token(path: Path) -> str:
    """The join token: 128 random bits as text, made at the first start and kept in a file that only its owner reads."""
    if not path.exists():
        files.write(path, secrets.token_urlsafe(16).encode())
    return path.read_text(encoding="ascii").strip()


def is_token(text: object, token: str) -> bool:
    """Whether `text` is the token; the time it takes tells nothing."""
    return isinstance(text, str) and hmac.compare_digest(text.encode(), token.encode())


def cookie_value(token: str) -> str:
    """What a browser that has joined carries: it follows from the token, and does not give it away."""
    return hmac.new(token.encode(), b"nestling cookie 1", hashlib.sha256).hexdigest()


def is_cookie(text: str | None, token: str) -> bool:
    """Whether a cookie is the right one."""
    return text is not None and hmac.compare_digest(text.encode(), cookie_value(token).encode())


def is_loopback(address: str | None) -> bool:
    """Whether a peer's address is this machine itself."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return False
    mapped = getattr(parsed, "ipv4_mapped", None)
    return bool((mapped or parsed).is_loopback)


def is_own_origin(origin: str | None, host: str) -> bool:
    """Whether a request's Origin header, if it has one, is the host it was sent to."""
    return origin is None or urlsplit(origin).netloc.lower() == host.lower()
