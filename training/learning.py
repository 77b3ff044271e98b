"""A Keras callback for every kind of training: tells of each epoch, stops in good time, and leaves the best weights."""

from collections.abc import Callable, Mapping
from typing import Any

import keras

from training.stop import GoodStop


class Learning(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
    """Give one to `model.fit`; afterwards `describe` says what happened, and the model has the weights of the best epoch.

    Args:
        epochs: how many are planned.
        tell: is called at the end of each with its number, from 0, and Keras's logs.
    """

    def __init__(self, epochs: int, tell: Callable[[int, Mapping[str, float]], None]) -> None:
        super().__init__()
        self._stop = GoodStop(epochs)
        self._tell = tell
        self._best: list[Any] = []

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Keras calls it."""
        logs = logs or {}
        self._tell(epoch, logs)
        if self._stop.see(logs.get("val_loss")):
            self._best = self.model.get_weights()
        self.model.stop_training = self._stop.must_stop

    def on_train_end(self, logs: Mapping[str, float] | None = None) -> None:
        """Keras calls it."""
        self.model.set_weights(self._best)

    def describe(self) -> dict[str, int | str]:
        """What the manifest says of it: {"epochs_run", "best_epoch", "stopped": why}."""
        return self._stop.describe()
