#ifndef NESTLING_HOST_TFLM_MICRO_MUTABLE_OP_RESOLVER_H_
#define NESTLING_HOST_TFLM_MICRO_MUTABLE_OP_RESOLVER_H_

// What firmware/nestling calls of TensorFlow Lite for Microcontrollers' operator resolver.

typedef enum { kTfLiteOk = 0, kTfLiteError = 1 } TfLiteStatus;

namespace tflite {

class MicroOpResolver {};

template <unsigned int kNOps>
class MicroMutableOpResolver : public MicroOpResolver {
 public:
  TfLiteStatus AddAdd();
  TfLiteStatus AddAveragePool2D();
  TfLiteStatus AddConv2D();
  TfLiteStatus AddDepthwiseConv2D();
  TfLiteStatus AddFullyConnected();
  TfLiteStatus AddMaxPool2D();
  TfLiteStatus AddMean();
  TfLiteStatus AddPad();
  TfLiteStatus AddReshape();
  TfLiteStatus AddSoftmax();
};

}  // namespace tflite

#endif  // NESTLING_HOST_TFLM_MICRO_MUTABLE_OP_RESOLVER_H_
