#ifndef NESTLING_PROTOCOL_BASE64_H_
#define NESTLING_PROTOCOL_BASE64_H_

#include <stdint.h>

namespace nestling {

constexpr int Base64Length(int n_bytes) { return (n_bytes + 2) / 3 * 4; }

// Writes Base64Length(n_bytes) characters, with padding; no zero at the end.
void Base64Encode(const uint8_t* bytes, int n_bytes, char* text);

// Returns how many bytes were written, or -1 when the text is not base64 with padding (RFC 4648, unused bits zero) or
// holds more than max_bytes.
int Base64Decode(const char* text, int length, uint8_t* bytes, int max_bytes);

}  // namespace nestling

#endif  // NESTLING_PROTOCOL_BASE64_H_
