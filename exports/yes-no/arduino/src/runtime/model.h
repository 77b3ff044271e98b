#ifndef NESTLING_RUNTIME_MODEL_H_
#define NESTLING_RUNTIME_MODEL_H_

#include <stdint.h>

#include "../status.h"

// The one model of this firmware. Two files implement it, and `NESTLING_RUNTIME_TFLM` (runtime_choice.h) says which is
// compiled: tflm_model.cpp (the TensorFlow Lite for Microcontrollers interpreter) or generated_model.cpp (C++ made of the
// model ahead of time). Both give the same bits.

namespace nestling {

// What the model itself says of its input and output, both int8.
struct ModelShape {
  int n_frames;
  int n_mfcc;
  int n_labels;
  float input_scale;
  int input_zero_point;
  float output_scale;
  int output_zero_point;
};

// "tflm" or "generated".
extern const char kRuntimeName[];

// Makes the model ready. Call it once, before the others; *shape is filled when it returns kOk.
Status InitModel(ModelShape* shape);

// features: n_frames * n_mfcc. scores: room for n_labels.
Status RunModel(const int8_t* features, int8_t* scores);

// Memory that the model's tensors take while it runs.
int ModelArenaBytes();

}  // namespace nestling

#endif  // NESTLING_RUNTIME_MODEL_H_
