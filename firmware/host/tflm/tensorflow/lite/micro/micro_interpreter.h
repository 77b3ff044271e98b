#ifndef NESTLING_HOST_TFLM_MICRO_INTERPRETER_H_
#define NESTLING_HOST_TFLM_MICRO_INTERPRETER_H_

// What firmware/nestling calls of TensorFlow Lite for Microcontrollers' interpreter, as version 2.0.0 of
// Chirale_TensorFLowLite has it: without an error reporter.

#include <stddef.h>
#include <stdint.h>

#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"
#include "tensorflow/lite/schema/schema_generated.h"

typedef enum { kTfLiteNoType = 0, kTfLiteFloat32 = 1, kTfLiteInt8 = 9 } TfLiteType;

struct TfLiteIntArray {
  int size;
  int data[4];
};

struct TfLiteQuantizationParams {
  float scale;
  int32_t zero_point;
};

struct TfLiteTensor {
  TfLiteType type;
  union {
    int8_t* int8;
  } data;
  TfLiteIntArray* dims;
  TfLiteQuantizationParams params;
  size_t bytes;
};

namespace tflite {

class MicroInterpreter {
 public:
  MicroInterpreter(const Model* model, const MicroOpResolver& resolver, uint8_t* arena, size_t arena_bytes);
  TfLiteStatus AllocateTensors();
  TfLiteStatus Invoke();
  TfLiteTensor* input(size_t index);
  TfLiteTensor* output(size_t index);
  size_t arena_used_bytes() const;
};

}  // namespace tflite

#endif  // NESTLING_HOST_TFLM_MICRO_INTERPRETER_H_
