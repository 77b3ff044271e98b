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
// inferences; a keyword whose mean is the highest and reaches the threshold is detected; then nothing is for kRefractory
// samples. Until kNSmooth inferences have come, nothing is detected, and kUnknownLabel never is.
class Decision {
 public:
  // scores: kNLabels int8 as they come out of the model. at: position of the inference's last sample.
  // Returns whether *detection was filled.
  bool Push(const int8_t* scores, uint64_t at, Detection* detection);

  // Forgets the scores, not the pause.
  void Reset();

  void set_threshold(float threshold) { threshold_ = threshold; }

 private:
  int BestSum(int* sum) const;

  float threshold_ = kThreshold;
  uint32_t n_pushed_ = 0;  // up to kNSmooth
  int next_row_ = 0;
  uint64_t silent_until_ = 0;
  int8_t history_[kNSmooth][kNLabels];
};

// The first of the highest.
int HighestScore(const int8_t* scores);

}  // namespace nestling

#endif  // NESTLING_DECISION_H_
