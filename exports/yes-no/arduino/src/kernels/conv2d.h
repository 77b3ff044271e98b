#ifndef NESTLING_KERNELS_CONV2D_H_
#define NESTLING_KERNELS_CONV2D_H_

#include "requantise.h"

namespace nestling {
namespace kernels {

// What a window slides over: NHWC, padding as resolved (rows above, columns to the left).
struct Window {
  int batches;
  int in_height, in_width, in_channels;
  int out_height, out_width, out_channels;
  int height, width;
  int stride_height, stride_width;
  int dilation_height, dilation_width;
  int pad_top, pad_left;
};

struct Conv2DParams {
  Window window;
  OutputRange range;
  int8_t in_zero_point;
  bool is_pointwise;  // 1 x 1, stride 1, no padding, and channels that are whole words
  int depth;          // weights an output: a multiple of 8, filled up with zeros
  int block;          // outputs between two readings of the weights: a multiple of 4
  const int8_t* weights;  // rows in twos, interleaved word by word; an odd last row has a row of zeros beside it
  const Channel* channels;  // an even number
};

// scratch: (block + 2) * depth * 2 bytes, and 4 * depth more unless pointwise; aligned to 4. A pointwise convolution may
// write over its input where it has no more outputs than inputs: a block is read whole before it is written.
void Conv2D(const Conv2DParams& params, const int8_t* input, int8_t* output, uint32_t* scratch);

}  // namespace kernels
}  // namespace nestling

#endif  // NESTLING_KERNELS_CONV2D_H_
