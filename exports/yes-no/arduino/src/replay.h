#ifndef NESTLING_REPLAY_H_
#define NESTLING_REPLAY_H_

#include <stdint.h>

#include "devices.h"
#include "frontend/feature_stream.h"
#include "generated/bundle.h"
#include "protocol/json.h"
#include "protocol/line.h"
#include "status.h"

namespace nestling {

// Takes a clip or features from the PC piece by piece, so that the board can be compared with it bit for bit. Frames are
// computed as their samples come: there is no room for a whole clip, and no need.
class Replay {
 public:
  Replay(MfccExtractor* extractor, Clock* clock) : stream_(extractor), clock_(clock) {}

  void SetQuantisation(float scale, int zero_point) { stream_.SetQuantisation(scale, zero_point); }

  // One `replay` command. After anything but kOk the next must be piece 0.
  // *is_complete: features() are those of all pieces.
  Status Push(const JsonReader& command, bool* is_complete);

  const int8_t* features() const { return features_; }
  uint32_t features_us() const { return features_us_; }

 private:
  Status CheckOrder(const JsonReader& command);
  Status Take(const JsonReader& command);
  Status TakeSamples(int n_bytes);
  Status TakeFeatures(int n_bytes);

  FeatureStream stream_;
  Clock* clock_;
  bool is_clip_ = false;
  uint32_t next_piece_ = 0;
  uint32_t n_pieces_ = 0;
  int n_taken_ = 0;  // samples of a clip, or features
  uint32_t features_us_ = 0;
  int8_t features_[kNFeatures];
  alignas(int16_t) uint8_t data_[kMaxDataBytes];
};

}  // namespace nestling

#endif  // NESTLING_REPLAY_H_
