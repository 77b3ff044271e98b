// Nestling on an Arduino Nano 33 BLE Sense: hears words, and says so over serial and with its LED.
// Open this folder in the Arduino IDE as it is: the model is in src/generated.

#include "src/adapters/arduino.h"
#include "src/app.h"

static nestling::App app(nestling::ArduinoMicrophone(), nestling::ArduinoSerial(), nestling::ArduinoLed(),
                         nestling::ArduinoClock());

void setup() { app.Begin(nestling::StartDevices()); }

void loop() { app.Poll(); }
