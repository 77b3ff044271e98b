/**
 * The parameters of the front end, checked as `training/features/params.py` checks them, in the same words.
 *
 * @typedef {{readonly schema: number, readonly sampleRate: number, readonly clipLength: number,
 *   readonly frameLength: number, readonly hopLength: number, readonly nFft: number, readonly window: string,
 *   readonly spectrum: string, readonly nMels: number, readonly melScale: string, readonly melNorm: string,
 *   readonly fmin: number, readonly fmax: number, readonly log: string, readonly logFloor: number,
 *   readonly dct: string, readonly nMfcc: number}} MfccParams
 * @typedef {Record<string, any>} ParamsJson - `mfcc.json`, parsed
 */

const SCHEMA = 1;

/** @type {Record<string, 'int' | 'float' | 'str'>} */
const TYPES = {
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
};

// A convention is data too: each one shifts every feature silently.
/** @type {Record<string, string[]>} */
const CONVENTIONS = {
  window: ['hann_periodic'],
  spectrum: ['power'],
  mel_scale: ['htk'],
  mel_norm: ['none'],
  log: ['natural'],
  dct: ['dct2_ortho'],
};

const FFT_SIZES = [64, 128, 256, 512, 1024, 2048, 4096];

/** @type {[string, (p: MfccParams) => boolean][]} */
const RULES = [
  ['sample_rate must be 4000 to 48000', (p) => p.sampleRate >= 4000 && p.sampleRate <= 48000],
  ['n_fft must be a power of two from 64 to 4096', (p) => FFT_SIZES.includes(p.nFft)],
  ['frame_length must be 16 to n_fft', (p) => p.frameLength >= 16 && p.frameLength <= p.nFft],
  ['hop_length must be 1 to frame_length', (p) => p.hopLength >= 1 && p.hopLength <= p.frameLength],
  ['clip_length must be frame_length to 10 seconds', (p) => p.clipLength >= p.frameLength && p.clipLength <= 10 * p.sampleRate],
  ['n_mels must be 4 to 128', (p) => p.nMels >= 4 && p.nMels <= 128],
  ['n_mfcc must be 1 to n_mels', (p) => p.nMfcc >= 1 && p.nMfcc <= p.nMels],
  ['fmin and fmax must satisfy 0 <= fmin < fmax <= sample_rate / 2', (p) => p.fmin >= 0 && p.fmin < p.fmax && p.fmax <= p.sampleRate / 2],
  ['log_floor must be 1e-12 to 1', (p) => p.logFloor >= 1e-12 && p.logFloor <= 1],
];

/**
 * @param {unknown} json - `mfcc.json` or a manifest's `params`, parsed
 * @returns {MfccParams} frozen, in camelCase
 * @throws {Error} a key is missing or unknown, or a value is outside of what every implementation can honour
 */
export function parseParams(json) {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new Error('a front end must be one JSON object');
  const values = /** @type {ParamsJson} */ (json);
  checkKeys(values);
  for (const [key, type] of Object.entries(TYPES)) checkType(key, type, values[key]);
  const entries = Object.keys(TYPES).map((key) => [camelCase(key), values[key]]);
  const params = /** @type {MfccParams} */ (Object.freeze(Object.fromEntries(entries)));
  checkValues(values, params);
  return params;
}

/**
 * Whole frames in `nSamples` samples; 0 when there are too few for one.
 * @param {MfccParams} params
 * @param {number} nSamples
 */
export function framesIn(params, nSamples) {
  return Math.max(0, 1 + Math.floor((nSamples - params.frameLength) / params.hopLength));
}

/**
 * CRC-32 of the parameters as 8 hex digits, the same in every language: over lines `key=value`, keys sorted, a number as
 * the 16 hex digits of its IEEE 754 double, because languages print the same number differently (1e-06, 0.000001).
 * @param {ParamsJson} json
 */
export function paramsCrc32(json) {
  const lines = Object.keys(json).sort().map((key) => `${key}=${canonical(json[key])}\n`);
  return crc32(new TextEncoder().encode(lines.join(''))).toString(16).padStart(8, '0');
}

/** @param {ParamsJson} values */
function checkKeys(values) {
  const unknown = Object.keys(values).filter((key) => !Object.hasOwn(TYPES, key)).sort();
  if (unknown.length > 0) throw new Error(`unknown front end parameter ${repr(unknown[0])}`);
  const missing = Object.keys(TYPES).filter((key) => !Object.hasOwn(values, key)).sort();
  if (missing.length > 0) throw new Error(`front end parameter ${repr(missing[0])} is missing`);
}

/**
 * @param {string} key
 * @param {'int' | 'float' | 'str'} type
 * @param {unknown} value
 */
function checkType(key, type, value) {
  const holds = type === 'str' ? typeof value === 'string' : typeof value === 'number' && (type === 'float' || !Number.isFinite(value) || Number.isInteger(value));
  if (!holds) throw new Error(`${key} must be of type ${type}, got ${repr(value)}`);
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`${key} must be finite, got ${value}`);
}

/**
 * @param {ParamsJson} values
 * @param {MfccParams} params
 */
function checkValues(values, params) {
  if (params.schema !== SCHEMA) throw new Error(`schema must be ${SCHEMA}, got ${params.schema}`);
  for (const [key, allowed] of Object.entries(CONVENTIONS)) {
    if (!allowed.includes(values[key])) throw new Error(`${key} must be one of ${allowed.join(', ')}, got ${repr(values[key])}`);
  }
  for (const [rule, holds] of RULES) {
    const key = rule.split(' ')[0];
    if (!holds(params)) throw new Error(`${rule}, got ${key} = ${values[key]}`);
  }
}

/** @param {string} key */
function camelCase(key) {
  return key.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
}

// As Python prints a value, so that both say the same sentence.
/** @param {unknown} value */
function repr(value) {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return value === null ? 'None' : JSON.stringify(value);
}

/** @param {number | string} value */
function canonical(value) {
  if (typeof value === 'string') return value;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return view.getBigUint64(0).toString(16).padStart(16, '0');
}

/** @param {Uint8Array} bytes */
function crc32(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
