"""Jobs: training runs, and what they say while they run."""

import json
from contextlib import suppress
from typing import Any

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue
from flask_sock import Sock

from server.blueprints import json_object, whole_number
from server.errors import MissingError, RefusedError
from server.services import services
from server.web_files import send

bp = Blueprint("jobs", __name__)
sock = Sock()

_POLICY_VIOLATION = 1008  # RFC 6455: the code where no other fits
_MAX_REASON = 60  # characters; a close frame holds 123 bytes
_WAIT_SECONDS = 5.0  # how long silence lasts before the socket is looked after


@bp.post("/projects/<project>/jobs")
def create(project: str) -> ResponseReturnValue:
    """Queue a job. Body: {"kind", ...}: what a kind may be told stands in `server.job_kinds`."""
    return services().jobs.add(project, json_object()).to_dict(), 201


@bp.get("/jobs")
def index() -> ResponseReturnValue:
    """All jobs, newest first."""
    return {"jobs": [job.to_dict() for job in services().jobs.list()]}


@bp.get("/jobs/<job_id>")
def show(job_id: str) -> ResponseReturnValue:
    """One job."""
    return services().jobs.job(job_id).to_dict()


@bp.get("/jobs/<job_id>/log")
def log(job_id: str) -> ResponseReturnValue:
    """What the run printed so far: one JSON object a line."""
    path = services().jobs.log_path(job_id)
    return Response(path.read_bytes() if path.exists() else b"", mimetype="text/plain")


@bp.get("/jobs/<job_id>/result")
def result(job_id: str) -> ResponseReturnValue:
    """What the job has found, for kinds of job that have such."""
    return send(services().jobs.result_path(job_id))


@bp.post("/jobs/<job_id>/cancel")
def cancel(job_id: str) -> ResponseReturnValue:
    """End a job; one that has ended stays as it is."""
    return services().jobs.cancel(job_id).to_dict(), 202


@sock.route("/ws/jobs/<job_id>", bp=bp)  # type: ignore[untyped-decorator]  # flask-sock has no types
def follow(ws: Any, job_id: str) -> None:
    """Send all events after number `after`, then those to come, then a null."""
    with suppress(OSError):  # the peer has gone, or takes nothing any more
        try:
            _send_events(ws, job_id, whole_number("after", 0))
        except (MissingError, RefusedError) as error:
            ws.close(_POLICY_VIOLATION, str(error)[:_MAX_REASON])


def _send_events(ws: Any, job_id: str, seq: int) -> None:
    jobs = services().jobs
    for found in jobs.follow(job_id, seq, _WAIT_SECONDS):
        if found is None:
            ws.receive(timeout=0)  # raises where the peer has gone
            continue
        seq, event = found
        ws.send(json.dumps({"seq": seq, "job": jobs.job(job_id).to_dict(), "event": event}))
    ws.send(json.dumps({"seq": seq, "job": jobs.job(job_id).to_dict(), "event": None}))
