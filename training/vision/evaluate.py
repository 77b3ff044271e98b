"""Judging a vision bundle on photos: what `nestling evaluate` and `nestling classify` print for one."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.convert.manifest import read_manifest
from training.metrics import name_scores, summarise
from training.run import Progress
from training.speech.engines import Engine
from training.vision.clips import list_photos
from training.vision.names import everyday_name
from training.vision.params import PreprocessParams
from training.vision.photos import read_photo
from training.vision.preprocess import prepare

N_GUESSES = 5  # of many classes, the best that are told
_BATCH = 16


def evaluate(bundle: Path, photos_folder: Path, engine: str, progress: Progress) -> dict[str, Any]:
    """Judge a bundle on a folder `<label>/<file>`; folders that are no label of it are left out.

    Returns:
        {n, labels, engine, accuracy, interval_95, confusion, per_label, predictions [{file, label, predicted, scores}]}.
    Raises:
        ValueError: the bundle or a photo cannot be read, the engine is not float, or no folder is a label.
    """
    manifest = read_manifest(bundle)
    labels = manifest["labels"]
    photos = [photo for photo in list_photos(photos_folder) if photo.folder in labels]
    if not photos:
        raise ValueError(f"no folder in {photos_folder} is a label of this bundle; its labels are {', '.join(labels[:10])}")
    paths = [photo.path for photo in photos]
    scores = np.array(list(_scores(bundle, manifest, paths, engine, progress)))
    truth = np.array([labels.index(photo.folder) for photo in photos])
    predictions = [
        {
            "file": path.relative_to(photos_folder).as_posix(),
            "label": photo.folder,
            "predicted": labels[int(np.argmax(row))],
            "scores": best_scores(labels, row),
        }
        for path, photo, row in zip(paths, photos, scores, strict=True)
    ]
    metrics = summarise(truth, scores.argmax(axis=1), labels)
    return {"n": metrics.pop("n"), "labels": labels, "engine": engine, **metrics, "predictions": predictions}


def classify(bundle: Path, files: Sequence[Path], engine: str, progress: Progress) -> list[dict[str, Any]]:
    """What each photo shows.

    Returns:
        [{file, class, label, scores}]: `class` is the bundle's own name, `label` the everyday one, `scores` the five best.
    Raises:
        ValueError: the bundle or a photo cannot be read, or the engine is not float.
    """
    manifest = read_manifest(bundle)
    labels = manifest["labels"]
    return [
        {
            "file": str(file),
            "class": (best := labels[int(np.argmax(row))]),
            "label": everyday_name(best),
            "scores": best_scores(labels, row),
        }
        for file, row in zip(files, _scores(bundle, manifest, files, engine, progress), strict=True)
    ]


def load_engine(bundle: Path, engine: str) -> Engine:
    """A function from images, float32, shape (n, 224, 224, 3), to scores, float32, shape (n, n_labels).

    Raises:
        ValueError: the engine is not "float": there is no int8 network for photos, since no board runs one.
    """
    if engine != "float":
        raise ValueError(f"a bundle of photos has the engine float only, got {engine!r}")
    import keras

    # safe_mode: a bundle from elsewhere must not run code of its own.
    model = keras.saving.load_model(bundle / "model.keras", compile=False, safe_mode=True)
    scoring = keras.Model(model.input, model.get_layer("scores").output)
    return lambda images: np.asarray(scoring.predict(images, batch_size=_BATCH, verbose=0), np.float32)


def best_scores(labels: Sequence[str], scores: NDArray[np.floating]) -> dict[str, float]:
    """The five best scores by label, best first."""
    best = np.argsort(-scores, kind="stable")[:N_GUESSES]
    return name_scores([labels[index] for index in best], scores[best])


def _scores(
    bundle: Path, manifest: dict[str, Any], files: Sequence[Path], engine: str, progress: Progress
) -> Iterator[NDArray[np.float32]]:
    """The scores of each photo in turn; a few are looked at together."""
    params = PreprocessParams.from_dict(manifest["preprocess"])
    run = load_engine(bundle, engine)
    for start in range(0, len(files), _BATCH):
        batch = files[start : start + _BATCH]
        yield from run(np.stack([prepare(read_photo(file), params) for file in batch]))
        progress(start + len(batch), len(files))
