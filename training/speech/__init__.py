"""Keyword models: clips to windows to a trained network. Nothing here is imported before it is needed: TensorFlow is slow to load."""
