#ifndef NESTLING_HOST_SCRIPT_H_
#define NESTLING_HOST_SCRIPT_H_

#include <stdint.h>
#include <stdio.h>

#include <vector>

// How the tests drive a board on the PC. Standard input is a sequence of steps: one letter, the number of bytes that follow
// as a little-endian uint32, the bytes. What the board writes goes to standard output.

namespace nestling {

// Reads one step; false at the end of the input.
inline bool ReadStep(char* kind, std::vector<char>* bytes) {
  uint8_t head[5];
  if (fread(head, 1, sizeof(head), stdin) != sizeof(head)) return false;
  *kind = static_cast<char>(head[0]);
  const uint32_t n = head[1] | head[2] << 8 | head[3] << 16 | static_cast<uint32_t>(head[4]) << 24;
  bytes->resize(n);
  return n == 0 || fread(bytes->data(), 1, n, stdin) == n;
}

}  // namespace nestling

#endif  // NESTLING_HOST_SCRIPT_H_
