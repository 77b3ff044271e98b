"""The server: a Flask app for phones and pages, and the `nestling` command. It never imports TensorFlow."""

from server.app import create_app

__all__ = ["create_app"]
