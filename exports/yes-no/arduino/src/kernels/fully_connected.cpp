#include "fully_connected.h"

namespace nestling {
namespace kernels {
namespace {

void Spread(const int8_t* from, int n, uint32_t* to) {
  for (; n >= 4; n -= 4, from += 4) {
    const uint32_t word = Load32(from);
    *to++ = EvenBytes(word);
    *to++ = OddBytes(word);
  }
  if (n == 0) return;
  *to++ = Pair(from[0], n > 2 ? from[2] : 0);
  *to = Pair(n > 1 ? from[1] : 0, 0);
}

NESTLING_INLINE int32_t Product(const int8_t* weights, const uint32_t* inputs, int depth) {
  int32_t sum = 0;
  for (const int8_t* end = weights + depth; weights != end; weights += 4, inputs += 2) {
    const uint32_t word = Load32(weights);
    sum = Dot(EvenBytes(word), inputs[0], sum);
    sum = Dot(OddBytes(word), inputs[1], sum);
  }
  return sum;
}

void Rows(const FullyConnectedParams& params, const uint32_t* inputs, int8_t* output) {
  const int8_t* weights = params.weights;
  for (int row = 0; row < params.n_outputs; ++row, weights += params.depth) {
    const Channel& channel = params.channels[row];
    const int32_t sum = WithBias(Product(weights, inputs, params.depth), channel, params.range);
    output[row] = Requantise(sum, channel, params.range);
  }
}

}  // namespace

void FullyConnected(const FullyConnectedParams& params, const int8_t* input, int8_t* output, uint32_t* scratch) {
  for (int batch = 0; batch < params.batches; ++batch, input += params.n_inputs, output += params.n_outputs) {
    Spread(input, params.n_inputs, scratch);
    Rows(params, scratch, output);
  }
}

}  // namespace kernels
}  // namespace nestling
