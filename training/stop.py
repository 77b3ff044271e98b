"""When a training run has learned what it can, and which of its epochs was the best. Standard library only.

The learning rate follows a cosine over the planned epochs, and much is learned in the last of them, when it is small. An early
epoch with a low validation loss owes it to chance where few clips are held back. So a late one is chosen, and no run ends before
these have begun. DESIGN.md, "A good stop", has the figures.
"""

import math

PLANNED, NO_NEW_LOW = "planned", "no_new_low"  # why it stopped
_PATIENCE = 1 / 3  # of the planned epochs, without a new low of the validation loss
_LEAST_PATIENCE = 15  # epochs: a short run is not worth shortening
_LATE = 1 / 5  # of the planned epochs: the last of them, among which the best is chosen


class GoodStop:
    """Is told the validation loss of each epoch, and decides.

    Args:
        epochs: how many are planned.
    """

    def __init__(self, epochs: int) -> None:
        self._epochs = epochs
        self._patience = max(_LEAST_PATIENCE, math.ceil(epochs * _PATIENCE))
        self._first_late = epochs - max(1, round(epochs * _LATE)) + 1
        self._lowest, self._lowest_epoch = math.inf, 0
        self._best, self._best_epoch = math.inf, 0
        self._run = 0

    def see(self, loss: float | None) -> bool:
        """Whether this epoch, the next after those seen, is the one to keep so far; `loss` is None where nothing is held back."""
        self._run += 1
        value = math.inf if loss is None or math.isnan(loss) else loss
        if value < self._lowest:
            self._lowest, self._lowest_epoch = value, self._run
        if self._run < self._first_late:
            return False
        if value < self._best or self._lowest == math.inf or not self._best_epoch:
            self._best, self._best_epoch = value, self._run
        return self._best_epoch == self._run

    @property
    def must_stop(self) -> bool:
        """Whether nothing has been gained for long."""
        waited = self._run - self._lowest_epoch
        return self._first_late <= self._run < self._epochs and self._lowest < math.inf and waited >= self._patience

    def describe(self) -> dict[str, int | str]:
        """What the manifest says of it."""
        why = NO_NEW_LOW if self._run < self._epochs else PLANNED
        return {"epochs_run": self._run, "best_epoch": self._best_epoch, "stopped": why}
