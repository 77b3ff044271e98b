#ifndef NESTLING_DECISION_H_
#define NESTLING_DECISION_H_

#include <stdint.h>

#include "generated/bundle.h"

namespace nestling {

struct Detection {
  int label;
  float score;  // the mean, 0 to 1
  uint64_t at;  // samples since start
};

// From a stream of score vectors to detections, as the page's js/dsp/decision.js: scores are averaged over the last kNSmooth
// inferences; a keyword whose mean is the highest and reaches its own threshold is detected; then nothing is for kRefractory
// samples. Until kNSmooth inferences have come, nothing is detected, and kUnknownLabel never is. Begins with kFirstPreset.
class Decision {
 public:
  Decision() { UsePreset(kFirstPreset); }

  // scores: kNLabels int8 as they come out of the model. at: position of the inference's last sample.
  // Returns whether *detection was filled.
  bool Push(const int8_t* scores, uint64_t at, Detection* detection);

  // Forgets the scores, not the pause.
  void Reset();

  // One of kPresets, by its index.
  void UsePreset(int preset);

  // For every keyword, until a preset is used again.
  void UseThreshold(float threshold);

  // -1 while one threshold holds for every keyword.
  int preset() const { return preset_; }

 private:
  int BestSum(int* sum) const;

  int preset_;
  float thresholds_[kNLabels];
  uint32_t n_pushed_ = 0;  // up to kNSmooth
  int next_row_ = 0;
  uint64_t silent_until_ = 0;
  int8_t history_[kNSmooth][kNLabels];
};

// The first of the highest.
int HighestScore(const int8_t* scores);

}  // namespace nestling

#endif  // NESTLING_DECISION_H_
