"""What the page needs to know of networks: presets, kinds of layers, costs."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from server.errors import RefusedError
from server.project_settings import ProjectSettings
from training.features.params import MfccParams
from training.labels import NOISE_FOLDERS, UNKNOWN, check_label
from training.speech.design import BOARD, CYCLES_PER_INSTRUCTION, MAX_LAYERS, check_design, cost, preset_design
from training.speech.layers import KINDS
from training.speech.presets import DEFAULT_PRESET, PRESETS

_MAX_LABELS = 50


def overview(project: Mapping[str, Any], settings: ProjectSettings, expert_model: Path | None) -> dict[str, Any]:
    """All that the page of the design begins with. Raises RefusedError for a project of photos."""
    _check_kind(project)
    params, labels = settings.front_end(), _labels(project)
    design = check_design(settings.design or {"preset": DEFAULT_PRESET})
    return {
        "design": design.to_dict(),
        "is_default": settings.design is None,
        "layers": design.layer_list(),
        "labels": labels,
        "presets": [
            {
                "preset": name,
                "description": description,
                "layers": preset_design(name).layer_list(),
                "cost": cost(preset_design(name), params, len(labels)),
            }
            for name, description in PRESETS.items()
        ],
        "kinds": {name: kind.to_dict() for name, kind in KINDS.items()},
        "max_layers": MAX_LAYERS,
        "board": {**BOARD, "cycles_per_instruction": CYCLES_PER_INSTRUCTION},
        "expert": None if expert_model is None else {"file": expert_model.name},
    }


def cost_of(values: Mapping[str, Any], project: Mapping[str, Any], settings: ProjectSettings) -> dict[str, Any]:
    """What a design costs with a front end and labels, the project's own where they are not given. Raises RefusedError."""
    _check_kind(project)
    if unknown := sorted(set(values) - {"design", "params", "labels"}):
        raise RefusedError(f"a cost is asked for with design, params and labels, not {unknown[0][:40]!r}")
    try:
        design = check_design(values.get("design") or settings.design or {"preset": DEFAULT_PRESET})
        params = MfccParams.from_dict(_object(values["params"])) if values.get("params") else settings.front_end()
        labels = _asked_labels(values["labels"]) if values.get("labels") else _labels(project)
        return cost(design, params, len(labels))
    except ValueError as error:
        raise RefusedError(str(error)) from error


def _check_kind(project: Mapping[str, Any]) -> None:
    if project["kind"] != "speech":
        raise RefusedError(
            "there is one network for photos, of which the last layer is trained; a design is for projects of recordings"
        )


def _labels(project: Mapping[str, Any]) -> list[str]:
    """What a model of all the project's labels tells apart; two classes at least, so that an empty project has a cost too."""
    own = [entry["label"] for entry in project["labels"] if entry["label"] not in {UNKNOWN, *NOISE_FOLDERS}]
    return [*(own or ["word"]), UNKNOWN]


def _asked_labels(labels: object) -> list[str]:
    if not isinstance(labels, list) or len(labels) > _MAX_LABELS:
        raise ValueError(f"labels must be a list of 1 to {_MAX_LABELS} labels, for example ['yes', 'no']")
    return [*(label for label in map(check_label, labels) if label != UNKNOWN), UNKNOWN]


def _object(values: object) -> Mapping[str, Any]:
    if not isinstance(values, dict):
        raise ValueError(f"params must be an object, got {str(values)[:40]!r}")
    return values
