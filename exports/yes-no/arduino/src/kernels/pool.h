#ifndef NESTLING_KERNELS_POOL_H_
#define NESTLING_KERNELS_POOL_H_

#include "conv2d.h"

namespace nestling {
namespace kernels {

struct PoolParams {
  Window window;  // in_channels = out_channels, dilation 1
  int8_t min;
  int8_t max;
};

// scratch: 4 bytes a channel; aligned to 4.
void AveragePool(const PoolParams& params, const int8_t* input, int8_t* output, uint32_t* scratch);
void MaxPool(const PoolParams& params, const int8_t* input, int8_t* output);

constexpr int kMaxDims = 6;

struct MeanParams {
  int dims[kMaxDims];         // of the input; leading ones where it has fewer
  int out_strides[kMaxDims];  // how far the output moves with each; 0 where it is averaged over
  int n_outputs;
  int count;  // inputs an output
  bool divides;  // input and output have the same scale and zero point: a plain division, toward zero
  int32_t offset;  // added to each sum before it is scaled: -zero point * count
  int32_t multiplier;
  uint8_t left;
  uint8_t right;
  int8_t out_zero_point;
};

// scratch: 4 bytes an output; aligned to 4.
void Mean(const MeanParams& params, const int8_t* input, int8_t* output, uint32_t* scratch);

}  // namespace kernels
}  // namespace nestling

#endif  // NESTLING_KERNELS_POOL_H_
