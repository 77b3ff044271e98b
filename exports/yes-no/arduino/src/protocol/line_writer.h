#ifndef NESTLING_PROTOCOL_LINE_WRITER_H_
#define NESTLING_PROTOCOL_LINE_WRITER_H_

#include <stdint.h>

#include "../devices.h"
#include "line.h"

namespace nestling {

// Writes one line of the protocol after another: Begin, the members, End. A line that would be too long is not sent, its
// number is not used, and it is counted.
class LineWriter {
 public:
  explicit LineWriter(SerialLine* serial) : serial_(serial) {}

  void Begin(const char* type);
  void Integer(const char* name, int64_t value);
  void Null(const char* name);
  void Boolean(const char* name, bool value);
  // Text that is JSON already: ASCII, what must be escaped is.
  void Escaped(const char* name, const char* text);
  void EscapedList(const char* name, const char* const* texts, int n);
  // From 0 to 1 or little more, with four digits.
  void Fraction(const char* name, float value);
  void Integers(const char* name, const int8_t* values, int n);
  void Hex32(const char* name, uint32_t value);
  void Data(const char* name, const uint8_t* bytes, int n_bytes);
  void End();

  uint32_t n_too_long() const { return n_too_long_; }

 private:
  void Put(char c);
  void Put(const char* text);
  void PutInteger(int64_t value);
  void PutHex(uint32_t value);
  void PutName(const char* name);

  SerialLine* serial_;
  uint32_t seq_ = 0;
  uint32_t n_too_long_ = 0;
  int length_ = 0;  // may pass the buffer's: what does not fit is counted, not kept
  char line_[kMaxLineBytes];
};

}  // namespace nestling

#endif  // NESTLING_PROTOCOL_LINE_WRITER_H_
