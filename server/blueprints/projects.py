"""Projects: each has its own clips, labels and models."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from server.blueprints import json_object, json_object_or_null
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


@bp.get("/<project>/settings")
def settings(project: str) -> ResponseReturnValue:
    """The project's front end and network."""
    return services().project_settings.read(project).to_dict()


@bp.put("/<project>/settings/params")
def set_params(project: str) -> ResponseReturnValue:
    """Take other parameters. Body: all of them, or null for the defaults."""
    return services().project_settings.set_params(project, json_object_or_null()).to_dict()


@bp.put("/<project>/settings/design")
def set_design(project: str) -> ResponseReturnValue:
    """Take another network. Body: a design, or null for the default."""
    return services().project_settings.set_design(project, json_object_or_null()).to_dict()
