#ifndef NESTLING_KERNELS_REQUANTISE_H_
#define NESTLING_KERNELS_REQUANTISE_H_

// From a 32-bit sum to an int8 output, with the two roundings of TensorFlow Lite's reference kernels: first
// sum * multiplier / 2^31, half up, then / 2^right, half away from zero. (Jacob et al., arXiv:1712.05877, section 2.2)

#include "dsp.h"

namespace nestling {
namespace kernels {

// How a layer's sums become outputs; the code generator proves that the faster ways give the same bits.
enum class Rounding : uint8_t {
  kAboveZero,  // the lowest output is the zero point, so that how negative sums round cannot be seen
  kSigned,     // every channel's `right` is 1 or more
  kWide,       // sums or multipliers that the above do not take: all in 64 bits
};

// One output channel. Except where rounding is kWide, `bias` is doubled and shifted left by `left`, and so is the sum:
// a doubled factor makes the first rounding one instruction (SMMLAR), and the second rounding's half and the output's
// zero point ride along in `addend`.
struct Channel {
  int32_t bias;  // holds what the input's zero point contributes
  int32_t multiplier;
  int32_t addend;  // kWide: unused
  int16_t right;
  int16_t left;
};

struct OutputRange {
  Rounding rounding;
  int8_t zero_point;
  int8_t min;
  int8_t max;
};

NESTLING_INLINE int32_t Clamp(int32_t value, int32_t min, int32_t max) {
  return value < min ? min : value > max ? max : value;
}

// a * b / 2^31, half up. It overflows only where both are -2^31, and multipliers are not negative.
NESTLING_INLINE int32_t DoubledHigh(int32_t a, int32_t b) {
  return static_cast<int32_t>((static_cast<int64_t>(a) * b + (1 << 30)) >> 31);
}

// a / 2^exponent, half away from zero; exponent 0 to 31.
NESTLING_INLINE int32_t RoundedShift(int32_t a, int exponent) {
  const int32_t mask = static_cast<int32_t>((1u << exponent) - 1);
  const int32_t threshold = (mask >> 1) + (a < 0 ? 1 : 0);
  return (a >> exponent) + ((a & mask) > threshold ? 1 : 0);
}

NESTLING_INLINE int32_t MultiplyByQuantised(int32_t a, int32_t multiplier, int left, int right) {
  return RoundedShift(DoubledHigh(static_cast<int32_t>(static_cast<uint32_t>(a) << left), multiplier), right);
}

// A sum that begins with the channel's bias to its output, before that is brought into its range.
template <Rounding kRounding>
NESTLING_INLINE int32_t Rescaled(int32_t sum, const Channel& channel, int32_t zero_point) {
  if (kRounding == Rounding::kAboveZero) {
    return RoundedHighPlus(sum, channel.multiplier, channel.addend) >> channel.right;
  }
  if (kRounding == Rounding::kSigned) {
    const int32_t high = RoundedHigh(sum, channel.multiplier);
    return (high + (high >> 31) + channel.addend) >> channel.right;  // one less half for what is negative
  }
  return MultiplyByQuantised(sum, channel.multiplier, channel.left, channel.right) + zero_point;
}

// Any rounding, any range.
NESTLING_INLINE int8_t Requantise(int32_t sum, const Channel& channel, const OutputRange& range) {
  const int32_t value = range.rounding == Rounding::kAboveZero ? Rescaled<Rounding::kAboveZero>(sum, channel, 0)
                        : range.rounding == Rounding::kSigned  ? Rescaled<Rounding::kSigned>(sum, channel, 0)
                                                     : Rescaled<Rounding::kWide>(sum, channel, range.zero_point);
  return static_cast<int8_t>(Clamp(value, range.min, range.max));
}

// Whether the kernels' fast paths take it: the range is all of int8, which one instruction (SSAT) brings a value into.
NESTLING_INLINE bool IsFast(const OutputRange& range) {
  return range.rounding != Rounding::kWide && range.min == -128 && range.max == 127;
}

// bias + sum, the way the channel's rounding wants it.
NESTLING_INLINE int32_t WithBias(int32_t sum, const Channel& channel, const OutputRange& range) {
  const uint32_t scaled = static_cast<uint32_t>(sum) << (range.rounding == Rounding::kWide ? 0 : channel.left + 1);
  return static_cast<int32_t>(scaled + static_cast<uint32_t>(channel.bias));
}

}  // namespace kernels
}  // namespace nestling

#endif  // NESTLING_KERNELS_REQUANTISE_H_
