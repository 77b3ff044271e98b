#include "model.h"
#include "runtime_choice.h"

#ifdef NESTLING_RUNTIME_TFLM

#include <Chirale_TensorFlowLite.h>
#include <string.h>

#include "../generated/bundle.h"
#include "../generated/model_data.h"
#include "../generated/tflm_ops.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"
#include "tensorflow/lite/schema/schema_generated.h"

namespace nestling {
namespace {

alignas(16) uint8_t arena[kTflmArenaBytes];
tflite::MicroInterpreter* interpreter = nullptr;

bool IsInt8(const TfLiteTensor* tensor, int n_bytes) {
  return tensor != nullptr && tensor->type == kTfLiteInt8 && tensor->bytes == static_cast<size_t>(n_bytes);
}

Status Describe(const TfLiteTensor* input, const TfLiteTensor* output, ModelShape* shape) {
  if (input->dims->size < 3) return "the model's input is not frames by coefficients";
  shape->n_frames = input->dims->data[1];
  shape->n_mfcc = input->dims->data[2];
  shape->n_labels = output->dims->data[output->dims->size - 1];
  shape->input_scale = input->params.scale;
  shape->input_zero_point = input->params.zero_point;
  shape->output_scale = output->params.scale;
  shape->output_zero_point = output->params.zero_point;
  return kOk;
}

}  // namespace

const char kRuntimeName[] = "tflm";

Status InitModel(ModelShape* shape) {
  const tflite::Model* model = tflite::GetModel(kModelData);
  if (model->version() != TFLITE_SCHEMA_VERSION) return "the model is of another TensorFlow Lite schema";
  // Both live as long as the firmware; function-local, because they need the model and there is no heap.
  static tflite::MicroMutableOpResolver<kNTflmOps> resolver;
  if (!AddTflmOps(&resolver)) return "TensorFlow Lite refuses an operator of the model";
  static tflite::MicroInterpreter the_interpreter(model, resolver, arena, kTflmArenaBytes);
  if (the_interpreter.AllocateTensors() != kTfLiteOk) return "the model does not fit into the tensor arena";
  const TfLiteTensor* input = the_interpreter.input(0);
  const TfLiteTensor* output = the_interpreter.output(0);
  if (!IsInt8(input, kNModelInputs) || !IsInt8(output, kNLabels)) return "the model's input or output is not what the manifest says";
  interpreter = &the_interpreter;
  return Describe(input, output, shape);
}

Status RunModel(const int8_t* features, int8_t* scores) {
  memcpy(interpreter->input(0)->data.int8, features, kNModelInputs);
  if (interpreter->Invoke() != kTfLiteOk) return "TensorFlow Lite failed to run the model";
  memcpy(scores, interpreter->output(0)->data.int8, kNLabels);
  return kOk;
}

int ModelArenaBytes() { return static_cast<int>(interpreter->arena_used_bytes()); }

}  // namespace nestling

#endif  // NESTLING_RUNTIME_TFLM
