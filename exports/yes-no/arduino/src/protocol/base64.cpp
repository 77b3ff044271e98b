#include "base64.h"

namespace nestling {
namespace {

char Digit(uint32_t value) {
  value &= 63;
  if (value < 26) return static_cast<char>('A' + value);
  if (value < 52) return static_cast<char>('a' + value - 26);
  if (value < 62) return static_cast<char>('0' + value - 52);
  return value == 62 ? '+' : '/';
}

int Value(char digit) {
  if (digit >= 'A' && digit <= 'Z') return digit - 'A';
  if (digit >= 'a' && digit <= 'z') return digit - 'a' + 26;
  if (digit >= '0' && digit <= '9') return digit - '0' + 52;
  return digit == '+' ? 62 : digit == '/' ? 63 : -1;
}

}  // namespace

void Base64Encode(const uint8_t* bytes, int n_bytes, char* text) {
  for (int i = 0; i < n_bytes; i += 3) {
    const int n = n_bytes - i < 3 ? n_bytes - i : 3;
    const uint32_t bits = static_cast<uint32_t>(bytes[i]) << 16 | (n > 1 ? static_cast<uint32_t>(bytes[i + 1]) << 8 : 0u) |
                          (n > 2 ? bytes[i + 2] : 0u);
    *text++ = Digit(bits >> 18);
    *text++ = Digit(bits >> 12);
    *text++ = n > 1 ? Digit(bits >> 6) : '=';
    *text++ = n > 2 ? Digit(bits) : '=';
  }
}

int Base64Decode(const char* text, int length, uint8_t* bytes, int max_bytes) {
  if (length % 4 != 0) return -1;
  int n_written = 0;
  for (int i = 0; i < length; i += 4) {
    const bool is_last = i + 4 == length;
    const int padding = is_last && text[i + 3] == '=' ? (text[i + 2] == '=' ? 2 : 1) : 0;
    uint32_t bits = 0;
    for (int j = 0; j < 4 - padding; ++j) {
      const int value = Value(text[i + j]);
      if (value < 0) return -1;
      bits |= static_cast<uint32_t>(value) << (18 - 6 * j);
    }
    const int n = 3 - padding;
    if (n_written + n > max_bytes || (bits & (0xFFFFFFu >> (8 * n))) != 0) return -1;
    for (int j = 0; j < n; ++j) bytes[n_written++] = static_cast<uint8_t>(bits >> (16 - 8 * j));
  }
  return n_written;
}

}  // namespace nestling
