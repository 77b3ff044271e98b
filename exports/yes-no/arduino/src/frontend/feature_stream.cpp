#include "feature_stream.h"

#include <string.h>

#include "../hot.h"

namespace nestling {

int8_t Quantise(float x, float scale, int zero_point) {
  const float scaled = x / scale;
  // Far outside of int8 either way, and small enough for the trick below.
  const float near = scaled < -1024.0f ? -1024.0f : scaled > 1024.0f ? 1024.0f : scaled;
  // At 1.5 * 2^23 a float's steps are 1: adding it rounds half to even, as numpy's rint does.
  constexpr float kRound = 12582912.0f;
  const float shifted = near + kRound;
  const int value = static_cast<int>(shifted - kRound) + zero_point;
  return static_cast<int8_t>(value < -128 ? -128 : value > 127 ? 127 : value);
}

void FeatureStream::SetQuantisation(float scale, int zero_point) {
  scale_ = scale;
  zero_point_ = zero_point;
}

void FeatureStream::Reset() {
  n_samples_ = 0;
  next_ = 0;
}

int FeatureStream::Push(const int16_t* pcm, int n, bool* has_frame) {
  const int missing = kFrameLength - n_samples_;
  const int taken = n < missing ? n : missing;
  memcpy(pcm_ + n_samples_, pcm, taken * sizeof(int16_t));
  n_samples_ += taken;
  *has_frame = n_samples_ == kFrameLength;
  if (*has_frame) CompleteFrame();
  return taken;
}

void FeatureStream::CompleteFrame() {
  float mfcc[kNMfcc];
  extractor_->ProcessFrame(pcm_, kFrameLength, mfcc);
  for (int i = 0; i < kNMfcc; ++i) features_[next_ + i] = Quantise(mfcc[i], scale_, zero_point_);
  next_ = next_ + kNMfcc == kNFeatures ? 0 : next_ + kNMfcc;
  n_samples_ = kFrameLength - kHopLength;
  memmove(pcm_, pcm_ + kHopLength, n_samples_ * sizeof(int16_t));
}

void FeatureStream::CopyWindow(int8_t* features) const {
  const int n_old = kNFeatures - next_;
  memcpy(features, features_ + next_, n_old);
  memcpy(features + n_old, features_, next_);
}

}  // namespace nestling
