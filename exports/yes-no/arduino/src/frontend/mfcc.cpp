#include "mfcc.h"

#include <string.h>

#include "../hot.h"

namespace nestling {
namespace {

// Natural logarithm of a positive normal number, within 2 units in the last place: x = 2^e m with m between sqrt(1/2) and
// sqrt(2), log m = 2 artanh(s), s = (m - 1) / (m + 1). No libm: newlib's logf and glibc's differ in the last bit.
inline float Log(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof(bits));
  const int32_t exponent = static_cast<int32_t>(bits - 0x3F3504F3u) >> 23;
  bits -= static_cast<uint32_t>(exponent) << 23;
  float mantissa;
  memcpy(&mantissa, &bits, sizeof(mantissa));
  const float s = (mantissa - 1.0f) / (mantissa + 1.0f);
  const float z = Product(s, s);
  const float third = Product(z, 0.111111112f) + 0.142857149f;
  const float second = Product(third, z) + 0.200000003f;
  const float series = Product(second, z) + 0.333333343f;
  const float log_mantissa = Product(s + s, Product(z, series)) + (s + s);
  return Product(static_cast<float>(exponent), 0.693147182f) + log_mantissa;
}

inline float Dot(const float* x, const float* w, int n) {
  float total = 0.0f;
  for (int i = 0; i < n; ++i) total += Product(x[i], w[i]);
  return total;
}

}  // namespace

Status MfccExtractor::ProcessFrame(const int16_t* pcm, int n_samples, float* mfcc) {
  if (n_samples != kFrameLength) return "a frame has another length";
  Window(pcm);
  PowerSpectrum(z_, power_);
  LogMel();
  const float* row = kDct;
  for (int i = 0; i < kNMfcc; ++i, row += kNMels) mfcc[i] = Dot(log_mel_, row, kNMels);
  return kOk;
}

void MfccExtractor::Window(const int16_t* pcm) {
  constexpr int kFullPairs = kFrameLength / 2;
  for (int n = 0; n < kFullPairs; ++n) {
    float* pair = z_ + 2 * kFftPosition[n];
    pair[0] = static_cast<float>(pcm[2 * n]) * kHann[2 * n];
    pair[1] = static_cast<float>(pcm[2 * n + 1]) * kHann[2 * n + 1];
  }
  for (int n = kFullPairs; n < kFftPairs; ++n) {
    float* pair = z_ + 2 * kFftPosition[n];
    const bool is_last_of_odd = 2 * n == kFrameLength - 1;
    pair[0] = is_last_of_odd ? static_cast<float>(pcm[kFrameLength - 1]) * kHann[kFrameLength - 1] : 0.0f;
    pair[1] = 0.0f;
  }
}

void MfccExtractor::LogMel() {
  const float* weights = kMelWeights;
  for (int band = 0; band < kNMels; ++band) {
    const float sum = Dot(power_ + kMelStart[band], weights, kMelLength[band]);
    log_mel_[band] = Log(sum > kLogFloor ? sum : kLogFloor);
    weights += kMelLength[band];
  }
}

}  // namespace nestling
