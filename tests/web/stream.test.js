// Ring buffer, PCM, levels: what the worker feeds piece by piece.
import assert from 'node:assert/strict';
import test from 'node:test';

import { SILENCE_DB, peakDb, rmsDb } from '../../web/js/dsp/level.js';
import { floatToInt16 } from '../../web/js/dsp/pcm.js';
import { Ring } from '../../web/js/dsp/ring.js';

const count = (from, n) => Int16Array.from({ length: n }, (_, i) => from + i);

function last(ring, n) {
  const out = new Int16Array(n);
  ring.readLast(n, out);
  return [...out];
}

test('the ring gives the last samples, whatever the chunks', () => {
  for (const chunk of [1, 3, 10, 25]) {
    const ring = new Ring(10);
    for (let from = 0; from < 50; from += chunk) ring.write(count(from, Math.min(chunk, 50 - from)));
    assert.equal(ring.total, 50);
    assert.deepEqual(last(ring, 10), [...count(40, 10)]);
    assert.deepEqual(last(ring, 3), [47, 48, 49]);
  }
});

test('before the first sample the ring is silent', () => {
  const ring = new Ring(6);
  ring.write(count(1, 2));
  assert.deepEqual(last(ring, 5), [0, 0, 0, 1, 2]);
});

test('the ring reads up to any position that it still holds, and says when it does not', () => {
  const ring = new Ring(8);
  ring.write(count(0, 20));
  const out = new Int16Array(4);
  ring.readUntil(16, 4, out);
  assert.deepEqual([...out], [12, 13, 14, 15]);
  assert.throws(() => ring.readUntil(15, 4, out), /samples 11 to 15 are not among the last 8 of 20/);
  assert.throws(() => ring.readUntil(21, 4, out), /samples 17 to 21/);
});

test('float to int16: rounded, clamped', () => {
  const out = new Int16Array(7);
  floatToInt16(Float32Array.of(0, 0.5, -0.5, 1, -1, 7, 1.4 / 32768), 7, out);
  assert.deepEqual([...out], [0, 16384, -16384, 32767, -32768, 32767, 1]);
  const all = Int16Array.from({ length: 65536 }, (_, i) => i - 32768);
  const back = new Int16Array(65536);
  floatToInt16(Float32Array.from(all, (value) => value / 32768), 65536, back);
  assert.deepEqual(back, all);
});

test('levels in dBFS', () => {
  const sine = Int16Array.from({ length: 16000 }, (_, i) => 32767 * Math.sin(i / 5));
  assert.ok(Math.abs(rmsDb(sine) + 3.01) < 0.02);
  assert.ok(Math.abs(peakDb(sine)) < 0.01);
  assert.equal(peakDb(Int16Array.of(0, -32768)), 0);
  assert.equal(rmsDb(new Int16Array(10)), SILENCE_DB);
  assert.equal(rmsDb(new Int16Array(0)), SILENCE_DB);
});
