#ifndef NESTLING_RECORDER_H_
#define NESTLING_RECORDER_H_

#include <stdint.h>

#include "protocol/line_writer.h"
#include "status.h"

namespace nestling {

// Sends what the microphone hears as `audio` lines, piece by piece while it is heard.
class Recorder {
 public:
  static constexpr uint32_t kMaxMs = 10000;

  explicit Recorder(LineWriter* writer) : writer_(writer) {}

  // re: number of the command. Refuses more than kMaxMs, nothing at all, and to record twice at once.
  Status Start(uint32_t re, uint32_t ms);

  // Takes samples as they come; those after the end are not recorded.
  void Push(const int16_t* pcm, int n);

  // Ends a recording that cannot be completed.
  void Cancel() { n_missing_ = 0; }

  bool is_recording() const { return n_missing_ > 0; }
  uint32_t re() const { return re_; }

 private:
  static constexpr int kPieceSamples = kMaxDataBytes / 2;

  void SendPiece();

  LineWriter* writer_;
  uint32_t re_ = 0;
  int n_missing_ = 0;
  int piece_ = 0;
  int n_pieces_ = 0;
  int n_waiting_ = 0;
  int16_t waiting_[kPieceSamples];
};

}  // namespace nestling

#endif  // NESTLING_RECORDER_H_
