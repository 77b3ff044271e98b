#include "decision.h"

#include <string.h>

namespace nestling {

bool Decision::Push(const int8_t* scores, uint64_t at, Detection* detection) {
  memcpy(history_[next_row_], scores, kNLabels);
  next_row_ = next_row_ + 1 == kNSmooth ? 0 : next_row_ + 1;
  if (n_pushed_ < kNSmooth) ++n_pushed_;
  if (n_pushed_ < kNSmooth || at < silent_until_) return false;
  int sum = 0;
  const int best = BestSum(&sum);
  const float score = static_cast<float>(sum) * kOutputScale / static_cast<float>(kNSmooth);
  if (best == kUnknownLabel || score < thresholds_[best]) return false;
  silent_until_ = at + kRefractory;
  *detection = {best, score, at};
  return true;
}

void Decision::Reset() {
  n_pushed_ = 0;
  next_row_ = 0;
}

void Decision::UsePreset(int preset) {
  preset_ = preset;
  memcpy(thresholds_, kThresholds[preset], sizeof(thresholds_));
}

void Decision::UseThreshold(float threshold) {
  preset_ = -1;
  for (int label = 0; label < kNLabels; ++label) thresholds_[label] = threshold;
}

int Decision::BestSum(int* best_sum) const {
  int best = -1;
  for (int label = 0; label < kNLabels; ++label) {
    int sum = 0;
    for (int row = 0; row < kNSmooth; ++row) sum += history_[row][label] - kOutputZeroPoint;
    if (best < 0 || sum > *best_sum) {
      best = label;
      *best_sum = sum;
    }
  }
  return best;
}

int HighestScore(const int8_t* scores) {
  int best = 0;
  for (int label = 1; label < kNLabels; ++label) {
    if (scores[label] > scores[best]) best = label;
  }
  return best;
}

}  // namespace nestling
