import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

import { paramsCrc32 } from '../../web/js/dsp/parameters.js';
import { framesIn, parseParams } from '../../web/js/dsp/params.js';
import { readVectors } from './vectors.js';

const json = JSON.parse(readFileSync(new URL('../../training/features/mfcc.json', import.meta.url), 'utf8'));

test('the default front end is read, in camelCase, and frozen', () => {
  const params = parseParams(json);
  assert.equal(params.frameLength, 480);
  assert.equal(params.nFft, 512);
  assert.equal(params.logFloor, 1e-6);
  assert.ok(Object.isFrozen(params));
});

test('the CRC is the one that Python computed', () => {
  const { params, params_crc32: expected } = readVectors('mfcc.json');
  assert.equal(paramsCrc32(params), expected);
  assert.equal(paramsCrc32({ ...params, hop_length: 321 }) === expected, false);
  const reversed = Object.fromEntries(Object.entries(params).reverse());
  assert.equal(paramsCrc32(reversed), expected);
});

test('frames: a tail shorter than a frame is dropped', () => {
  const params = parseParams(json);
  assert.deepEqual([0, 479, 480, 799, 800, 16000].map((n) => framesIn(params, n)), [0, 0, 1, 1, 2, 49]);
});

// The sentences are those of training/features/params.py.
const refused = [
  [{ hop: 1 }, "unknown front end parameter 'hop'"],
  [{ fmax: undefined }, "front end parameter 'fmax' is missing"],
  [{ n_mels: '40' }, "n_mels must be of type int, got '40'"],
  [{ n_mels: 40.5 }, 'n_mels must be of type int, got 40.5'],
  [{ n_mels: true }, 'n_mels must be of type int, got True'],
  [{ fmin: null }, 'fmin must be of type float, got None'],
  [{ window: 1 }, 'window must be of type str, got 1'],
  [{ schema: 2 }, 'schema must be 1, got 2'],
  [{ window: 'hann_symmetric' }, "window must be one of hann_periodic, got 'hann_symmetric'"],
  [{ dct: 'dct2' }, "dct must be one of dct2_ortho, got 'dct2'"],
  [{ sample_rate: 3999 }, 'sample_rate must be 4000 to 48000, got sample_rate = 3999'],
  [{ n_fft: 500 }, 'n_fft must be a power of two from 64 to 4096, got n_fft = 500'],
  [{ frame_length: 513 }, 'frame_length must be 16 to n_fft, got frame_length = 513'],
  [{ hop_length: 481 }, 'hop_length must be 1 to frame_length, got hop_length = 481'],
  [{ clip_length: 160001 }, 'clip_length must be frame_length to 10 seconds, got clip_length = 160001'],
  [{ n_mels: 129 }, 'n_mels must be 4 to 128, got n_mels = 129'],
  [{ n_mfcc: 41 }, 'n_mfcc must be 1 to n_mels, got n_mfcc = 41'],
  [{ fmax: 8001 }, 'fmin and fmax must satisfy 0 <= fmin < fmax <= sample_rate / 2, got fmin = 20'],
  [{ log_floor: 0 }, 'log_floor must be 1e-12 to 1, got log_floor = 0'],
];

for (const [change, message] of refused) {
  test(`refused: ${message}`, () => {
    const values = { ...json, ...change };
    for (const key of Object.keys(values)) if (values[key] === undefined) delete values[key];
    assert.throws(() => parseParams(values), { message });
  });
}

test('what is no object is refused', () => {
  for (const value of [null, [], 'x', 1]) assert.throws(() => parseParams(value), /must be one JSON object/);
});

test('an infinite number is refused, as JSON.parse can make one', () => {
  assert.throws(() => parseParams({ ...json, fmax: JSON.parse('1e999') }), /fmax must be finite/);
});
