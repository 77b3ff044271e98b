"""Sending files: the right type, compressed once, and told from older ones by their tag."""

import gzip
import re
from functools import lru_cache
from pathlib import Path

from flask import Response, abort, request, send_file

from server.errors import RefusedError
from server.names import inside

REVALIDATE = "no-cache"  # keep it, but ask every time whether it is still the one
FOREVER = "public, max-age=31536000, immutable"

# Python's own table follows the operating system's, which on Windows calls JavaScript text/plain.
TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".ico": "image/x-icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript",
    ".json": "application/json",
    ".mjs": "text/javascript",
    ".mp3": "audio/mpeg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".tsv": "text/tab-separated-values",
    ".txt": "text/plain",
    ".wasm": "application/wasm",
    ".wav": "audio/wav",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
_COMPRESSIBLE = frozenset({".css", ".html", ".js", ".json", ".mjs", ".svg", ".tsv", ".txt", ".wasm", ".webmanifest"})
_MIN_BYTES = 500  # below, compression saves less than its header costs
_PRIVATE = re.compile(r"\..*|node_modules|package(-lock)?\.json|[jt]sconfig.*\.json|.*\.config\.m?js")


def find(folder: Path, name: str) -> Path:
    """A file that may be shown, by its path within `folder`. Answers 404 for all others, there or not."""
    parts = name.split("/")
    if Path(name).suffix not in TYPES or "" in parts or any(_PRIVATE.fullmatch(part) for part in parts):
        abort(404)
    try:
        path = inside(folder, *parts)
    except RefusedError:
        abort(404)
    if not path.is_file():
        abort(404)
    return path


def send(path: Path, cache_control: str = REVALIDATE, etag: str | None = None) -> Response:
    """Answer with a file, or with 304 when the client has it."""
    status = path.stat()
    etag = etag or f"{status.st_mtime_ns:x}-{status.st_size:x}"
    mimetype = TYPES.get(path.suffix, "application/octet-stream")
    is_compressible = path.suffix in _COMPRESSIBLE and status.st_size >= _MIN_BYTES
    if is_compressible and request.accept_encodings["gzip"] > 0:
        response = Response(_compressed(path, status.st_mtime_ns, status.st_size), mimetype=mimetype)
        response.headers["Content-Encoding"] = "gzip"
        response.set_etag(f"{etag}-gz")
        response.make_conditional(request)
    else:
        response = send_file(path, mimetype=mimetype, etag=etag)
    response.headers["Cache-Control"] = cache_control
    if is_compressible:
        response.vary.add("Accept-Encoding")
    return response


@lru_cache(maxsize=256)
def _compressed(path: Path, mtime_ns: int, n_bytes: int) -> bytes:
    return gzip.compress(path.read_bytes(), mtime=0)
