// Ring buffer, PCM, levels, decision: what the worker feeds piece by piece.
import assert from 'node:assert/strict';
import test from 'node:test';

import { Decision } from '../../web/js/dsp/decision.js';
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

const labels = ['yes', 'no', 'unknown'];
const params = { n_smooth: 3, threshold: 0.7, refractory: 16000 };

test('a keyword is detected when the mean of n_smooth scores reaches the threshold, then silence is kept', () => {
  const decision = new Decision(params, labels);
  const yes = [0.8, 0.1, 0.1];
  assert.equal(decision.push(yes, 3200).detection, null);
  assert.equal(decision.push(yes, 6400).detection, null);
  const { mean, best, detection } = decision.push(yes, 9600);
  assert.deepEqual({ ...detection, score: Number(detection.score.toFixed(9)) }, { label: 'yes', score: 0.8, at: 9600 });
  assert.equal(best, 0);
  assert.ok(Math.abs(mean[1] - 0.1) < 1e-12);
  for (let at = 12800; at < 9600 + 16000; at += 3200) assert.equal(decision.push(yes, at).detection, null);
  assert.equal(decision.push(yes, 25600).detection.at, 25600);
});

test('one loud inference among quiet ones is no detection', () => {
  const decision = new Decision(params, labels);
  const pushes = [[0, 0, 1], [1, 0, 0], [0, 0, 1], [0, 0, 1]].map((scores, i) => decision.push(scores, 3200 * i));
  assert.ok(pushes.every(({ detection }) => detection === null));
});

test('unknown is never detected, nor a keyword that is not the highest', () => {
  const unknown = new Decision({ ...params, n_smooth: 1 }, labels);
  assert.equal(unknown.push([0, 0, 1], 0).detection, null);
  const second = new Decision({ n_smooth: 1, threshold: 0.3, refractory: 0 }, labels);
  assert.equal(second.push([0.4, 0, 0.6], 0).detection, null);
  assert.equal(second.push([0.4, 0.5, 0.1], 1).detection.label, 'no');
});
