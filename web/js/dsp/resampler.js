/**
 * Any microphone rate to the model's rate: a streaming polyphase windowed-sinc filter (Kaiser window).
 *
 * Output sample j stands for the time j / outputRate of the input: the filter's delay is taken out, so the output only comes
 * `latency` input samples late. The output does not depend on how the input is cut into chunks, to the last bit.
 * Flat to 7/16 of the lower rate; from 8.4/16 on (what would fold below 7.6 kHz at 16 kHz) at least 75 dB down.
 *
 * Source: J. F. Kaiser, "Nonrecursive digital filter design using the I0-sinh window function", ISCAS (1974).
 */

const PASS = 7 / 16; // of the lower of the two rates
const STOP = 8.4 / 16;
const ATTENUATION_DB = 80;
const KAISER_BETA = 0.1102 * (ATTENUATION_DB - 8.7);
const MAX_CHUNK = 4096; // input samples taken at a time

export class Resampler {
  #up;
  #down;
  #reach;
  #taps;
  #coefficients;
  #history;
  #filled; // valid samples in #history
  #first = 0; // where in #history the next output's taps begin
  #phase = 0;
  #passThrough;

  /**
   * @param {number} inputRate - Hz, a whole number from 8000 to 192000
   * @param {number} outputRate - Hz, a whole number
   * @throws {Error} inputRate is outside of that
   */
  constructor(inputRate, outputRate) {
    if (!Number.isInteger(inputRate) || inputRate < 8000 || inputRate > 192000) {
      throw new Error(`inputRate must be a whole number from 8000 to 192000 Hz, got ${inputRate}`);
    }
    const divisor = gcd(inputRate, outputRate);
    this.#passThrough = inputRate === outputRate;
    this.#up = outputRate / divisor;
    this.#down = inputRate / divisor;
    const lowerRate = Math.min(inputRate, outputRate);
    this.#reach = this.#passThrough ? 0 : filterReach(((STOP - PASS) * lowerRate) / inputRate);
    this.#taps = 2 * this.#reach;
    const cutoff = (((PASS + STOP) / 2) * lowerRate) / inputRate;
    this.#coefficients = this.#passThrough ? new Float32Array(0) : polyphase(this.#up, this.#reach, cutoff);
    this.#history = new Float32Array(this.#taps + this.#down + MAX_CHUNK);
    this.#filled = Math.max(0, this.#reach - 1); // silence before the first sample
  }

  /** Input samples after an output's own time that it waits for. */
  get latency() {
    return this.#reach;
  }

  /**
   * Room that the output of `nInput` samples needs at most.
   * @param {number} nInput
   */
  maxOutput(nInput) {
    return Math.ceil((nInput * this.#up) / this.#down) + 1;
  }

  /**
   * @param {Float32Array} input - the next samples, any number
   * @param {Float32Array} out - room for `maxOutput(input.length)`
   * @returns {number} samples written to `out`
   */
  process(input, out) {
    if (this.#passThrough) {
      out.set(input);
      return input.length;
    }
    let nOut = 0;
    for (let start = 0; start < input.length; start += MAX_CHUNK) {
      const end = Math.min(input.length, start + MAX_CHUNK);
      for (let i = start; i < end; i++) this.#history[this.#filled++] = input[i];
      nOut = this.#drain(out, nOut);
    }
    return nOut;
  }

  /**
   * Write every output whose taps are all there, then forget what no output needs any more.
   * @param {Float32Array} out
   * @param {number} nOut
   */
  #drain(out, nOut) {
    const taps = this.#taps;
    const history = this.#history;
    const coefficients = this.#coefficients;
    while (this.#first + taps <= this.#filled) {
      const row = this.#phase * taps;
      let sum = 0;
      for (let i = 0; i < taps; i++) sum += history[this.#first + i] * coefficients[row + i];
      out[nOut++] = sum;
      this.#phase += this.#down;
      this.#first += Math.floor(this.#phase / this.#up);
      this.#phase %= this.#up;
    }
    const used = Math.min(this.#first, this.#filled);
    history.copyWithin(0, used, this.#filled);
    this.#filled -= used;
    this.#first -= used;
    return nOut;
  }
}

/**
 * Half the filter's length in input samples, by Kaiser's estimate.
 * @param {number} transition - width of the transition band, in cycles a sample
 */
function filterReach(transition) {
  return Math.ceil((ATTENUATION_DB - 8) / (2.285 * 2 * Math.PI * transition) / 2);
}

/**
 * One row of 2 * reach taps a phase. Rows are normalised: the same gain at 0 Hz for each, or a constant would hum.
 * @param {number} nPhases
 * @param {number} reach
 * @param {number} cutoff - in cycles an input sample
 */
function polyphase(nPhases, reach, cutoff) {
  const taps = 2 * reach;
  const table = new Float32Array(nPhases * taps);
  const row = new Float64Array(taps);
  for (let phase = 0; phase < nPhases; phase++) {
    // Tap i lies on input sample n - reach + 1 + i, the output at n + phase / nPhases.
    for (let i = 0; i < taps; i++) row[i] = windowedSinc(phase / nPhases + reach - 1 - i, reach, cutoff);
    const gain = row.reduce((sum, value) => sum + value, 0);
    for (let i = 0; i < taps; i++) table[phase * taps + i] = row[i] / gain;
  }
  return table;
}

/**
 * @param {number} t - in input samples from the centre
 * @param {number} reach
 * @param {number} cutoff
 */
function windowedSinc(t, reach, cutoff) {
  const x = 2 * Math.PI * cutoff * t;
  const sinc = x === 0 ? 1 : Math.sin(x) / x;
  return 2 * cutoff * sinc * besselI0(KAISER_BETA * Math.sqrt(Math.max(0, 1 - (t / reach) ** 2)));
}

/**
 * Modified Bessel function of order 0, by its power series. (The window's constant 1 / I0(beta) falls out of the gain.)
 * @param {number} x
 */
function besselI0(x) {
  let sum = 1;
  for (let k = 1, term = 1; term > 1e-17 * sum; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

/**
 * @param {number} a
 * @param {number} b
 * @returns {number}
 */
function gcd(a, b) {
  return b === 0 ? a : gcd(b, a % b);
}
