#ifndef NESTLING_KERNELS_FULLY_CONNECTED_H_
#define NESTLING_KERNELS_FULLY_CONNECTED_H_

#include "requantise.h"

namespace nestling {
namespace kernels {

struct FullyConnectedParams {
  int batches;
  int n_inputs;
  int n_outputs;
  int depth;  // weights an output: a multiple of 4, filled up with zeros
  OutputRange range;
  const int8_t* weights;    // [n_outputs][depth]
  const Channel* channels;
};

// scratch: 2 * depth bytes; aligned to 4.
void FullyConnected(const FullyConnectedParams& params, const int8_t* input, int8_t* output, uint32_t* scratch);

}  // namespace kernels
}  // namespace nestling

#endif  // NESTLING_KERNELS_FULLY_CONNECTED_H_
