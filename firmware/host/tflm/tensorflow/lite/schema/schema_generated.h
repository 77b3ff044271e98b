#ifndef NESTLING_HOST_TFLM_SCHEMA_GENERATED_H_
#define NESTLING_HOST_TFLM_SCHEMA_GENERATED_H_

// What firmware/nestling calls of TensorFlow Lite's schema.

#include <stdint.h>

#define TFLITE_SCHEMA_VERSION (3)

namespace tflite {

struct Model {
  uint32_t version() const;
};

const Model* GetModel(const void* bytes);

}  // namespace tflite

#endif  // NESTLING_HOST_TFLM_SCHEMA_GENERATED_H_
