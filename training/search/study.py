"""The trials of a search: each is given out once, and one whose worker has died is run anew.

A trial counts when it is complete, pruned (it fell behind) or infeasible (it fits no board, told as pruned with its problems). A
failed one does not: another trial with the same settings takes its place, and knows whose place it takes.
"""

import threading
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import optuna
from optuna.trial import FrozenTrial, Trial, TrialState

from training.search import space
from training.search.config import SearchConfig, Setup
from training.search.storage import Storage, told

_MAX_RERUNS = 3  # of one trial: what kills its process each time is not tried for ever
_STARTUP_TRIALS = 8  # drawn evenly before the sampler has something to go by
_COUNTING = (TrialState.COMPLETE, TrialState.PRUNED)
_WAIT_SECONDS = 1.0
_ENOUGH_TO_COMPARE = 3


class TakenError(Exception):
    """The trial was given to another worker, because this one was thought dead (a machine that slept, for example)."""


@dataclass(frozen=True)
class Search:
    """One search in its database."""

    storage: Storage
    study: optuna.Study
    setup: Setup

    def trials(self) -> list[FrozenTrial]:
        """All trials, by number."""
        with told(self.storage.url):
            return self.study.get_trials(deepcopy=False)

    def count(self) -> int:
        """How many trials have ended and count."""
        return sum(trial.state in _COUNTING for trial in self.trials())

    def records(self) -> list[dict[str, Any]]:
        """All trials as JSON shows them."""
        return [record(trial) for trial in self.trials()]

    def front(self) -> list[int]:
        """Numbers of the trials that no other surpasses in accuracy without needing more instructions, cheapest first."""
        best = self.study.best_trials if any(trial.state == TrialState.COMPLETE for trial in self.trials()) else []
        return [trial.number for trial in sorted(best, key=lambda trial: trial.values[1])]


def begin(storage: Storage, config: SearchConfig, fingerprint: str) -> Search:
    """Begin a search, or join the one that has this name.

    Raises:
        ValueError: that one was begun on other clips or with other settings.
        OSError: the database cannot be reached.
    """
    with told(storage.url), storage.lock(config.study):
        study = optuna.create_study(
            study_name=config.study, storage=storage.optuna, directions=["maximize", "minimize"], load_if_exists=True
        )
        wanted, found = config.setup(fingerprint), study.user_attrs.get("setup")
        if found is None:
            study.set_user_attr("setup", wanted.to_dict())
            study.enqueue_trial(space.usual(config.base))  # what people have without a search is what a search is held against
        else:
            wanted.check_joins(config.name, Setup.from_dict(found))
        study.set_user_attr("trials", config.trials)
    return Search(storage, study, wanted)


def find(storage: Storage, project: str, name: str) -> Search | None:
    """The search of a project by its name. None where there is none. Raises OSError."""
    with told(storage.url):
        if f"{project}/{name}" not in optuna.study.get_all_study_names(storage.optuna):
            return None
        study = optuna.load_study(study_name=f"{project}/{name}", storage=storage.optuna)
        setup = study.user_attrs.get("setup")
    return Search(storage, study, Setup.from_dict(setup)) if setup else None


def overview(storage: Storage, project: str) -> list[dict[str, Any]]:
    """All searches of a project, newest first: {"name", "trials", "ended", "running", "accuracy", "begun_at", "setup"}."""
    with told(storage.url):
        names = [name for name in optuna.study.get_all_study_names(storage.optuna) if name.startswith(f"{project}/")]
    found = [search for name in names if (search := find(storage, project, name.partition("/")[2]))]
    return sorted((_summary(search) for search in found), key=lambda summary: summary["begun_at"] or "", reverse=True)


def _summary(search: Search) -> dict[str, Any]:
    trials = search.trials()
    begun = [trial.datetime_start for trial in trials if trial.datetime_start]
    return {
        "name": search.study.study_name.partition("/")[2],
        "trials": search.study.user_attrs.get("trials"),
        "ended": sum(trial.state in _COUNTING for trial in trials),
        "running": sum(trial.state == TrialState.RUNNING for trial in trials),
        "accuracy": max((trial.values[0] for trial in trials if trial.state == TrialState.COMPLETE), default=None),
        "begun_at": min(begun).astimezone().isoformat(timespec="seconds") if begun else None,
        "setup": search.setup.to_dict(),
    }


def claim(search: Search, n_trials: int) -> Trial | None:
    """Take the next trial, for this process alone. None where enough have ended or run already.

    Raises OSError.
    """
    study, storage = search.study, search.storage
    with told(storage.url), storage.lock(study.study_name), warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        warnings.filterwarnings("ignore", "Heartbeat of storage")  # it is: see `beating`
        optuna.storages.fail_stale_trials(study)
        _run_anew(study)
        trials = study.get_trials(deepcopy=False)
        if sum(trial.state in (*_COUNTING, TrialState.RUNNING) for trial in trials) >= n_trials:
            return None
        waiting = [trial for trial in trials if trial.state == TrialState.WAITING]
        if not waiting:
            study.enqueue_trial({})
            waiting = study.get_trials(deepcopy=False, states=(TrialState.WAITING,))
        # The first beat comes before the trial runs, so that no moment is left in which it could die unnoticed.
        storage.optuna.record_heartbeat(waiting[0]._trial_id)
        study.sampler = _sampler(search.setup.seed + waiting[0].number)
        return study.ask()


def _sampler(seed: int) -> optuna.samplers.BaseSampler:
    """Another seed for each trial, so that two workers do not draw the same."""
    return optuna.samplers.TPESampler(n_startup_trials=_STARTUP_TRIALS, seed=seed)


def _run_anew(study: optuna.Study) -> None:
    """Let a trial wait in the place of each that died with its worker; called any number of times it does so once."""
    trials = study.get_trials(deepcopy=False)
    replaced = {trial.user_attrs.get("anew_for") for trial in trials}
    for trial in trials:
        died = trial.state == TrialState.FAIL and "error" not in trial.user_attrs
        reruns = trial.user_attrs.get("reruns", 0)
        if died and trial.number not in replaced and reruns < _MAX_RERUNS:
            study.enqueue_trial(trial.params, user_attrs={"anew_for": trial.number, "reruns": reruns + 1})


def wait_for_others(search: Search, n_trials: int) -> bool:
    """Wait while other workers run the last trials, because one whose worker dies must be taken up. False when all have ended."""
    if search.count() >= n_trials:
        return False
    time.sleep(_WAIT_SECONDS)
    return True


@contextmanager
def beating(search: Search, trial: Trial) -> Iterator[None]:
    """Say again and again that this process lives, while it runs a trial."""
    ended = threading.Event()
    storage = search.storage.optuna

    def beat() -> None:
        while not ended.wait(storage.heartbeat_interval):
            with suppress(optuna.exceptions.StorageInternalError):  # the next beat may come through
                storage.record_heartbeat(trial._trial_id)

    thread = threading.Thread(target=beat, daemon=True, name="heartbeat")
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def tell_complete(search: Search, trial: Trial, accuracy: float, instructions: float) -> None:
    """A trial was trained to its end. Raises TakenError, OSError."""
    _tell(search, trial, TrialState.COMPLETE, (accuracy, instructions))


def tell_pruned(search: Search, trial: Trial) -> None:
    """A trial fell behind, or is infeasible. Raises TakenError, OSError."""
    _tell(search, trial, TrialState.PRUNED)


def tell_died(search: Search, trial: Trial, error: str | None = None) -> None:
    """A trial ended before it was done; without `error` (a reason that lies in the trial) it is run anew. Raises OSError."""
    with suppress(TakenError):
        if error:
            trial.set_user_attr("error", error)
        _tell(search, trial, TrialState.FAIL)


def _tell(search: Search, trial: Trial, state: TrialState, values: tuple[float, float] | None = None) -> None:
    with told(search.storage.url), search.storage.lock(search.study.study_name):
        if search.study.get_trials(deepcopy=False)[trial.number].state != TrialState.RUNNING:
            raise TakenError
        search.study.tell(trial, values, state=state)


def is_behind(search: Search, trial: Trial, losses: list[float], instructions: float) -> bool:
    """Whether a trial's best validation loss so far is worse than the median of the others' after as many epochs.

    This is the median rule (Golovin et al., Google Vizier, KDD 2017), which Optuna's pruners refuse to apply to two objectives.
    A trial is only held against those that need no more instructions than it does: a small network with a higher loss may
    still be the best of its size.
    """
    epoch = len(losses)
    others = [
        other.user_attrs["losses"][epoch - 1]
        for other in search.trials()
        if other.state == TrialState.COMPLETE and other.number != trial.number
        if other.values[1] <= instructions and len(other.user_attrs.get("losses", ())) >= epoch
    ]
    if len(others) < _ENOUGH_TO_COMPARE:
        return False
    return bool(min(losses) > sorted(others)[(len(others) - 1) // 2])


def record(trial: FrozenTrial) -> dict[str, Any]:
    """A trial as JSON shows it (DESIGN.md, "Searching")."""
    attrs: Mapping[str, Any] = trial.user_attrs
    seconds = (
        (trial.datetime_complete - trial.datetime_start).total_seconds()
        if trial.datetime_complete and trial.datetime_start
        else None
    )
    return {
        "number": trial.number,
        "state": _state(trial),
        "settings": trial.params,
        "accuracy": trial.values[0] if trial.state == TrialState.COMPLETE else None,
        "seconds": seconds,
        **{name: attrs.get(name) for name in ("interval_95", "n", "losses", "cost", "params", "design", "problems", "anew_for")},
    }


def _state(trial: FrozenTrial) -> str:
    if trial.state == TrialState.PRUNED:
        return "infeasible" if trial.user_attrs.get("problems") else "pruned"
    return {"COMPLETE": "complete", "RUNNING": "running", "WAITING": "waiting", "FAIL": "failed"}[trial.state.name]
