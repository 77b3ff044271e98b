#include "app.h"

#include <string.h>

#include "protocol/crc32.h"

namespace nestling {
namespace {

constexpr int kStrideFrames = kStride / kHopLength;
static_assert(kStride % kHopLength == 0 && kWindow == kClipLength, "manifest and front end do not fit together");
static_assert(kNModelInputs == kNFeatures, "manifest and front end do not fit together");

// Okabe and Ito's colours that nobody confuses, in the order of the page's `--label-0` to `--label-6`.
const uint32_t kColours[] = {0x0072B2, 0xE69F00, 0x009E73, 0xCC79A7, 0x56B4E9, 0xF0E442, 0xD55E00};
constexpr int kNColours = sizeof(kColours) / sizeof(kColours[0]);

Status CheckModel(ModelShape* model) {
  if (strcmp(kTablesCrc32, kParamsCrc32) != 0) return "the front end's tables are not those that the model was trained with";
  const Status status = InitModel(model);
  if (status != kOk) return status;
  if (model->n_frames != kNFrames || model->n_mfcc != kNMfcc) return "the model's input is not what the front end makes";
  if (model->n_labels != kNLabels) return "the model has not as many outputs as there are labels";
  const bool is_same = model->input_scale == kInputScale && model->input_zero_point == kInputZeroPoint &&
                       model->output_scale == kOutputScale && model->output_zero_point == kOutputZeroPoint;
  return is_same ? kOk : "the model's quantisation is not that of the manifest";
}

}  // namespace

App::App(Microphone* microphone, SerialLine* serial, Led* led, Clock* clock)
    : microphone_(microphone),
      serial_(serial),
      led_(led),
      clock_(clock),
      writer_(serial),
      stream_(&extractor_),
      recorder_(&writer_),
      replay_(&extractor_, clock) {}

void App::Begin(Status devices) {
  ModelShape model;
  status_ = devices == kOk ? CheckModel(&model) : devices;
  if (status_ == kOk) {
    stream_.SetQuantisation(model.input_scale, model.input_zero_point);
    replay_.SetQuantisation(model.input_scale, model.input_zero_point);
    SayHello();
  } else {
    SayError(status_);
  }
}

void App::Poll() {
  ReadCommands();
  Listen();
}

void App::ReadCommands() {
  char bytes[64];  // few at a time: the microphone must not wait for a chatty PC
  const int n = serial_->Read(bytes, sizeof(bytes));
  for (int i = 0; i < n; ++i) {
    if (reader_.Push(bytes[i])) Obey();
  }
}

void App::Obey() {
  const JsonReader& command = reader_.json();
  const uint32_t re = reader_.seq();
  if (status_ != kOk) {
    SayError(re, status_);
  } else if (command.IsString("type", "info")) {
    SayHello();
  } else if (command.IsString("type", "stream")) {
    Answer(re, SetStreaming());
  } else if (command.IsString("type", "decision")) {
    Answer(re, SetPreset());
  } else if (command.IsString("type", "threshold")) {
    Answer(re, SetThreshold());
  } else if (command.IsString("type", "record")) {
    const Status status = StartRecording();
    if (status != kOk) SayError(re, status);
  } else if (command.IsString("type", "replay")) {
    DoReplay();
  } else {
    SayError(re, "'type' must be info, stream, record, replay, decision or threshold");
  }
}

void App::Listen() {
  int16_t pcm[kHopLength];
  if (microphone_->n_lost() != n_lost_) SkipLostSamples();
  const int n = microphone_->Read(pcm, kHopLength);
  recorder_.Push(pcm, n);
  for (int taken = 0; status_ == kOk && taken < n;) {
    bool has_frame;
    const uint32_t started = clock_->Micros();
    const int now = stream_.Push(pcm + taken, n - taken, &has_frame);
    features_us_ += clock_->Micros() - started;
    taken += now;
    n_heard_ += static_cast<uint64_t>(now);
    if (has_frame && --frames_to_inference_ == 0) Infer();
  }
  if (led_off_at_ != 0 && n_heard_ >= led_off_at_) {
    led_->Show(0);
    led_off_at_ = 0;
  }
}

// What was lost came after all that still waits, so none of it may be joined with what comes next.
void App::SkipLostSamples() {
  int16_t pcm[kHopLength];
  int n;
  while ((n = microphone_->Read(pcm, kHopLength)) > 0) n_heard_ += static_cast<uint64_t>(n);
  const uint32_t n_lost = microphone_->n_lost();
  n_heard_ += n_lost - n_lost_;
  n_lost_ = n_lost;
  stream_.Reset();
  decision_.Reset();
  frames_to_inference_ = kNFrames;
  constexpr char kLost[] = "samples were lost: the board was busy for too long";
  if (recorder_.is_recording()) {
    recorder_.Cancel();
    SayError(recorder_.re(), kLost);
  } else {
    SayError(kLost);
  }
}

void App::Infer() {
  frames_to_inference_ = kStrideFrames;
  int8_t scores[kNLabels];
  stream_.CopyWindow(features_);
  const uint32_t started = clock_->Micros();
  status_ = RunModel(features_, scores);
  const uint32_t model_us = clock_->Micros() - started;
  if (status_ != kOk) return SayError(status_);
  if (is_streaming_) {
    writer_.Begin("inference");
    writer_.Integers("scores", scores, kNLabels);
    writer_.Integer("label", HighestScore(scores));
    writer_.Integer("features_us", features_us_);
    writer_.Integer("model_us", model_us);
    writer_.Integer("at", static_cast<int64_t>(n_heard_));
    writer_.End();
  }
  features_us_ = 0;
  Detect(scores);
}

void App::Detect(const int8_t* scores) {
  Detection detection;
  if (!decision_.Push(scores, n_heard_, &detection)) return;
  writer_.Begin("detection");
  writer_.Integer("label", detection.label);
  writer_.Fraction("score", detection.score);
  writer_.Integer("at", static_cast<int64_t>(detection.at));
  writer_.End();
  led_->Show(kColours[detection.label % kNColours]);
  led_off_at_ = detection.at + kRefractory;
}

void App::SayHello() {
  writer_.Begin("hello");
  writer_.Escaped("firmware", kFirmwareVersion);
  writer_.Escaped("bundle", kBundle);
  writer_.EscapedList("labels", kLabels, kNLabels);
  writer_.Escaped("params_crc32", kParamsCrc32);
  writer_.Escaped("runtime", kRuntimeName);
  writer_.Integer("arena_bytes", ModelArenaBytes());
  writer_.Integer("sample_rate", kSampleRate);
  writer_.Integer("window", kWindow);
  writer_.Integer("stride", kStride);
  writer_.EscapedList("presets", kPresets, kNPresets);
  if (decision_.preset() < 0) {
    writer_.Null("preset");
  } else {
    writer_.Escaped("preset", kPresets[decision_.preset()]);
  }
  writer_.End();
}

void App::SayError(const char* detail) {
  writer_.Begin("error");
  writer_.Null("re");
  writer_.Escaped("detail", detail);
  writer_.End();
}

void App::SayError(uint32_t re, const char* detail) {
  writer_.Begin("error");
  writer_.Integer("re", re);
  writer_.Escaped("detail", detail);
  writer_.End();
}

void App::Answer(uint32_t re, Status status) {
  if (status != kOk) return SayError(re, status);
  writer_.Begin("ack");
  writer_.Integer("re", re);
  writer_.End();
}

Status App::SetStreaming() { return reader_.json().GetBool("on", &is_streaming_) ? kOk : "'on' must be true or false"; }

Status App::SetPreset() {
  for (int preset = 0; preset < kNPresets; ++preset) {
    if (!reader_.json().IsString("preset", kPresets[preset])) continue;
    decision_.UsePreset(preset);
    return kOk;
  }
  return "'preset' must be one that hello names";
}

Status App::SetThreshold() {
  float value;
  if (!reader_.json().GetFloat("value", &value) || !(value >= 0.0f && value <= 1.0f)) return "'value' must be 0 to 1";
  decision_.UseThreshold(value);
  return kOk;
}

Status App::StartRecording() {
  uint32_t ms = 0;
  reader_.json().GetUint32("ms", &ms);
  return recorder_.Start(reader_.seq(), ms);
}

void App::DoReplay() {
  bool is_complete;
  const uint32_t re = reader_.seq();
  const Status status = replay_.Push(reader_.json(), &is_complete);
  if (is_complete) {
    SayResult(re);
  } else {
    Answer(re, status);
  }
}

void App::SayResult(uint32_t re) {
  int8_t scores[kNLabels];
  const uint32_t started = clock_->Micros();
  const Status status = RunModel(replay_.features(), scores);
  const uint32_t model_us = clock_->Micros() - started;
  if (status != kOk) return SayError(re, status);
  writer_.Begin("result");
  writer_.Integer("re", re);
  writer_.Hex32("features_crc32", Crc32(replay_.features(), kNFeatures));
  writer_.Integers("scores", scores, kNLabels);
  writer_.Integer("features_us", replay_.features_us());
  writer_.Integer("model_us", model_us);
  writer_.End();
}

}  // namespace nestling
