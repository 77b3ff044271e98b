// The decision as a program for the PC. Lines on standard input: the preset's index; then a position and the scores of an
// inference. Each detection is a line on standard output: label, score, position.

#include <inttypes.h>
#include <stdio.h>

#include "decision.h"

int main() {
  nestling::Decision decision;
  int preset;
  if (scanf("%d", &preset) != 1) return 2;
  decision.UsePreset(preset);
  uint64_t at;
  while (scanf("%" SCNu64, &at) == 1) {
    int8_t scores[nestling::kNLabels];
    for (int8_t& score : scores) {
      if (scanf("%" SCNd8, &score) != 1) return 2;
    }
    nestling::Detection detection;
    if (decision.Push(scores, at, &detection)) {
      printf("%d %.9g %" PRIu64 "\n", detection.label, static_cast<double>(detection.score), detection.at);
    }
  }
  return 0;
}
