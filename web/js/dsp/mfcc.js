/**
 * 16-bit PCM to MFCCs, float64 inside. Held to the Python reference by `tests/vectors/mfcc.json`.
 *
 * Source: S. Davis and P. Mermelstein, "Comparison of parametric representations for monosyllabic word recognition",
 * IEEE TASSP 28 (1980).
 */

import { RealFft } from './fft.js';
import { MelFilterbank } from './mel.js';
import { framesIn } from './params.js';

/** @typedef {import('./params.js').MfccParams} MfccParams */
/**
 * What a frame becomes: in [-1, 1) and windowed; |X|^2 of nFft / 2 + 1 bins; power under each triangle; its natural
 * logarithm, floored; the coefficients.
 * @typedef {{windowed: Float64Array, power: Float64Array, mel: Float64Array, logMel: Float64Array, mfcc: Float32Array}} Stages
 */

const FULL_SCALE = 32768; // int16 to [-1, 1)

export class Mfcc {
  #params;
  #window;
  #frame;
  #power;
  #bands;
  #logBands;
  #fft;
  #filterbank;
  #dct;

  /** @param {MfccParams} params */
  constructor(params) {
    const { frameLength, nFft, nMels, nMfcc } = params;
    this.#params = params;
    this.#window = hannPeriodic(frameLength).map((value) => value / FULL_SCALE);
    this.#frame = new Float64Array(nFft); // what lies past frameLength stays zero
    this.#power = new Float64Array(nFft / 2 + 1);
    this.#bands = new Float64Array(nMels);
    this.#logBands = new Float64Array(nMels);
    this.#fft = new RealFft(nFft);
    this.#filterbank = new MelFilterbank(params);
    this.#dct = dctMatrix(nMels, nMfcc);
  }

  /** Frames in one clip of the front end's own length. */
  get nFrames() {
    return framesIn(this.#params, this.#params.clipLength);
  }

  /** The triangles that bands are made with. */
  get filterbank() {
    return this.#filterbank;
  }

  /** The rows that coefficients are made with, nMels values each: to be read only. */
  get dct() {
    return this.#dct;
  }

  /**
   * Every stage of one frame, in the buffers that `compute` goes through too: the next frame overwrites them.
   * @param {Int16Array} pcm
   * @param {number} start - the frame's first sample
   * @param {Float32Array} mfcc - nMfcc values are written
   * @returns {Stages}
   * @throws {Error} pcm is not int16, or ends within the frame
   */
  stages(pcm, start, mfcc) {
    this.#check(start ? pcm.subarray(start) : pcm);
    this.#computeBands(pcm, start);
    this.#writeCoefficients(mfcc, 0);
    const { frameLength } = this.#params;
    return { windowed: this.#frame.subarray(0, frameLength), power: this.#power, mel: this.#bands, logMel: this.#logBands, mfcc };
  }

  /**
   * @param {Int16Array} pcm - mono, at the front end's rate; a tail shorter than a frame is dropped
   * @param {Float32Array} [out] - room for all frames; a new array by default
   * @returns {Float32Array} `out`: nFrames * nMfcc values, frame by frame
   * @throws {Error} pcm is not int16, or is shorter than one frame
   */
  compute(pcm, out) {
    const { hopLength, nMfcc } = this.#params;
    this.#check(pcm);
    const nFrames = framesIn(this.#params, pcm.length);
    const mfcc = out ?? new Float32Array(nFrames * nMfcc);
    for (let frame = 0; frame < nFrames; frame++) {
      this.#computeBands(pcm, frame * hopLength);
      this.#writeCoefficients(mfcc, frame * nMfcc);
    }
    return mfcc;
  }

  /**
   * Natural logarithm of the mel band powers of one frame.
   * @param {Int16Array} pcm
   * @param {number} start - the frame's first sample
   * @param {Float32Array} out - nMels values are written
   * @param {number} [offset] - where in `out`
   */
  logMel(pcm, start, out, offset = 0) {
    this.#check(pcm.length - start < this.#params.frameLength ? pcm.subarray(start) : pcm);
    this.#computeBands(pcm, start);
    out.set(this.#logBands, offset);
  }

  /** @param {Int16Array} pcm */
  #check(pcm) {
    if (!(pcm instanceof Int16Array)) throw new Error(`pcm must be int16, got ${Object.prototype.toString.call(pcm).slice(8, -1)}`);
    const { frameLength } = this.#params;
    if (pcm.length < frameLength) throw new Error(`pcm must hold at least one frame (${frameLength} samples), got ${pcm.length}`);
  }

  /**
   * @param {Int16Array} pcm
   * @param {number} start
   */
  #computeBands(pcm, start) {
    const { frameLength, nMels, logFloor } = this.#params;
    for (let i = 0; i < frameLength; i++) this.#frame[i] = pcm[start + i] * this.#window[i];
    this.#fft.power(this.#frame, this.#power);
    this.#filterbank.apply(this.#power, this.#bands);
    for (let band = 0; band < nMels; band++) this.#logBands[band] = Math.log(Math.max(this.#bands[band], logFloor));
  }

  /**
   * @param {Float32Array} out
   * @param {number} offset
   */
  #writeCoefficients(out, offset) {
    const { nMels, nMfcc } = this.#params;
    for (let row = 0; row < nMfcc; row++) {
      let sum = 0;
      for (let band = 0; band < nMels; band++) sum += this.#dct[row * nMels + band] * this.#logBands[band];
      out[offset + row] = sum;
    }
  }
}

/** @param {number} length */
export function hannPeriodic(length) {
  return Float64Array.from({ length }, (_, n) => 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / length));
}

/**
 * First rows of the orthonormal DCT-II, row by row.
 * @param {number} nMels
 * @param {number} nMfcc
 */
function dctMatrix(nMels, nMfcc) {
  const matrix = new Float64Array(nMfcc * nMels);
  for (let row = 0; row < nMfcc; row++) {
    const scale = Math.sqrt((row === 0 ? 1 : 2) / nMels);
    for (let band = 0; band < nMels; band++) matrix[row * nMels + band] = scale * Math.cos((Math.PI / nMels) * row * (band + 0.5));
  }
  return matrix;
}
