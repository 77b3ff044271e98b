#include "recorder.h"

#include <string.h>

#include "generated/frontend_tables.h"

namespace nestling {

Status Recorder::Start(uint32_t re, uint32_t ms) {
  if (ms < 1 || ms > kMaxMs) return "'ms' must be 1 to 10000";
  if (is_recording()) return "a recording is going on";
  re_ = re;
  n_missing_ = static_cast<int>(ms * kSampleRate / 1000);
  n_pieces_ = (n_missing_ + kPieceSamples - 1) / kPieceSamples;
  piece_ = 0;
  n_waiting_ = 0;
  return kOk;
}

void Recorder::Push(const int16_t* pcm, int n) {
  while (n > 0 && n_missing_ > 0) {
    int taken = kPieceSamples - n_waiting_;
    if (taken > n) taken = n;
    if (taken > n_missing_) taken = n_missing_;
    memcpy(waiting_ + n_waiting_, pcm, taken * sizeof(int16_t));
    pcm += taken;
    n -= taken;
    n_waiting_ += taken;
    n_missing_ -= taken;
    if (n_waiting_ == kPieceSamples || n_missing_ == 0) SendPiece();
  }
}

void Recorder::SendPiece() {
  writer_->Begin("audio");
  writer_->Integer("re", re_);
  writer_->Integer("piece", piece_++);
  writer_->Integer("pieces", n_pieces_);
  // Both the board and the PC are little-endian, as the protocol is.
  writer_->Data("data", reinterpret_cast<const uint8_t*>(waiting_), n_waiting_ * 2);
  writer_->End();
  n_waiting_ = 0;
}

}  // namespace nestling
