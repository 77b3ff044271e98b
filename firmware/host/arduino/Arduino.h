#ifndef NESTLING_HOST_ARDUINO_H_
#define NESTLING_HOST_ARDUINO_H_

// What firmware/nestling calls of the Arduino core, declared as the core declares it, so that the sketch compiles on a PC.
// firmware/host/arduino/fake_board.cpp defines it for the tests.

#include <stddef.h>
#include <stdint.h>

// Macros of the core that spoil what is named like them.
#define bit(b) (1UL << (b))
#define constrain(x, low, high) ((x) < (low) ? (low) : ((x) > (high) ? (high) : (x)))
#define lowByte(word) ((uint8_t)((word) & 0xff))
#define highByte(word) ((uint8_t)((word) >> 8))
#define radians(degrees) ((degrees) * 0.017453292519943295)
#define sq(x) ((x) * (x))
#define F(text) (text)
#define PI 3.1415926535897932384626433832795
#define EULER 2.718281828459045235360287471352
#define DEC 10
#define HEX 16
#define OCT 8
#define BIN 2
#define DEFAULT 1
#define EXTERNAL 0

constexpr uint8_t OUTPUT = 1;
constexpr uint8_t LEDR = 22;
constexpr uint8_t LEDG = 23;
constexpr uint8_t LEDB = 24;

void pinMode(uint8_t pin, uint8_t mode);
void analogWrite(uint8_t pin, int value);
unsigned long micros();
void setup();
void loop();

class FakeUsbSerial {
 public:
  void begin(unsigned long baud_rate);
  int available();
  int read();
  size_t write(const uint8_t* bytes, size_t n_bytes);
  operator bool();
};

extern FakeUsbSerial Serial;

#endif  // NESTLING_HOST_ARDUINO_H_
