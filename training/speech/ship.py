"""Train the keyword model that the repository ships, `exports/yes-no`.

`python -m training.speech.ship SPEECH` where SPEECH holds `train/<word>/`, `validation/<word>/` and `background_noise/` from
Google's Speech Commands (https://arxiv.org/abs/1804.03209), files named `<speaker>_nohash_<take>`. Tuned on `train` only;
`validation`, other speakers, is the test split that the manifest reports.
"""

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

from training.run import print_line
from training.speech.design import check_design
from training.speech.train import TrainConfig, train

ATTRIBUTION = (
    "Trained on recordings from Speech Commands v0.01 and v0.02 by Pete Warden and Google (arXiv:1804.03209), "
    "licensed under CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/)."
)
LICENCE = "CC-BY-4.0 (data), MIT (model)"
TARGET = Path(__file__).parents[2] / "exports" / "yes-no"


def main(arguments: list[str] | None = None) -> int:
    """Train and put the bundle in place of the old one."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("speech", type=Path, nargs="?", default=_default_speech(), help="folder of the recordings")
    parser.add_argument("--out", type=Path, default=TARGET)
    parser.add_argument("--preset", choices=("small", "medium"), default="medium")
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        config = TrainConfig(
            clips=gathered(options.speech, Path(temporary) / "clips"),
            labels=("yes", "no"),
            bundle=Path(temporary) / "yes-no",
            project="yes-no",
            run="shipped",
            design=check_design({"preset": options.preset}),
            epochs=options.epochs,
            seed=options.seed,
            fractions=(0.9, 0.1, 0.0),
            test_clips=options.speech / "validation",
            licence=LICENCE,
            attribution=ATTRIBUTION,
        )
        train(config, print_line)
        shutil.rmtree(options.out, ignore_errors=True)
        shutil.copytree(config.bundle, options.out)
    return 0


def _default_speech() -> Path:
    return Path(os.environ.get("NESTLING_BENCH_DATA", "../shared/data")) / "speech"


def gathered(speech: Path, folder: Path) -> Path:
    """One folder of labels: the words and the noise, as links."""
    folder.mkdir()
    for source in (*sorted((speech / "train").iterdir()), speech / "background_noise"):
        (folder / source.name).symlink_to(source.resolve(), target_is_directory=True)
    return folder


if __name__ == "__main__":
    sys.exit(main())
