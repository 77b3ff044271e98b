"""Does a model fit onto the board? By what its manifest says, else by what its network costs."""

from collections.abc import Mapping
from typing import Any

from server.errors import RefusedError
from training.features.params import MfccParams
from training.speech.design import BOARD, CYCLES_PER_INSTRUCTION, board_figures, check_design, cost


def fit(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """What the whole sketch takes of a board, about.

    Args:
        manifest: of a bundle for sounds.
    Returns:
        {"flash_bytes", "ram_bytes", "instructions", "milliseconds" (of one inference without the front end)}, null where it is
        not known, beside "board" with what there is, and "fits": true, false, or null where that is not known.
    Raises:
        RefusedError: the bundle is for photos.
    """
    if manifest["kind"] != "speech":
        raise RefusedError("no board here runs a network for photos: it has far more numbers than a board has room for")
    figures = manifest.get("board") or _estimate(manifest)
    flash, ram, instructions = (figures.get(name) for name in ("flash_bytes", "ram_bytes", "instructions"))
    return {
        "flash_bytes": flash,
        "ram_bytes": ram,
        "instructions": instructions,
        "milliseconds": instructions and round(1000 * instructions * CYCLES_PER_INSTRUCTION / BOARD["clock_hz"], 1),
        "board": {name: BOARD[name] for name in ("flash_bytes", "ram_bytes")},
        "fits": None if flash is None or ram is None else flash <= BOARD["flash_bytes"] and ram <= BOARD["ram_bytes"],
    }


def _estimate(manifest: Mapping[str, Any]) -> Mapping[str, Any]:
    """Of a bundle that was made before manifests told. {} where its network is not known here."""
    model = manifest.get("model", {})
    wanted = {"layers": model["design"]} if "design" in model else {"preset": model.get("preset")}
    try:
        design = check_design(wanted)
        return board_figures(cost(design, MfccParams.from_dict(manifest["params"]), len(manifest["labels"])))
    except ValueError:
        return {}  # a network of its own, or of another release
