#ifndef NESTLING_KERNELS_ELEMENTWISE_H_
#define NESTLING_KERNELS_ELEMENTWISE_H_

#include "requantise.h"

namespace nestling {
namespace kernels {

// One input of an addition; multipliers are below one.
struct AddInput {
  int32_t zero_point;
  int32_t multiplier;
  uint8_t right;
};

struct AddParams {
  int n;
  AddInput a;
  AddInput b;
  int32_t multiplier;
  uint8_t right;
  int8_t out_zero_point;
  int8_t min;
  int8_t max;
};

// The output may be either of the inputs.
void Add(const AddParams& params, const int8_t* a, const int8_t* b, int8_t* output);

constexpr int kMaxPadDims = 5;

struct PadParams {
  int dims[kMaxPadDims];  // of the input; leading ones where it has fewer
  int before[kMaxPadDims];
  int after[kMaxPadDims];
  int8_t value;
};

void Pad(const PadParams& params, const int8_t* input, int8_t* output);

}  // namespace kernels
}  // namespace nestling

#endif  // NESTLING_KERNELS_ELEMENTWISE_H_
