#include "replay.h"

#include <string.h>

#include "protocol/base64.h"

namespace nestling {

Status Replay::Push(const JsonReader& command, bool* is_complete) {
  *is_complete = false;
  Status status = CheckOrder(command);
  if (status == kOk) status = Take(command);
  if (status == kOk && ++next_piece_ == n_pieces_) {
    *is_complete = n_taken_ == (is_clip_ ? kWindow : kNFeatures);
    if (!*is_complete) status = "the pieces are not one window";
    if (*is_complete && is_clip_) stream_.CopyWindow(features_);
  }
  if (status != kOk || *is_complete) next_piece_ = 0;
  return status;
}

Status Replay::CheckOrder(const JsonReader& command) {
  const bool is_clip = command.IsString("kind", "clip");
  uint32_t piece, n_pieces;
  if (!is_clip && !command.IsString("kind", "features")) return "'kind' must be clip or features";
  if (!command.GetUint32("piece", &piece) || !command.GetUint32("pieces", &n_pieces) || piece >= n_pieces) {
    return "'piece' must be 0 to 'pieces' - 1";
  }
  if (piece == 0) {
    is_clip_ = is_clip;
    n_pieces_ = n_pieces;
    next_piece_ = 0;
    n_taken_ = 0;
    features_us_ = 0;
    stream_.Reset();
  }
  const bool is_next = piece == next_piece_ && n_pieces == n_pieces_ && is_clip == is_clip_;
  return is_next ? kOk : "a piece is missing; begin again with piece 0";
}

Status Replay::Take(const JsonReader& command) {
  const JsonMember* data = command.Find("data");
  if (data == nullptr || data->kind != JsonMember::kString) return "'data' must be base64";
  const int n_bytes = Base64Decode(data->text, data->text_length, data_, kMaxDataBytes);
  if (n_bytes < 0) return "'data' must be base64 of at most 600 bytes";
  return is_clip_ ? TakeSamples(n_bytes) : TakeFeatures(n_bytes);
}

Status Replay::TakeSamples(int n_bytes) {
  const int n = n_bytes / 2;
  if (n_bytes % 2 != 0) return "a piece ends within a sample";
  if (n > kWindow - n_taken_) return "the pieces are more than one window";
  const uint32_t started = clock_->Micros();
  // Both the board and the PC are little-endian, as the protocol is.
  const int16_t* pcm = reinterpret_cast<const int16_t*>(data_);
  for (int taken = 0; taken < n;) {
    bool has_frame;
    taken += stream_.Push(pcm + taken, n - taken, &has_frame);
  }
  features_us_ += clock_->Micros() - started;
  n_taken_ += n;
  return kOk;
}

Status Replay::TakeFeatures(int n_bytes) {
  if (n_bytes > kNFeatures - n_taken_) return "the pieces are more than one window";
  memcpy(features_ + n_taken_, data_, n_bytes);
  n_taken_ += n_bytes;
  return kOk;
}

}  // namespace nestling
