/**
 * The parameters of the front end, checked as `training/features/params.py` checks them, in the same words.
 *
 * @typedef {{readonly schema: number, readonly sampleRate: number, readonly clipLength: number,
 *   readonly frameLength: number, readonly hopLength: number, readonly nFft: number, readonly window: string,
 *   readonly spectrum: string, readonly nMels: number, readonly melScale: string, readonly melNorm: string,
 *   readonly fmin: number, readonly fmax: number, readonly log: string, readonly logFloor: number,
 *   readonly dct: string, readonly nMfcc: number}} MfccParams
 */

import { parseParameters } from './parameters.js';

const FFT_SIZES = [64, 128, 256, 512, 1024, 2048, 4096];

/** @type {import('./parameters.js').Declaration<MfccParams>} */
const FRONT_END = {
  what: 'front end',
  types: {
    schema: 'int',
    sample_rate: 'int',
    clip_length: 'int',
    frame_length: 'int',
    hop_length: 'int',
    n_fft: 'int',
    window: 'str',
    spectrum: 'str',
    n_mels: 'int',
    mel_scale: 'str',
    mel_norm: 'str',
    fmin: 'float',
    fmax: 'float',
    log: 'str',
    log_floor: 'float',
    dct: 'str',
    n_mfcc: 'int',
  },
  // A convention is data too: each one shifts every feature silently.
  conventions: {
    window: ['hann_periodic'],
    spectrum: ['power'],
    mel_scale: ['htk'],
    mel_norm: ['none'],
    log: ['natural'],
    dct: ['dct2_ortho'],
  },
  rules: [
    ['sample_rate must be 4000 to 48000', (p) => p.sampleRate >= 4000 && p.sampleRate <= 48000],
    ['n_fft must be a power of two from 64 to 4096', (p) => FFT_SIZES.includes(p.nFft)],
    ['frame_length must be 16 to n_fft', (p) => p.frameLength >= 16 && p.frameLength <= p.nFft],
    ['hop_length must be 1 to frame_length', (p) => p.hopLength >= 1 && p.hopLength <= p.frameLength],
    ['clip_length must be frame_length to 10 seconds', (p) => p.clipLength >= p.frameLength && p.clipLength <= 10 * p.sampleRate],
    ['n_mels must be 4 to 128', (p) => p.nMels >= 4 && p.nMels <= 128],
    ['n_mfcc must be 1 to n_mels', (p) => p.nMfcc >= 1 && p.nMfcc <= p.nMels],
    ['fmin and fmax must satisfy 0 <= fmin < fmax <= sample_rate / 2', (p) => p.fmin >= 0 && p.fmin < p.fmax && p.fmax <= p.sampleRate / 2],
    ['log_floor must be 1e-12 to 1', (p) => p.logFloor >= 1e-12 && p.logFloor <= 1],
  ],
};

/**
 * @param {unknown} json - `mfcc.json` or a manifest's `params`, parsed
 * @returns {MfccParams} frozen, in camelCase
 * @throws {Error} a key is missing or unknown, or a value is outside of what every implementation can honour
 */
export function parseParams(json) {
  return parseParameters(json, FRONT_END);
}

/**
 * Whole frames in `nSamples` samples; 0 when there are too few for one.
 * @param {MfccParams} params
 * @param {number} nSamples
 */
export function framesIn(params, nSamples) {
  return Math.max(0, 1 + Math.floor((nSamples - params.frameLength) / params.hopLength));
}
