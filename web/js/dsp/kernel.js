/**
 * A picture through a kernel whose numbers a person can read: `training/vision/kernels.py`'s twin, which says what is
 * computed and why (golden vectors in `tests/vectors/kernels.json`). Whole numbers only, so that both agree on every pixel.
 *
 * @typedef {{readonly size: number, readonly numbers: readonly number[], readonly divisor: number, readonly offset: number}} Kernel
 *   - the numbers row by row
 * @typedef {{readonly name: string, readonly title: string, readonly says: string, readonly kernel: Kernel}} Preset
 * @typedef {{numbers: number[][], divisor: number, offset: number}} KernelJson
 * @typedef {{patch: number[], products: number[], sum: number, result: number}} Products - of one pixel, row by row
 */

const SCHEMA = 1;
export const SIZES = [3, 5];
export const MAX_NUMBER = 999;
export const MAX_DIVISOR = 9999;
const UNIT = 1000; // numbers have at most three decimals: computed are thousandths
const N_AT_ONCE = 4; // how many numbers of a kernel one pass over a row takes

/** @param {number} number */
const thousandths = (number) => Math.round(number * UNIT);

/** Whether a number has at most three decimals. @param {number} number */
export const isShort = (number) => thousandths(number) / UNIT === number;

/**
 * floor(sum / divisor + offset + 1/2) = floor((2 * UNIT * sum + shift) / denominator), the sum in thousandths. With the
 * largest numbers that are allowed all of it stays far below 2 ** 53.
 * @param {{divisor: number, offset: number}} kernel
 */
function rounding({ divisor, offset }) {
  const whole = thousandths(divisor);
  return { shift: whole * (2 * thousandths(offset) + UNIT), denominator: 2 * UNIT * whole };
}

/**
 * @param {KernelJson} json - of a preset or of a golden vector
 * @returns {Kernel} frozen
 * @throws {Error} the numbers are no square of 3 x 3 or 5 x 5, or one of them, the divisor or the offset is out of range
 */
export function makeKernel({ numbers, divisor, offset }) {
  if (!SIZES.includes(numbers.length) || numbers.some((row) => row.length !== numbers.length)) {
    throw new Error(`a kernel must have 3 x 3 or 5 x 5 numbers, got rows of [${numbers.map((row) => row.length).join(', ')}]`);
  }
  const flat = numbers.flat();
  const wide = [...flat, offset].find((number) => !(Math.abs(number) <= MAX_NUMBER));
  if (wide !== undefined) throw new Error(`a number must be from -${MAX_NUMBER} to ${MAX_NUMBER}, got ${wide}`);
  if (!(divisor > 0 && divisor <= MAX_DIVISOR)) throw new Error(`the divisor must be above 0 and at most ${MAX_DIVISOR}, got ${divisor}`);
  const long = [...flat, divisor, offset].find((number) => !isShort(number));
  if (long !== undefined) throw new Error(`a number must have at most three decimals, got ${long}`);
  return Object.freeze({ size: numbers.length, numbers: Object.freeze(flat), divisor, offset });
}

/**
 * @param {{schema: number, kernels: (KernelJson & {name: string, title: string, says: string})[]}} json - `kernels.json`, parsed
 * @returns {Preset[]} in the order of the page
 */
export function parsePresets({ schema, kernels }) {
  if (schema !== SCHEMA) throw new Error(`schema must be ${SCHEMA}, got ${schema}`);
  return kernels.map(({ name, title, says, ...kernel }) => ({ name, title, says, kernel: makeKernel(kernel) }));
}

/**
 * Grey values by BT.601's weights as parts of 256.
 * @param {ArrayLike<number>} rgba - four values a pixel
 * @param {Uint8Array} grey - overwritten
 */
export function toGrey(rgba, grey) {
  for (let i = 0, at = 0; i < grey.length; i++, at += 4) {
    grey[i] = (77 * rgba[at] + 150 * rgba[at + 1] + 29 * rgba[at + 2] + 128) >> 8;
  }
}

/** Passes pictures of one size through a kernel. */
export class KernelFilter {
  #width;
  #height;
  #sums;
  #padded = new Uint8Array(0); // the picture with its border repeated
  #radius = 0;
  #stride = 0; // of a padded row
  // Of each number that is not zero: itself, and where its pixel is in the padded picture. Filled up to a multiple of N_AT_ONCE.
  #weights = new Float64Array(0);
  #places = new Int32Array(0);
  #rounding = { shift: 0, denominator: 1 };

  /**
   * @param {number} width
   * @param {number} height
   * @param {Kernel} kernel
   */
  constructor(width, height, kernel) {
    this.#width = width;
    this.#height = height;
    this.#sums = new Float64Array(width);
    this.use(kernel);
  }

  /** @param {Kernel} kernel */
  use(kernel) {
    const { size, numbers } = kernel;
    this.#radius = (size - 1) / 2;
    this.#stride = this.#width + 2 * this.#radius;
    this.#padded = new Uint8Array(this.#stride * (this.#height + 2 * this.#radius));
    const used = numbers.map((number, i) => ({ weight: thousandths(number), place: Math.floor(i / size) * this.#stride + (i % size) }))
      .filter(({ weight }) => weight !== 0);
    const room = Math.ceil(used.length / N_AT_ONCE) * N_AT_ONCE;
    this.#weights = new Float64Array(room);
    this.#places = new Int32Array(room);
    this.#weights.set(used.map(({ weight }) => weight));
    this.#places.set(used.map(({ place }) => place));
    this.#rounding = rounding(kernel);
  }

  /**
   * @param {Uint8Array} grey - width * height values
   * @param {Uint8ClampedArray} result - as many; overwritten
   */
  apply(grey, result) {
    const { shift, denominator } = this.#rounding;
    this.#pad(grey);
    for (let y = 0; y < this.#height; y++) {
      this.#sumRow(y * this.#stride);
      const row = y * this.#width;
      for (let x = 0; x < this.#width; x++) result[row + x] = Math.floor((2 * UNIT * this.#sums[x] + shift) / denominator);
    }
  }

  /** @param {Uint8Array} grey */
  #pad(grey) {
    const width = this.#width;
    const radius = this.#radius;
    for (let y = 0; y < this.#height + 2 * radius; y++) {
      const from = Math.min(this.#height - 1, Math.max(0, y - radius)) * width;
      const to = y * this.#stride;
      for (let x = 0; x < width; x++) this.#padded[to + radius + x] = grey[from + x];
      this.#padded.fill(grey[from], to, to + radius);
      this.#padded.fill(grey[from + width - 1], to + radius + width, to + this.#stride);
    }
  }

  /** @param {number} at - of the row's first patch in the padded picture */
  #sumRow(at) {
    const sums = this.#sums;
    const padded = this.#padded;
    sums.fill(0);
    for (let i = 0; i < this.#weights.length; i += N_AT_ONCE) {
      const [a, b, c, d] = [this.#weights[i], this.#weights[i + 1], this.#weights[i + 2], this.#weights[i + 3]];
      const [p, q, r, s] = [at + this.#places[i], at + this.#places[i + 1], at + this.#places[i + 2], at + this.#places[i + 3]];
      for (let x = 0; x < sums.length; x++) sums[x] += a * padded[p + x] + b * padded[q + x] + c * padded[r + x] + d * padded[s + x];
    }
  }
}

/**
 * Number by number what gives one pixel of the result.
 * @param {ArrayLike<number>} grey
 * @param {number} width
 * @param {number} height
 * @param {Kernel} kernel
 * @param {number} column - of the pixel, from 0 at the left
 * @param {number} row - from 0 at the top
 * @returns {Products}
 */
export function productsAt(grey, width, height, kernel, column, row) {
  const { size, numbers } = kernel;
  const radius = (size - 1) / 2;
  const patch = numbers.map((_, i) => {
    const x = Math.min(width - 1, Math.max(0, column + (i % size) - radius));
    const y = Math.min(height - 1, Math.max(0, row + Math.floor(i / size) - radius));
    return grey[y * width + x];
  });
  const products = numbers.map((number, i) => thousandths(number) * patch[i]);
  const sum = products.reduce((total, product) => total + product, 0);
  const { shift, denominator } = rounding(kernel);
  const rounded = Math.floor((2 * UNIT * sum + shift) / denominator);
  return { patch, products: products.map((product) => product / UNIT), sum: sum / UNIT, result: Math.min(255, Math.max(0, rounded)) };
}
