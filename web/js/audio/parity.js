/** Does this very browser compute the features that Python computed? Measured with the golden vectors, on the page. */

import { Mfcc } from '../dsp/mfcc.js';
import { paramsCrc32 } from '../dsp/parameters.js';
import { parseParams } from '../dsp/params.js';

const WARM_UP = 20; // runs until the browser has compiled the code
const TIMED = 50;

/**
 * @typedef {{id: string, comment: string, flags: string[], pcm: string, mfcc?: number[]}} VectorCase
 * @typedef {{params: Record<string, any>, params_crc32: string, tolerance: {javascript: number}, cases: VectorCase[]}} Vectors
 * @typedef {{id: string, comment: string, maxDifference: number}} CaseResult
 */

/**
 * @param {Vectors} vectors - `/params/vectors.json`, parsed
 * @returns {{maxDifference: number, worstCase: string, tolerance: number, msPerSecond: number, cases: CaseResult[]}}
 *   `msPerSecond`: milliseconds of work for one second of sound; a case that should fail and does not differs by Infinity
 * @throws {Error} the vectors are for a front end that this page cannot honour
 */
export function measureParity(vectors) {
  const params = parseParams(vectors.params);
  const crc = paramsCrc32(vectors.params);
  if (crc !== vectors.params_crc32) throw new Error(`the vectors' CRC-32 is ${vectors.params_crc32}, their parameters give ${crc}`);
  const mfcc = new Mfcc(params);
  const cases = vectors.cases.map((testCase) => measureCase(mfcc, testCase));
  const worst = cases.reduce((a, b) => (b.maxDifference > a.maxDifference ? b : a));
  return {
    maxDifference: worst.maxDifference,
    worstCase: worst.id,
    tolerance: vectors.tolerance.javascript,
    msPerSecond: time(mfcc, new Int16Array(params.sampleRate).map((_, i) => (i * 7919) % 4001)),
    cases,
  };
}

/**
 * @param {string} base64 - int16, little-endian
 * @returns {Int16Array}
 */
export function decodePcm(base64) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Int16Array.from({ length: bytes.length / 2 }, (_, i) => view.getInt16(2 * i, true));
}

/**
 * @param {Mfcc} mfcc
 * @param {VectorCase} testCase
 * @returns {CaseResult}
 */
function measureCase(mfcc, { id, comment, pcm, mfcc: expected }) {
  return { id, comment, maxDifference: expected ? difference(mfcc.compute(decodePcm(pcm)), expected) : failing(mfcc, decodePcm(pcm)) };
}

/**
 * @param {Float32Array} got
 * @param {number[]} expected
 */
function difference(got, expected) {
  if (got.length !== expected.length) return Infinity;
  return expected.reduce((worst, value, i) => Math.max(worst, Math.abs(value - got[i])), 0);
}

/**
 * @param {Mfcc} mfcc
 * @param {Int16Array} pcm
 */
function failing(mfcc, pcm) {
  try {
    mfcc.compute(pcm);
    return Infinity;
  } catch {
    return 0;
  }
}

/**
 * @param {Mfcc} mfcc
 * @param {Int16Array} second
 */
function time(mfcc, second) {
  const out = mfcc.compute(second);
  for (let i = 0; i < WARM_UP; i++) mfcc.compute(second, out);
  const start = performance.now();
  for (let i = 0; i < TIMED; i++) mfcc.compute(second, out);
  return (performance.now() - start) / TIMED;
}
