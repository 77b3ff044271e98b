#ifndef NESTLING_PROTOCOL_CRC32_H_
#define NESTLING_PROTOCOL_CRC32_H_

#include <stdint.h>

namespace nestling {

// zlib's CRC-32 of n bytes that come after those with the CRC `before`; 0 for none.
uint32_t Crc32(const void* bytes, int n_bytes, uint32_t before = 0);

}  // namespace nestling

#endif  // NESTLING_PROTOCOL_CRC32_H_
