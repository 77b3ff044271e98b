// The board in an emulator: the firmware's application between buffers in RAM, which the host fills and empties between
// two calls of BoardTurn (server/board/virtual.py).

#include <string.h>

#include "app.h"

// Read on the board, computed by the host: microseconds. An address of no memory.
#define CLOCK_REGISTER (*reinterpret_cast<volatile uint32_t*>(0x50000000u))

extern "C" {

constexpr int kMicrophoneSamples = 1600;
constexpr int kSerialInBytes = 2048;
constexpr int kSerialOutBytes = 16384;

// Written by the host, with how many there are; the board takes all of them in its turn.
int16_t microphone_samples[kMicrophoneSamples];
uint32_t n_microphone_samples;
uint32_t n_lost_samples;
char serial_in[kSerialInBytes];
uint32_t n_serial_in;

// Written by the board in its turn; the host takes all of it and sets the count to 0. What does not fit is counted.
char serial_out[kSerialOutBytes];
uint32_t n_serial_out;
uint32_t n_serial_out_dropped;
uint32_t led_colour;

void BoardBegin(void);
void BoardTurn(void);
}

namespace nestling {
namespace {

uint32_t n_samples_read = 0;
uint32_t n_bytes_read = 0;

class EmulatorMicrophone : public Microphone {
 public:
  int Read(int16_t* pcm, int max_samples) override {
    const uint32_t n_waiting = n_microphone_samples - n_samples_read;
    const uint32_t n = n_waiting < static_cast<uint32_t>(max_samples) ? n_waiting : static_cast<uint32_t>(max_samples);
    memcpy(pcm, microphone_samples + n_samples_read, n * sizeof(int16_t));
    n_samples_read += n;
    return static_cast<int>(n);
  }

  uint32_t n_lost() const override { return n_lost_samples; }
};

class EmulatorSerial : public SerialLine {
 public:
  int Read(char* bytes, int max_bytes) override {
    const uint32_t n_waiting = n_serial_in - n_bytes_read;
    const uint32_t n = n_waiting < static_cast<uint32_t>(max_bytes) ? n_waiting : static_cast<uint32_t>(max_bytes);
    memcpy(bytes, serial_in + n_bytes_read, n);
    n_bytes_read += n;
    return static_cast<int>(n);
  }

  void Write(const char* bytes, int n_bytes) override {
    const uint32_t n = static_cast<uint32_t>(n_bytes);
    if (n_serial_out + n > kSerialOutBytes) {
      n_serial_out_dropped += n;
      return;
    }
    memcpy(serial_out + n_serial_out, bytes, n);
    n_serial_out += n;
  }
};

class EmulatorLed : public Led {
 public:
  void Show(uint32_t rgb) override { led_colour = rgb; }
};

class EmulatorClock : public Clock {
 public:
  uint32_t Micros() override { return CLOCK_REGISTER; }
};

EmulatorMicrophone microphone;
EmulatorSerial serial;
EmulatorLed led;
EmulatorClock emulator_clock;
App app(&microphone, &serial, &led, &emulator_clock);

}  // namespace
}  // namespace nestling

void BoardBegin(void) { nestling::app.Begin(nestling::kOk); }

// Until all that the host brought is taken.
void BoardTurn(void) {
  nestling::n_samples_read = 0;
  nestling::n_bytes_read = 0;
  do {
    nestling::app.Poll();
  } while (nestling::n_samples_read < n_microphone_samples || nestling::n_bytes_read < n_serial_in);
  n_microphone_samples = 0;
  n_serial_in = 0;
}

int main() {
  BoardBegin();
  for (;;) BoardTurn();
}
