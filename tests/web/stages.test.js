// Every stage of the front end against Python's, for the default and other settings; and what a picture is made from.
import assert from 'node:assert/strict';
import test from 'node:test';

import { decodePcm } from '../../web/js/audio/parity.js';
import { costOf } from '../../web/js/dsp/cost.js';
import { Mfcc } from '../../web/js/dsp/mfcc.js';
import { framesIn, parseParams } from '../../web/js/dsp/params.js';
import { chirp, columnsOf, cutWindow } from '../../web/js/dsp/stages.js';
import { readVectors } from './vectors.js';

const vectors = readVectors('stages.json');
const pcm = decodePcm(vectors.pcm);
const names = { windowed: 'windowed', power: 'power', mel: 'mel', log_mel: 'logMel', mfcc: 'mfcc' };

for (const { id, comment, params: json, frame, shape, cost, stages } of vectors.cases) {
  const params = parseParams(json);

  test(`${id}: ${comment}`, () => {
    const mfcc = new Float32Array(params.nMfcc);
    const found = new Mfcc(params).stages(pcm, frame * params.hopLength, mfcc);
    for (const [name, key] of Object.entries(names)) {
      const values = found[/** @type {keyof typeof found} */ (key)];
      assert.equal(values.length, stages[name].length, name);
      values.forEach((value, i) => assert.ok(Math.abs(value - stages[name][i]) <= vectors.tolerance, `${name}[${i}]: ${value}, not ${stages[name][i]}`));
    }
  });

  test(`${id}: the stages end in what compute gives`, () => {
    const front = new Mfcc(params);
    const { mfcc } = front.stages(pcm, frame * params.hopLength, new Float32Array(params.nMfcc));
    const all = front.compute(pcm);
    assert.deepEqual(mfcc, all.slice(frame * params.nMfcc, (frame + 1) * params.nMfcc));
  });

  test(`${id}: shape and cost are Python's`, () => {
    assert.deepEqual([framesIn(params, params.clipLength), params.nMfcc], shape);
    const { featuresPerSecond, instructions, instructionsPerSecond, tableBytes, bufferBytes } = costOf(params);
    assert.deepEqual(
      { instructions, instructions_per_second: instructionsPerSecond, table_bytes: tableBytes, buffer_bytes: bufferBytes },
      { instructions: cost.instructions, instructions_per_second: cost.instructions_per_second, table_bytes: cost.table_bytes, buffer_bytes: cost.buffer_bytes },
    );
    assert.ok(Math.abs(featuresPerSecond - cost.features_per_second) < 1e-9);
  });

  test(`${id}: the triangles that are drawn give the energies`, () => {
    const front = new Mfcc(params);
    const { power, mel } = front.stages(pcm, frame * params.hopLength, new Float32Array(params.nMfcc));
    for (let band = 0; band < params.nMels; band++) {
      const { start, weights } = front.filterbank.triangle(band);
      assert.equal(weights.reduce((sum, weight, i) => sum + weight * power[start + i], 0), mel[band]);
    }
  });
}

test('a frame that the samples end within is refused', () => {
  const params = parseParams(vectors.cases[0].params);
  assert.throws(() => new Mfcc(params).stages(pcm, pcm.length - 479, new Float32Array(13)), /at least one frame \(480 samples\), got 479/);
});

test('a picture has all frames, or as many as it has room for, evenly spread', () => {
  const params = parseParams(vectors.cases[0].params);
  const front = new Mfcc(params);
  const all = columnsOf(front, params, pcm, 100);
  assert.equal(all.nColumns, framesIn(params, pcm.length));
  assert.deepEqual(all.mfcc, front.compute(pcm));
  const some = columnsOf(front, params, pcm, 3);
  assert.deepEqual([...some.frames], [0, 2, 5]);
  assert.deepEqual(some.mfcc.slice(13, 26), all.mfcc.slice(26, 39));
  assert.deepEqual(some.logMel.slice(0, 40), all.logMel.slice(0, 40));
});

test('the window is where training cuts it, and a shorter clip stands in its middle', () => {
  const loud = new Int16Array(32000);
  loud.set(chirp(16000, 0.5).subarray(4000, 12000), 20000);
  const { start, window } = cutWindow(loud, 16000);
  assert.ok(start > 10000 && start <= 16000);
  assert.deepEqual(window, loud.subarray(start, start + 16000));
  const short = cutWindow(Int16Array.from([1, 2, 3]), 8);
  assert.equal(short.start, -3);
  assert.deepEqual([...short.window], [0, 0, 0, 1, 2, 3, 0, 0]);
});

test('the made-up sound begins and ends in silence, and keeps its loudness', () => {
  const pcm = chirp(16000, 0.5);
  assert.equal(pcm.length, 16000);
  assert.ok(pcm.subarray(0, 1600).every((value) => value === 0) && pcm.subarray(14400).every((value) => value === 0));
  const peak = pcm.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  assert.ok(peak > 16000 && peak <= 16384);
});
