#include "fft.h"

#include "../hot.h"

// A real transform of N points as a complex one of N / 2 and a split (W. H. Press et al., Numerical Recipes, 12.3).
// Every result here is a fixed sequence of float + - x, so that PC and Cortex-M4F agree to the last bit; changing the
// order of two additions changes bits, and `training/convert/board_frontend.py` must change with it.

namespace nestling {
namespace {

struct Complex {
  float re, im;
};

inline Complex Times(Complex x, float wr, float wi) {
  return {Product(x.re, wr) - Product(x.im, wi), Product(x.re, wi) + Product(x.im, wr)};
}

// One butterfly of radix 4: the inputs stand `step` numbers apart, the outputs take their places.
inline void JoinFour(float* z, int step, Complex a, Complex b, Complex c, Complex d) {
  const Complex sum_ac = {a.re + c.re, a.im + c.im}, dif_ac = {a.re - c.re, a.im - c.im};
  const Complex sum_bd = {b.re + d.re, b.im + d.im}, dif_bd = {b.re - d.re, b.im - d.im};
  z[0] = sum_ac.re + sum_bd.re;
  z[1] = sum_ac.im + sum_bd.im;
  z[step] = dif_ac.re + dif_bd.im;
  z[step + 1] = dif_ac.im - dif_bd.re;
  z[2 * step] = sum_ac.re - sum_bd.re;
  z[2 * step + 1] = sum_ac.im - sum_bd.im;
  z[3 * step] = dif_ac.re - dif_bd.im;
  z[3 * step + 1] = dif_ac.im + dif_bd.re;
}

void FirstStageOfTwo(float* z) {
  for (float* end = z + 2 * kFftPairs; z != end; z += 4) {
    const Complex a = {z[0], z[1]}, b = {z[2], z[3]};
    z[0] = a.re + b.re;
    z[1] = a.im + b.im;
    z[2] = a.re - b.re;
    z[3] = a.im - b.im;
  }
}

void FirstStageOfFour(float* z) {
  for (float* end = z + 2 * kFftPairs; z != end; z += 8) {
    JoinFour(z, 2, {z[0], z[1]}, {z[2], z[3]}, {z[4], z[5]}, {z[6], z[7]});
  }
}

// Joins transforms of `length` points four by four. w: 6 * length numbers.
void Stage(float* z, int length, const float* w) {
  const int step = 2 * length;
  const float* const end = z + 2 * kFftPairs;
  for (int k = 0; k < length; ++k, w += 6) {
    for (float* at = z + 2 * k; at < end; at += 4 * step) {
      const Complex b = {at[step], at[step + 1]};
      const Complex c = {at[2 * step], at[2 * step + 1]};
      const Complex d = {at[3 * step], at[3 * step + 1]};
      JoinFour(at, step, {at[0], at[1]}, Times(b, w[0], w[1]), Times(c, w[2], w[3]), Times(d, w[4], w[5]));
    }
  }
}

// From the transform of the pairs to the powers of the real signal's bins, two at a time.
void Split(const float* z, float* power) {
  const float* w = kFftSplit;
  for (int k = 1; k <= kFftPairs / 2; ++k, w += 2) {
    const float* low = z + 2 * k;
    const float* high = z + 2 * (kFftPairs - k);
    const Complex even = {low[0] + high[0], low[1] - high[1]};
    const Complex odd = Times({low[1] + high[1], high[0] - low[0]}, w[0], w[1]);
    const Complex sum = {even.re + odd.re, even.im + odd.im}, dif = {even.re - odd.re, even.im - odd.im};
    power[kFftPairs - k] = Product(dif.re, dif.re) + Product(dif.im, dif.im);
    power[k] = Product(sum.re, sum.re) + Product(sum.im, sum.im);
  }
}

}  // namespace

void PowerSpectrum(float* z, float* power) {
  if (kFftStartsWithTwo) {
    FirstStageOfTwo(z);
  } else {
    FirstStageOfFour(z);
  }
  const float* twiddles = kFftTwiddles;
  for (int length = kFftStartsWithTwo ? 2 : 4; length < kFftPairs; length *= 4) {
    Stage(z, length, twiddles);
    twiddles += 6 * length;
  }
  Split(z, power);
}

}  // namespace nestling
