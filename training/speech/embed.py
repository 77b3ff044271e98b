"""Every clip as the trained model sees it: what its last layer decides from, so that a map shows what the model tells apart."""

import base64
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.clips import Clip
from training.convert.manifest import read_manifest
from training.features import MfccParams, extract
from training.quiet import import_tensorflow
from training.run import Emit
from training.speech.clips import list_clips
from training.speech.neighbours import principal_components
from training.speech.windows import windows_to_judge

MAX_DIMENSIONS = 64  # of the result; what has more is turned so that these hold most of it
_BATCH = 256  # clips in memory at once


@dataclass(frozen=True, kw_only=True)
class EmbedConfig:
    """The folder of clips, the bundle's, its path as the server names it, and the file that is written."""

    clips: Path
    bundle: Path
    name: str
    result: Path


def embed(config: EmbedConfig, emit: Emit) -> dict[str, Any]:
    """Pass all clips through the model but for its last layer, and write {"bundle", "ids", "trims", "dimensions", "vectors"}.

    Args:
        config: what, and where to.
        emit: is given each event of DESIGN.md ("Training events") as it happens.
    Returns:
        What was written; "vectors" are float32, little-endian, row by row, in base64.
    Raises:
        ValueError: there is no such bundle, it is of another kind, or a clip cannot be read. Nothing is written then.
    """
    started = time.monotonic()
    manifest = read_manifest(config.bundle, "speech")
    clips = list_clips(config.clips)
    emit({"event": "start", "bundle": config.name, "clips": len(clips)})
    vectors = np.concatenate(list(_vectors(clips, manifest, _without_last_layer(config.bundle), emit)))
    if vectors.shape[1] > MAX_DIMENSIONS:
        vectors, _ = principal_components(vectors, MAX_DIMENSIONS)
    result = {
        "bundle": config.name,
        "ids": [clip.id for clip in clips],
        "trims": [clip.trim for clip in clips],
        "dimensions": vectors.shape[1],
        "vectors": base64.b64encode(vectors.astype("<f4").tobytes()).decode(),
    }
    config.result.write_text(json.dumps(result), encoding="utf-8")
    emit({"event": "done", "bundle": config.name, "clips": len(clips), "seconds": round(time.monotonic() - started, 1)})
    return result


def _vectors(clips: Sequence[Clip], manifest: dict[str, Any], model: Any, emit: Emit) -> Iterator[NDArray[np.float32]]:
    params = MfccParams.from_dict(manifest["params"])
    for start in range(0, len(clips), _BATCH):
        batch = clips[start : start + _BATCH]
        windows = windows_to_judge(batch, manifest["labels"], params, lambda number, of: None)
        yield np.asarray(model(extract(windows.pcm, params, np.float32), training=False), np.float32).reshape(len(batch), -1)
        done = start + len(batch)
        emit({"event": "stage", "stage": "embed", "detail": f"{done} of {len(clips)} clips", "n": done, "of": len(clips)})


def _without_last_layer(bundle: Path) -> Any:
    """The model up to what its last layer with weights is given."""
    import_tensorflow()
    import keras

    model = keras.models.load_model(bundle / "model.keras", compile=False)
    last = next(layer for layer in reversed(model.layers) if layer.weights)
    return keras.Model(model.inputs, last.input)
