#ifndef NESTLING_DEVICES_H_
#define NESTLING_DEVICES_H_

#include <stdint.h>

// All that the application knows of the outside. Arduino's are in adapters/, the emulator's and the PC's in folders of
// their own beside this sketch.

namespace nestling {

class Microphone {
 public:
  // Moves at most max_samples samples, oldest first, into pcm; returns how many.
  virtual int Read(int16_t* pcm, int max_samples) = 0;

  // Samples lost since the start because nobody read in time. Counted modulo 2^32.
  virtual uint32_t n_lost() const = 0;

 protected:
  ~Microphone() = default;
};

class SerialLine {
 public:
  // Moves at most max_bytes bytes that have come into bytes; returns how many.
  virtual int Read(char* bytes, int max_bytes) = 0;

  // Sends them all, or, when nobody is connected, drops them all.
  virtual void Write(const char* bytes, int n_bytes) = 0;

 protected:
  ~SerialLine() = default;
};

class Led {
 public:
  // rgb: 0xRRGGBB; 0 is off.
  virtual void Show(uint32_t rgb) = 0;

 protected:
  ~Led() = default;
};

class Clock {
 public:
  // Microseconds, modulo 2^32.
  virtual uint32_t Micros() = 0;

 protected:
  ~Clock() = default;
};

}  // namespace nestling

#endif  // NESTLING_DEVICES_H_
