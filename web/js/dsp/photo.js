/**
 * A photo as the network takes it: `training/vision/preprocess.py`'s twin, equal to it byte for byte (golden vectors in
 * `tests/vectors/photo.json`). The resize is Pillow's BILINEAR: a triangle filter, widened when the photo is made smaller,
 * in fixed-point arithmetic, first along the rows and then along the columns.
 *
 * @typedef {{readonly schema: number, readonly width: number, readonly height: number, readonly crop: number,
 *   readonly resize: string, readonly mean: number, readonly scale: number}} PreprocessParams
 * @typedef {{left: number, top: number, width: number, height: number}} Rectangle - in pixels
 */

import { parseParameters } from './parameters.js';

const PRECISION_BITS = 22;
const HALF = 1 << (PRECISION_BITS - 1);
const N_COLOURS = 3;

/** @type {import('./parameters.js').Declaration<PreprocessParams>} */
const PREPROCESSING = {
  what: 'preprocessing',
  types: { schema: 'int', width: 'int', height: 'int', crop: 'float', resize: 'str', mean: 'float', scale: 'float' },
  conventions: { resize: ['triangle'] },
  rules: [
    ['width must be 16 to 1024', (p) => p.width >= 16 && p.width <= 1024],
    ['height must be 16 to 1024', (p) => p.height >= 16 && p.height <= 1024],
    ['crop must be above 0 and at most 1', (p) => p.crop > 0 && p.crop <= 1],
    ['mean must be 0 to 255', (p) => p.mean >= 0 && p.mean <= 255],
    ['scale must be 1 to 255', (p) => p.scale >= 1 && p.scale <= 255],
  ],
};

/**
 * @param {unknown} json - `preprocess.json` or a manifest's `preprocess`, parsed
 * @returns {PreprocessParams} frozen, in camelCase
 * @throws {Error} a key is missing or unknown, or a value is outside of what every implementation can honour
 */
export function parsePreprocess(json) {
  return parseParameters(json, PREPROCESSING);
}

/**
 * The centred square that is looked at.
 * @param {number} width
 * @param {number} height
 * @param {PreprocessParams} params
 * @returns {Rectangle}
 */
export function cropBox(width, height, { crop }) {
  const side = Math.max(1, Math.floor(crop * Math.min(width, height) + 0.5));
  return { left: Math.floor((width - side) / 2), top: Math.floor((height - side) / 2), width: side, height: side };
}

/** Prepares photos of one size. */
export class PhotoFrontEnd {
  #params;
  #columns;
  #rows;
  #narrowed; // the source, resized along its rows only
  #resized;
  #prepared;
  /** The pixels that are read: the square, and what the filters reach beyond it. @type {Readonly<Rectangle>} */
  source;

  /**
   * @param {PreprocessParams} params
   * @param {number} width - of the photos
   * @param {number} height
   */
  constructor(params, width, height) {
    const box = cropBox(width, height, params);
    this.#params = params;
    this.#columns = triangles(width, box.left, box.width, params.width);
    this.#rows = triangles(height, box.top, box.height, params.height);
    this.source = Object.freeze({
      left: this.#columns.first, top: this.#rows.first, width: this.#columns.length, height: this.#rows.length,
    });
    this.#narrowed = new Uint8Array(params.width * this.source.height * N_COLOURS);
    this.#resized = new Uint8Array(params.width * params.height * N_COLOURS);
    this.#prepared = new Float32Array(this.#resized.length);
  }

  /**
   * @param {ArrayLike<number>} pixels - of `source`, row by row, 8-bit RGB or RGBA
   * @returns {Uint8Array} RGB, shape (height, width, 3); the next call overwrites it
   * @throws {Error} there are not as many values as `source` has
   */
  resize(pixels) {
    const nChannels = pixels.length / (this.source.width * this.source.height);
    if (nChannels !== 3 && nChannels !== 4) {
      throw new Error(`pixels must be RGB or RGBA of ${this.source.width} x ${this.source.height}, got ${pixels.length} values`);
    }
    this.#alongRows(pixels, nChannels);
    this.#alongColumns();
    return this.#resized;
  }

  /**
   * @param {ArrayLike<number>} pixels - as for `resize`
   * @returns {Float32Array} (value - mean) / scale, shape (height, width, 3); the next call overwrites it
   */
  prepare(pixels) {
    const { mean, scale } = this.#params;
    const resized = this.resize(pixels);
    for (let i = 0; i < resized.length; i++) this.#prepared[i] = (resized[i] - mean) / scale;
    return this.#prepared;
  }

  // No sum leaves 0 to 255: coefficients are not negative and add up to one, but for their rounding.
  /**
   * @param {ArrayLike<number>} pixels
   * @param {number} nChannels
   */
  #alongRows(pixels, nChannels) {
    const { starts, lengths, coefficients, room } = this.#columns;
    const { width, height } = this.source;
    let out = 0;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < starts.length; x++) {
        let from = (y * width + starts[x]) * nChannels;
        let red = HALF;
        let green = HALF;
        let blue = HALF;
        for (let i = x * room; i < x * room + lengths[x]; i++, from += nChannels) {
          red += pixels[from] * coefficients[i];
          green += pixels[from + 1] * coefficients[i];
          blue += pixels[from + 2] * coefficients[i];
        }
        this.#narrowed[out++] = red >> PRECISION_BITS;
        this.#narrowed[out++] = green >> PRECISION_BITS;
        this.#narrowed[out++] = blue >> PRECISION_BITS;
      }
    }
  }

  #alongColumns() {
    const { starts, lengths, coefficients, room } = this.#rows;
    const rowLength = this.#params.width * N_COLOURS;
    let out = 0;
    for (let y = 0; y < starts.length; y++) {
      for (let x = 0; x < rowLength; x++) {
        let sum = HALF;
        let from = starts[y] * rowLength + x;
        for (let i = y * room; i < y * room + lengths[y]; i++, from += rowLength) sum += this.#narrowed[from] * coefficients[i];
        this.#resized[out++] = sum >> PRECISION_BITS;
      }
    }
  }
}

/**
 * The filter of each output pixel: `lengths[i]` coefficients from `i * room` on, for the pixels from `first + starts[i]` on.
 * @typedef {{first: number, length: number, room: number, starts: Int32Array, lengths: Int32Array, coefficients: Int32Array}} Filters
 */

/**
 * @param {number} size - of the photo along this axis
 * @param {number} start - of the square
 * @param {number} side - of the square
 * @param {number} target
 * @returns {Filters}
 */
function triangles(size, start, side, target) {
  const ratio = side / target;
  const reach = Math.max(1, ratio);
  const room = Math.ceil(reach) * 2 + 1;
  const filters = { room, starts: new Int32Array(target), lengths: new Int32Array(target), coefficients: new Int32Array(target * room) };
  for (let i = 0; i < target; i++) {
    const centre = start + (i + 0.5) * ratio;
    const low = Math.max(0, Math.trunc(centre - reach + 0.5));
    const weights = triangle(low, Math.min(size, Math.trunc(centre + reach + 0.5)), centre, reach);
    filters.starts[i] = low;
    filters.lengths[i] = weights.length;
    filters.coefficients.set(weights.map((weight) => Math.trunc(0.5 + weight * (1 << PRECISION_BITS))), i * room);
  }
  const first = filters.starts[0];
  const length = filters.starts[target - 1] + filters.lengths[target - 1] - first;
  return { ...filters, starts: filters.starts.map((low) => low - first), first, length };
}

/**
 * The weights of the pixels from `low` up to `high`, adding up to one.
 * @param {number} low
 * @param {number} high
 * @param {number} centre
 * @param {number} reach
 */
function triangle(low, high, centre, reach) {
  // Multiplied by the inverse, as Pillow does: a division would round differently.
  const weights = Array.from({ length: high - low }, (_, i) => Math.max(0, 1 - Math.abs((i + low - centre + 0.5) * (1 / reach))));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}
