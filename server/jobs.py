"""Training jobs: a queue, one at a time, each a process of its own whose standard output is the job's log.

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
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, RowMapping, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from server import clock, processes
from server.database import jobs
from server.errors import MissingError, RefusedError, disk_full_told
from server.files import make_folder
from server.names import check_label
from server.store import MEDIA, Store
from training.labels import UNKNOWN
from training.run import MAX_EPOCHS, MAX_SEED
from training.speech.clips import check_trainable as check_recordings
from training.speech.presets import DEFAULT_EPOCHS, DEFAULT_PRESET, PRESETS
from training.vision.clips import check_trainable as check_photos
from training.vision.presets import DEFAULT_EPOCHS as VISION_EPOCHS

log = logging.getLogger(__name__)

ACTIVE = ("queued", "running")
_KINDS = ("train",)
_MAX_LABELS = 50
_ERROR_LINES = 40  # of standard error, kept to explain a failure


def _words(counts: Mapping[str, int], labels: Iterable[str]) -> list[str]:
    """The words of a model for sounds, which has `unknown` by itself."""
    return [label for label in check_recordings(counts, labels) if label != UNKNOWN]


@dataclass(frozen=True)
class _Rules:
    """What can be asked of training: by whom the labels are checked, for how long, and which networks there are."""

    check: Callable[[Mapping[str, int], Iterable[str]], list[str]]
    epochs: int
    presets: Collection[str]


_RULES = {"speech": _Rules(_words, DEFAULT_EPOCHS, PRESETS), "vision": _Rules(check_photos, VISION_EPOCHS, ())}


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


def train_command(job: Job, clips_folder: Path, exports: Path) -> list[str]:
    """What is run for a job. The one place that knows the training command's options; the folder tells the kind."""
    config = job.config
    kind = next(medium.kind for medium in MEDIA.values() if medium.folder == clips_folder.name)
    return [
        *(sys.executable, "-m", "training.job", "--kind", kind, "--watch-stdin"),
        *("--clips", str(clips_folder), f"--labels={','.join(config['labels'])}"),  # a label may start with "-"
        *("--exports", str(exports), "--project", job.project, "--run", config["run"]),
        *("--epochs", str(config["epochs"]), "--seed", str(config["seed"])),
        *(("--preset", config["preset"]) if "preset" in config else ()),
    ]


def check_config(values: Mapping[str, Any], counts: Mapping[str, int], kind: str) -> dict[str, Any]:
    """What a job is to do, checked and complete.

    Args:
        values: what the client asked for: labels, and maybe epochs, seed and, for recordings, preset.
        counts: number of clips by label.
        kind: of the project.
    Raises:
        RefusedError: a value is out of range, or so few clips will not do.
    """
    if unknown := sorted(set(values) - {"kind", "labels", "epochs", "seed", "preset"}):
        raise RefusedError(f"a job has no setting {unknown[0][:40]!r}")
    if values.get("kind") not in _KINDS:
        raise RefusedError(f"kind must be one of {', '.join(_KINDS)}, got {values.get('kind')!r}")
    labels = values.get("labels")
    if not isinstance(labels, list) or not 1 <= len(labels) <= _MAX_LABELS:
        raise RefusedError(f"labels must be a list of 1 to {_MAX_LABELS} labels, for example ['yes', 'no']")
    rules = _RULES[kind]
    preset = _check_preset(values, rules.presets)
    try:
        wanted = rules.check(counts, [check_label(label) for label in labels])
    except ValueError as error:
        raise RefusedError(str(error)) from error
    return {
        "labels": wanted,
        "epochs": _whole_number("epochs", values.get("epochs", rules.epochs), 1, MAX_EPOCHS),
        "seed": _whole_number("seed", values.get("seed", 1), 0, MAX_SEED),
        **preset,
    }


def _check_preset(values: Mapping[str, Any], presets: Collection[str]) -> dict[str, str]:
    """The network, where there is more than one to choose from."""
    if not presets:
        if "preset" in values:
            raise RefusedError("there is one network for photos, so a job has no preset; leave it out")
        return {}
    preset = values.get("preset", DEFAULT_PRESET)
    if not isinstance(preset, str) or preset not in presets:
        raise RefusedError(f"preset must be one of {', '.join(presets)}, got {preset!r}")
    return {"preset": preset}


class Jobs:
    """The queue, its one worker, and the logs. Safe to share between threads; call `start` once and `stop` at the end."""

    def __init__(self, data: Path, exports: Path, engine: Engine, store: Store) -> None:
        self._logs = data / "jobs"
        self._exports = exports
        self._engine = engine
        self._store = store
        self._changed = threading.Condition()  # guards what follows; notified at every line and every change of state
        self._version = 0  # counts the changes
        self._current: str | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._is_cancelled = False
        self._stopping = False
        self._worker = threading.Thread(target=self._work, name="jobs", daemon=True)
        make_folder(self._logs)

    def start(self) -> None:
        """Say of what a dead server left that it was interrupted, and begin to work."""
        for job in self.list(ACTIVE):
            self._finish(job, "interrupted", "the server was stopped while this job was waiting or running; start it again")
        self._worker.start()

    def stop(self) -> None:
        """End the running process and the worker."""
        with self._changed:
            self._stopping = True
            process = self._process
        self._notify()
        if process:
            processes.end(process)
        if self._worker.is_alive():
            self._worker.join(processes.GRACE_SECONDS)

    def add(self, project: str, values: Mapping[str, Any]) -> Job:
        """Queue a job.

        Raises:
            RefusedError: the values will not do, or the project has too few clips.
            MissingError: no such project.
        """
        config = check_config(values, self._store.counts(project), self._store.medium(project).kind)
        job_id = secrets.token_hex(16)
        config["run"] = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{job_id[:4]}"
        row = {"id": job_id, "project": project, "kind": values["kind"], "state": "queued", "config": json.dumps(config)}
        with disk_full_told(), self._engine.begin() as connection:
            connection.execute(insert(jobs).values(**row, created_at=clock.now()))
        self._notify()
        return self.job(job_id)

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
            if job_id == self._current:
                self._is_cancelled = True
                if self._process:
                    threading.Thread(target=processes.end, args=(self._process,), daemon=True).start()
            elif job.state in ACTIVE:
                self._finish(job, "cancelled", "cancelled before it began")
        return self.job(job_id)

    def log_path(self, job_id: str) -> Path:
        """The file with the job's lines, whether it was begun or not. Raises MissingError."""
        return self._logs / f"{self.job(job_id).id}.jsonl"

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

    # The worker

    def _work(self) -> None:
        while job := self._next():
            try:
                self._run(job)
            except Exception:
                log.exception("job failed")
                with suppress(SQLAlchemyError):  # else it is called interrupted at the next start
                    self._finish(job, "failed", "the job could not be run; the server's log says more")

    def _next(self) -> Job | None:
        """Wait for the oldest job in the queue. None when the server stops."""
        with self._changed:
            self._current, self._process, self._is_cancelled = None, None, False
            while not self._stopping:
                version = self._version
                if queued := self.list(("queued",)):
                    self._current = queued[-1].id
                    return queued[-1]
                self._wait(version, None)
        return None

    def _run(self, job: Job) -> None:
        self._update(job.id, state="running", started_at=clock.now())
        command = train_command(job, self._store.clips_folder(job.project), self._exports)
        errors: deque[str] = deque(maxlen=_ERROR_LINES)
        with processes.spawn(command) as process:  # waits at its end, and closes the pipes
            reader = threading.Thread(target=processes.keep_last, args=(process, errors), daemon=True)
            reader.start()
            try:
                self._watch(process)
                last = self._record(job, process)
            except BaseException:
                processes.end(process)
                raise
            exit_code = process.wait()
            reader.join(processes.GRACE_SECONDS)
        self._finish(job, *self._outcome(exit_code, last, errors))

    def _watch(self, process: subprocess.Popen[bytes]) -> None:
        """Let `cancel` and `stop` end the process, also when they came before it."""
        with self._changed:
            self._process = process
            must_end = self._is_cancelled or self._stopping
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

    def _outcome(self, exit_code: int, last: Mapping[str, dict[str, Any]], errors: deque[str]) -> tuple[str, str | None]:
        """State and detail of a job whose process has ended."""
        if "done" in last:  # its bundle is whole; how the process then ends does not matter
            return "done", None
        if self._is_cancelled:
            return "cancelled", "cancelled while it was running"
        if self._stopping:
            return "interrupted", "the server was stopped while this job was running; start it again"
        if detail := last.get("error", {}).get("detail"):
            return "failed", str(detail)
        tail = next((line for line in reversed(errors) if line.strip()), "it printed no error")
        return "failed", f"training ended {_how(exit_code)} before its bundle was written: {tail.strip()[:500]}"

    def _finish(self, job: Job, state: str, detail: str | None) -> None:
        bundle = f"{job.project}/{job.config['run']}"
        is_written = (self._exports / bundle / "manifest.json").is_file()
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


def _whole_number(name: str, value: object, lowest: int, highest: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
        raise RefusedError(f"{name} must be a whole number from {lowest} to {highest}, got {str(value)[:40]!r}")
    return value


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
