#ifndef NESTLING_HOT_H_
#define NESTLING_HOT_H_

// Include this last in a source file whose loops take the time: the Arduino core compiles with -Os, which costs half as
// many instructions again.
#if !defined(__clang__)
#pragma GCC optimize("O2")
#endif

// A register for floats, as inline assembly names it.
#if defined(__ARM_FP) && defined(__arm__)
#define NESTLING_FLOAT_REGISTER "+t"
#elif defined(__aarch64__)
#define NESTLING_FLOAT_REGISTER "+w"
#elif defined(__x86_64__)
#define NESTLING_FLOAT_REGISTER "+x"
#endif

namespace nestling {

// a * b, rounded. A fused multiply-add, which the Cortex-M4F has and SSE2 has not, rounds once where * and + round twice, and
// the board's features would not be the PC's. A sketch cannot choose its compiler's flags (-ffp-contract=off), so the
// product is made to pass through a register, which costs nothing.
static inline __attribute__((always_inline)) float Product(float a, float b) {
  float product = a * b;
#ifdef NESTLING_FLOAT_REGISTER
  __asm("" : NESTLING_FLOAT_REGISTER(product));
#endif
  return product;
}

}  // namespace nestling

#endif  // NESTLING_HOT_H_
