#ifndef NESTLING_HOST_PDM_H_
#define NESTLING_HOST_PDM_H_

// What firmware/nestling calls of the Nano 33 BLE's PDM library.

#include <stddef.h>

class FakePdm {
 public:
  int begin(int n_channels, int sample_rate);
  int available();
  int read(void* buffer, size_t n_bytes);
  void onReceive(void (*callback)(void));
};

extern FakePdm PDM;

#endif  // NESTLING_HOST_PDM_H_
