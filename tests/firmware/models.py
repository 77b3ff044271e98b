"""Small int8 models that cover every operator of the code generator and its corners, and MLPerf Tiny's DS-CNN.

Weights are random; ranges come from random windows, as `training.convert.int8` takes them from real ones.
"""

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import flatbuffers
import numpy as np

N_CALIBRATION = 12


class _Late:
    """TensorFlow, imported where it is first used: it takes seconds, and the list of models is read before any test runs."""

    def __getattr__(self, name: str) -> Any:
        import tensorflow

        return getattr(tensorflow, name)


tf: Any = _Late()


@dataclass
class Net:
    """A network in the making: each method adds a layer with random weights, drawn so that its outputs stay near one."""

    rng: np.random.Generator
    x: Any
    sizes: list[int] = field(default_factory=list)

    def _bias(self, n: int) -> Any:
        return tf.constant(self.rng.normal(0, 0.3, n).astype(np.float32))

    def _weights(self, shape: tuple[int, ...], fan_in: int) -> Any:
        # Channels of very different sizes, so that multipliers and shifts differ.
        spread = np.exp(self.rng.normal(0, 0.8, shape[-1] if len(shape) == 4 and shape[3] > 1 else 1))
        return tf.constant((self.rng.normal(0, 1, shape) * spread / np.sqrt(fan_in)).astype(np.float32))

    def conv(
        self, n: int, kernel: tuple[int, int] = (3, 3), stride: int | tuple[int, int] = 1, padding: str = "SAME",
        dilation: int = 1, bias: bool = True, act: str = "relu",
    ) -> "Net":  # fmt: skip
        channels = self.x.shape[3]
        filters = self._weights((*kernel, channels, n), kernel[0] * kernel[1] * channels)
        x = tf.nn.conv2d(self.x, filters, strides=stride, padding=padding, dilations=dilation)
        return self._activate(tf.nn.bias_add(x, self._bias(n)) if bias else x, act)

    def depthwise(
        self, kernel: tuple[int, int] = (3, 3), stride: int = 1, padding: str = "SAME", multiplier: int = 1,
        dilation: int = 1, bias: bool = True, act: str = "relu",
    ) -> "Net":  # fmt: skip
        channels = self.x.shape[3]
        spread = np.exp(self.rng.normal(0, 0.8, (1, 1, channels, multiplier)))
        filters = self.rng.normal(0, 1, (*kernel, channels, multiplier)) * spread / np.sqrt(kernel[0] * kernel[1])
        strides, dilations = (1, stride, stride, 1), (dilation, dilation)
        x = tf.nn.depthwise_conv2d(self.x, filters.astype(np.float32), strides, padding, dilations=dilations)
        return self._activate(tf.nn.bias_add(x, self._bias(channels * multiplier)) if bias else x, act)

    def dense(self, n: int, bias: bool = True, act: str = "none", gain: float = 1) -> "Net":
        x = tf.reshape(self.x, (self.x.shape[0], -1))
        x = tf.matmul(x, self._weights((x.shape[1], n), x.shape[1]) * gain)
        return self._activate(tf.nn.bias_add(x, self._bias(n)) if bias else x, act)

    def average_pool(self, size: Any, stride: Any, padding: str = "VALID") -> "Net":
        self.x = tf.nn.avg_pool2d(self.x, size, stride, padding)
        return self

    def max_pool(self, size: Any, stride: Any, padding: str = "VALID") -> "Net":
        self.x = tf.nn.max_pool2d(self.x, size, stride, padding)
        return self

    def mean(self, axes: tuple[int, ...] = (1, 2), keep: bool = False) -> "Net":
        self.x = tf.reduce_mean(self.x, axes, keepdims=keep)
        return self

    def pad(self, paddings: list[list[int]]) -> "Net":
        self.x = tf.pad(self.x, paddings)
        return self

    def reshape(self, *shape: int) -> "Net":
        self.x = tf.reshape(self.x, shape)
        return self

    def softmax(self) -> "Net":
        self.x = tf.nn.softmax(self.x)
        return self

    def residual(self, branch: Callable[["Net"], "Net"], act: str = "none") -> "Net":
        """x + branch(x)."""
        kept = self.x
        branch(self)
        return self._activate(kept + self.x, act)

    def _activate(self, x: Any, act: str) -> "Net":
        self.x = {"relu": tf.nn.relu, "relu6": tf.nn.relu6, "none": tf.identity}[act](x)
        return self


@dataclass(frozen=True)
class Case:
    """One model: its input's shape, its layers, and how far its inputs spread."""

    name: str
    shape: tuple[int, ...]
    build: Callable[[Net], Net]
    spread: float = 1.0


def _odd_channels(n: int) -> Case:
    def build(net: Net) -> Net:
        net.conv(n, (3, 2), act="none").depthwise(act="relu6").conv(10 - n, (1, 1)).depthwise(stride=2)
        return net.conv(n, (1, 1), act="none")

    return Case(f"channels_{n}", (1, 7, 5, n), build)


def mlperf_ds_cnn(net: Net) -> Net:
    """MLPerf Tiny's keyword spotting network (Banbury et al., arXiv:2106.07597): 2.66 M multiply-accumulates."""
    net.conv(64, (10, 4), 2)
    for _ in range(4):
        net.depthwise().conv(64, (1, 1))
    return net.average_pool((25, 5), (25, 5)).dense(12, gain=0.3).softmax()


def _batch(net: Net) -> Net:
    return net.conv(4, (3, 3), 2).depthwise().conv(4, (1, 1)).max_pool(2, 2, "SAME").dense(4).softmax()


def _bottleneck(width: int) -> Callable[[Net], Net]:
    def build(net: Net) -> Net:
        n = net.x.shape[3]
        return net.conv(width, (1, 1), act="relu6").depthwise(act="relu6").conv(n, (1, 1), act="none")

    return build


def _residuals(net: Net) -> Net:
    net.conv(8, act="none").residual(lambda n: n.depthwise().conv(8, (1, 1), act="none"))
    return net.residual(lambda n: n.conv(8, (1, 1)), "relu").residual(lambda n: n.conv(8, act="none"), "relu6")


def _reshapes(net: Net) -> Net:
    return net.reshape(1, 6, 10, 1).conv(4, (3, 3), 2).reshape(1, 15, 1, 4).conv(3, (3, 1)).reshape(1, 45)


CASES = (
    *map(_odd_channels, range(1, 10)),
    Case("strides", (1, 11, 10, 3), lambda x: x.conv(4, (3, 3), 2).conv(5, (2, 2), 3, "VALID", act="relu6").dense(3)),
    Case("uneven_stride", (1, 12, 9, 2), lambda x: x.conv(3, (5, 1), (3, 1)).conv(2, (1, 4), (1, 2), act="none")),
    Case("one_sided_padding", (1, 6, 6, 4), lambda x: x.conv(4, (2, 2)).conv(3, (4, 4), 2).depthwise((2, 2), act="none")),
    Case("valid", (1, 9, 8, 5), lambda x: x.conv(6, padding="VALID").depthwise(padding="VALID").conv(7, (5, 4), 1, "VALID")),
    Case("dilated", (1, 9, 9, 3), lambda x: x.conv(4, dilation=2).depthwise(dilation=2, act="none").conv(3, (2, 3), dilation=3)),
    Case("multiplier", (1, 6, 5, 3), lambda x: x.depthwise(multiplier=2).depthwise(multiplier=3, stride=2, act="relu6").dense(4)),
    Case("multiplier_of_one", (1, 6, 5, 1), lambda x: x.depthwise((4, 3), 2, multiplier=8).conv(4, (1, 1), act="none")),
    Case("depthwise_wide", (1, 5, 4, 12), lambda x: x.depthwise((5, 5)).depthwise((1, 3), act="none").depthwise(stride=2)),
    Case("depthwise_uneven", (1, 10, 7, 6), lambda x: x.depthwise((3, 1), act="relu6").depthwise((1, 1), act="none")),
    Case("depthwise_bands", (1, 40, 31, 5), lambda x: x.depthwise(padding="VALID").depthwise(stride=2, padding="VALID")),
    Case("depthwise_one_column", (1, 9, 1, 4), lambda x: x.depthwise().depthwise(stride=2, act="none")),
    Case("many_blocks", (1, 20, 15, 8), lambda x: x.conv(12, (1, 1)).conv(20, (3, 3)).conv(4, (1, 1), act="none")),
    Case("deep", (1, 3, 3, 40), lambda x: x.conv(9, (3, 3)).conv(33, (1, 1), bias=False, act="none").mean()),
    Case("no_bias", (1, 5, 5, 3), lambda x: x.conv(4, bias=False).depthwise(bias=False).dense(5, bias=False)),
    Case("batch", (3, 6, 5, 3), _batch),
    Case("batch_of_places", (2, 5, 4, 8), lambda x: x.conv(8, (1, 1)).average_pool((2, 2), (1, 1), "SAME").mean().dense(3)),
    Case("dense", (1, 37), lambda x: x.dense(21, act="relu").dense(13, bias=False, act="relu6").dense(9)),
    Case("dense_one", (1, 1), lambda x: x.dense(1)),
    Case("average_pools", (1, 9, 7, 5), lambda x: x.average_pool((3, 2), (2, 1), "SAME").average_pool(2, 1)),
    Case("max_pools", (1, 9, 7, 5), lambda x: x.max_pool((2, 3), (2, 2), "SAME").max_pool((1, 2), 1)),
    Case("pools_of_words", (1, 8, 8, 16), lambda x: x.max_pool(3, 2).average_pool((3, 3), (1, 1), "SAME")),
    Case("mean_keeps", (1, 7, 6, 6), lambda x: x.conv(6, (1, 1), act="none").mean(keep=True).conv(4, (1, 1), act="none")),
    Case("mean_channels", (1, 7, 6, 5), lambda x: x.conv(5, act="none").mean((3,)).mean((1,))),
    Case("mean_all", (2, 4, 5, 3), lambda x: x.conv(3, act="none").mean((1, 2, 3), keep=True)),
    Case("mean_of_inputs", (1, 20, 15, 7), lambda x: x.mean()),
    Case("pad_then_conv", (1, 5, 4, 3), lambda x: x.pad([[0, 0], [1, 2], [0, 3], [0, 0]]).conv(4, (3, 3), 2, "VALID")),
    Case("pad_channels", (1, 3, 4, 2), lambda x: x.conv(2).pad([[0, 0], [0, 0], [2, 0], [1, 3]]).dense(3)),
    Case("residuals", (1, 6, 5, 8), _residuals),
    Case("reshapes", (1, 6, 10), _reshapes),
    Case("only_a_reshape", (1, 6, 10), lambda x: x.reshape(1, 60)),
    Case("inverted_bottleneck", (1, 8, 8, 4), lambda x: x.residual(_bottleneck(24)).residual(_bottleneck(15))),
    *(Case(f"softmax_{n}", (1, 6), lambda x, n=n: x.dense(n).softmax(), 0.2 * n * n) for n in (2, 3, 7, 12)),
    Case("softmax_rows", (4, 5), lambda x: x.dense(4, act="relu").softmax(), 4.0),
)


DS_CNN = Case("mlperf_ds_cnn", (1, 49, 10, 1), mlperf_ds_cnn)


def convert(case: Case, seed: int = 1) -> bytes:
    """A case as int8 `.tflite`, int8 in and out."""
    function = tf.function(
        lambda x: case.build(Net(np.random.default_rng(seed + 1), x)).x, input_signature=[tf.TensorSpec(case.shape, tf.float32)]
    )
    return to_int8(function, case.shape, case.spread, seed)


def preset_ds_cnn() -> bytes:
    """What `nestling train` trains by default, with random weights: 48 channels, three classes."""
    import keras

    from training.features import load_default
    from training.speech import models
    from training.speech.design import preset_design

    params = load_default()
    rng = np.random.default_rng(3)
    network = models.build(preset_design("ds_cnn"), params, 3, np.zeros(params.n_mfcc), np.ones(params.n_mfcc))
    for layer in network.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            n = layer.gamma.shape[0]
            layer.set_weights([rng.uniform(0.5, 1.5, n), rng.normal(0, 0.3, n), np.zeros(n), np.ones(n)])
        elif isinstance(layer, keras.layers.Conv2D | keras.layers.Dense):
            layer.kernel.assign(rng.normal(0, 1.4, layer.kernel.shape) / np.sqrt(np.prod(layer.kernel.shape[:-1])))
        elif isinstance(layer, keras.layers.DepthwiseConv2D) and layer.trainable:
            layer.kernel.assign(rng.normal(0, 0.5, layer.kernel.shape))
    function = tf.function(lambda x: network(x, training=False), input_signature=[tf.TensorSpec((1, *params.shape), tf.float32)])
    return to_int8(function, (1, *params.shape), 1.0, 3)


def to_int8(function: Any, shape: tuple[int, ...], spread: float, seed: int) -> bytes:
    rng = np.random.default_rng(seed)

    def representative() -> Iterator[list[np.ndarray]]:
        for _ in range(N_CALIBRATION):
            yield [rng.normal(0, spread, shape).astype(np.float32)]

    converter = tf.lite.TFLiteConverter.from_concrete_functions([function.get_concrete_function()])
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = representative
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    with warnings.catch_warnings(action="ignore"):  # converting a function without a SavedModel is quick, and deprecated
        return bytes(converter.convert())


def with_extreme_numbers(model: bytes, seed: int) -> bytes:
    """A model with scales of weights from far too small to far too large, large biases and other zero points.

    What training hardly ever makes and a file may hold: channels that are given up, multipliers above one, sums that a
    fast path could not hold.
    """
    from tensorflow.lite.python import schema_py_generated as schema

    rng = np.random.default_rng(seed)
    flat = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(model, 0))
    graph = flat.subgraphs[0]
    convolutions = {schema.BuiltinOperator.CONV_2D, schema.BuiltinOperator.DEPTHWISE_CONV_2D}
    for operator in graph.operators:
        if flat.operatorCodes[operator.opcodeIndex].builtinCode not in convolutions:
            continue
        weights, bias, output = (graph.tensors[index] for index in (*operator.inputs[1:3], operator.outputs[0]))
        factors = 2.0 ** rng.choice([-40, -25, -18, -6, -2, 0, 0, 0, 0, 2, 4, 7, 12], len(weights.quantization.scale))
        weights.quantization.scale = (np.array(weights.quantization.scale) * factors).astype(np.float32)
        output.quantization.zeroPoint = np.array([rng.integers(-128, 128)])
        values = np.frombuffer(bytes(flat.buffers[bias.buffer].data), np.int32)
        larger = rng.choice([1, 1, 1, 300], len(values)) * values.astype(np.int64)
        flat.buffers[bias.buffer].data = np.frombuffer(np.clip(larger, -(2**22), 2**22).astype(np.int32).tobytes(), np.uint8)
    builder = flatbuffers.Builder(len(model))
    builder.Finish(flat.Pack(builder), b"TFL3")
    return bytes(builder.Output())
