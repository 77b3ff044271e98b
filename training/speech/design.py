"""What a network is made of, and what it costs before anything is trained. Standard library only: the server checks designs
without TensorFlow.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import prod
from pathlib import Path
from typing import Any

from training.features.cost import frame_instructions
from training.features.params import MfccParams
from training.speech.cost import Call, calls, code_bytes, input_calls, memory, output_calls, sketch_bytes
from training.speech.layers import Layer, Shape, check_layer
from training.speech.presets import LAYERS, PRESETS

MAX_LAYERS = 40
MAX_PARAMETERS = 4_000_000  # beyond these a laptop trains for days
MAX_MULTIPLY_ACCUMULATES = 400_000_000
_MAX_NAME = 60
STRIDE_HOPS = 10  # frames between two inferences on a stream: five a second by default

BOARD: Mapping[str, int] = {"flash_bytes": 983_040, "ram_bytes": 262_144, "clock_hz": 64_000_000}
"""Arduino Nano 33 BLE Sense: what its core leaves to a sketch."""
CYCLES_PER_INSTRUCTION = 1.5
"""An estimate, 1.2 to 1.6: MLPerf Tiny's keyword network takes 75 to 100 ms at 120 MHz on a Cortex-M4 with the kernels that
take 7.7 M instructions here (Banbury et al., arXiv:2106.07597)."""


@dataclass(frozen=True)
class Design:
    """A network: layers, from a preset or a person's own; or, with neither, the Keras function of an expert's file."""

    layers: tuple[Layer, ...]
    preset: str | None = None
    name: str | None = None
    expert: bool = False
    file: Path | None = None  # an expert's, from the person at the computer only

    @property
    def title(self) -> str:
        """For people, and for the manifest."""
        return self.preset or self.name or ("expert" if self.expert else "design")

    def to_dict(self) -> dict[str, Any]:
        """The design as JSON shows it."""
        if self.expert:
            return {"expert": True}
        if self.preset:
            return {"preset": self.preset}
        return {"layers": self.layer_list(), **({"name": self.name} if self.name else {})}

    def with_file(self, file: Path | str | None) -> "Design":
        """An expert's design with the file that it is read from; any other as it is."""
        return replace(self, file=Path(file)) if self.expert and file else self

    def layer_list(self) -> list[dict[str, Any]]:
        """All layers, complete, also of a preset."""
        return [layer.to_dict() for layer in self.layers]


def check_design(values: object) -> Design:
    """A design from parsed JSON: {"preset"}, {"layers", "name"?} or {"expert": true}.

    Raises:
        ValueError: it is none of these, or a layer is not one; the message names the layer. Whether the layers fit each other
            depends on the front end: see `cost` and `check_trainable`.
    """
    if not isinstance(values, Mapping):
        raise ValueError(f"a design must be an object with a preset or with layers, got {str(values)[:40]!r}")
    keys = set(values)
    if keys == {"expert"} and values["expert"] is True:
        return Design((), expert=True)
    if "layers" in keys and keys <= {"layers", "name"}:
        return Design(_check_layers(values["layers"]), name=_check_name(values.get("name")))
    preset = values.get("preset")
    if keys != {"preset"} or not isinstance(preset, str) or preset not in PRESETS:
        raise ValueError(f"preset must be one of {', '.join(PRESETS)}, got {str(preset)[:40]!r}")
    return preset_design(preset)


def preset_design(preset: str) -> Design:
    """The design that a preset is. Raises KeyError where there is no such preset."""
    return Design(tuple(map(check_layer, LAYERS[preset])), preset=preset)


def _check_layers(layers: object) -> tuple[Layer, ...]:
    if not isinstance(layers, list) or not 1 <= len(layers) <= MAX_LAYERS:
        raise ValueError(f"layers must be a list of 1 to {MAX_LAYERS} layers, got {str(layers)[:40]!r}")
    return tuple(_numbered(number, layer) for number, layer in enumerate(layers, 1))


def _numbered(number: int, values: object) -> Layer:
    try:
        return check_layer(values)
    except ValueError as error:
        raise ValueError(f"layer {number}: {error}") from error


def _check_name(name: object) -> str | None:
    if name is None or (isinstance(name, str) and 1 <= len(name.strip()) <= _MAX_NAME and name.isprintable()):
        return name.strip() if name else None
    raise ValueError(f"name must be 1 to {_MAX_NAME} characters, got {str(name)[:80]!r}")


def check_trainable(design: Design, params: MfccParams, n_labels: int) -> None:
    """Raise ValueError with the first reason why a design cannot be trained: the very sentence that its cost shows."""
    if not design.expert:
        _Traced(design, params, n_labels).check()


def cost(design: Design, params: MfccParams, n_labels: int) -> dict[str, Any]:
    """What a design takes, layer by layer and in all.

    Args:
        design: not an expert's, whose layers only the training process knows.
        params: the front end, for the shape of the input.
        n_labels: number of classes, unknown among them.
    Returns:
        `input`, `layers` (one each of the design's) and `output`, each a row {"type", "shape", "parameters",
        "multiply_accumulates", "arena_bytes", "instructions", "problem"}: figures are null where a problem before them leaves
        no shape, and `arena_bytes`, `instructions` where the board has no such layer. Then the totals: "parameters",
        "multiply_accumulates", "arena_bytes", "flash_bytes" (of the model alone), "instructions", "front_end_instructions" (of
        the frames between two inferences), "milliseconds" of both, "interval_ms" between two inferences, and `board`, the
        whole sketch; null where they cannot be known. `problems` are why it cannot be trained, `warnings` what speaks against it.
    Raises:
        ValueError: the design is an expert's.
    """
    if design.expert:
        raise ValueError("the cost of an expert's network is known once training has built it")
    return _Traced(design, params, n_labels).cost()


def board_figures(figures: Mapping[str, Any]) -> dict[str, Any]:
    """What a manifest says of the board, `{"instructions", "flash_bytes", "ram_bytes", "estimated"}`, from `cost`."""
    whole = figures["board"]
    return {
        "instructions": figures["instructions"],
        "flash_bytes": whole and whole["flash_bytes"],
        "ram_bytes": whole and whole["ram_bytes"],
        "estimated": True,
    }


@dataclass
class _Row:
    """A layer, and what is known of it."""

    type: str
    shape: Shape | None = None  # of what it gives
    parameters: int | None = None
    multiply_accumulates: int | None = None
    calls: list[Call] | None = None
    first: int = 0  # the number of its first call
    problem: str | None = None


@dataclass
class _Traced:
    """A design with a front end: the shapes from its input to its output."""

    design: Design
    params: MfccParams
    n_labels: int
    rows: list[_Row] = field(default_factory=list)

    def __post_init__(self) -> None:
        n_frames, n_mfcc = self.params.shape
        shape: Shape | None = (n_frames, 1, n_mfcc)
        self.rows.append(_Row("input", shape, 2 * n_mfcc, n_frames * n_mfcc, input_calls(n_frames, n_mfcc)))
        for layer in self.design.layers:
            self.rows.append(_traced(layer, shape))
            shape = self.rows[-1].shape
        self.rows.append(self._output(shape))
        first = 0
        for row in self.rows:
            row.first = first
            first += len(row.calls or ())

    def _output(self, shape: Shape | None) -> _Row:
        row = _Row("output")
        if shape is None:
            return row
        try:
            _check_end(shape)
        except ValueError as error:
            row.problem = str(error)
            return row
        n = prod(shape)
        row.shape, row.parameters, row.multiply_accumulates = (self.n_labels,), (n + 1) * self.n_labels, n * self.n_labels
        row.calls = output_calls(shape, self.n_labels)
        return row

    def check(self) -> None:
        """Raise ValueError with the first problem."""
        for number in range(len(self.rows)):
            self._check_row(number)
        _check_size(self._total("parameters"), self._total("multiply_accumulates"))

    def problems(self) -> list[str]:
        """Sentences, in the order of the layers; then that of the whole."""
        found = []
        for number in range(len(self.rows)):
            try:
                self._check_row(number)
            except ValueError as error:
                found.append(str(error))
        try:
            _check_size(self._total("parameters"), self._total("multiply_accumulates"))
        except ValueError as error:
            found.append(str(error))
        return found

    def _check_row(self, number: int) -> None:
        row = self.rows[number]
        if row.problem and 0 < number < len(self.rows) - 1:
            raise ValueError(f"layer {number}, {row.type}: {row.problem}")
        if row.problem:
            raise ValueError(row.problem)

    def _total(self, name: str) -> int | None:
        values = [getattr(row, name) for row in self.rows]
        return None if None in values else sum(values)

    def _calls(self) -> list[Call] | None:
        """All calls, or None where a layer has none because the board has none."""
        if any(row.calls is None for row in self.rows):
            return None
        return [call for row in self.rows for call in row.calls or ()]

    def cost(self) -> dict[str, Any]:
        steps = self._calls()
        layout = memory(prod(self.params.shape), steps) if steps else None
        at = [layout.bytes_at(number) for number in range(len(steps))] if steps and layout else None
        shown = [_shown_row(row, at) for row in self.rows]
        front_end = STRIDE_HOPS * frame_instructions(self.params)
        instructions = round(sum(call.instructions for call in steps)) if steps else None
        flash = code_bytes(steps) + sum(call.table_bytes for call in steps) if steps else None
        figures: dict[str, Any] = {
            "input": shown[0],
            "layers": shown[1:-1],
            "output": shown[-1],
            "parameters": self._total("parameters"),
            "multiply_accumulates": self._total("multiply_accumulates"),
            "arena_bytes": layout and layout.arena_bytes,
            "flash_bytes": flash,
            "instructions": instructions,
            "front_end_instructions": front_end,
            "milliseconds": None if instructions is None else _milliseconds(instructions + front_end),
            "interval_ms": 1000 * STRIDE_HOPS * self.params.hop_length / self.params.sample_rate,
            "board": None,
            "problems": self.problems(),
        }
        if flash is not None and layout is not None:
            sketch_flash, sketch_ram = sketch_bytes(self.params)
            figures["board"] = {
                "flash_bytes": flash + sketch_flash,
                "ram_bytes": layout.arena_bytes + sketch_ram,
                "other_flash_bytes": sketch_flash,
                "other_ram_bytes": sketch_ram,
            }
        return {**figures, "warnings": _warnings(figures)}


def _check_end(shape: Shape) -> None:
    if len(shape) != 1:
        raise ValueError(
            f"the last layer gives {_shown(shape)}, but the scores need a flat row of numbers; "
            "end with flatten or global_average_pool2d"
        )


def _check_size(parameters: int | None, products: int | None) -> None:
    if parameters is not None and parameters > MAX_PARAMETERS:
        raise ValueError(
            f"it has {parameters:,} parameters; at most {MAX_PARAMETERS:,} can be trained here. Make layers smaller."
        )
    if products is not None and products > MAX_MULTIPLY_ACCUMULATES:
        raise ValueError(
            f"it has {products:,} multiply-accumulates; at most {MAX_MULTIPLY_ACCUMULATES:,} can be trained here. "
            "Make layers smaller."
        )


def _traced(layer: Layer, shape: Shape | None) -> _Row:
    row = _Row(layer.type)
    try:
        layer.check_on_board()
    except ValueError as error:
        row.problem = str(error)
    if shape is None:
        return row
    try:
        row.shape = layer.output(shape)
    except ValueError as error:
        row.problem = row.problem or str(error)
        return row
    row.parameters, row.multiply_accumulates = layer.parameters(shape), layer.multiply_accumulates(shape)
    row.calls = None if row.problem else calls(layer, shape)
    return row


def _shown_row(row: _Row, bytes_at: Sequence[int] | None) -> dict[str, Any]:
    mine = None if bytes_at is None or row.calls is None else bytes_at[row.first : row.first + len(row.calls)]
    return {
        "type": row.type,
        "shape": None if row.shape is None else list(row.shape),
        "parameters": row.parameters,
        "multiply_accumulates": row.multiply_accumulates,
        "arena_bytes": None if mine is None else max(mine, default=0),
        "instructions": None if row.calls is None else round(sum(call.instructions for call in row.calls)),
        "problem": row.problem,
    }


def _warnings(figures: Mapping[str, Any]) -> list[str]:
    """What does not hinder training, and the board: it is too small, or too slow."""
    found = []
    for what, key in (("flash", "flash_bytes"), ("RAM", "ram_bytes")):
        used = figures["board"][key] if figures["board"] else 0
        if used > BOARD[key]:
            found.append(
                f"With this model the sketch takes about {used:,} bytes of {what}, and the board has {BOARD[key]:,}. "
                "It will run in the browser only; make layers smaller for the board."
            )
    taken, interval = figures["milliseconds"], figures["interval_ms"]
    if taken is not None and taken > interval:
        found.append(
            f"One inference takes about {taken:.0f} ms on the board, more than the {interval:.0f} ms between two of them: "
            "it will hear less often."
        )
    return found


def _milliseconds(instructions: float) -> float:
    return round(1000 * instructions * CYCLES_PER_INSTRUCTION / BOARD["clock_hz"], 1)


def _shown(shape: Shape) -> str:
    return " x ".join(map(str, shape))
