"""Jobs: a queue for each lane, one at a time, each a process of its own whose standard output is the job's log.

The process prints one JSON object a line. Its standard input is held open: when this server dies, however it dies, the
pipe closes and the process ends by itself.
"""

import json
import logging
import secrets
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, RowMapping, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from server import clock
from server.board.bridge import Bridge
from server.bundles import Bundles
from server.database import jobs
from server.errors import MissingError, RefusedError, disk_full_told
from server.files import make_folder, write
from server.job_kinds import KINDS, LANES, Context
from server.project_settings import AllSettings
from server.store import Store
from training import processes

log = logging.getLogger(__name__)

ACTIVE = ("queued", "running")
_ERROR_LINES = 40  # of standard error, kept to explain a failure


@dataclass(frozen=True, kw_only=True)
class Job:
    """One run. Times are ISO 8601 in UTC; `bundle` is `<project>/<run>` once it is written."""

    id: str
    project: str
    kind: str
    state: str
    config: dict[str, Any]
    created_at: str
    started_at: str | None
    finished_at: str | None
    detail: str | None
    bundle: str | None

    def to_dict(self) -> dict[str, Any]:
        """The job as JSON shows it."""
        return asdict(self)


def command_of(settings_file: Path) -> list[str]:
    """What is run for a job that this file describes."""
    return [sys.executable, "-m", "training.job", "--watch-stdin", "--settings", str(settings_file)]


@dataclass
class _Lane:
    """One job at a time: which, its process, and whether it is to end."""

    name: str
    current: str | None = None
    process: subprocess.Popen[bytes] | None = None
    is_cancelled: bool = False

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of job that run here."""
        return tuple(name for name, kind in KINDS.items() if kind.lane == self.name)


class Jobs:
    """The queue, a worker for each lane, and the logs. Safe to share between threads; call `start` once and `stop` at the end."""

    def __init__(
        self, data: Path, exports: Path, engine: Engine, store: Store, settings: AllSettings, board: Bridge,
        expert_model: Path | None = None,
    ) -> None:  # fmt: skip
        self._data = data
        self._logs = data / "jobs"
        self._exports = exports
        self._engine = engine
        self._store = store
        self._settings = settings
        self._board = board
        self._expert_model = expert_model and expert_model.resolve()
        self._changed = threading.Condition()  # guards what follows; notified at every line and every change of state
        self._version = 0  # counts the changes
        self._lanes = [_Lane(name) for name in LANES]
        self._stopping = False
        self._workers = [
            threading.Thread(target=self._work, args=(lane,), name=f"jobs-{lane.name}", daemon=True) for lane in self._lanes
        ]
        make_folder(self._logs)

    def start(self) -> None:
        """Say of what a dead server left that it was interrupted, and begin to work."""
        for job in self.list(ACTIVE):
            self._finish(job, "interrupted", "the server was stopped while this job was waiting or running; start it again")
        for worker in self._workers:
            worker.start()

    def stop(self) -> None:
        """End the running processes and the workers."""
        with self._changed:
            self._stopping = True
            running = [lane.process for lane in self._lanes if lane.process]
        self._notify()
        for process in running:
            processes.end(process)
        for worker in self._workers:
            if worker.is_alive():
                worker.join(processes.GRACE_SECONDS)

    def add(self, project: str, values: Mapping[str, Any]) -> Job:
        """Queue a job.

        Raises:
            RefusedError: the values will not do, or the project has too few clips.
            MissingError: no such project.
        """
        kind = values.get("kind")
        if not isinstance(kind, str) or kind not in KINDS:
            raise RefusedError(f"kind must be one of {', '.join(KINDS)}, got {str(kind)[:40]!r}")
        asked = {name: value for name, value in values.items() if name != "kind"}
        config = KINDS[kind].check(asked, self._context(project))
        job_id = secrets.token_hex(16)
        if KINDS[kind].makes_bundle:
            config["run"] = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{job_id[:4]}"
        row = {"id": job_id, "project": project, "kind": kind, "state": "queued", "config": json.dumps(config)}
        with disk_full_told(), self._engine.begin() as connection:
            connection.execute(insert(jobs).values(**row, created_at=clock.now()))
        self._notify()
        return self.job(job_id)

    def _context(self, project: str) -> Context:
        kind, counts = self._store.medium(project).kind, self._store.usable(project)
        return Context(
            project=project,
            kind=kind,
            counts=counts,
            settings=self._settings.read(project),
            bundles=Bundles(self._exports),
            board=self._board,
            has_expert_model=self._expert_model is not None,
        )

    def job(self, job_id: str) -> Job:
        """One job. Raises MissingError."""
        with self._engine.connect() as connection:
            row = connection.execute(select(jobs).where(jobs.c.id == job_id)).mappings().one_or_none()
        if row is None:
            raise MissingError(f"there is no job {job_id[:40]!r}")
        return _to_job(row)

    def list(self, states: tuple[str, ...] = ()) -> list[Job]:
        """Jobs, newest first; only those in `states` where given."""
        query = select(jobs).order_by(jobs.c.created_at.desc())
        if states:
            query = query.where(jobs.c.state.in_(states))
        with self._engine.connect() as connection:
            return [_to_job(row) for row in connection.execute(query).mappings()]

    def cancel(self, job_id: str) -> Job:
        """End a job that waits or runs; one that has ended stays as it is. Raises MissingError."""
        with self._changed:
            job = self.job(job_id)
            lane = next((lane for lane in self._lanes if lane.current == job_id), None)
            if lane:
                lane.is_cancelled = True
                if lane.process:
                    threading.Thread(target=processes.end, args=(lane.process,), daemon=True).start()
            elif job.state in ACTIVE:
                self._finish(job, "cancelled", "cancelled before it began")
        return self.job(job_id)

    def log_path(self, job_id: str) -> Path:
        """The file with the job's lines, whether it was begun or not. Raises MissingError."""
        return self._logs / f"{self.job(job_id).id}.jsonl"

    def result_path(self, job_id: str) -> Path:
        """The file with what a job has found, for kinds that have such. Raises MissingError while there is none."""
        path = self._logs / f"{self.job(job_id).id}.result.json"
        if not path.is_file():
            raise MissingError(f"job {job_id!r} has no result yet; follow it until it is done")
        return path

    def follow(self, job_id: str, after: int, wait_seconds: float) -> Iterator[tuple[int, dict[str, Any]] | None]:
        """All events of a job after number `after`, then those to come; ends with the job.

        Yields:
            (seq, event), `seq` counting from 1; None when nothing came for `wait_seconds`.
        Raises:
            MissingError: no such job.
        """
        path, seq, offset = self.log_path(job_id), 0, 0
        while True:
            version = self._version
            is_active = self.job(job_id).state in ACTIVE  # asked before reading, so that the last line is not missed
            for line in _lines(path, offset):
                seq, offset = seq + 1, offset + len(line)
                if seq > after:
                    yield seq, json.loads(line)
            if not is_active or self._stopping:
                return
            if not self._wait(version, wait_seconds):
                yield None

    # The workers

    def _work(self, lane: _Lane) -> None:
        while job := self._next(lane):
            try:
                self._run(lane, job)
            except Exception:
                log.exception("job failed")
                with suppress(SQLAlchemyError):  # else it is called interrupted at the next start
                    self._finish(job, "failed", "the job could not be run; the server's log says more")

    def _next(self, lane: _Lane) -> Job | None:
        """Wait for the oldest job in the lane's queue. None when the server stops."""
        with self._changed:
            lane.current, lane.process, lane.is_cancelled = None, None, False
            while not self._stopping:
                version = self._version
                if queued := [job for job in self.list(("queued",)) if job.kind in lane.kinds]:
                    lane.current = queued[-1].id
                    return queued[-1]
                self._wait(version, None)
        return None

    def _run(self, lane: _Lane, job: Job) -> None:
        self._update(job.id, state="running", started_at=clock.now())
        settings_file = self._write_settings(job)
        errors: deque[str] = deque(maxlen=_ERROR_LINES)
        # A process's context waits at its end, and closes the pipes.
        with self._port_for(job), processes.spawn(command_of(settings_file)) as process:
            reader = threading.Thread(target=processes.keep_last, args=(process, errors), daemon=True)
            reader.start()
            try:
                self._watch(lane, process)
                last = self._record(job, process)
            except BaseException:
                processes.end(process)
                raise
            exit_code = process.wait()
            reader.join(processes.GRACE_SECONDS)
        self._finish(job, *self._outcome(lane, exit_code, last, errors))

    def _port_for(self, job: Job) -> AbstractContextManager[None]:
        """The board's port is the job's alone where its kind needs it."""
        return self._board.lent(job.config["port"]) if KINDS[job.kind].takes_port else nullcontext()

    def _write_settings(self, job: Job) -> Path:
        """Everything that the job's process must know, in one file."""
        result = self._logs / f"{job.id}.result.json"
        folders = {"data": self._data, "exports": self._exports, "clips": self._store.clips_folder(job.project), "result": result}
        about = {"task": job.kind, "kind": self._store.medium(job.project).kind, "project": job.project, "job": job.id}
        if self._expert_model and job.config.get("design") == {"expert": True}:
            about["expert_model"] = str(self._expert_model)  # this server's, and from nowhere else
        path = self._logs / f"{job.id}.json"
        write(path, json.dumps({**about, **{name: str(folder) for name, folder in folders.items()}, **job.config}).encode())
        return path

    def _watch(self, lane: _Lane, process: subprocess.Popen[bytes]) -> None:
        """Let `cancel` and `stop` end the process, also when they came before it."""
        with self._changed:
            lane.process = process
            must_end = lane.is_cancelled or self._stopping
        if must_end:
            processes.end(process)

    def _record(self, job: Job, process: subprocess.Popen[bytes]) -> dict[str, dict[str, Any]]:
        """Append the process's events to the log as they come. Returns the last of each kind."""
        last: dict[str, dict[str, Any]] = {}
        with (self._logs / f"{job.id}.jsonl").open("ab", buffering=0) as file:
            for line in process.stdout or ():
                event = _parse(line)
                if event is None:
                    log.debug("job printed what is no event: %r", line[:200])
                    continue
                last[event["event"]] = event
                file.write(json.dumps(event).encode() + b"\n")
                self._notify()
        return last

    def _outcome(
        self, lane: _Lane, exit_code: int, last: Mapping[str, dict[str, Any]], errors: deque[str]
    ) -> tuple[str, str | None]:
        """State and detail of a job whose process has ended."""
        if "done" in last:  # what it made is whole; how the process then ends does not matter
            return "done", None
        if lane.is_cancelled:
            return "cancelled", "cancelled while it was running"
        if self._stopping:
            return "interrupted", "the server was stopped while this job was running; start it again"
        if detail := last.get("error", {}).get("detail"):
            return "failed", str(detail)
        tail = next((line for line in reversed(errors) if line.strip()), "it printed no error")
        return "failed", f"the job ended {_how(exit_code)} before it was done: {tail.strip()[:500]}"

    def _finish(self, job: Job, state: str, detail: str | None) -> None:
        bundle = f"{job.project}/{job.config.get('run')}"
        is_written = KINDS[job.kind].makes_bundle and (self._exports / bundle / "manifest.json").is_file()
        values = {"detail": detail, "bundle": bundle if is_written else None, "finished_at": clock.now()}
        self._update(job.id, state=state, **values)
        log.info("job %s: %s", job.id, state)

    def _update(self, job_id: str, **values: Any) -> None:
        with self._engine.begin() as connection:
            connection.execute(update(jobs).where(jobs.c.id == job_id).values(**values))
        self._notify()

    def _notify(self) -> None:
        with self._changed:
            self._version += 1
            self._changed.notify_all()

    def _wait(self, version: int, seconds: float | None) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self._version != version or self._stopping, seconds)


def _to_job(values: RowMapping) -> Job:
    return Job(**{**{field.name: values[field.name] for field in fields(Job)}, "config": json.loads(values["config"])})


def _parse(line: bytes) -> dict[str, Any] | None:
    try:
        event = json.loads(line, parse_constant=lambda name: None)  # a loss may be NaN, which no browser reads
    except ValueError:
        return None
    return event if isinstance(event, dict) and isinstance(event.get("event"), str) else None


def _how(exit_code: int) -> str:
    if exit_code == -9:
        return "because the system killed it, most likely for want of memory,"
    return f"by signal {-exit_code}" if exit_code < 0 else f"with exit code {exit_code}"


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _lines(path: Path, offset: int) -> list[bytes]:
    """Whole lines from `offset` on; a line that a crash cut off is not one."""
    if not path.exists():
        return []
    with path.open("rb") as file:
        file.seek(offset)
        return [line for line in file if line.endswith(b"\n")]
