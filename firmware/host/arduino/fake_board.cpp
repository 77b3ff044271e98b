// A Nano 33 BLE Sense on a PC, as far as the sketch sees it, fed by a script (../script.h): `s` bytes come by USB, `m`
// samples come to the PDM buffer and interrupt, `i` so they do while the loop is busy, `d` nobody listens to USB any more, `c` somebody does again.

#include <Arduino.h>
#include <PDM.h>
#include <string.h>

#include <deque>

#include "../script.h"

namespace {

std::deque<char> usb_in;
std::vector<char> pdm_buffer;
void (*on_pdm_data)() = nullptr;
bool is_connected = true;
int led_colour[3] = {255, 255, 255};

void Interrupt(const char* bytes, size_t n) {
  pdm_buffer.assign(bytes, bytes + n);
  on_pdm_data();
  if (!pdm_buffer.empty()) fprintf(stderr, "the buffer was not read in the interrupt\n");
}

}  // namespace

FakeUsbSerial Serial;
FakePdm PDM;

void pinMode(uint8_t, uint8_t) {}
void analogWrite(uint8_t pin, int value) {
  led_colour[pin - LEDR] = value;
  if (pin == LEDB) fprintf(stderr, "led %d %d %d\n", 255 - led_colour[0], 255 - led_colour[1], 255 - led_colour[2]);
}
unsigned long micros() { return 0; }

void FakeUsbSerial::begin(unsigned long) {}
int FakeUsbSerial::available() { return static_cast<int>(usb_in.size()); }
int FakeUsbSerial::read() {
  const char byte = usb_in.front();
  usb_in.pop_front();
  return static_cast<uint8_t>(byte);
}
size_t FakeUsbSerial::write(const uint8_t* bytes, size_t n_bytes) { return fwrite(bytes, 1, n_bytes, stdout); }
FakeUsbSerial::operator bool() { return is_connected; }

int FakePdm::begin(int n_channels, int sample_rate) { return n_channels == 1 && sample_rate == 16000; }
int FakePdm::available() { return static_cast<int>(pdm_buffer.size()); }
int FakePdm::read(void* buffer, size_t n_bytes) {
  const size_t n = n_bytes < pdm_buffer.size() ? n_bytes : pdm_buffer.size();
  memcpy(buffer, pdm_buffer.data(), n);
  pdm_buffer.erase(pdm_buffer.begin(), pdm_buffer.begin() + static_cast<std::ptrdiff_t>(n));
  return static_cast<int>(n);
}
void FakePdm::onReceive(void (*callback)(void)) { on_pdm_data = callback; }

int main() {
  constexpr size_t kInterruptBytes = 512;
  setup();
  char kind;
  std::vector<char> bytes;
  while (nestling::ReadStep(&kind, &bytes)) {
    if (kind == 's') usb_in.insert(usb_in.end(), bytes.begin(), bytes.end());
    if (kind == 'd' || kind == 'c') is_connected = kind == 'c';
    for (size_t at = 0; (kind == 'm' || kind == 'i') && at < bytes.size(); at += kInterruptBytes) {
      Interrupt(&bytes[at], bytes.size() - at < kInterruptBytes ? bytes.size() - at : kInterruptBytes);
      if (kind == 'm') loop();
    }
    do {
      loop();
    } while (!usb_in.empty());
    fflush(stdout);
  }
  return 0;
}
