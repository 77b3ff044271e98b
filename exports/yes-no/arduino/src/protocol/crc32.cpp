#include "crc32.h"

namespace nestling {
namespace {

// Four bits at a time: 64 bytes of table where a byte at a time would need 1,024.
const uint32_t kTable[16] = {
    0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC, 0x76DC4190, 0x6B6B51F4, 0x4DB26158, 0x5005713C,
    0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C, 0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C,
};

}  // namespace

uint32_t Crc32(const void* bytes, int n_bytes, uint32_t before) {
  const uint8_t* at = static_cast<const uint8_t*>(bytes);
  uint32_t crc = ~before;
  for (int i = 0; i < n_bytes; ++i) {
    crc ^= at[i];
    crc = (crc >> 4) ^ kTable[crc & 15];
    crc = (crc >> 4) ^ kTable[crc & 15];
  }
  return ~crc;
}

}  // namespace nestling
