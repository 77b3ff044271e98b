"""Every protocol of the benchmark on Speech Commands, and its table."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from training.bench.commands import PRESET as COMMANDS_PRESET
from training.bench.commands import train_commands
from training.bench.train import Right, learn_and_judge
from training.bench.workshop import PEOPLE, Corpus, Draw, all_draws, deal, edge_impulse_params, left_out
from training.convert.tflm import arena_bytes
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

PROTOCOLS = ("words", "stream", "commands", "workshop")
WAYS = ("head start", "from scratch", "Edge Impulse's default")
WORKSHOP_PRESET = STREAM_PRESET = "medium"

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
    lines = [
        "# Benchmarks",
        "",
        "Made by `make bench-speech`. Accuracies are those of int8 on TensorFlow Lite for Microcontrollers, on people never",
        "heard, as means with half of their 95 % interval.",
    ]
    with tempfile.TemporaryDirectory() as folder:
        models = _Models(bench, Path(folder), say)
        for protocol, table in ((name, _TABLES[name]) for name in PROTOCOLS if name in bench.protocols):
            say(f"{protocol} ...")
            lines += ["", *table(bench, models, say)]
    return lines


class _Models:
    """Bundles for yes, no and unknown, each trained once."""

    def __init__(self, bench: Bench, folder: Path, say: Say) -> None:
        self._bench, self._folder, self._say = bench, folder, say
        self._clips = gathered(bench.speech, folder / "clips")
        self._trained: dict[Path, dict[str, Any]] = {}

    def train(self, preset: str) -> list[tuple[Path, dict[str, Any]]]:
        """Bundle and manifest by seed."""
        return [self._train(preset, seed) for seed in range(1, self._bench.seeds + 1)]

    def _train(self, preset: str, seed: int) -> tuple[Path, dict[str, Any]]:
        bundle = self._folder / f"{preset}-{seed}"
        if bundle not in self._trained:
            self._say(f"yes, no: {preset}, seed {seed} of {self._bench.seeds}")
            config = TrainConfig(
                clips=self._clips,
                labels=("yes", "no"),
                bundle=bundle,
                project="bench",
                run=preset,
                design=check_design({"preset": preset}),
                epochs=self._bench.epochs,
                seed=seed,
                fractions=(0.9, 0.1, 0.0),
                test_clips=self._bench.speech / "validation",
            )
            self._trained[bundle] = train(config, lambda event: None)
        return bundle, self._trained[bundle]


_HEADER = (
    "| network | int8 | float minus int8 | bytes of `.tflite` | arena | multiply-accumulates |",
    "|---|---|---|---|---|---|",
)


def _words(bench: Bench, models: _Models, say: Say) -> Iterator[str]:
    yield "## yes, no, unknown: trained on `speech/train`, judged on `speech/validation`"
    yield ""
    yield from _HEADER
    for preset in ("small", "medium"):
        found = [manifest for _, manifest in models.train(preset)]
        int8, exact = ([manifest["metrics"][engine]["test"]["accuracy"] for manifest in found] for engine in ("int8", "float"))
        first = found[0]
        sizes = [first["files"]["model_int8.tflite"]["bytes"], first["arena_bytes"], first["model"]["multiply_accumulates"]]
        yield _row(preset, int8, exact, sizes)


def _commands(bench: Bench, models: _Models, say: Say) -> Iterator[str]:
    params, found = load_default(), []
    for seed in range(1, bench.seeds + 1):
        say(f"twelve classes: seed {seed} of {bench.seeds}")
        found.append(train_commands(bench.speech, params, seed, bench.epochs))
    first = found[0]
    yield "## Twelve classes, ten commands, unknown and silence: trained on `speech/train`, judged on `speech/validation`"
    yield ""
    yield from _HEADER
    sizes = [len(first.model), arena_bytes(first.model), first.multiply_accumulates]
    yield _row(COMMANDS_PRESET, [each.int8.mean() for each in found], [each.floating.mean() for each in found], sizes)


def _row(network: str, int8: Sequence[float], exact: Sequence[float], sizes: Sequence[int | None]) -> str:
    """Of a table of networks."""
    difference = 100 * (np.mean(exact) - np.mean(int8))
    taken = (f"{size:,}" if size is not None else "?" for size in sizes)
    return f"| {network} | {_mean(int8)} | {difference:.2f} points | {' | '.join(taken)} |"


def _stream(bench: Bench, models: _Models, say: Say) -> Iterator[str]:
    from training.bench.stream import RATES, hear

    found = []
    for number, (bundle, manifest) in enumerate(models.train(STREAM_PRESET), 1):
        say(f"stream: seed {number} of {bench.seeds}")
        found.append(hear(bundle, manifest, bench.speech / "validation"))
    normal, fresh = found[0].normal, found[0].unheard_normal
    yield (
        f"## A stream: {normal.keywords} keywords of `speech/validation` in noise at 5 to 20 dB, "
        f"{normal.hours:.2f} h without them: other words, prompts in five languages, and between the keywords"
    )
    yield ""
    yield f"| {STREAM_PRESET} | {' | '.join(f'{rate:g} false accepts an hour' for rate in RATES)} | as it is shipped, *normal* |"
    yield "|---|" + "---|" * (len(RATES) + 1)
    missed = [each.normal.missed / each.normal.keywords for each in found]
    accepts = np.mean([each.normal.false_accepts / each.normal.hours for each in found])
    rates = [_mean([each.missed[rate] for each in found]) for rate in RATES]
    yield f"| keywords missed | {' | '.join(rates)} | {_mean(missed)} at {accepts:.1f} an hour |"
    elsewhere = [f"{np.mean([each.unheard[rate] for each in found]):.1f}" for rate in RATES]
    there = np.mean([each.unheard_normal.false_accepts / each.unheard_normal.hours for each in found])
    yield f"| false accepts an hour elsewhere | {' | '.join(elsewhere)} | {there:.1f} |"
    yield ""
    yield "Thresholds are chosen on the very hours they are judged on, and the prompts also served to choose how models learn"
    yield f"(DESIGN.md). Elsewhere: {fresh.hours:.2f} h of another voice's prompts and of music, on which nothing was chosen."


def _workshop(bench: Bench, models: _Models, say: Say) -> Iterator[str]:
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
        spoken=_spoken(tuple(draw.labels), params, draw.number + 1) if helped else None,
        head_start=find_head_start(design, params, fold) if helped else None,
        epochs=epochs,
    )


@lru_cache(maxsize=1)  # draws with the same words follow each other
def _spoken(labels: tuple[str, ...], params: MfccParams, seed: int) -> Windows:
    return spoken_windows(labels, params, int(MARGIN_SECONDS * params.sample_rate), seed, lambda done, of: None)


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


_TABLES = {"words": _words, "stream": _stream, "commands": _commands, "workshop": _workshop}
