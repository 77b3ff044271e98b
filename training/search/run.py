"""One machine's part in a search: starts workers, and tells of all trials as the database has them, other machines' too."""

import json
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from typing import Any

from training.run import Emit
from training.search import study
from training.search.config import SearchConfig
from training.search.storage import Storage, address_of, describe
from training.search.trial import check_clips

_POLL_SECONDS = 1.0
_GRACE_SECONDS = 5.0
_CHECKOUT = Path(__file__).resolve().parents[2]


def search(config: SearchConfig, emit: Emit) -> dict[str, Any]:
    """Search until there are `config.trials` trials.

    Args:
        config: which search, and this machine's part in it.
        emit: is given the events of DESIGN.md ("Searching") as they happen.
    Returns:
        {"name", "setup", "trials": [record], "front": [numbers]}.
    Raises:
        ValueError: the clips or the settings are not those of the search, or the workers could not go on.
        OSError: the database cannot be reached.
    """
    fingerprint = check_clips(config)
    storage = Storage(address_of(config.folder, config.project))
    try:
        found = study.begin(storage, config, fingerprint)
        emit(_start_event(config, storage, found))
        _watch(config, found, emit)
        records = found.records()
        if found.count() >= config.trials:
            rmtree(config.cache(found.setup), ignore_errors=True)
        return {"name": config.name, "setup": found.setup.to_dict(), "trials": records, "front": found.front()}
    finally:
        storage.close()


def search_to_file(config: SearchConfig, result: Path, emit: Emit) -> None:
    """Search, and write what was found as JSON, for the server."""
    started = time.monotonic()
    found = search(config, emit)
    result.write_text(json.dumps(found), encoding="utf-8")
    emit({"event": "done", "name": config.name, "front": found["front"], "seconds": round(time.monotonic() - started, 1)})


def _start_event(config: SearchConfig, storage: Storage, found: study.Search) -> dict[str, Any]:
    about = {"name": config.name, "trials": config.trials, "workers": config.workers, "ended": found.count()}
    return {"event": "start", "labels": list(config.labels), "epochs": config.epochs, **about, "storage": describe(storage.url)}


def _watch(config: SearchConfig, found: study.Search, emit: Emit) -> None:
    """Tell what changes until there are enough trials. Raises ValueError when no worker is left before that."""
    told: dict[int, dict[str, Any]] = {}
    with _workers(config) as workers:
        while True:
            alive = any(worker.poll() is None for worker in workers.processes)
            for record in found.records():
                if told.get(record["number"]) != record:
                    told[record["number"]] = record
                    emit({"event": "trial", **record})
            if found.count() >= config.trials:
                return
            if not alive:
                raise ValueError(workers.why())
            time.sleep(_POLL_SECONDS)


class _Workers:
    """The processes of this machine. Each ends with this one: its standard input closes then."""

    def __init__(self, config: SearchConfig, settings: Path) -> None:
        settings.write_text(json.dumps(config.to_dict()), encoding="utf-8")
        command = [sys.executable, "-m", "training.search.worker", "--settings", str(settings)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        self.processes = [subprocess.Popen(command, cwd=_CHECKOUT, **pipes) for _ in range(config.workers)]  # type: ignore[call-overload]
        self._said: deque[str] = deque(maxlen=40)
        self._readers = [threading.Thread(target=self._read, args=(process,), daemon=True) for process in self.processes]
        for reader in self._readers:
            reader.start()

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        for line in process.stdout or ():
            self._said.append(line.decode(errors="replace").strip())

    def why(self) -> str:
        """Why the workers have ended before the search was done, as well as it is known."""
        for reader in self._readers:
            reader.join(_GRACE_SECONDS)
        for line in reversed(self._said):
            if line.startswith('{"event": "error"'):
                return str(json.loads(line)["detail"])
        codes = ", ".join(str(process.returncode) for process in self.processes)
        last = next((line for line in reversed(self._said) if line), "they printed no error")
        return (
            f"the search's workers have ended (exit code {codes}) before it was done: {last[:300]}. Start it again; it goes on."
        )

    def end(self) -> None:
        """Ask them to end, and make them."""
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(_GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for reader in self._readers:
            reader.join(_GRACE_SECONDS)
        for process in self.processes:
            for pipe in (process.stdin, process.stdout):
                if pipe:
                    pipe.close()


@contextmanager
def _workers(config: SearchConfig) -> Iterator[_Workers]:
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="nestling-search-"))
        workers = _Workers(config, Path(folder) / "search.json")
        stack.callback(workers.end)
        yield workers
