// Stands in for the Arduino library Chirale_TensorFLowLite: including this header is what makes the IDE find it.
