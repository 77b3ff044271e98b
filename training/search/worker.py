"""A process that takes trials of a search one after another, until there are enough.

`python -m training.search.worker --settings FILE`: the file is a `SearchConfig` as JSON. The database's address comes from the
environment, or is the SQLite file in the search's folder.
"""

import argparse
import json
import math
import os
import signal
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from optuna.exceptions import UpdateFinishedTrialError
from optuna.trial import Trial

from training.job import end_with_stdin
from training.quiet import import_tensorflow
from training.run import print_line
from training.search import space, study
from training.search.config import SearchConfig
from training.search.storage import Storage, address_of, told
from training.search.trial import Data, check_clips, features_of, load_data, train
from training.speech.design import board_figures, check_design, cost

_PLACES = 5  # of a loss, in the database


def main(arguments: list[str] | None = None) -> int:
    """Work until the search has its trials; 1 with an `error` event where that cannot be done."""
    parser = argparse.ArgumentParser(description="Run trials of a search.")
    parser.add_argument("--settings", type=Path, required=True, help="a JSON file: which search")
    options = parser.parse_args(arguments)
    threading.Thread(target=end_with_stdin, daemon=True, name="watch-stdin").start()
    # Leave by an exception, so that a trial that is under way is marked.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        work(SearchConfig.from_dict(json.loads(options.settings.read_text(encoding="utf-8"))))
    except (ValueError, OSError) as error:
        print_line({"event": "error", "detail": str(error)})
        return 1
    return 0


def work(config: SearchConfig) -> None:
    """Take trials and run them.

    Raises:
        ValueError: the clips are not those of the search, or will not do.
        OSError: the database cannot be reached any more.
    """
    storage = Storage(address_of(config.folder, config.project))
    search = study.begin(storage, config, check_clips(config))
    data = load_data(config)
    _set_up_tensorflow(config.workers)
    with told(storage.url):
        while (trial := study.claim(search, config.trials)) or study.wait_for_others(search, config.trials):
            if trial:
                _run(search, trial, config, data)


def _run(search: study.Search, trial: Trial, config: SearchConfig, data: Data) -> None:
    """Run one trial and tell how it ended; whatever ends this process meanwhile, the trial is run anew by the next."""
    try:
        with study.beating(search, trial):
            _try(search, trial, config, data)
    except (study.TakenError, UpdateFinishedTrialError):
        pass  # it was given to another worker, which tells
    except BaseException:
        study.tell_died(search, trial)
        raise


def _try(search: study.Search, trial: Trial, config: SearchConfig, data: Data) -> None:
    params, values = space.choose(trial, config.base)
    design = check_design(values)
    price = cost(design, params, len(data.labels))
    needs = board_figures(price)
    trial.set_user_attr("params", params.to_dict())
    trial.set_user_attr("design", design.to_dict())
    trial.set_user_attr("cost", {**needs, **{name: price[name] for name in ("arena_bytes", "milliseconds", "parameters")}})
    if problems := _problems(search, trial, price["problems"], needs):
        trial.set_user_attr("problems", problems)
        study.tell_pruned(search, trial)
        return
    losses: list[float] = []

    def watch(loss: float) -> bool:
        losses.append(round(loss, _PLACES) if math.isfinite(loss) else sys.float_info.max)
        trial.set_user_attr("losses", losses)
        return not study.is_behind(search, trial, losses, needs["instructions"])

    features = features_of(data, params, config.epochs, config.seed, config.cache(search.setup))
    metric = train(design, params, data, features, config.epochs, config.seed, watch)
    if metric is None:
        study.tell_pruned(search, trial)
        return
    for name in ("interval_95", "n"):
        trial.set_user_attr(name, metric[name])
    study.tell_complete(search, trial, metric["accuracy"], needs["instructions"])


def _problems(search: study.Search, trial: Trial, problems: list[str], needs: Mapping[str, Any]) -> list[str]:
    """Why a trial is not worth training: sentences, or the names of the limits that it exceeds. The sampler learns of it too."""
    if problems:
        trial.set_constraint("problems", len(problems))
        return problems
    excesses = search.setup.limits.excesses(needs)
    for name, excess in excesses.items():
        trial.set_constraint(name, excess)
    return [name for name, excess in excesses.items() if excess > 0]


def _set_up_tensorflow(workers: int) -> None:
    """Share the cores between the workers: more threads than cores make all of them slower."""
    import_tensorflow()
    import tensorflow as tf

    threads = max(1, (os.cpu_count() or 1) // workers)
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)


if __name__ == "__main__":
    sys.exit(main())
