#ifndef NESTLING_PROTOCOL_LINE_H_
#define NESTLING_PROTOCOL_LINE_H_

// What both sides of the serial protocol agree on (DESIGN.md, "The serial protocol").

namespace nestling {

constexpr int kMaxLineBytes = 1024;  // with the line feed
constexpr int kMaxDataBytes = 600;   // in one piece, before base64
constexpr int kLineEndingBytes = sizeof(",\"crc\":\"00000000\"}") - 1;

}  // namespace nestling

#endif  // NESTLING_PROTOCOL_LINE_H_
