#ifndef NESTLING_STATUS_H_
#define NESTLING_STATUS_H_

namespace nestling {

// Null when all went well, else a sentence that says what did not; it lives for ever.
using Status = const char*;
constexpr Status kOk = nullptr;

}  // namespace nestling

#endif  // NESTLING_STATUS_H_
