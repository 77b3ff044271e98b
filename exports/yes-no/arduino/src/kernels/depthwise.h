#ifndef NESTLING_KERNELS_DEPTHWISE_H_
#define NESTLING_KERNELS_DEPTHWISE_H_

#include "conv2d.h"

namespace nestling {
namespace kernels {

struct DepthwiseParams {
  Window window;  // out_channels = in_channels * multiplier
  OutputRange range;
  int8_t in_zero_point;
  int multiplier;
  int band;  // Depthwise3x3: rows of outputs between two gatherings of inputs, a multiple of 2 where the stride is 1
  const int8_t* weights;  // Depthwise: [height][width][out_channels]. Depthwise3x3: [channels][9]
  const Channel* channels;
};

// Any window. No scratch.
void Depthwise(const DepthwiseParams& params, const int8_t* input, int8_t* output);

// 3 x 3, dilation 1, one output a channel, stride 1 or 2 in both directions. It gathers four channels at a time, so that
// it may write over its input where one band is all there is and there are no more outputs than inputs.
// scratch: 16 bytes * (in columns with padding) * (pairs of rows that a band covers); aligned to 4.
void Depthwise3x3(const DepthwiseParams& params, const int8_t* input, int8_t* output, uint32_t* scratch);

}  // namespace kernels
}  // namespace nestling

#endif  // NESTLING_KERNELS_DEPTHWISE_H_
