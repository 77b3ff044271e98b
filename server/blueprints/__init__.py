"""One blueprint a noun. They turn requests into calls, and nothing else."""

from typing import Any

from flask import request

from server.errors import RefusedError

_MAX_DIGITS = 15  # what JavaScript counts exactly


def json_object() -> dict[str, Any]:
    """The request's body, a JSON object; {} where there is none. Raises RefusedError."""
    if not request.get_data():
        return {}
    values = request.get_json(force=True, silent=True)
    if not isinstance(values, dict):
        raise RefusedError("the body must be one JSON object")
    return values


def json_object_or_null() -> dict[str, Any] | None:
    """The request's body, a JSON object or null. Raises RefusedError."""
    return None if request.get_data().strip() == b"null" else json_object()


def whole_number(name: str, default: int) -> int:
    """A whole number from the query. Raises RefusedError."""
    text = request.args.get(name, str(default))
    if not (text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS):
        raise RefusedError(f"query parameter {name!r} must be a whole number, got {text[:40]!r}")
    return int(text)


def true_or_false(name: str) -> bool | None:
    """A yes or no from the query; None where it is not there. Raises RefusedError."""
    text = request.args.get(name)
    if text not in (None, "true", "false"):
        raise RefusedError(f"query parameter {name!r} must be true or false, got {str(text)[:40]!r}")
    return None if text is None else text == "true"
