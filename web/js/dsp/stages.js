/** What the front end makes of one clip, as pictures want it: some frames' stages side by side, and samples to show without a clip. */

import { locateWord } from './locate.js';
import { framesIn } from './params.js';

/** @typedef {import('./mfcc.js').Mfcc} Mfcc */
/** @typedef {import('./params.js').MfccParams} MfccParams */
/**
 * A column a frame; values of a column lie together.
 * @typedef {{nColumns: number, frames: Int32Array, power: Float64Array, logMel: Float64Array, mfcc: Float32Array}} Columns
 */

const FULL_SCALE = 32767;

/**
 * The window of a clip that a model looks at, as training cuts it: where the word is; a shorter clip stands in its middle.
 * @param {Int16Array} pcm
 * @param {number} length - in samples
 * @returns {{start: number, window: Int16Array}} `start` is negative for a shorter clip
 */
export function cutWindow(pcm, length) {
  const start = pcm.length >= length ? locateWord(pcm, length) : Math.floor((pcm.length - length) / 2);
  if (start >= 0) return { start, window: pcm.subarray(start, start + length) };
  const padded = new Int16Array(length);
  padded.set(pcm, -start);
  return { start, window: padded };
}

/**
 * The stages of all frames, or of `maxColumns` of them, evenly spread, where there are more: a picture has no more pixels.
 * @param {Mfcc} front
 * @param {MfccParams} params - of `front`
 * @param {Int16Array} pcm
 * @param {number} maxColumns
 * @returns {Columns}
 */
export function columnsOf(front, params, pcm, maxColumns) {
  const { hopLength, nFft, nMels, nMfcc } = params;
  const nFrames = framesIn(params, pcm.length);
  const nColumns = Math.min(nFrames, maxColumns);
  const frames = Int32Array.from({ length: nColumns }, (_, i) => Math.floor((i * nFrames) / nColumns));
  const nBins = nFft / 2 + 1;
  const columns = {
    nColumns, frames, power: new Float64Array(nColumns * nBins), logMel: new Float64Array(nColumns * nMels), mfcc: new Float32Array(nColumns * nMfcc),
  };
  frames.forEach((frame, i) => {
    const { power, logMel } = front.stages(pcm, frame * hopLength, columns.mfcc.subarray(i * nMfcc, (i + 1) * nMfcc));
    columns.power.set(power, i * nBins);
    columns.logMel.set(logMel, i * nMels);
  });
  return columns;
}

/**
 * A tone that glides from 100 Hz to half the rate, within quiet at both ends: something to look at where nothing is recorded yet.
 * @param {number} sampleRate - in Hz
 * @param {number} amplitude - of full scale
 * @returns {Int16Array} one second
 */
export function chirp(sampleRate, amplitude) {
  const low = 100;
  const rise = sampleRate / 2 - low;
  return Int16Array.from({ length: sampleRate }, (_, i) => {
    const t = i / sampleRate;
    const swell = Math.sin(Math.PI * Math.max(0, Math.min(1, (t - 0.1) / 0.8))) ** 2;
    return Math.round(FULL_SCALE * amplitude * swell * Math.sin(2 * Math.PI * (low * t + (rise * t * t) / 2)));
  });
}
