#ifndef NESTLING_FRONTEND_MFCC_H_
#define NESTLING_FRONTEND_MFCC_H_

#include <stdint.h>

#include "../status.h"
#include "fft.h"

namespace nestling {

// Turns frames of 16-bit PCM into MFCCs. Owns every buffer. Never call it from the PDM interrupt.
class MfccExtractor {
 public:
  // pcm: kFrameLength samples at kSampleRate. mfcc: room for kNMfcc floats.
  // Refuses, and leaves mfcc alone, unless n_samples == kFrameLength.
  Status ProcessFrame(const int16_t* pcm, int n_samples, float* mfcc);

 private:
  void Window(const int16_t* pcm);
  void LogMel();

  float z_[kFftSize];
  float power_[kFftPairs + 1];
  float log_mel_[kNMels];
};

}  // namespace nestling

#endif  // NESTLING_FRONTEND_MFCC_H_
