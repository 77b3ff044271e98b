#include "line_writer.h"

#include "base64.h"
#include "crc32.h"

namespace nestling {

void LineWriter::Begin(const char* type) {
  length_ = 0;
  Put("{\"type\":\"");
  Put(type);
  Put('"');
  Integer("seq", seq_);
}

void LineWriter::Integer(const char* name, int64_t value) {
  PutName(name);
  PutInteger(value);
}

void LineWriter::Null(const char* name) {
  PutName(name);
  Put("null");
}

void LineWriter::Boolean(const char* name, bool value) {
  PutName(name);
  Put(value ? "true" : "false");
}

void LineWriter::Escaped(const char* name, const char* text) {
  PutName(name);
  Put('"');
  Put(text);
  Put('"');
}

void LineWriter::EscapedList(const char* name, const char* const* texts, int n) {
  PutName(name);
  Put('[');
  for (int i = 0; i < n; ++i) {
    Put(i == 0 ? "\"" : ",\"");
    Put(texts[i]);
    Put('"');
  }
  Put(']');
}

void LineWriter::Fraction(const char* name, float value) {
  const int tenthousandths = static_cast<int>(value * 10000.0f + 0.5f);
  PutName(name);
  PutInteger(tenthousandths / 10000);
  Put('.');
  for (int unit = 1000; unit > 0; unit /= 10) Put(static_cast<char>('0' + tenthousandths / unit % 10));
}

void LineWriter::Integers(const char* name, const int8_t* values, int n) {
  PutName(name);
  Put('[');
  for (int i = 0; i < n; ++i) {
    if (i > 0) Put(',');
    PutInteger(values[i]);
  }
  Put(']');
}

void LineWriter::Hex32(const char* name, uint32_t value) {
  PutName(name);
  Put('"');
  PutHex(value);
  Put('"');
}

void LineWriter::Data(const char* name, const uint8_t* bytes, int n_bytes) {
  PutName(name);
  Put('"');
  const int n_digits = Base64Length(n_bytes);
  if (length_ + n_digits <= kMaxLineBytes) Base64Encode(bytes, n_bytes, line_ + length_);
  length_ += n_digits;
  Put('"');
}

void LineWriter::End() {
  if (length_ + kLineEndingBytes + 1 > kMaxLineBytes) {
    ++n_too_long_;
    return;
  }
  const uint32_t crc = Crc32(line_, length_);
  Put(",\"crc\":\"");
  PutHex(crc);
  Put("\"}\n");
  ++seq_;
  serial_->Write(line_, length_);
}

void LineWriter::Put(char c) {
  if (length_ < kMaxLineBytes) line_[length_] = c;
  ++length_;
}

void LineWriter::Put(const char* text) {
  while (*text != '\0') Put(*text++);
}

void LineWriter::PutInteger(int64_t value) {
  uint64_t rest = value < 0 ? -static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
  char digits[20];
  int n = 0;
  do {
    digits[n++] = static_cast<char>('0' + rest % 10);
    rest /= 10;
  } while (rest > 0);
  if (value < 0) Put('-');
  while (n > 0) Put(digits[--n]);
}

void LineWriter::PutHex(uint32_t value) {
  for (int shift = 28; shift >= 0; shift -= 4) Put("0123456789abcdef"[(value >> shift) & 15]);
}

void LineWriter::PutName(const char* name) {
  Put(",\"");
  Put(name);
  Put("\":");
}

}  // namespace nestling
