"""The network of a project: what it can be made of, and what it costs before anything is trained."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from server import designs
from server.blueprints import json_object
from server.services import services

bp = Blueprint("design", __name__, url_prefix="/projects/<project>/design")


@bp.get("")
def show(project: str) -> ResponseReturnValue:
    """The project's design, the presets with their costs, the kinds of layers, the board, and the expert's file."""
    parts = services()
    return designs.overview(parts.store.project(project), parts.project_settings.read(project), parts.settings.expert_model)


@bp.post("/cost")
def cost(project: str) -> ResponseReturnValue:
    """What a design costs. Body: {"design", "params"?, "labels"?}; the project's own where they are left out."""
    parts = services()
    return designs.cost_of(json_object(), parts.store.project(project), parts.project_settings.read(project))
