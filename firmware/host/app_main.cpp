// The application on a PC, with devices that a script feeds (script.h). Steps: `s` bytes come by the serial line, `m`
// samples (int16) come by the microphone, `l` samples (uint32) are lost, `t` microseconds (uint32) pass. After each step the
// loop runs until nothing waits. The LED's colours go to standard error, one a line.

#include <string.h>

#include <algorithm>
#include <deque>

#include "app.h"
#include "script.h"

namespace {

template <typename Item>
int Take(std::deque<Item>* from, Item* to, int max_items) {
  const int n = std::min(max_items, static_cast<int>(from->size()));
  std::copy(from->begin(), from->begin() + n, to);
  from->erase(from->begin(), from->begin() + n);
  return n;
}

class HostMicrophone : public nestling::Microphone {
 public:
  int Read(int16_t* pcm, int max_samples) override { return Take(&waiting, pcm, max_samples); }
  uint32_t n_lost() const override { return lost; }
  std::deque<int16_t> waiting;
  uint32_t lost = 0;
};

class HostSerial : public nestling::SerialLine {
 public:
  int Read(char* bytes, int max_bytes) override { return Take(&waiting, bytes, max_bytes); }
  void Write(const char* bytes, int n_bytes) override { fwrite(bytes, 1, static_cast<size_t>(n_bytes), stdout); }
  std::deque<char> waiting;
};

class HostLed : public nestling::Led {
 public:
  void Show(uint32_t rgb) override { fprintf(stderr, "%06x\n", static_cast<unsigned>(rgb)); }
};

class HostClock : public nestling::Clock {
 public:
  uint32_t Micros() override { return now; }
  uint32_t now = 0;
};

HostMicrophone microphone;
HostSerial serial;
HostLed led;
HostClock host_clock;
nestling::App app(&microphone, &serial, &led, &host_clock);

void DoStep(char kind, const std::vector<char>& bytes) {
  uint32_t number = 0;
  memcpy(&number, bytes.data(), std::min(sizeof(number), bytes.size()));
  if (kind == 's') serial.waiting.insert(serial.waiting.end(), bytes.begin(), bytes.end());
  if (kind == 'l') microphone.lost += number;
  if (kind == 't') host_clock.now += number;
  for (size_t i = 0; kind == 'm' && i + 1 < bytes.size(); i += 2) {
    int16_t sample;
    memcpy(&sample, &bytes[i], sizeof(sample));
    microphone.waiting.push_back(sample);
  }
}

}  // namespace

int main() {
  app.Begin(nestling::kOk);
  char kind;
  std::vector<char> bytes;
  while (nestling::ReadStep(&kind, &bytes)) {
    DoStep(kind, bytes);
    do {
      app.Poll();
    } while (!microphone.waiting.empty() || !serial.waiting.empty());
    fflush(stdout);
  }
  return 0;
}
