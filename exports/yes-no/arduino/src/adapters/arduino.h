#ifndef NESTLING_ADAPTERS_ARDUINO_H_
#define NESTLING_ADAPTERS_ARDUINO_H_

#include "../devices.h"
#include "../status.h"

// The Nano 33 BLE Sense's own devices; this file's source is the only one that includes Arduino.h and PDM.h.

namespace nestling {

// Call it once, before the devices are used. Returns what is wrong with the microphone, if anything.
Status StartDevices();

Microphone* ArduinoMicrophone();
SerialLine* ArduinoSerial();
Led* ArduinoLed();
Clock* ArduinoClock();

}  // namespace nestling

#endif  // NESTLING_ADAPTERS_ARDUINO_H_
