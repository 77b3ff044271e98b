import assert from 'node:assert/strict';
import test from 'node:test';

import { Resampler } from '../../web/js/dsp/resampler.js';
import { noise } from './vectors.js';

const RATE = 16000;
const RATES = [8000, 11025, 22050, 24000, 32000, 44100, 48000, 88200, 96000, 192000];

function resample(input, inputRate, chunk = input.length) {
  const resampler = new Resampler(inputRate, RATE);
  const pieces = [];
  for (let start = 0; start < input.length; start += chunk) {
    const piece = input.subarray(start, start + chunk);
    const out = new Float32Array(resampler.maxOutput(piece.length));
    pieces.push(...out.subarray(0, resampler.process(piece, out)));
  }
  return Float32Array.from(pieces);
}

function sine(hz, rate, n) {
  return Float32Array.from({ length: n }, (_, i) => 0.5 * Math.sin((2 * Math.PI * hz * i) / rate));
}

// Away from both ends, where the filter hangs over the signal's edge.
function middle(samples) {
  return samples.subarray(500, samples.length - 500);
}

function decibels(samples, reference) {
  const rms = (values) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
  return 20 * Math.log10(rms(samples) / rms(reference));
}

for (const rate of RATES) {
  const lower = Math.min(rate, RATE);
  test(`${rate} Hz: the passband is flat and where it belongs in time`, () => {
    for (const share of [0.01, 0.1, 0.25, 0.4, 0.4375]) {
      const hz = share * lower;
      const got = middle(resample(sine(hz, rate, rate / 2), rate));
      const expected = sine(hz, RATE, 500 + got.length).subarray(500);
      assert.ok(Math.abs(decibels(got, expected)) < 0.1, `${hz} Hz: ${decibels(got, expected)} dB`);
      const error = got.map((value, i) => value - expected[i]);
      assert.ok(decibels(error, expected) < -60, `${hz} Hz: error ${decibels(error, expected)} dB`);
    }
  });
}

for (const rate of RATES.filter((value) => value > 16800)) {
  test(`${rate} Hz: what would fold below 7.6 kHz is 70 dB down`, () => {
    for (let hz = 8400; hz < rate / 2; hz += (rate / 2 - 8400) / 7.3) {
      const tone = sine(hz, rate, rate / 2);
      const got = decibels(middle(resample(tone, rate)), tone);
      assert.ok(got < -70, `${hz} Hz: ${got} dB`);
    }
  });
}

test('8000 Hz: images above the input\'s band are 70 dB down', () => {
  const got = middle(resample(sine(3000, 8000, 8000), 8000));
  const expected = sine(3000, RATE, 500 + got.length).subarray(500);
  assert.ok(decibels(got.map((value, i) => value - expected[i]), expected) < -70);
});

test('a chirp comes out as the same chirp', () => {
  const chirp = (rate, n) => Float32Array.from({ length: n }, (_, i) => 0.5 * Math.sin(2 * Math.PI * (100 * (i / rate) + 3400 * (i / rate) ** 2)));
  const got = middle(resample(chirp(48000, 48000), 48000));
  const expected = chirp(RATE, 500 + got.length).subarray(500);
  got.forEach((value, i) => assert.ok(Math.abs(value - expected[i]) < 1e-3, `[${i}]: ${value}, not ${expected[i]}`));
});

test('a constant stays a constant, without a hum', () => {
  for (const rate of [11025, 44100, 48000]) {
    for (const value of middle(resample(new Float32Array(rate).fill(0.25), rate))) assert.ok(Math.abs(value - 0.25) < 1e-6);
  }
});

test('an impulse comes out at its own time, symmetric', () => {
  const input = new Float32Array(4800);
  input[2400] = 1; // 0.05 s: output 800
  const got = resample(input, 48000);
  assert.equal(got.indexOf(Math.max(...got)), 800);
  for (let i = 1; i < 60; i++) assert.ok(Math.abs(got[800 - i] - got[800 + i]) < 1e-7);
});

// The same filter, written down again from its definition: float64, no phases, I0 by its integral.
function besselI0(x) {
  const steps = 2000;
  let sum = 0;
  for (let i = 0; i < steps; i++) sum += Math.exp(x * Math.cos((Math.PI * (i + 0.5)) / steps));
  return sum / steps;
}

function convolveDirectly(input, rate, j) {
  const lower = Math.min(rate, RATE);
  const cutoff = (7.7 / 16) * (lower / rate);
  const reach = Math.ceil(72 / (2.285 * 2 * Math.PI * (1.4 / 16) * (lower / rate)) / 2);
  const centre = (j * rate) / RATE;
  let sum = 0;
  let gain = 0;
  for (let k = Math.floor(centre) - reach + 1; k <= Math.floor(centre) + reach; k++) {
    const t = centre - k;
    const sinc = t === 0 ? 1 : Math.sin(2 * Math.PI * cutoff * t) / (2 * Math.PI * cutoff * t);
    const tap = sinc * besselI0(0.1102 * (80 - 8.7) * Math.sqrt(Math.max(0, 1 - (t / reach) ** 2)));
    gain += tap;
    sum += tap * (input[k] ?? 0);
  }
  return sum / gain;
}

test('equal to the filter\'s definition, convolved directly', () => {
  for (const rate of [8000, 22050, 44100, 47999, 48000]) {
    const input = noise(2000, rate);
    const got = resample(input, rate);
    for (let j = 0; j < got.length; j += 37) {
      const expected = convolveDirectly(input, rate, j);
      assert.ok(Math.abs(got[j] - expected) < 1e-6, `${rate} Hz [${j}]: ${got[j]}, not ${expected}`);
    }
  }
});

test('the output does not depend on how the input is cut', () => {
  for (const rate of [8000, 16000, 44100, 48000]) {
    const input = noise(9001, 7);
    const whole = resample(input, rate);
    for (const chunk of [1, 7, 128, 1024, 5000]) assert.deepEqual(resample(input, rate, chunk), whole);
  }
});

test('no sample is lost: the output\'s length follows the input\'s', () => {
  for (const rate of RATES) {
    const resampler = new Resampler(rate, RATE);
    const n = resampler.process(new Float32Array(rate), new Float32Array(resampler.maxOutput(rate)));
    assert.equal(n, Math.ceil(((rate - resampler.latency) * RATE) / rate));
  }
});

test('equal rates pass through untouched', () => {
  const input = noise(1000, 3);
  assert.deepEqual(resample(input, RATE), input);
  assert.equal(new Resampler(RATE, RATE).latency, 0);
});

test('rates that no microphone has are refused', () => {
  for (const rate of [7999, 192001, 44100.5, NaN]) assert.throws(() => new Resampler(rate, RATE), /inputRate must be a whole number from 8000 to 192000 Hz/);
});
