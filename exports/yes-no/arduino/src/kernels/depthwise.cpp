#include "depthwise.h"

#include <stddef.h>

namespace nestling {
namespace kernels {
namespace {

constexpr int kGroup = 4;  // channels in a word

// One place of the outputs: what lies under the window, tap by tap.
class Taps {
 public:
  Taps(const DepthwiseParams& params, const int8_t* image, int top, int left)
      : window_(params.window), zero_(params.in_zero_point), image_(image), top_(top), left_(left) {}

  // The inputs under a tap, or null outside of the image.
  const int8_t* At(int ky, int kx) const {
    const int y = top_ + ky * window_.dilation_height;
    const int x = left_ + kx * window_.dilation_width;
    if (y < 0 || y >= window_.in_height || x < 0 || x >= window_.in_width) return nullptr;
    return image_ + (y * window_.in_width + x) * window_.in_channels;
  }

  int32_t Sum(const int8_t* weights, int in_channel, int out_channel) const {
    int32_t sum = 0;
    weights += out_channel;
    for (int ky = 0; ky < window_.height; ++ky) {
      for (int kx = 0; kx < window_.width; ++kx, weights += window_.out_channels) {
        const int8_t* inputs = At(ky, kx);
        sum += (inputs ? inputs[in_channel] : zero_) * *weights;
      }
    }
    return sum;
  }

  // Four channels at once, where each has one output.
  void SumGroup(const int8_t* weights, int channel, int32_t* sums) const {
    int32_t sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0;
    const uint32_t zeros = Pair(zero_, zero_);
    weights += channel;
    for (int ky = 0; ky < window_.height; ++ky) {
      for (int kx = 0; kx < window_.width; ++kx, weights += window_.out_channels) {
        const int8_t* inputs = At(ky, kx);
        const uint32_t word = inputs ? Load32(inputs + channel) : 0;
        const uint32_t even = inputs ? EvenBytes(word) : zeros;
        const uint32_t odd = inputs ? OddBytes(word) : zeros;
        const uint32_t factors = Load32(weights);
        const uint32_t even_factors = EvenBytes(factors);
        const uint32_t odd_factors = OddBytes(factors);
        sum0 = MulLowLow(even, even_factors, sum0);
        sum1 = MulLowLow(odd, odd_factors, sum1);
        sum2 = MulHighHigh(even, even_factors, sum2);
        sum3 = MulHighHigh(odd, odd_factors, sum3);
      }
    }
    sums[0] = sum0;
    sums[1] = sum1;
    sums[2] = sum2;
    sums[3] = sum3;
  }

 private:
  const Window& window_;
  const int32_t zero_;
  const int8_t* image_;
  const int top_;
  const int left_;
};

void Place(const DepthwiseParams& params, const Taps& taps, int8_t* output) {
  const int n_channels = params.window.out_channels;
  int channel = 0;
  for (; params.multiplier == 1 && channel + kGroup <= n_channels; channel += kGroup) {
    int32_t sums[kGroup];
    taps.SumGroup(params.weights, channel, sums);
    for (int i = 0; i < kGroup; ++i) {
      const Channel& here = params.channels[channel + i];
      output[channel + i] = Requantise(WithBias(sums[i], here, params.range), here, params.range);
    }
  }
  for (; channel < n_channels; ++channel) {
    const Channel& here = params.channels[channel];
    const int32_t sum = taps.Sum(params.weights, channel / params.multiplier, channel);
    output[channel] = Requantise(WithBias(sum, here, params.range), here, params.range);
  }
}

// The gathered inputs of four channels: two rows of the image in a word's two halves, four channels side by side.
struct Plane {
  uint32_t* words;
  int n_columns;  // with padding

  uint32_t* Row(int pair) const { return words + pair * n_columns * kGroup; }
};

// Fewer than four channels at the end: their bytes, without a look at what lies behind.
NESTLING_INLINE uint32_t LoadBytes(const int8_t* from, int n) {
  uint32_t word = 0;
  for (int i = 0; i < n; ++i) word |= (static_cast<uint32_t>(from[i]) & 0xFFu) << (8 * i);
  return word;
}

NESTLING_INLINE void GatherWord(uint32_t upper, uint32_t lower, uint32_t* to) {
  const uint32_t upper_even = EvenBytes(upper);
  const uint32_t upper_odd = OddBytes(upper);
  const uint32_t lower_even = EvenBytes(lower);
  const uint32_t lower_odd = OddBytes(lower);
  to[0] = Lows(upper_even, lower_even);
  to[1] = Lows(upper_odd, lower_odd);
  to[2] = Highs(upper_even, lower_even);
  to[3] = Highs(upper_odd, lower_odd);
}

// n_columns of two rows, four channels of each; a step of 0 stays where it is.
#if NESTLING_HAS_DSP
NESTLING_ASSEMBLY void GatherRow(const int8_t*, int, const int8_t*, int, int, uint32_t*) {
  __asm volatile(
      "push {r4-r10, lr}\n"
      "ldrd r9, r10, [sp, #32]\n"
      "1:\n"
      "ldr r4, [r0]\n"
      "ldr r5, [r2]\n"
      "add r0, r1\n"
      "add r2, r3\n"
      "sxtb16 r6, r4\n"
      "sxtb16 r7, r4, ror #8\n"
      "sxtb16 r8, r5\n"
      "sxtb16 r12, r5, ror #8\n"
      "pkhbt r4, r6, r8, lsl #16\n"
      "pkhbt r5, r7, r12, lsl #16\n"
      "pkhtb r6, r8, r6, asr #16\n"
      "pkhtb r7, r12, r7, asr #16\n"
      "subs r9, #1\n"
      "stm r10!, {r4-r7}\n"
      "bne 1b\n"
      "pop {r4-r10, pc}\n");
}
#else
void GatherRow(const int8_t* upper, int upper_step, const int8_t* lower, int lower_step, int n_columns, uint32_t* to) {
  for (; n_columns > 0; --n_columns, upper += upper_step, lower += lower_step, to += kGroup) {
    GatherWord(Load32(upper), Load32(lower), to);
  }
}
#endif

void FillColumns(uint32_t pair, int n_columns, uint32_t* to) {
  for (int i = 0; i < n_columns * kGroup; ++i) to[i] = pair;
}

// The columns to the left and right of the image: the same for all channels.
void FillBorders(const DepthwiseParams& params, int n_pairs, const Plane& plane) {
  const uint32_t zeros = Pair(params.in_zero_point, params.in_zero_point);
  const int left = params.window.pad_left;
  const int right = plane.n_columns - left - params.window.in_width;
  for (int pair = 0; pair < n_pairs; ++pair) {
    FillColumns(zeros, left, plane.Row(pair));
    FillColumns(zeros, right, plane.Row(pair) + (plane.n_columns - right) * kGroup);
  }
}

// Rows from `top` on (in the image's coordinates) of n channels, from `image` on.
void Gather(const DepthwiseParams& params, const int8_t* image, int n, int top, int n_pairs, const Plane& plane) {
  const Window& window = params.window;
  const uint32_t zeros = static_cast<uint8_t>(params.in_zero_point) * 0x01010101u;
  const int8_t* const outside = reinterpret_cast<const int8_t*>(&zeros);
  const int row_bytes = window.in_width * window.in_channels;
  uint32_t* to = plane.words + window.pad_left * kGroup;
  for (int y = top; y < top + 2 * n_pairs; y += 2, to += plane.n_columns * kGroup) {
    const bool has_upper = y >= 0 && y < window.in_height;
    const bool has_lower = y + 1 >= 0 && y + 1 < window.in_height;
    const int8_t* upper = has_upper ? image + y * row_bytes : outside;
    const int8_t* lower = has_lower ? image + (y + 1) * row_bytes : outside;
    const int upper_step = has_upper ? window.in_channels : 0;
    const int lower_step = has_lower ? window.in_channels : 0;
    if (n == kGroup) {
      GatherRow(upper, upper_step, lower, lower_step, window.in_width, to);
      continue;
    }
    for (int x = 0; x < window.in_width; ++x, upper += upper_step, lower += lower_step) {
      GatherWord(LoadBytes(upper, n), LoadBytes(lower, n), to + x * kGroup);
    }
  }
}

// What one channel's loop over rows and columns needs, in the order of the loads in the assembly.
struct ChannelRun {
  const uint32_t* upper;  // the pair of rows that the windows begin with, and the one below
  const uint32_t* lower;
  int8_t* output;
  int32_t below;       // from an output to the one a row below; 0 where there is none
  uint32_t rows01[3];  // weights of rows 0 and 1, column by column
  uint32_t rows12[3];
  int32_t bias;
  int32_t step;  // from an output to the one beside it
  int8_t* end;   // of the row of outputs
  int32_t multiplier;
  int32_t addend;
  int32_t right;
  int32_t skip;       // bytes from the end of a pair of rows' use to the next pair
  int32_t row_bytes;  // of outputs
  int32_t n;          // pairs of rows
};

// Stride 1: rows of outputs in twos, whose windows cover the same two pairs of rows of inputs.
#if NESTLING_HAS_DSP

// r0 r1 inputs, r2 output, r3 below, r4-r6 rows01, r7-r9 rows12, r10 r11 sums; the rest of the run lies on the stack.
#define NESTLING_COLUMN(first, second, load0, load1) \
  "ldr r12, " load0 "\n"                             \
  "ldr lr, " load1 "\n"                              \
  first                                              \
  "smlabt r10, lr, " second ", r10\n"                \
  "smlad r11, lr, " second ", r11\n"
#define NESTLING_TWO_ROWS(rescale)                                                                     \
  __asm volatile(                                                                                      \
      "push {r4-r11, lr}\n"                                                                            \
      "sub sp, #36\n"                                                                                  \
      "add r1, r0, #40\n"                                                                              \
      "ldm r1, {r4-r12}\n"                                                                             \
      "stm sp, {r4-r12}\n"                                                                             \
      "ldm r0, {r0-r9}\n"                                                                              \
      "1:\n"                                                                                           \
      "ldr r11, [sp]\n"                                                                                \
      NESTLING_COLUMN("smlad r10, r12, r4, r11\n smlatb r11, r12, r4, r11\n", "r7", "[r0], #16", "[r1], #16") \
      NESTLING_COLUMN("smlad r10, r12, r5, r10\n smlatb r11, r12, r5, r11\n", "r8", "[r0]", "[r1]")    \
      NESTLING_COLUMN("smlad r10, r12, r6, r10\n smlatb r11, r12, r6, r11\n", "r9", "[r0, #16]", "[r1, #16]") \
      "ldrd r12, lr, [sp, #12]\n"                                                                      \
      rescale("r10") rescale("r11")                                                                    \
      "ldr lr, [sp, #20]\n"                                                                            \
      "asr r10, lr\n"                                                                                  \
      "asr r11, lr\n"                                                                                  \
      "ldrd r12, lr, [sp, #4]\n"                                                                       \
      "ssat r10, #8, r10\n"                                                                            \
      "ssat r11, #8, r11\n"                                                                            \
      "strb r11, [r2, r3]\n" /* first, so that the upper row stays where there is no lower one */      \
      "strb r10, [r2]\n"                                                                               \
      "add r2, r12\n"                                                                                  \
      "cmp r2, lr\n"                                                                                   \
      "bne 1b\n"                                                                                       \
      "ldrd r10, r11, [sp, #24]\n"                                                                     \
      "ldr r12, [sp, #32]\n"                                                                           \
      "add r0, r10\n"                                                                                  \
      "add r1, r10\n"                                                                                  \
      "add r2, r11\n"                                                                                  \
      "add lr, lr, r11, lsl #1\n"                                                                      \
      "str lr, [sp, #8]\n"                                                                             \
      "subs r12, #1\n"                                                                                 \
      "str r12, [sp, #32]\n"                                                                           \
      "bne 1b\n"                                                                                       \
      "add sp, #36\n"                                                                                  \
      "pop {r4-r11, pc}\n")
#define NESTLING_ABOVE_ZERO(sum) "smmlar " sum ", " sum ", r12, lr\n"
#define NESTLING_SIGNED(sum)                 \
  "smmulr " sum ", " sum ", r12\n"           \
  "add " sum ", " sum ", " sum ", asr #31\n" \
  "add " sum ", " sum ", lr\n"

static_assert(offsetof(ChannelRun, bias) == 40 && sizeof(ChannelRun) == 76, "the assembly loads them as 10 and 9 words");

NESTLING_ASSEMBLY void TwoRowsAboveZero(ChannelRun*) { NESTLING_TWO_ROWS(NESTLING_ABOVE_ZERO); }
NESTLING_ASSEMBLY void TwoRowsSigned(ChannelRun*) { NESTLING_TWO_ROWS(NESTLING_SIGNED); }

#else

template <Rounding kRounding>
void TwoRows(ChannelRun* run) {
  const Channel channel = {run->bias, run->multiplier, run->addend, static_cast<int16_t>(run->right), 0};
  const uint32_t* upper = run->upper;
  const uint32_t* lower = run->lower;
  int8_t* output = run->output;
  for (; run->n > 0; --run->n, output += run->row_bytes, run->end += 2 * run->row_bytes) {
    for (; output != run->end; output += run->step, upper += kGroup, lower += kGroup) {
      int32_t sum0 = run->bias;
      int32_t sum1 = run->bias;
      for (int j = 0; j < 3; ++j) {
        sum0 = Dot(upper[j * kGroup], run->rows01[j], sum0);
        sum1 = MulHighLow(upper[j * kGroup], run->rows01[j], sum1);
        sum0 = MulLowHigh(lower[j * kGroup], run->rows12[j], sum0);
        sum1 = Dot(lower[j * kGroup], run->rows12[j], sum1);
      }
      output[run->below] = static_cast<int8_t>(SaturateToByte(Rescaled<kRounding>(sum1, channel, 0)));
      output[0] = static_cast<int8_t>(SaturateToByte(Rescaled<kRounding>(sum0, channel, 0)));
    }
    upper += run->skip / 4;
    lower += run->skip / 4;
  }
}
void TwoRowsAboveZero(ChannelRun* run) { TwoRows<Rounding::kAboveZero>(run); }
void TwoRowsSigned(ChannelRun* run) { TwoRows<Rounding::kSigned>(run); }

#endif

void PackWeights(const int8_t* weights, int left, ChannelRun* run) {
  const int32_t factor = 1 << left;
  for (int j = 0; j < 3; ++j) {
    const int32_t middle = weights[3 + j] * factor;
    run->rows01[j] = Pair(weights[j] * factor, middle);
    run->rows12[j] = Pair(middle, weights[6 + j] * factor);
  }
}

// Stride 1, rounding fast. `words`: the channel's place in the plane.
void FastChannel(const DepthwiseParams& params, const Plane& plane, const uint32_t* words, int channel, int n_rows,
                 int8_t* output) {
  const Window& window = params.window;
  const Channel& here = params.channels[channel];
  const int row_words = plane.n_columns * kGroup;
  const int row_bytes = window.out_width * window.out_channels;
  ChannelRun run;
  PackWeights(params.weights + 9 * channel, here.left + 1, &run);
  run.bias = here.bias;
  run.step = window.out_channels;
  run.multiplier = here.multiplier;
  run.addend = here.addend;
  run.right = here.right;
  run.skip = 4 * kGroup * (plane.n_columns - window.out_width);
  run.row_bytes = row_bytes;
  const bool is_above_zero = params.range.rounding == Rounding::kAboveZero;
  for (int y = 0; y < n_rows; y += 2 * run.n) {
    run.upper = words + y / 2 * row_words;
    run.lower = run.upper + row_words;
    run.output = output + y * row_bytes;
    run.end = run.output + row_bytes;
    run.below = n_rows - y > 1 ? row_bytes : 0;
    const int n = n_rows - y > 1 ? (n_rows - y) / 2 : 1;
    run.n = n;
    if (is_above_zero) {
      TwoRowsAboveZero(&run);
    } else {
      TwoRowsSigned(&run);
    }
    run.n = n;
  }
}

// Any stride that has a kernel here, any rounding and range; row by row, at a pair of rows' upper or lower one.
void AnyChannel(const DepthwiseParams& params, const Plane& plane, const uint32_t* words, int channel, int n_rows,
                int8_t* output) {
  const Window& window = params.window;
  const Channel here = params.channels[channel];
  const int row_words = plane.n_columns * kGroup;
  ChannelRun run;
  PackWeights(params.weights + 9 * channel, params.range.rounding == Rounding::kWide ? 0 : here.left + 1, &run);
  for (int y = 0; y < n_rows; ++y) {
    const int top = y * window.stride_height;
    const uint32_t* upper = words + top / 2 * row_words;
    for (int x = 0; x < window.out_width; ++x, output += window.out_channels, upper += window.stride_width * kGroup) {
      const uint32_t* lower = upper + row_words;
      int32_t sum = here.bias;
      if (top % 2 == 0) {
        for (int j = 0; j < 3; ++j) {
          sum = MulLowHigh(lower[j * kGroup], run.rows12[j], Dot(upper[j * kGroup], run.rows01[j], sum));
        }
      } else {
        for (int j = 0; j < 3; ++j) {
          sum = Dot(lower[j * kGroup], run.rows12[j], MulHighLow(upper[j * kGroup], run.rows01[j], sum));
        }
      }
      *output = Requantise(sum, here, params.range);
    }
  }
}

void Band(const DepthwiseParams& params, const int8_t* image, int first_row, int n_rows, const Plane& plane, int8_t* output) {
  const Window& window = params.window;
  const int n_pairs = window.stride_height == 1 ? (n_rows + 1) / 2 + 1 : n_rows + 1;
  const int top = first_row * window.stride_height - window.pad_top;
  const bool is_fast = window.stride_height == 1 && IsFast(params.range);
  FillBorders(params, n_pairs, plane);
  output += first_row * window.out_width * window.out_channels;
  for (int channel = 0; channel < window.in_channels; channel += kGroup) {
    const int n = window.in_channels - channel < kGroup ? window.in_channels - channel : kGroup;
    Gather(params, image + channel, n, top, n_pairs, plane);
    for (int i = 0; i < n; ++i) {
      if (is_fast) {
        FastChannel(params, plane, plane.words + i, channel + i, n_rows, output + channel + i);
      } else {
        AnyChannel(params, plane, plane.words + i, channel + i, n_rows, output + channel + i);
      }
    }
  }
}

}  // namespace

void Depthwise(const DepthwiseParams& params, const int8_t* input, int8_t* output) {
  const Window& window = params.window;
  for (int batch = 0; batch < window.batches; ++batch) {
    for (int y = 0; y < window.out_height; ++y) {
      for (int x = 0; x < window.out_width; ++x, output += window.out_channels) {
        const Taps taps(params, input, y * window.stride_height - window.pad_top, x * window.stride_width - window.pad_left);
        Place(params, taps, output);
      }
    }
    input += window.in_height * window.in_width * window.in_channels;
  }
}

void Depthwise3x3(const DepthwiseParams& params, const int8_t* input, int8_t* output, uint32_t* scratch) {
  const Window& window = params.window;
  const int needed = (window.out_width - 1) * window.stride_width + 3;
  const int given = window.pad_left + window.in_width;
  const Plane plane = {scratch, needed > given ? needed : given};
  for (int batch = 0; batch < window.batches; ++batch) {
    for (int row = 0; row < window.out_height; row += params.band) {
      const int n = window.out_height - row < params.band ? window.out_height - row : params.band;
      Band(params, input, row, n, plane, output);
    }
    input += window.in_height * window.in_width * window.in_channels;
    output += window.out_height * window.out_width * window.out_channels;
  }
}

}  // namespace kernels
}  // namespace nestling
