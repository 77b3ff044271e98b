/**
 * What the front end costs on the board: the twin of `training/features/cost.py`, which says where the numbers come from
 * (`tests/vectors/stages.json` holds both together).
 *
 * @typedef {{featuresPerSecond: number, instructions: number, instructionsPerSecond: number, tableBytes: number, bufferBytes: number}} Cost
 *   instructions of one frame, about; tables are constants in flash, buffers lie in RAM
 */

import { bandEdges } from './mel.js';
import { framesIn } from './params.js';

/** @typedef {import('./params.js').MfccParams} MfccParams */

/** @type {Readonly<Record<number, number>>} */
const TRANSFORM = { 64: 2056, 128: 4089, 256: 10166, 512: 20549, 1024: 49108, 2048: 99362, 4096: 230897 };
const FACTORS = [17.0, 6.0, 3.02, 24.11, 19.02, 6.0, 7.41, 6.0, 43.88];
const FLOAT = 4;
const SHORT = 2;

/**
 * @param {MfccParams} params
 * @returns {Cost}
 */
export function costOf(params) {
  const widths = bandWidths(params);
  const nWeights = widths.reduce((sum, width) => sum + width, 0);
  const instructions = frameInstructions(params, widths.filter((width) => width > 0).length, nWeights);
  const framesPerSecond = params.sampleRate / params.hopLength;
  return {
    featuresPerSecond: framesPerSecond * params.nMfcc,
    instructions,
    instructionsPerSecond: Math.round(instructions * framesPerSecond),
    tableBytes: tableBytes(params, nWeights),
    bufferBytes: bufferBytes(params),
  };
}

/**
 * @param {MfccParams} params
 * @param {number} nFilled - bands with bins
 * @param {number} nWeights
 */
function frameInstructions({ frameLength, nFft, nMels, nMfcc }, nFilled, nWeights) {
  const pairs = Math.floor(frameLength / 2);
  const zeros = nFft / 2 - pairs;
  const counts = [pairs, zeros, zeros * (frameLength % 2), nMels, nFilled, nWeights, nMfcc, nMfcc * nMels, 1];
  return Math.round(counts.reduce((sum, count, i) => sum + FACTORS[i] * count, TRANSFORM[nFft]));
}

/**
 * @param {MfccParams} params
 * @param {number} nWeights
 */
function tableBytes({ frameLength, nFft, nMels, nMfcc }, nWeights) {
  const size = nFft / 2;
  const floats = frameLength + countTwiddles(size) + size + nWeights + nMfcc * nMels;
  return FLOAT * floats + SHORT * (size + 2 * nMels);
}

/** @param {MfccParams} params */
function bufferBytes(params) {
  const { frameLength, nFft, nMels, nMfcc, clipLength } = params;
  const floats = nFft + nFft / 2 + 1 + nMels;
  return FLOAT * floats + SHORT * frameLength + framesIn(params, clipLength) * nMfcc;
}

/**
 * How many bins lie under each triangle.
 * @param {MfccParams} params
 */
function bandWidths(params) {
  const edges = bandEdges(params).map((hz) => (hz * params.nFft) / params.sampleRate);
  return Array.from({ length: params.nMels }, (_, band) => Math.max(0, Math.ceil(edges[band + 2]) - Math.floor(edges[band]) - 1));
}

/**
 * Six numbers a butterfly of the stages behind the first, which is of radix 2 where the size is twice a power of 4.
 * @param {number} size
 */
function countTwiddles(size) {
  let n = 0;
  for (let length = Math.log2(size) % 2 ? 2 : 4; length < size; length *= 4) n += 6 * length;
  return n;
}
