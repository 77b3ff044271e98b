#include "arduino.h"

#include <Arduino.h>
#include <PDM.h>

#include "../generated/frontend_tables.h"
#include "../sample_ring.h"

namespace nestling {
namespace {

constexpr long kBaudRate = 115200;
constexpr int kRingSamples = 8192;  // half a second: an inference and the lines of a recording take less
constexpr int kInterruptSamples = 256;  // PDM's buffer: 512 bytes

// The microphone of the board's second revision takes about 3.5 s until what it gives is sound.
constexpr int kSettleSamples = 4 * kSampleRate;

SampleRing<kRingSamples> ring;

// Runs in an interrupt. It must read here: a buffer that is unread at the next interrupt makes the core switch the
// microphone off.
void OnPdmData() {
  static int16_t pcm[kInterruptSamples];
  int n_bytes = PDM.available();
  while (n_bytes > 0) {
    const int wanted = n_bytes < static_cast<int>(sizeof(pcm)) ? n_bytes : static_cast<int>(sizeof(pcm));
    const int n_read = PDM.read(pcm, wanted);
    if (n_read <= 0) return;
    ring.Push(pcm, n_read / 2);
    n_bytes -= n_read;
  }
}

class PdmMicrophone : public Microphone {
 public:
  int Read(int16_t* pcm, int max_samples) override {
    const int n = ring.Pop(pcm, max_samples);
    if (n_settling_ == 0) return n;
    n_settling_ = n < n_settling_ ? n_settling_ - n : 0;
    return 0;
  }

  uint32_t n_lost() const override { return ring.n_lost(); }

 private:
  int n_settling_ = kSettleSamples;
};

class UsbSerial : public SerialLine {
 public:
  int Read(char* bytes, int max_bytes) override {
    int n = 0;
    while (n < max_bytes && Serial.available() > 0) bytes[n++] = static_cast<char>(Serial.read());
    return n;
  }

  void Write(const char* bytes, int n_bytes) override {
    // Without a listener a write would wait for one.
    if (Serial) Serial.write(reinterpret_cast<const uint8_t*>(bytes), static_cast<size_t>(n_bytes));
  }
};

class RgbLed : public Led {
 public:
  void Show(uint32_t rgb) override {
    // The three light up when their pins are low.
    analogWrite(LEDR, 255 - static_cast<int>(rgb >> 16 & 255));
    analogWrite(LEDG, 255 - static_cast<int>(rgb >> 8 & 255));
    analogWrite(LEDB, 255 - static_cast<int>(rgb & 255));
  }
};

class BoardClock : public Clock {
 public:
  uint32_t Micros() override { return static_cast<uint32_t>(micros()); }
};

PdmMicrophone microphone;
UsbSerial serial;
RgbLed led;
BoardClock board_clock;

}  // namespace

Status StartDevices() {
  Serial.begin(kBaudRate);
  pinMode(LEDR, OUTPUT);
  pinMode(LEDG, OUTPUT);
  pinMode(LEDB, OUTPUT);
  led.Show(0);
  PDM.onReceive(OnPdmData);
  return PDM.begin(1, kSampleRate) ? kOk : "the microphone does not start";
}

Microphone* ArduinoMicrophone() { return &microphone; }
SerialLine* ArduinoSerial() { return &serial; }
Led* ArduinoLed() { return &led; }
Clock* ArduinoClock() { return &board_clock; }

}  // namespace nestling
