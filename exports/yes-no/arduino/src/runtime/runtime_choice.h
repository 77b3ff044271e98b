#ifndef NESTLING_RUNTIME_RUNTIME_CHOICE_H_
#define NESTLING_RUNTIME_RUNTIME_CHOICE_H_

// Without this line the model runs as generated C++. With it, in the interpreter of TensorFlow Lite for Microcontrollers,
// which needs the Arduino library Chirale_TensorFLowLite 2.0.0.
// #define NESTLING_RUNTIME_TFLM

#endif  // NESTLING_RUNTIME_RUNTIME_CHOICE_H_
