// From scores to detections: what Python and the board make of the same scores, and how a manifest is read.
import assert from 'node:assert/strict';
import test from 'node:test';

import { Decision, PRESETS, decisionOf } from '../../web/js/dsp/decision.js';
import { readVectors } from './vectors.js';

const labels = ['yes', 'no', 'unknown'];
const chosen = { negative_hours: 0.4, keywords: 120, extrapolated: true, false_rejects: { strict: 0.12, normal: 0.08, eager: 0.05 } };
const presets = {
  strict: { false_accepts_per_hour: 0.1, thresholds: { yes: 0.95, no: 0.9 } },
  normal: { false_accepts_per_hour: 0.5, thresholds: { yes: 0.7, no: 0.8 } },
  eager: { false_accepts_per_hour: 2, thresholds: { yes: 0.5, no: 0.3 } },
};
const params = decisionOf({ labels, decision: { n_smooth: 3, refractory: 16000, preset: 'normal', presets, chosen_on: chosen } });

test('a keyword is detected when the mean of n_smooth scores reaches its threshold, then silence is kept', () => {
  const decision = new Decision(params, labels);
  const yes = [0.75, 0.125, 0.125];
  assert.equal(decision.push(yes, 3200).detection, null);
  assert.equal(decision.push(yes, 6400).detection, null);
  const { mean, best, detection } = decision.push(yes, 9600);
  assert.deepEqual(detection, { label: 'yes', score: 0.75, at: 9600 });
  assert.equal(best, 0);
  assert.equal(mean[1], 0.125);
  for (let at = 12800; at < 9600 + 16000; at += 3200) assert.equal(decision.push(yes, at).detection, null);
  assert.equal(decision.push(yes, 25600).detection?.at, 25600);
});

test('each keyword has its own threshold, by preset', () => {
  const heard = (/** @type {string | undefined} */ preset, /** @type {number[]} */ scores) => {
    const decision = new Decision({ ...params, n_smooth: 1 }, labels, preset);
    return decision.push(scores, 0).detection?.label ?? null;
  };
  assert.equal(heard(undefined, [0.75, 0.2, 0.05]), 'yes');
  assert.equal(heard(undefined, [0.2, 0.75, 0.05]), null);
  assert.equal(heard('strict', [0.75, 0.2, 0.05]), null);
  assert.equal(heard('strict', [0.05, 0.92, 0.03]), 'no');
  assert.equal(heard('eager', [0.2, 0.4, 0.4]), 'no');
  assert.throws(() => new Decision(params, labels, 'bold'), { message: "preset must be one of strict, normal, eager, got 'bold'" });
});

test('one loud inference among quiet ones is no detection', () => {
  const decision = new Decision(params, labels);
  const pushes = [[0, 0, 1], [1, 0, 0], [0, 0, 1], [0, 0, 1]].map((scores, i) => decision.push(scores, 3200 * i));
  assert.ok(pushes.every(({ detection }) => detection === null));
});

test('unknown is never detected, nor a keyword that is not the highest', () => {
  const unknown = new Decision({ ...params, n_smooth: 1 }, labels);
  assert.equal(unknown.push([0, 0, 1], 0).detection, null);
  const second = new Decision({ ...params, n_smooth: 1, refractory: 0 }, labels, 'eager');
  assert.equal(second.push([0.4, 0, 0.6], 0).detection, null);
  assert.equal(second.push([0.3, 0.5, 0.2], 1).detection?.label, 'no');
});

test('a manifest with presets is taken as it is', () => {
  assert.deepEqual(Object.keys(params.presets), PRESETS);
  assert.deepEqual(params, { n_smooth: 3, refractory: 16000, preset: 'normal', presets, chosen_on: chosen });
});

test('the one threshold of an older manifest is that of every keyword', () => {
  const { preset, presets: read, chosen_on } = decisionOf({ labels, decision: { n_smooth: 3, threshold: 0.7, refractory: 16000 } });
  assert.deepEqual({ preset, chosen_on, read }, { preset: 'normal', chosen_on: null, read: { normal: { false_accepts_per_hour: null, thresholds: { yes: 0.7, no: 0.7 } } } });
});

const vectors = readVectors('decision.json');

for (const { id, comment, at, scores, detections } of vectors.cases) {
  test(`${id}: ${comment}`, () => {
    const read = decisionOf(vectors);
    for (const preset of PRESETS) {
      const decision = new Decision(read, vectors.labels, preset);
      const found = scores.flatMap((/** @type {number[]} */ row, /** @type {number} */ i) => {
        const { detection } = decision.push(row.map((score) => (score - vectors.zero_point) * vectors.scale), at[i]);
        return detection ? [detection] : [];
      });
      assert.deepEqual(found.map(({ label, at: when }) => [label, when]), detections[preset].map((/** @type {any} */ wanted) => [wanted.label, wanted.at]));
      found.forEach(({ score }, i) => assert.ok(Math.abs(score - detections[preset][i].score) <= vectors.tolerance));
    }
  });
}
