"""When a training run has learned what it can, and which of its epochs was the best. Standard library only.

The learning rate follows a cosine over the planned epochs: who stops at the first rise of the validation loss loses what is
learned in the last of them. So patience is long, and a late epoch is chosen. DESIGN.md, "A good stop", has the figures.
"""

import math

PLANNED, NO_NEW_LOW = "planned", "no_new_low"  # why it stopped
_PATIENCE = 1 / 3  # of the planned epochs, without a new low of the validation loss
_LAST = 1 / 5  # of the planned epochs, among which the best is chosen


class GoodStop:
    """Is told the validation loss of each epoch, and decides.

    Args:
        epochs: how many are planned.
    """

    def __init__(self, epochs: int) -> None:
        self._epochs = epochs
        self._patience = max(1, math.ceil(epochs * _PATIENCE))
        self._first_late = epochs - max(1, round(epochs * _LAST)) + 1
        self._lowest, self._lowest_epoch = math.inf, 0
        self._best_loss = math.inf
        self.run = 0
        self.best = 0

    def see(self, loss: float | None) -> bool:
        """Whether this epoch, the next after those seen, is the best so far; `loss` is None where nothing is held back."""
        self.run += 1
        if loss is None or not math.isfinite(loss):
            loss = math.inf
        if loss < self._lowest:
            self._lowest, self._lowest_epoch = loss, self.run
        if self.run == self._first_late:  # what went before only counts where training never comes so far
            self._best_loss = math.inf
        is_best = loss < self._best_loss or self._lowest == math.inf
        if is_best:
            self._best_loss, self.best = loss, self.run
        return is_best

    @property
    def must_stop(self) -> bool:
        """Whether nothing has been gained for long."""
        return self._lowest < math.inf and self.run - self._lowest_epoch >= self._patience

    def describe(self) -> dict[str, int | str]:
        """What the manifest says of it."""
        why = NO_NEW_LOW if self.run < self._epochs else PLANNED
        return {"epochs_run": self.run, "best_epoch": self.best, "stopped": why}
