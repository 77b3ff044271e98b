// TensorFlow Lite for Microcontrollers as far as the firmware sees it, for the tests: a model whose scores are its first
// inputs. The environment's FAKE_TFLM names what goes wrong: version, operator, arena, type, size, scale or invoke.

#include <stdlib.h>
#include <string.h>

#include "generated/bundle.h"
#include "tensorflow/lite/micro/micro_interpreter.h"

namespace {

bool Fails(const char* what) {
  const char* failing = getenv("FAKE_TFLM");
  return failing != nullptr && strcmp(failing, what) == 0;
}

int8_t input_data[nestling::kNModelInputs];
int8_t output_data[nestling::kNLabels];
TfLiteIntArray input_dims = {3, {1, 49, 13}};
TfLiteIntArray output_dims = {2, {1, nestling::kNLabels}};
TfLiteTensor input_tensor = {
    kTfLiteInt8, {input_data}, &input_dims, {nestling::kInputScale, nestling::kInputZeroPoint}, sizeof(input_data)};
TfLiteTensor output_tensor = {
    kTfLiteInt8, {output_data}, &output_dims, {nestling::kOutputScale, nestling::kOutputZeroPoint}, sizeof(output_data)};

}  // namespace

namespace tflite {

uint32_t Model::version() const { return Fails("version") ? 2 : 3; }
const Model* GetModel(const void* bytes) { return static_cast<const Model*>(bytes); }

template <unsigned int kNOps>
TfLiteStatus MicroMutableOpResolver<kNOps>::AddReshape() { return kTfLiteOk; }
template <unsigned int kNOps>
TfLiteStatus MicroMutableOpResolver<kNOps>::AddDepthwiseConv2D() { return kTfLiteOk; }
template <unsigned int kNOps>
TfLiteStatus MicroMutableOpResolver<kNOps>::AddConv2D() { return kTfLiteOk; }
template <unsigned int kNOps>
TfLiteStatus MicroMutableOpResolver<kNOps>::AddMean() { return kTfLiteOk; }
template <unsigned int kNOps>
TfLiteStatus MicroMutableOpResolver<kNOps>::AddFullyConnected() { return kTfLiteOk; }
template <unsigned int kNOps>
TfLiteStatus MicroMutableOpResolver<kNOps>::AddSoftmax() { return Fails("operator") ? kTfLiteError : kTfLiteOk; }
template class MicroMutableOpResolver<6>;

MicroInterpreter::MicroInterpreter(const Model*, const MicroOpResolver&, uint8_t*, size_t) {}
TfLiteStatus MicroInterpreter::AllocateTensors() { return Fails("arena") ? kTfLiteError : kTfLiteOk; }
TfLiteStatus MicroInterpreter::Invoke() {
  memcpy(output_data, input_data, sizeof(output_data));
  return Fails("invoke") ? kTfLiteError : kTfLiteOk;
}
TfLiteTensor* MicroInterpreter::input(size_t) {
  if (Fails("type")) input_tensor.type = kTfLiteFloat32;
  if (Fails("scale")) input_tensor.params.scale *= 2;
  return &input_tensor;
}
TfLiteTensor* MicroInterpreter::output(size_t) {
  if (Fails("size")) output_tensor.bytes = 1;
  return &output_tensor;
}
size_t MicroInterpreter::arena_used_bytes() const { return 12345; }

}  // namespace tflite
