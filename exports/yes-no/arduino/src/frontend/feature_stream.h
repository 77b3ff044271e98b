#ifndef NESTLING_FRONTEND_FEATURE_STREAM_H_
#define NESTLING_FRONTEND_FEATURE_STREAM_H_

#include <stdint.h>

#include "mfcc.h"

namespace nestling {

constexpr int kNFeatures = kNFrames * kNMfcc;

// One float feature to the model's int8: round(x / scale) half to even, plus the zero point, clipped.
int8_t Quantise(float x, float scale, int zero_point);

// A stream of samples to the model's int8 input. Each frame is computed and quantised once and kept in a ring of one
// window, so that windows that overlap cost nothing more.
class FeatureStream {
 public:
  explicit FeatureStream(MfccExtractor* extractor) : extractor_(extractor) {}

  void SetQuantisation(float scale, int zero_point);

  // Forgets all samples and frames.
  void Reset();

  // Takes at most n samples, and none after one that completes a frame.
  // Returns how many were taken; *has_frame says whether one was completed.
  int Push(const int16_t* pcm, int n, bool* has_frame);

  // The last kNFrames frames since Reset, oldest first; there must have been as many. features: room for kNFeatures.
  void CopyWindow(int8_t* features) const;

 private:
  void CompleteFrame();

  MfccExtractor* extractor_;
  float scale_ = 1.0f;
  int zero_point_ = 0;
  int n_samples_ = 0;
  int next_ = 0;  // where the next frame's features go
  int16_t pcm_[kFrameLength];
  int8_t features_[kNFeatures];
};

}  // namespace nestling

#endif  // NESTLING_FRONTEND_FEATURE_STREAM_H_
