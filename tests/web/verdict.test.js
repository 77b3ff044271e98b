// The verdict on a recording and its levels: what Python makes of the same samples.
import assert from 'node:assert/strict';
import test from 'node:test';

import { peakDb, rmsDb } from '../../web/js/dsp/level.js';
import { verdict } from '../../web/js/dsp/verdict.js';
import { readVectors } from './vectors.js';

const { cases, tolerance } = readVectors('verdict.json');

for (const { id, comment, sample_rate, pcm: base64, ...expected } of cases) {
  test(`${id}: ${comment}`, () => {
    const bytes = Buffer.from(base64, 'base64');
    const pcm = new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
    assert.equal(verdict(pcm, sample_rate), expected.verdict);
    assert.ok(Math.abs(peakDb(pcm) - expected.peak_db) <= tolerance.javascript);
    assert.ok(Math.abs(rmsDb(pcm) - expected.level_db) <= tolerance.javascript);
  });
}

test('the vectors hold every verdict', () => {
  assert.deepEqual([...new Set(cases.map((/** @type {{ verdict: string }} */ { verdict: said }) => said))].sort(), ['clipped', 'cut off', 'fine', 'silent']);
});
