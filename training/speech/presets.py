"""The networks that a person can choose from, by name. Standard library only: the server lists them without TensorFlow."""

PRESETS: dict[str, str] = {
    "ds_cnn": "depthwise-separable CNN (Zhang et al., arXiv:1711.07128), 48 channels",
    "ds_cnn_wide": "the same with the paper's 64 channels: surer, and twice as slow to train",
    "conv1d": "1-D CNN, Edge Impulse's default for keywords",
}
DEFAULT_PRESET = "ds_cnn"
DEFAULT_EPOCHS = 60
