// The front end alone in an emulator, to be compared with the PC's and counted.

#include "frontend/mfcc.h"

extern "C" {
int16_t frame[nestling::kFrameLength];
float mfcc[nestling::kNMfcc];
int ProcessFrame(void);
}

namespace {
nestling::MfccExtractor extractor;
}

int ProcessFrame(void) { return extractor.ProcessFrame(frame, nestling::kFrameLength, mfcc) == nestling::kOk; }

int main() { return ProcessFrame(); }
