"""Twelve classes, as Speech Commands is usually judged on (P. Warden, arXiv:1804.03209): ten words, unknown, and silence.

Silence is a class of its own here, while a project counts it as unknown. The recordings of noise are cut in time: a model
learns from the first four fifths of each, and is judged on seconds of the last.
"""

import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import soundfile

from training.bench.train import Right, learn_and_judge
from training.features import MfccParams
from training.labels import NOISE, UNKNOWN
from training.speech.audio import read_clip
from training.speech.augment import MARGIN_SECONDS
from training.speech.clips import list_clips
from training.speech.design import preset_design
from training.speech.head_start import find_head_start
from training.speech.spoken import spoken_windows
from training.speech.windows import Windows, windows_to_judge, windows_to_learn

COMMANDS = ("yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go")
LABELS = (*COMMANDS, NOISE, UNKNOWN)
PRESET = "medium"
_LEARNED = 0.8  # of a recording of noise


def train_commands(speech: Path, params: MfccParams, seed: int, epochs: int) -> Right:
    """Train on `train` and judge on `validation`. Raises ValueError: the recordings cannot be read."""
    design = preset_design(PRESET)
    learn, tested = read_windows(speech, params)
    margin = int(MARGIN_SECONDS * params.sample_rate)
    spoken = spoken_windows([*COMMANDS, UNKNOWN], params, margin, seed, lambda done, of: None)
    unknown = len(LABELS) - 1
    spoken = replace(spoken, labels=np.where(spoken.labels == len(COMMANDS), unknown, spoken.labels))
    return learn_and_judge(
        design,
        params,
        learn,
        tested,
        len(LABELS),
        seed=seed,
        spoken=spoken,
        head_start=find_head_start(design, params),
        epochs=epochs,
    )


def read_windows(speech: Path, params: MfccParams) -> tuple[Windows, Windows]:
    """What is learned from, with margins, and what is tested on, without. Raises ValueError: the recordings cannot be read."""
    rate = params.sample_rate

    def nothing(done: int, of: int) -> None:
        pass

    with tempfile.TemporaryDirectory() as temporary:
        learned, tested = Path(temporary, "learned", NOISE), Path(temporary, "tested", NOISE)
        learned.mkdir(parents=True)
        tested.mkdir(parents=True)
        for file in sorted((speech / "background_noise").iterdir()):
            pcm = read_clip(file, rate)
            end = int(_LEARNED * len(pcm))
            soundfile.write(learned / f"{file.stem}.wav", pcm[:end], rate)
            for start in range(end, len(pcm) - params.clip_length + 1, params.clip_length):
                soundfile.write(tested / f"{file.stem}-{start}.wav", pcm[start : start + params.clip_length], rate)
        margin = int(MARGIN_SECONDS * rate)
        learn = [*list_clips(speech / "train"), *list_clips(learned.parent)]
        judge = [*list_clips(speech / "validation"), *list_clips(tested.parent)]
        return windows_to_learn(learn, LABELS, params, margin, nothing), windows_to_judge(judge, LABELS, params, nothing)
