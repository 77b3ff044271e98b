// The front end as a program for the PC and for QEMU: frames.bin (int16) to mfcc.bin (float32) in the working folder.

#include <stdio.h>

#include "frontend/mfcc.h"

#ifdef __arm__
extern "C" void initialise_monitor_handles(void);  // newlib's files by semihosting
#endif

int main() {
#ifdef __arm__
  initialise_monitor_handles();
#endif
  static nestling::MfccExtractor extractor;
  static int16_t pcm[nestling::kFrameLength];
  float mfcc[nestling::kNMfcc];
  FILE* frames = fopen("frames.bin", "rb");
  FILE* features = fopen("mfcc.bin", "wb");
  if (frames == nullptr || features == nullptr) return 2;
  while (fread(pcm, sizeof(pcm), 1, frames) == 1) {
    if (extractor.ProcessFrame(pcm, nestling::kFrameLength, mfcc) != nestling::kOk) return 1;
    fwrite(mfcc, sizeof(mfcc), 1, features);
  }
  fclose(features);
  return extractor.ProcessFrame(pcm, nestling::kFrameLength - 1, mfcc) == nestling::kOk;
}
