#ifndef NESTLING_KERNELS_DSP_H_
#define NESTLING_KERNELS_DSP_H_

// The Cortex-M4's instructions on pairs of 16-bit numbers, each with a portable twin that gives the same bits, so that
// what is tested on a PC is what runs on the board. Include this first in a kernel: it also asks for -O2, since the
// Arduino core compiles with -Os, which costs half as many instructions again, and for loops that stay loops: filling
// three bytes is done before memset has been called.

#include <stdint.h>
#include <string.h>

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O2", "no-tree-loop-distribute-patterns")
#endif

#define NESTLING_INLINE static inline __attribute__((always_inline))

#if defined(__ARM_FEATURE_DSP) && defined(__thumb2__) && __ARM_ARCH_PROFILE == 'M'
#define NESTLING_HAS_DSP 1
#else
#define NESTLING_HAS_DSP 0
#endif

namespace nestling {
namespace kernels {

// Four bytes from anywhere: the M4 loads words that are not aligned.
NESTLING_INLINE uint32_t Load32(const void* from) {
  uint32_t word;
  memcpy(&word, from, sizeof(word));
  return word;
}

NESTLING_INLINE int32_t Low(uint32_t pair) { return static_cast<int16_t>(pair & 0xFFFFu); }
NESTLING_INLINE int32_t High(uint32_t pair) { return static_cast<int16_t>(pair >> 16); }
NESTLING_INLINE uint32_t Pair(int32_t low, int32_t high) {
  return (static_cast<uint32_t>(low) & 0xFFFFu) | (static_cast<uint32_t>(high) << 16);
}

#if NESTLING_HAS_DSP

// A function that is assembly throughout. `used`, because a compiler that sees no use of its parameters may drop them.
#define NESTLING_ASSEMBLY __attribute__((naked, noinline, used))

#define NESTLING_ASM1(name, instruction)                  \
  NESTLING_INLINE uint32_t name(uint32_t a) {             \
    uint32_t result;                                      \
    __asm(instruction : "=r"(result) : "r"(a));           \
    return result;                                        \
  }
#define NESTLING_ASM2(name, instruction)                  \
  NESTLING_INLINE uint32_t name(uint32_t a, uint32_t b) { \
    uint32_t result;                                      \
    __asm(instruction : "=r"(result) : "r"(a), "r"(b));   \
    return result;                                        \
  }
#define NESTLING_ASM3(name, instruction)                                 \
  NESTLING_INLINE int32_t name(uint32_t a, uint32_t b, int32_t sum) {    \
    int32_t result;                                                      \
    __asm(instruction : "=r"(result) : "r"(a), "r"(b), "r"(sum));        \
    return result;                                                       \
  }

NESTLING_ASM1(EvenBytes, "sxtb16 %0, %1")
NESTLING_ASM1(OddBytes, "sxtb16 %0, %1, ror #8")
NESTLING_ASM2(AddPairs, "sadd16 %0, %1, %2")
NESTLING_ASM2(AddEvenBytes, "sxtab16 %0, %1, %2")
NESTLING_ASM2(AddOddBytes, "sxtab16 %0, %1, %2, ror #8")
NESTLING_ASM2(Lows, "pkhbt %0, %1, %2, lsl #16")
NESTLING_ASM2(Highs, "pkhtb %0, %2, %1, asr #16")
NESTLING_ASM3(Dot, "smlad %0, %1, %2, %3")
NESTLING_ASM3(MulLowLow, "smlabb %0, %1, %2, %3")
NESTLING_ASM3(MulLowHigh, "smlabt %0, %1, %2, %3")
NESTLING_ASM3(MulHighLow, "smlatb %0, %1, %2, %3")
NESTLING_ASM3(MulHighHigh, "smlatt %0, %1, %2, %3")

NESTLING_INLINE int32_t RoundedHigh(int32_t a, int32_t b) {
  int32_t result;
  __asm("smmulr %0, %1, %2" : "=r"(result) : "r"(a), "r"(b));
  return result;
}
NESTLING_INLINE int32_t RoundedHighPlus(int32_t a, int32_t b, int32_t addend) {
  int32_t result;
  __asm("smmlar %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(addend));
  return result;
}
NESTLING_INLINE int32_t SaturateToByte(int32_t a) {
  int32_t result;
  __asm("ssat %0, #8, %1" : "=r"(result) : "r"(a) : "cc");
  return result;
}

#undef NESTLING_ASM1
#undef NESTLING_ASM2
#undef NESTLING_ASM3

#else

NESTLING_INLINE int32_t Byte(uint32_t word, int index) { return static_cast<int8_t>((word >> (8 * index)) & 0xFFu); }
// Sums wrap as the instructions' do.
NESTLING_INLINE int32_t Wrapped(int64_t sum) { return static_cast<int32_t>(static_cast<uint32_t>(sum)); }

// Bytes 0 and 2, and bytes 1 and 3, as pairs of 16-bit numbers.
NESTLING_INLINE uint32_t EvenBytes(uint32_t a) { return Pair(Byte(a, 0), Byte(a, 2)); }
NESTLING_INLINE uint32_t OddBytes(uint32_t a) { return Pair(Byte(a, 1), Byte(a, 3)); }
NESTLING_INLINE uint32_t AddPairs(uint32_t a, uint32_t b) { return Pair(Low(a) + Low(b), High(a) + High(b)); }
// A pair plus two bytes of a word.
NESTLING_INLINE uint32_t AddEvenBytes(uint32_t a, uint32_t b) { return AddPairs(a, EvenBytes(b)); }
NESTLING_INLINE uint32_t AddOddBytes(uint32_t a, uint32_t b) { return AddPairs(a, OddBytes(b)); }
// The low halves of two pairs, and the high halves; what comes first goes low.
NESTLING_INLINE uint32_t Lows(uint32_t a, uint32_t b) { return Pair(Low(a), Low(b)); }
NESTLING_INLINE uint32_t Highs(uint32_t a, uint32_t b) { return Pair(High(a), High(b)); }
// sum + a.low * b.low + a.high * b.high
NESTLING_INLINE int32_t Dot(uint32_t a, uint32_t b, int32_t sum) {
  return Wrapped(static_cast<int64_t>(sum) + Low(a) * Low(b) + static_cast<int64_t>(High(a)) * High(b));
}
// sum + one half of a * one half of b
NESTLING_INLINE int32_t MulLowLow(uint32_t a, uint32_t b, int32_t sum) { return Wrapped(int64_t{sum} + Low(a) * Low(b)); }
NESTLING_INLINE int32_t MulLowHigh(uint32_t a, uint32_t b, int32_t sum) { return Wrapped(int64_t{sum} + Low(a) * High(b)); }
NESTLING_INLINE int32_t MulHighLow(uint32_t a, uint32_t b, int32_t sum) { return Wrapped(int64_t{sum} + High(a) * Low(b)); }
NESTLING_INLINE int32_t MulHighHigh(uint32_t a, uint32_t b, int32_t sum) {
  return Wrapped(int64_t{sum} + High(a) * High(b));
}
// The upper 32 bits of a * b, rounded half up; and the same plus an addend.
NESTLING_INLINE int32_t RoundedHigh(int32_t a, int32_t b) {
  return static_cast<int32_t>((static_cast<int64_t>(a) * b + 0x80000000ll) >> 32);
}
NESTLING_INLINE int32_t RoundedHighPlus(int32_t a, int32_t b, int32_t addend) {
  return Wrapped(static_cast<int64_t>(RoundedHigh(a, b)) + addend);
}
NESTLING_INLINE int32_t SaturateToByte(int32_t a) { return a < -128 ? -128 : a > 127 ? 127 : a; }

#endif  // NESTLING_HAS_DSP

}  // namespace kernels
}  // namespace nestling

#endif  // NESTLING_KERNELS_DSP_H_
