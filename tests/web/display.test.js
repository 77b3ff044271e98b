import assert from 'node:assert/strict';
import test from 'node:test';

import { MAGMA, colorIndex, logMelToDb } from '../../web/js/dsp/colormap.js';

test('magma goes from black over magenta to pale yellow, ever brighter', () => {
  const row = (i) => [...MAGMA.subarray(3 * i, 3 * i + 3)];
  // matplotlib's own values
  for (const [i, expected] of [[0, [0, 0, 4]], [128, [183, 55, 121]], [255, [252, 253, 191]]]) {
    row(i).forEach((value, channel) => assert.ok(Math.abs(value - expected[channel]) <= 6, `row ${i}: ${row(i)}`));
  }
  const luminance = Array.from({ length: 256 }, (_, i) => row(i)[0] * 0.2126 + row(i)[1] * 0.7152 + row(i)[2] * 0.0722);
  for (let i = 8; i < 256; i += 8) assert.ok(luminance[i] > luminance[i - 8]);
});

test('decibels to rows, clamped at both ends', () => {
  assert.equal(logMelToDb(Math.log(100)), 20);
  assert.deepEqual([-90, -60, -30, 0, 20].map((db) => colorIndex(db, -60, 0)), [0, 0, 128, 255, 255]);
});
