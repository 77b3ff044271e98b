"""The one network for photos, and how long its last layer learns. Standard library only: the server reads it too."""

PRESET = "efficientnet_lite0"
N_FEATURES = 1280  # of a photo, before the last layer
DEFAULT_EPOCHS = 30
