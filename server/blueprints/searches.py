"""Searches: those that a project has, and their trials. One is begun, stopped and continued as a job."""

from dataclasses import asdict

from flask import Blueprint
from flask.typing import ResponseReturnValue

from server import searches
from server.services import services
from training.search.config import DEFAULT_EPOCHS, DEFAULT_TRIALS, Limits

bp = Blueprint("searches", __name__, url_prefix="/projects/<project>/searches")


@bp.get("")
def index(project: str) -> ResponseReturnValue:
    """All searches, newest first; where they are kept; and what one is told that nobody tells anything."""
    services().store.medium(project)  # 404 where there is no such project
    defaults = {"trials": DEFAULT_TRIALS, "epochs": DEFAULT_EPOCHS, "workers": 1, "limits": asdict(Limits())}
    return {**searches.overview(services().settings.data, project), "defaults": defaults}


@bp.get("/<name>")
def show(project: str, name: str) -> ResponseReturnValue:
    """One search and all of its trials."""
    services().store.medium(project)
    return searches.search(services().settings.data, project, name)
