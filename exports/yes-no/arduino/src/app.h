#ifndef NESTLING_APP_H_
#define NESTLING_APP_H_

#include <stdint.h>

#include "decision.h"
#include "devices.h"
#include "frontend/feature_stream.h"
#include "protocol/line_reader.h"
#include "protocol/line_writer.h"
#include "recorder.h"
#include "replay.h"
#include "runtime/model.h"

namespace nestling {

constexpr char kFirmwareVersion[] = "0.1.0";

// What the board does: microphone -> features a hop at a time -> model -> decision -> lines and LED, and commands in between.
// Owns every buffer; there may be one only, because there is one model.
class App {
 public:
  App(Microphone* microphone, SerialLine* serial, Led* led, Clock* clock);

  // Checks the model and says hello, or what is wrong: with that, or with the devices.
  void Begin(Status devices);

  // One turn of the loop: takes what has come by the serial line and by the microphone. Never waits.
  void Poll();

 private:
  void ReadCommands();
  void Obey();
  void Listen();
  void SkipLostSamples();
  void Infer();
  void Detect(const int8_t* scores);
  void SayHello();
  void SayError(const char* detail);
  void SayError(uint32_t re, const char* detail);
  void Answer(uint32_t re, Status status);
  Status SetStreaming();
  Status SetPreset();
  Status SetThreshold();
  Status StartRecording();
  void DoReplay();
  void SayResult(uint32_t re);

  Microphone* microphone_;
  SerialLine* serial_;
  Led* led_;
  Clock* clock_;
  LineReader reader_;
  LineWriter writer_;
  MfccExtractor extractor_;
  FeatureStream stream_;
  Decision decision_;
  Recorder recorder_;
  Replay replay_;
  Status status_ = kOk;
  bool is_streaming_ = true;
  uint64_t n_heard_ = 0;  // samples since start, lost ones too
  uint32_t n_lost_ = 0;
  uint32_t features_us_ = 0;  // since the last inference
  int frames_to_inference_ = kNFrames;
  uint64_t led_off_at_ = 0;
  int8_t features_[kNFeatures];
};

}  // namespace nestling

#endif  // NESTLING_APP_H_
