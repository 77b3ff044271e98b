#ifndef NESTLING_PROTOCOL_LINE_READER_H_
#define NESTLING_PROTOCOL_LINE_READER_H_

#include <stdint.h>

#include "json.h"
#include "line.h"

namespace nestling {

// Bytes as they come to lines that are whole; what is broken is skipped and counted.
class LineReader {
 public:
  // Returns whether this byte completed a line: json() and seq() are that line's until the next Push.
  bool Push(char byte);

  const JsonReader& json() const { return json_; }
  uint32_t seq() const { return seq_; }

  // Lines that were too long, cut, not of the form that commands have, or not what was sent.
  uint32_t n_dropped() const { return n_dropped_; }
  // Jumps in the sender's numbering; to begin again at 0 is none.
  uint32_t n_gaps() const { return n_gaps_; }

 private:
  bool EndLine();
  bool IsWhole();

  JsonReader json_;
  bool has_seq_ = false;
  uint32_t seq_ = 0;
  uint32_t n_dropped_ = 0;
  uint32_t n_gaps_ = 0;
  int length_ = 0;
  char line_[kMaxLineBytes];
};

}  // namespace nestling

#endif  // NESTLING_PROTOCOL_LINE_READER_H_
