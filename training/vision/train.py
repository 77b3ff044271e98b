"""From a folder of photos to a finished bundle: a new last layer on the 1280 features of EfficientNet-Lite0.

photos -> guises -> features -> last layer -> the same TF.js graph with that layer -> checks -> bundle. The network itself,
with its 8-bit weights, comes from `exports/things`; learning again what ImageNet has taught it would take days.
"""

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from training.clips import SPLITS, Clip, fingerprint
from training.convert import tfjs
from training.convert.bundle import check_free, write_bundle
from training.evaluation import Judged, summarise_splits, write_evaluation
from training.quiet import import_tensorflow
from training.run import Emit, EpochLines, Progress, RunConfig, counting, describe_run, emit_done, emit_start
from training.vision.augment import vary
from training.vision.clips import check_trainable, list_photos, split_photos
from training.vision.params import PreprocessParams, load_default
from training.vision.photos import read_photo
from training.vision.preprocess import normalise, prepare
from training.vision.presets import N_FEATURES, PRESET

N_GUISES = 6  # of each training photo, beside the photo itself
BATCH_SIZE = 128
LEARNING_RATE, WEIGHT_DECAY = 5e-3, 1e-2
MAX_SIDE = 640  # pixels: what a photo is read at
_CHECKED_PHOTOS = 1  # TF.js in Node takes two seconds for each; all but the last layer was checked at set-up
_PACKAGES = ("nestling", "tensorflow", "keras", "tensorflowjs", "numpy", "pillow")

Images = NDArray[np.float32]
Layer = tuple[NDArray[np.float32], NDArray[np.float32]]  # kernel, shape (1280, n_labels), and bias, shape (n_labels,)


@dataclass(frozen=True)
class Features:
    """What the network sees in photos: float32, shape (n, 1280), and the index of each one's label, shape (n,)."""

    values: NDArray[np.float32]
    labels: NDArray[np.int64]


@dataclass(frozen=True)
class Dataset:
    """The photos of a run, split."""

    labels: list[str]
    splits: dict[str, list[Clip]]
    counts: dict[str, dict[str, int]]
    fingerprint: str

    def truth(self, split: str) -> NDArray[np.int64]:
        """Index of each photo's label, shape (n,)."""
        return np.array([self.labels.index(photo.folder) for photo in self.splits[split]], np.int64)


def train(config: RunConfig, emit: Emit, things: Path | None = None) -> dict[str, Any]:
    """Train, convert, check and write a bundle.

    Args:
        config: what to train, and where to; with no labels, every folder is one.
        emit: is given each event of DESIGN.md ("Training events") as it happens.
        things: the bundle whose network it stands on; by default the one that set-up has made.
    Returns:
        The manifest.
    Raises:
        ValueError: the photos will not do, or TF.js computes something else than Keras. No bundle is written then.
    """
    from training.vision.things import check_ready

    started = time.monotonic()
    check_free(config.bundle)
    things = check_ready(things)
    tfjs.check_ready()
    params = load_default()
    dataset = load_dataset(config, emit)
    import_tensorflow()
    network = _Network(things)
    progress = counting(emit, "features", sum(map(len, dataset.splits.values())), "photos looked at")
    features = {split: _see(dataset, split, network, params, config.seed, progress) for split in SPLITS}
    layer, how = _fit(config, dataset, features, emit)
    learned = layer, how | {"seconds": round(time.monotonic() - started, 1)}
    manifest = write_bundle(
        config.bundle, lambda folder: _fill(folder, config, params, dataset, features, network, learned, emit)
    )
    emit_done(emit, config, manifest, started)
    return manifest


def load_dataset(config: RunConfig, emit: Emit) -> Dataset:
    """Find, check and split the photos. Raises ValueError with the sentence that says what is missing."""
    photos = list_photos(config.clips)
    labels = check_trainable(Counter(photo.folder for photo in photos), config.labels)
    photos = [photo for photo in photos if photo.folder in labels]
    splits, cut = split_photos(photos, labels, config.fractions)
    counts = {label: {split: sum(photo.folder == label for photo in splits[split]) for split in SPLITS} for label in labels}
    emit_start(emit, config, PRESET, "burst", counts)
    if cut:
        emit({"event": "warning", "code": "few_bursts", "labels": cut, "detail": _flattering(cut)})
    return Dataset(labels, splits, counts, fingerprint(photos))


def _flattering(labels: Sequence[str]) -> str:
    names = ", ".join(labels)
    return (
        f"The photos of {names} come from fewer than three bursts. Photos of one burst look alike, so the accuracy is "
        "flattering. Take some more in another place or light."
    )


class _Network:
    """EfficientNet-Lite0 of the bundle `things`, to see with and to build upon."""

    def __init__(self, bundle: Path) -> None:
        import keras

        from training.vision import model

        self.bundle = bundle
        self._whole = keras.saving.load_model(bundle / "model.keras", compile=False, safe_mode=True)
        self._seeing = keras.Model(self._whole.input, self._whole.get_layer("features").output)
        self._build = model.build

    def features(self, images: Images) -> NDArray[np.float32]:
        """Images, shape (n, 224, 224, 3), to features, shape (n, 1280)."""
        return np.asarray(self._seeing.predict_on_batch(images), np.float32)

    def with_layer(self, kernel: NDArray[np.float32], bias: NDArray[np.float32]) -> Any:
        """The whole network with another last layer: a Keras model as of `model.build`."""
        model = self._build(len(bias))
        for layer in model.layers:
            if layer.weights:
                own = [kernel, bias] if layer.name == "scores" else self._whole.get_layer(layer.name).get_weights()
                layer.set_weights(own)
        return model


def _see(dataset: Dataset, split: str, network: _Network, params: PreprocessParams, seed: int, progress: Progress) -> Features:
    """Features of a split; the training photos in several guises."""
    photos = dataset.splits[split]
    guises = N_GUISES if split == "train" else 0
    rng = np.random.default_rng(seed)
    values = []
    for number, photo in enumerate(photos, 1):
        values.append(network.features(np.stack(list(_guises(photo, guises, params, rng)))))
        progress(number, len(photos))
    features = np.concatenate(values) if values else np.zeros((0, N_FEATURES), np.float32)
    return Features(features, np.repeat(dataset.truth(split), guises + 1))


def _guises(photo: Clip, n_guises: int, params: PreprocessParams, rng: np.random.Generator) -> Iterator[Images]:
    """A photo as it is, then in other guises, ready for the network."""
    image: Image.Image = read_photo(photo.path, max_side=MAX_SIDE)
    yield prepare(image, params)
    for _ in range(n_guises):
        yield normalise(np.asarray(vary(image, rng, (params.width, params.height))), params)


def _fit(config: RunConfig, dataset: Dataset, features: dict[str, Features], emit: Emit) -> tuple[Layer, dict[str, Any]]:
    """Train the last layer. Returns it, and how its training went."""
    import keras
    import tensorflow as tf

    from training.learning import Learning

    keras.utils.set_random_seed(config.seed)
    tf.config.experimental.enable_op_determinism()
    learn, judge = features["train"], features["validation"]
    # One mean a feature and one deviation for all: some features hardly ever fire, and would be blown up by their own.
    mean, deviation = learn.values.mean(axis=0), float(learn.values.std()) + 1e-6
    layer = keras.layers.Dense(len(dataset.labels), activation="softmax", kernel_initializer="zeros")
    model = keras.Sequential([keras.Input((learn.values.shape[1],)), layer])
    optimizer = keras.optimizers.AdamW(LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    n = layer.count_params()
    emit({"event": "stage", "stage": "train", "detail": f"{n:,} parameters on {len(learn.labels)} pictures", "n": n})
    scaled = {"train": (learn.values - mean) / deviation, "validation": (judge.values - mean) / deviation}
    learning = Learning(config.epochs, EpochLines(config.epochs, emit))
    model.fit(
        scaled["train"],
        learn.labels,
        batch_size=BATCH_SIZE,
        epochs=config.epochs,
        validation_data=(scaled["validation"], judge.labels) if len(judge.labels) else None,
        callbacks=[learning],
        verbose=0,
    )
    kernel, bias = layer.get_weights()
    # The scaling becomes part of the layer.
    return (kernel / deviation, bias - (mean / deviation) @ kernel), learning.describe()


def _fill(
    folder: Path,
    config: RunConfig,
    params: PreprocessParams,
    dataset: Dataset,
    features: dict[str, Features],
    network: _Network,
    learned: tuple[Layer, dict[str, Any]],
    emit: Emit,
) -> dict[str, Any]:
    """Write the models into the bundle's folder and describe the run: the manifest without its files."""
    from training.convert.export import MAX_TFJS_DIFFERENCE, multiply_accumulates
    from training.convert.graph import Graph
    from training.vision.export import check_tfjs

    layer, how = learned
    emit({"event": "stage", "stage": "convert", "detail": "the network with its new last layer, for the browser"})
    model = network.with_layer(*layer)
    model.save(folder / "model.keras", include_optimizer=False)
    graph = Graph.read(network.bundle / "tfjs")
    graph.replace("scores", *layer)
    graph.write(folder / "tfjs")
    emit({"event": "stage", "stage": "evaluate", "detail": "on photos that were not trained on, and TF.js against Keras"})
    held_back = [*dataset.splits["test"], *dataset.splits["validation"]][:_CHECKED_PHOTOS]
    checked = np.stack([prepare(read_photo(photo.path, max_side=MAX_SIDE), params) for photo in held_back])
    judged = _judge(dataset, features, layer)
    write_evaluation(folder, dataset.labels, judged)
    return {
        **describe_run(config, "vision", dataset.labels, _PACKAGES),
        "preprocess": params.to_dict(),
        "preprocess_crc32": params.crc32,
        "input": {"shape": [1, *params.shape], "dtype": "float32"},
        "output": {"shape": [1, len(dataset.labels)], "dtype": "float32"},
        "model": {
            "preset": PRESET,
            "parameters": model.count_params(),
            "multiply_accumulates": multiply_accumulates(model),
        },
        "training": {
            "epochs": config.epochs,
            "seed": config.seed,
            "batch_size": BATCH_SIZE,
            "guises": N_GUISES,
            "fractions": list(config.fractions),
            **how,
        },
        "dataset": {"fingerprint": dataset.fingerprint, "split_by": "burst", "clips": dataset.counts},
        "metrics": {"float": {}} | summarise_splits(judged, dataset.labels),
        "mistakes": _mistakes(judged, dataset.labels),
        "checks": {"tfjs_max_difference": check_tfjs(model, folder / "tfjs", checked, MAX_TFJS_DIFFERENCE)},
    }


def _judge(dataset: Dataset, features: dict[str, Features], layer: Layer) -> dict[str, Judged]:
    """What the network answers to each photo that was held back, by split."""
    kernel, bias = layer
    return {
        split: Judged(
            clips=dataset.splits[split],
            truth=features[split].labels,
            scores={"float": softmax(features[split].values @ kernel + bias)},
        )
        for split in ("validation", "test")
        if len(features[split].labels)
    }


def _mistakes(splits: Mapping[str, Judged], labels: Sequence[str]) -> list[dict[str, Any]]:
    """The photos that were taken for something else: which, and for what."""
    return [
        {
            "split": split,
            "clip": photo.path.relative_to(photo.path.parents[1]).as_posix(),
            "label": photo.folder,
            "predicted": labels[int(row.argmax())],
            "score": round(float(row.max()), 6),
        }
        for split, judged in splits.items()
        for photo, row in zip(judged.clips, judged.scores["float"], strict=True)
        if labels[int(row.argmax())] != photo.folder
    ]


def softmax(logits: NDArray[np.floating]) -> NDArray[np.floating]:
    """Scores, shape (n, n_labels), that sum to 1 in each row."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
