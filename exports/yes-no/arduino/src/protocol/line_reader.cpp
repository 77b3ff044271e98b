#include "line_reader.h"

#include <string.h>

#include "crc32.h"

namespace nestling {
namespace {

// Eight lower-case hex digits; false when they are anything else.
bool ReadHex32(const char* digits, uint32_t* value) {
  *value = 0;
  for (int i = 0; i < 8; ++i) {
    const char c = digits[i];
    const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    if (digit < 0) return false;
    *value = *value << 4 | static_cast<uint32_t>(digit);
  }
  return true;
}

bool IsNamed(const JsonMember& member, const char* name) {
  return member.name_length == static_cast<int>(strlen(name)) && memcmp(member.name, name, member.name_length) == 0;
}

}  // namespace

bool LineReader::Push(char byte) {
  if (byte == '\n') return EndLine();
  // One past the limit says that the line is too long; it stays so until it ends.
  if (length_ < kMaxLineBytes) line_[length_++] = byte;
  return false;
}

bool LineReader::EndLine() {
  const uint32_t last_seq = seq_;
  const bool is_whole = IsWhole();
  length_ = 0;
  if (!is_whole) {
    ++n_dropped_;
    return false;
  }
  json_.GetUint32("seq", &seq_);
  if (has_seq_ && seq_ != 0 && seq_ != last_seq + 1) ++n_gaps_;
  has_seq_ = true;
  return true;
}

bool LineReader::IsWhole() {
  if (length_ < kLineEndingBytes || length_ >= kMaxLineBytes) return false;
  const int body = length_ - kLineEndingBytes;
  uint32_t crc;
  const char* ending = line_ + body;
  if (memcmp(ending, ",\"crc\":\"", 8) != 0 || !ReadHex32(ending + 8, &crc) || crc != Crc32(line_, body)) return false;
  uint32_t seq;
  return json_.Read(line_, length_) && json_.n_members() >= 3 && IsNamed(json_.member(0), "type") &&
         json_.member(0).kind == JsonMember::kString && IsNamed(json_.member(1), "seq") && json_.GetUint32("seq", &seq);
}

}  // namespace nestling
