"""When a run ends, and which epoch it keeps."""

import math

import pytest

from training.stop import GoodStop


def run(losses: list[float | None], epochs: int | None = None) -> dict[str, int | str]:
    stop = GoodStop(epochs or len(losses))
    for loss in losses:
        stop.see(loss)
        if stop.must_stop:
            break
    return stop.describe()


def falling(n: int) -> list[float | None]:
    return [1 - epoch / n for epoch in range(n)]


@pytest.mark.parametrize(
    ("losses", "epochs_run", "best_epoch", "stopped"),
    [
        (falling(60), 60, 60, "planned"),
        # An early low is chance: the best of the last fifth is kept.
        ([*falling(30), 0.001, *[0.5] * 25, 0.4, 0.5, 0.5, 0.5], 51, 49, "no_new_low"),
        # Nothing new for a third, told in the last fifth only.
        ([*falling(20), *[2.0] * 40], 49, 49, "no_new_low"),
        ([*falling(45), *[0.5] * 5, 0.3, *[0.5] * 9], 60, 51, "planned"),
        # Nothing is held back: the last weights are kept.
        ([None] * 7, 7, 7, "planned"),
        # It broke: no new low, but something is kept.
        ([0.5, *[math.nan] * 59], 49, 49, "no_new_low"),
        # A short run is not shortened.
        ([0.5, *[0.6] * 14], 15, 13, "planned"),
        ([0.7], 1, 1, "planned"),
        ([0.7, 0.8], 2, 2, "planned"),
    ],
)
def test_which_epoch_is_kept_and_when_it_ends(losses: list[float | None], epochs_run: int, best_epoch: int, stopped: str) -> None:
    assert run(losses) == {"epochs_run": epochs_run, "best_epoch": best_epoch, "stopped": stopped}
