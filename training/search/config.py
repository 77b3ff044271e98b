"""What a search is told, and what holds for all who take part in it. Standard library only: the server checks jobs with it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Self

from training.convert.manifest import check_name
from training.features.params import MfccParams
from training.run import MAX_SEED
from training.search.space import CHOSEN
from training.speech.design import BOARD, CYCLES_PER_INSTRUCTION

DEFAULT_TRIALS, MAX_TRIALS = 30, 1000
DEFAULT_EPOCHS, MAX_EPOCHS = 8, 100
MAX_WORKERS = 16
DEFAULT_NAME = "search"
FOLDER = "searches"  # in the data folder
# Of the environment: an address with a password stands in no file and in no list of processes.
STORAGE_VARIABLE = "NESTLING_SEARCH_STORAGE"


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one model may take of a board: bytes of RAM and flash, and instructions for one inference.

    The defaults are the Nano 33 BLE Sense's: its RAM, what its flash leaves to a sketch, and what it computes in the 0.2 s
    between two inferences. RAM and flash are those of the whole sketch.

    Raises:
        ValueError: one is not a whole number above 0.
    """

    ram_bytes: int = BOARD["ram_bytes"]
    flash_bytes: int = BOARD["flash_bytes"]
    instructions: int = round(BOARD["clock_hz"] / CYCLES_PER_INSTRUCTION * 0.2)

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 2**40:
                raise ValueError(f"the limit {name} must be a whole number above 0, got {str(value)[:40]!r}")

    @classmethod
    def from_dict(cls, values: object) -> Self:
        """Limits from parsed JSON; what is left out is the default. Raises ValueError."""
        known = [field.name for field in fields(cls)]
        if not isinstance(values, Mapping) or not set(values) <= set(known):
            raise ValueError(f"limits are an object with {', '.join(known)}, got {str(values)[:60]!r}")
        return cls(**values)

    def excesses(self, cost: Mapping[str, Any]) -> dict[str, float]:
        """By how much of each limit a model lies above it: 0.5 is half as much again, below 0 it fits."""
        return {name: cost[name] / limit - 1 for name, limit in asdict(self).items()}


@dataclass(frozen=True, kw_only=True)
class Setup:
    """What is the same for all trials of a search, and for all machines that take part in it.

    Args:
        labels: the words to tell apart.
        epochs: the budget of one trial.
        limits: of the board.
        seed: of sampling and training.
        base: the front end whose sampling rate and length of a clip hold for all trials.
        fingerprint: of the clips (`training.clips.fingerprint`).
    """

    labels: tuple[str, ...]
    epochs: int
    limits: Limits
    seed: int
    base: MfccParams
    fingerprint: str

    def to_dict(self) -> dict[str, Any]:
        """As JSON, for the database."""
        return {**asdict(self), "labels": list(self.labels), "base": self.base.to_dict()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """From what the database holds."""
        limits, base = Limits.from_dict(values["limits"]), MfccParams.from_dict(values["base"])
        return cls(**{**values, "labels": tuple(values["labels"]), "limits": limits, "base": base})

    def check_joins(self, name: str, other: Self) -> None:
        """Raise ValueError where `other`, a search that is under way by this name, is another one."""
        if self.fingerprint != other.fingerprint:
            raise ValueError(
                f"search {name!r} was begun on other clips (data {other.fingerprint[:8]}; here are {self.fingerprint[:8]}). "
                "Bring the very same clips here (export the project there, import it here), or begin a search by another name."
            )
        for what in ("labels", "epochs", "limits", "seed"):
            mine, theirs = getattr(self, what), getattr(other, what)
            if mine != theirs:
                raise ValueError(_differs(name, what, mine, theirs))
        if _kept(self.base) != _kept(other.base):
            raise ValueError(f"search {name!r} was begun with another front end of the project; begin one by another name")

    @property
    def key(self) -> str:
        """A name for what follows from the setup alone, such as features that are kept."""
        return hashlib.sha256(json.dumps(self.to_dict(), sort_keys=True).encode()).hexdigest()[:16]


def _kept(base: MfccParams) -> dict[str, Any]:
    """What all trials have in common of the front end."""
    return {name: value for name, value in base.to_dict().items() if name not in CHOSEN}


def _differs(name: str, what: str, mine: object, theirs: object) -> str:
    shown = [", ".join(map(str, value)) if isinstance(value, tuple) else str(value) for value in (mine, theirs)]
    return f"search {name!r} was begun with {what} {shown[1]}, not {shown[0]}; ask for the same, or begin one by another name"


@dataclass(frozen=True, kw_only=True)
class SearchConfig:
    """What one machine is told of a search.

    Args:
        project, name: which search; both together name it in the database.
        clips: the folder of the project's clips.
        folder: where searches are kept: the SQLite file by default, and the features of the trials.
        labels, epochs, limits, seed, base: see `Setup`.
        trials: how many there are to be in the end, on all machines.
        workers: processes on this machine.
    Raises:
        ValueError: a value is out of range.
    """

    project: str
    name: str
    clips: Path
    folder: Path
    labels: tuple[str, ...]
    base: MfccParams
    trials: int = DEFAULT_TRIALS
    workers: int = 1
    epochs: int = DEFAULT_EPOCHS
    limits: Limits = Limits()
    seed: int = 1

    def __post_init__(self) -> None:
        check_name(self.name, "search")
        for name, highest in (("trials", MAX_TRIALS), ("workers", MAX_WORKERS), ("epochs", MAX_EPOCHS), ("seed", MAX_SEED)):
            value, lowest = getattr(self, name), 0 if name == "seed" else 1
            if not lowest <= value <= highest:
                raise ValueError(f"{name} must be {lowest} to {highest}, got {value}")

    @property
    def study(self) -> str:
        """The search's name in the database."""
        return f"{self.project}/{self.name}"

    def cache(self, setup: Setup) -> Path:
        """The folder for features that trials share."""
        return self.folder / "cache" / setup.key

    def to_dict(self) -> dict[str, Any]:
        """As JSON, for a worker."""
        paths = {"clips": str(self.clips), "folder": str(self.folder)}
        return {**asdict(self), **paths, "labels": list(self.labels), "base": self.base.to_dict()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """From what `to_dict` gave."""
        made = {
            "clips": Path(values["clips"]),
            "folder": Path(values["folder"]),
            "labels": tuple(values["labels"]),
            "base": MfccParams.from_dict(values["base"]),
            "limits": Limits.from_dict(values["limits"]),
        }
        return cls(**{**values, **made})

    @classmethod
    def of_job(cls, settings: Mapping[str, Any]) -> Self:
        """From the settings of a job (`server.job_kinds`)."""
        numbers = {name: settings[name] for name in ("trials", "workers", "epochs", "seed")}
        return cls(
            project=settings["project"],
            name=settings["name"],
            clips=Path(settings["clips"]),
            folder=Path(settings["data"]) / FOLDER,
            labels=tuple(settings["labels"]),
            base=MfccParams.from_dict(settings["params"]),
            limits=Limits.from_dict(settings["limits"]),
            **numbers,
        )

    def setup(self, fingerprint: str) -> Setup:
        """What holds for all who take part."""
        return Setup(
            labels=self.labels, epochs=self.epochs, limits=self.limits, seed=self.seed, base=self.base, fingerprint=fingerprint
        )

    def of(self, setup: Setup) -> Self:
        """The same machine's part in a search that was begun elsewhere."""
        return replace(self, labels=setup.labels, epochs=setup.epochs, limits=setup.limits, seed=setup.seed, base=setup.base)
