#include "softmax.h"

namespace nestling {
namespace kernels {
namespace {

constexpr int kSumBits = 12;  // integer bits of the sum: at most 4,096 columns

NESTLING_INLINE int32_t SaturatedLeft(int32_t a, int exponent) {
  const int64_t shifted = static_cast<int64_t>(a) * (1ll << exponent);
  return shifted > INT32_MAX ? INT32_MAX : shifted < INT32_MIN ? INT32_MIN : static_cast<int32_t>(shifted);
}

// 1 / (1 + a) for a in [0, 1), all in units of 2^-31: Newton-Raphson from a linear guess, three steps (the reference's,
// with its roundings; the intermediate x has two integer bits).
int32_t ReciprocalOfOnePlus(int32_t a) {
  constexpr int32_t k48Over17 = 1515870810;
  constexpr int32_t kMinus32Over17 = -1010580540;
  constexpr int32_t kOne = 1 << 29;
  const int32_t half = static_cast<int32_t>((static_cast<int64_t>(a) + INT32_MAX + 1) / 2);
  int32_t x = k48Over17 + DoubledHigh(half, kMinus32Over17);
  for (int i = 0; i < 3; ++i) {
    const int32_t error = kOne - DoubledHigh(half, x);
    x += SaturatedLeft(DoubledHigh(x, error), 2);
  }
  return SaturatedLeft(x, 1);
}

void SoftmaxRow(const SoftmaxParams& params, const int8_t* input, int8_t* output) {
  int highest = -128;
  for (int i = 0; i < params.n_columns; ++i) highest = input[i] > highest ? input[i] : highest;
  int32_t sum = 0;
  for (int i = 0; i < params.n_columns; ++i) {
    const int below = highest - input[i];
    if (below < params.n_exponentials) sum += RoundedShift(params.exponentials[below], kSumBits);
  }
  const int headroom = __builtin_clz(static_cast<uint32_t>(sum));
  const int32_t fraction = static_cast<int32_t>((static_cast<uint32_t>(sum) << headroom) - 0x80000000u);
  const int32_t scale = ReciprocalOfOnePlus(fraction);
  const int shift = kSumBits - headroom + 31 - 8;
  for (int i = 0; i < params.n_columns; ++i) {
    const int below = highest - input[i];
    int32_t value = 0;
    if (below < params.n_exponentials) value = RoundedShift(DoubledHigh(scale, params.exponentials[below]), shift);
    output[i] = static_cast<int8_t>(Clamp(value - 128, -128, 127));
  }
}

}  // namespace

void Softmax(const SoftmaxParams& params, const int8_t* input, int8_t* output) {
  for (int row = 0; row < params.n_rows; ++row) {
    SoftmaxRow(params, input, output);
    input += params.n_columns;
    output += params.n_columns;
  }
}

}  // namespace kernels
}  // namespace nestling
