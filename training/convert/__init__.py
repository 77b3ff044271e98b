"""From a Keras model to what runs elsewhere: int8 for TFLM, TF.js, and the bundle that carries both."""
