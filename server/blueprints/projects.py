"""Projects: each has its own clips, labels and models."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from server.blueprints import json_object
from server.services import services

bp = Blueprint("projects", __name__, url_prefix="/projects")


@bp.get("")
def index() -> ResponseReturnValue:
    """All projects, by name."""
    store = services().store
    return {"projects": [store.project(name) for name in store.project_names()]}


@bp.post("")
def create() -> ResponseReturnValue:
    """Make a project. Body: {"name", "kind"?}. 201, or 200 when it exists."""
    values = json_object()
    name, store = values.get("name"), services().store
    is_new = store.create_project(name, values.get("kind"))  # type: ignore[arg-type]  # it checks the type too
    return store.project(str(name)), 201 if is_new else 200


@bp.get("/<project>")
def show(project: str) -> ResponseReturnValue:
    """One project and its labels."""
    return services().store.project(project)
