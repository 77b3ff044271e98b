#include "elementwise.h"

namespace nestling {
namespace kernels {
namespace {

constexpr int kAddShift = 20;  // TensorFlow Lite's, for int8: the inputs' precision before they are brought to one scale

NESTLING_INLINE int32_t Scaled(int8_t value, const AddInput& input) {
  const int32_t shifted = (value - input.zero_point) * (1 << kAddShift);
  return RoundedShift(DoubledHigh(shifted, input.multiplier), input.right);
}

int8_t* FillPad(int8_t value, int n, int8_t* to) {
  memset(to, value, n);
  return to + n;
}

// Pads from dimension `dim` on; moves both pointers past what it read and wrote.
void PadFrom(const PadParams& params, int dim, const int* inner, const int8_t** from, int8_t** to) {
  *to = FillPad(params.value, params.before[dim] * inner[dim], *to);
  if (dim == kMaxPadDims - 1) {
    memcpy(*to, *from, params.dims[dim]);
    *from += params.dims[dim];
    *to += params.dims[dim];
  } else {
    for (int i = 0; i < params.dims[dim]; ++i) PadFrom(params, dim + 1, inner, from, to);
  }
  *to = FillPad(params.value, params.after[dim] * inner[dim], *to);
}

}  // namespace

void Add(const AddParams& params, const int8_t* a, const int8_t* b, int8_t* output) {
  for (int i = 0; i < params.n; ++i) {
    const int32_t sum = Scaled(a[i], params.a) + Scaled(b[i], params.b);
    const int32_t value = RoundedShift(DoubledHigh(sum, params.multiplier), params.right) + params.out_zero_point;
    output[i] = static_cast<int8_t>(Clamp(value, params.min, params.max));
  }
}

void Pad(const PadParams& params, const int8_t* input, int8_t* output) {
  int inner[kMaxPadDims];  // bytes of the output that one step along a dimension takes
  inner[kMaxPadDims - 1] = 1;
  for (int dim = kMaxPadDims - 1; dim > 0; --dim) {
    inner[dim - 1] = inner[dim] * (params.before[dim] + params.dims[dim] + params.after[dim]);
  }
  PadFrom(params, 0, inner, &input, &output);
}

}  // namespace kernels
}  // namespace nestling
