#ifndef NESTLING_KERNELS_SOFTMAX_H_
#define NESTLING_KERNELS_SOFTMAX_H_

#include "requantise.h"

namespace nestling {
namespace kernels {

struct SoftmaxParams {
  int n_rows;
  int n_columns;
  int n_exponentials;
  // exp(-i * scale * beta) for i = 0, 1, ..., as a fraction of 2^31; what lies further down counts as 0. At most 256
  // differences of two int8 there are, so that the code generator computes them once, with the reference's arithmetic.
  const int32_t* exponentials;
};

// Output: scale 1/256, zero point -128. It may be the input.
void Softmax(const SoftmaxParams& params, const int8_t* input, int8_t* output);

}  // namespace kernels
}  // namespace nestling

#endif  // NESTLING_KERNELS_SOFTMAX_H_
