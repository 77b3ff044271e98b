"""Every protocol of the benchmark on Speech Commands, and its table."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from training.bench.train import Right, learn_and_judge
from training.bench.workshop import PEOPLE, Corpus, Draw, all_draws, deal, edge_impulse_params, left_out
from training.features import MfccParams, load_default
from training.quiet import import_tensorflow
from training.speech.augment import MARGIN_SECONDS
from training.speech.design import check_design, preset_design
from training.speech.head_start import find_head_start, read_about, write_body
from training.speech.pretrain import SEED, STEPS, Material, gather, pretrain
from training.speech.ship import gathered
from training.speech.spoken import spoken_windows
from training.speech.train import TrainConfig, train
from training.speech.windows import Windows

PROTOCOLS = ("words", "commands", "workshop")
COMMANDS = ("yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go")
WAYS = ("head start", "from scratch", "Edge Impulse's default")
WORKSHOP_PRESET = "medium"

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What is to be measured, on which recordings, how often; `work` keeps the bodies of the workshop's folds between runs."""

    speech: Path
    work: Path
    protocols: Sequence[str] = PROTOCOLS
    seeds: int = 3
    draws: int = 20
    epochs: int = 60
    steps: int = STEPS


def run(bench: Bench, say: Say) -> list[str]:
    """Measure everything.

    Args:
        bench: what.
        say: is told in a line what is being done.
    Returns:
        The lines of a document in Markdown.
    Raises:
        ValueError: the recordings cannot be read.
    """
    lines = ["# Benchmarks", "", "Made by `make bench-speech`. Accuracies are those of int8 on TFLM, on people never heard."]
    if "words" in bench.protocols:
        lines += ["", *_table("yes, no, unknown: `speech/validation`", bench, ("yes", "no"), ("small", "medium"), say)]
    if "commands" in bench.protocols:
        title = "Ten command words and unknown, silence being unknown: `speech/validation`"
        lines += ["", *_table(title, bench, COMMANDS, ("medium",), say)]
    if "workshop" in bench.protocols:
        lines += ["", *_workshop(bench, say)]
    return lines


def _table(title: str, bench: Bench, labels: Sequence[str], presets: Sequence[str], say: Say) -> Iterator[str]:
    yield f"## {title}"
    yield ""
    yield "| network | accuracy | float minus int8 | bytes of `.tflite` | arena | multiply-accumulates |"
    yield "|---|---|---|---|---|---|"
    for preset in presets:
        found = [_trained(bench, labels, preset, seed, say) for seed in range(1, bench.seeds + 1)]
        int8, exact = ([manifest["metrics"][engine]["test"]["accuracy"] for manifest in found] for engine in ("int8", "float"))
        first = found[0]
        difference = np.mean(exact) - np.mean(int8)
        sizes = [first["files"]["model_int8.tflite"]["bytes"], first["arena_bytes"], first["model"]["multiply_accumulates"]]
        yield f"| {preset} | {_mean(int8)} | {100 * difference:.2f} points | {' | '.join(f'{size:,}' for size in sizes)} |"


def _trained(bench: Bench, labels: Sequence[str], preset: str, seed: int, say: Say) -> dict[str, Any]:
    say(f"{', '.join(labels)}: {preset}, seed {seed}")
    with tempfile.TemporaryDirectory() as temporary:
        config = TrainConfig(
            clips=gathered(bench.speech, Path(temporary) / "clips"),
            labels=tuple(labels),
            bundle=Path(temporary) / "bundle",
            project="bench",
            run=preset,
            design=check_design({"preset": preset}),
            epochs=bench.epochs,
            seed=seed,
            fractions=(0.9, 0.1, 0.0),
            test_clips=bench.speech / "validation",
        )
        return train(config, lambda event: None)


def _workshop(bench: Bench, say: Say) -> Iterator[str]:
    params = load_default()
    corpus = Corpus.read(bench.speech / "train", params)
    draws = all_draws(bench.draws)
    folds = {draw.fold: _fold(draw.fold, bench, params, say) for draw in draws}
    found: dict[tuple[str, int], list[float]] = {}
    for draw in draws:
        say(f"{' and '.join(draw.words)}, {draw.people} people, draw {draw.number + 1} of {bench.draws}")
        for way in WAYS:
            right = _one(way, draw, corpus, params, folds[draw.fold], bench.epochs)
            found.setdefault((way, draw.people), []).append(float(right.int8.mean()))
    yield f"## The workshop: 30 clips each of two words and of unknown; {bench.draws} draws"
    yield ""
    yield "Nobody says a word thirty times in the recordings: each person's one recording becomes several takes."
    yield ""
    yield f"| | {' | '.join('1 person' if people == 1 else f'{people} people' for people in PEOPLE)} |"
    yield "|---|" + "---|" * len(PEOPLE)
    for way in WAYS:
        yield f"| {way} | {' | '.join(_mean(found[way, people]) for people in PEOPLE)} |"


def _one(way: str, draw: Draw, corpus: Corpus, params: MfccParams, fold: Path, epochs: int) -> Right:
    """One training of one draw in one of the ways."""
    is_ours = way != WAYS[2]
    design = preset_design(WORKSHOP_PRESET if is_ours else "conv1d")
    params = params if is_ours else edge_impulse_params(params)
    learn, tested = deal(draw, corpus, params)
    helped = way == WAYS[0]
    return learn_and_judge(
        design,
        params,
        learn,
        tested,
        len(draw.labels),
        seed=draw.number + 1,
        spoken=_spoken(draw, params) if helped else None,
        head_start=find_head_start(design, params, fold) if helped else None,
        epochs=epochs,
    )


def _spoken(draw: Draw, params: MfccParams) -> Windows:
    margin = int(MARGIN_SECONDS * params.sample_rate)
    return spoken_windows(draw.labels, params, margin, draw.number + 1, lambda done, of: None)


def _fold(fold: str, bench: Bench, params: MfccParams, say: Say) -> Path:
    """The folder of a body that has learned none of a fold's words; taught where it is not there from another run."""
    folder = bench.work / f"fold-{fold}-{bench.steps}-{params.crc32}"
    if WORKSHOP_PRESET not in read_about(folder):
        say(f"teaching the body of fold {fold}, without {', '.join(left_out(fold))}")
        import_tensorflow()
        material: Material = gather(bench.speech, params, SEED).without(left_out(fold))
        write_body(folder, WORKSHOP_PRESET, *pretrain(WORKSHOP_PRESET, params, material, bench.steps, SEED))
    return folder


def _mean(accuracies: Sequence[float]) -> str:
    """The mean with half of its 95 % interval."""
    values = 100 * np.array(accuracies)
    half = 1.96 * values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else 0.0
    return f"{values.mean():.1f} ± {half:.1f} %"
