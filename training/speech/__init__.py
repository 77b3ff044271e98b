"""Keyword models: clips to windows to a trained network. Importing this loads nothing: TensorFlow takes seconds."""
