// The golden vectors: what Python computed, to the tolerance that the file states.
import assert from 'node:assert/strict';
import test from 'node:test';

import { decodePcm, measureParity } from '../../web/js/audio/parity.js';
import { Mfcc } from '../../web/js/dsp/mfcc.js';
import { parseParams } from '../../web/js/dsp/params.js';
import { readVectors } from './vectors.js';

const vectors = readVectors('mfcc.json');
const params = parseParams(vectors.params);

for (const { id, comment, flags, pcm, shape, mfcc } of vectors.cases) {
  test(`${id}: ${comment}`, () => {
    const samples = decodePcm(pcm);
    const front = new Mfcc(params);
    if (flags.includes('error')) {
      assert.throws(() => front.compute(samples), /^Error: pcm must hold at least one frame \(480 samples\), got 479$/);
      return;
    }
    const got = front.compute(samples);
    assert.equal(got.length, shape[0] * shape[1]);
    got.forEach((value, i) => assert.ok(Math.abs(value - mfcc[i]) <= vectors.tolerance.javascript, `[${i}]: ${value}, not ${mfcc[i]}`));
  });
}

test('a clip of the front end\'s own length has nFrames frames', () => {
  const front = new Mfcc(params);
  assert.equal(front.nFrames, 49);
  assert.equal(front.compute(new Int16Array(params.clipLength)).length, 49 * 13);
});

test('compute writes into the array that it is given', () => {
  const out = new Float32Array(49 * 13);
  assert.equal(new Mfcc(params).compute(new Int16Array(16000), out), out);
  assert.notEqual(out[0], 0);
});

test('floats are refused: full scale would be off by 32768', () => {
  assert.throws(() => new Mfcc(params).compute(new Float32Array(480)), /pcm must be int16, got Float32Array/);
});

test('logMel of silence is the floor, wherever it is written', () => {
  const out = new Float32Array(3 + params.nMels);
  new Mfcc(params).logMel(new Int16Array(1000), 500, out, 3);
  assert.deepEqual([...out], [0, 0, 0, ...Array(params.nMels).fill(Math.fround(Math.log(1e-6)))]);
  assert.throws(() => new Mfcc(params).logMel(new Int16Array(1000), 521, out), /got 479/);
});

test('other sizes than the default\'s: a larger FFT and more bands', () => {
  const larger = parseParams({ ...vectors.params, n_fft: 1024, frame_length: 1000, n_mels: 64, n_mfcc: 20 });
  const mfcc = new Mfcc(larger).compute(new Int16Array(16000).map((_, i) => 9000 * Math.sin(i / 3)));
  assert.equal(mfcc.length, 47 * 20);
  assert.ok(mfcc.every(Number.isFinite));
});

test('parity as the page measures it', () => {
  const result = measureParity(vectors);
  assert.ok(result.maxDifference <= result.tolerance);
  assert.ok(result.msPerSecond > 0);
  assert.equal(result.cases.length, vectors.cases.length);
  const wrong = structuredClone(vectors);
  wrong.cases[3].mfcc[7] += 0.5;
  assert.equal(measureParity(wrong).worstCase, wrong.cases[3].id);
  assert.throws(() => measureParity({ ...vectors, params_crc32: '00000000' }), /CRC-32 is 00000000, their parameters give a82be873/);
});
