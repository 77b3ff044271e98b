// What the page makes of a model's answers, against Python's golden vectors; and one number through int8.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

import { wilsonInterval } from '../../web/js/dsp/interval.js';
import { best, curveOf, normalDeviate, pointAt, summarise } from '../../web/js/dsp/metrics.js';
import { passThrough, rangeOf } from '../../web/js/dsp/quantise.js';

const { tolerance, intervals, deviates, cases } = JSON.parse(readFileSync(new URL('../vectors/metrics.json', import.meta.url), 'utf8'));

/** Numbers within the tolerance, everything else the same. */
function alike(found, wanted, path = '') {
  if (typeof wanted === 'number') assert.ok(Math.abs(found - wanted) <= tolerance.javascript, `${path}: ${found}, not ${wanted}`);
  else if (wanted === null) assert.equal(found, null, path);
  else {
    assert.deepEqual(Object.keys(found), Object.keys(wanted), path);
    for (const key of Object.keys(wanted)) alike(found[key], wanted[key], `${path}/${key}`);
  }
}

for (const { correct, n, interval } of intervals) {
  test(`the interval of ${correct} of ${n}`, () => alike(wilsonInterval(correct, n), interval));
}

test('normal deviates', () => {
  for (const { probability, deviate } of deviates) {
    const off = Math.abs(normalDeviate(probability) - deviate);
    assert.ok(off <= tolerance.deviate, `${probability}: ${off} from ${deviate}`);
  }
  assert.deepEqual([normalDeviate(0), normalDeviate(1)], [-Infinity, Infinity]);
});

for (const { id, comment, labels, truth, scores, summary, curves } of cases) {
  test(`${id}: ${comment}`, () => {
    alike(summarise(truth, scores.map(best), labels), summary);
    curves.forEach(({ points, area }, index) => {
      const curve = curveOf(scores.map((row) => row[index]), truth.map((label) => label === index));
      assert.deepEqual(
        curve.points.map(({ threshold, falseAccepts, falseRejects }) => [threshold, falseAccepts, falseRejects]),
        points.map((point) => [point.threshold ?? Infinity, point.false_accepts, point.false_rejects]),
      );
      alike(curve.area, area, `area of ${labels[index]}`);
      assert.equal(curve.positives + curve.negatives, truth.length);
    });
  });
}

test('a threshold between two scores does what the higher one does', () => {
  const curve = curveOf([0.9, 0.7, 0.7, 0.2], [true, false, true, true]);
  const at = (threshold) => Object.values(pointAt(curve, threshold)).slice(1);
  assert.deepEqual(at(0.95), [0, 3]);
  assert.deepEqual(at(0.9), [0, 2]); // reached is enough
  assert.deepEqual(at(0.8), [0, 2]);
  assert.deepEqual(at(0.7), [1, 1]);
  assert.deepEqual(at(0.21), [1, 1]);
  assert.deepEqual(at(0), [1, 0]);
});

test('a number through int8 and back is off by half a step at most', () => {
  const how = { scale: 0.5, zero_point: 3 };
  assert.deepEqual(rangeOf(how), [-65.5, 62]);
  const { int8, back, error, clipped } = passThrough(1.3, how);
  assert.deepEqual([int8, back, clipped], [6, 1.5, false]);
  assert.ok(Math.abs(error - 0.2) < 1e-12);
  for (let x = -65.5; x <= 62; x += 0.0625) assert.ok(Math.abs(passThrough(x, how).error) <= how.scale / 2);
});

test('halves go away from zero, and what is beyond the range is clipped', () => {
  const how = { scale: 1, zero_point: 0 };
  assert.deepEqual([2.5, -2.5, 0.5, -0.5].map((x) => passThrough(x, how).int8), [3, -3, 1, -1]);
  assert.deepEqual([300, -300].map((x) => passThrough(x, how).int8), [127, -128]);
  const { clipped, unclipped, error } = passThrough(300, how);
  assert.deepEqual([clipped, unclipped, error], [true, 300, -173]);
});
