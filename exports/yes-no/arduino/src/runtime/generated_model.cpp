#include "model.h"
#include "runtime_choice.h"

#ifndef NESTLING_RUNTIME_TFLM

#include "../generated/model.h"

namespace nestling {
namespace {

static_assert(model::kInputDims >= 3 && model::kOutputDims >= 1, "a model of frames by coefficients");

}  // namespace

const char kRuntimeName[] = "generated";

Status InitModel(ModelShape* shape) {
  shape->n_frames = model::kInputShape[1];
  shape->n_mfcc = model::kInputShape[2];
  shape->n_labels = model::kOutputBytes;
  shape->input_scale = model::kInputScale;
  shape->input_zero_point = model::kInputZeroPoint;
  shape->output_scale = model::kOutputScale;
  shape->output_zero_point = model::kOutputZeroPoint;
  return kOk;
}

Status RunModel(const int8_t* features, int8_t* scores) {
  model::Run(features, scores);
  return kOk;
}

int ModelArenaBytes() { return model::kArenaBytes; }

}  // namespace nestling

#endif  // NESTLING_RUNTIME_TFLM
