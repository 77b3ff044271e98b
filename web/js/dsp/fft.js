/** Power spectrum of real signals: one complex radix-2 FFT of half the size, then the split into even and odd parts. */

export class RealFft {
  #half;
  #reversed;
  #cos;
  #sin;
  #re;
  #im;

  /** @param {number} nFft - a power of two, at least 4 */
  constructor(nFft) {
    if (nFft < 4 || (nFft & (nFft - 1)) !== 0) throw new Error(`nFft must be a power of two, at least 4, got ${nFft}`);
    this.#half = nFft / 2;
    this.#reversed = bitReversal(this.#half);
    this.#cos = Float64Array.from({ length: this.#half }, (_, k) => Math.cos((2 * Math.PI * k) / nFft));
    this.#sin = Float64Array.from({ length: this.#half }, (_, k) => Math.sin((2 * Math.PI * k) / nFft));
    this.#re = new Float64Array(this.#half);
    this.#im = new Float64Array(this.#half);
  }

  /**
   * @param {Float64Array} signal - nFft values
   * @param {Float64Array} power - room for nFft / 2 + 1 values: |X|^2, not normalised
   */
  power(signal, power) {
    const half = this.#half;
    for (let i = 0; i < half; i++) {
      this.#re[this.#reversed[i]] = signal[2 * i];
      this.#im[this.#reversed[i]] = signal[2 * i + 1];
    }
    this.#butterflies();
    this.#split(power);
  }

  #butterflies() {
    const n = this.#half;
    const re = this.#re;
    const im = this.#im;
    const cos = this.#cos;
    const sin = this.#sin;
    for (let size = 2; size <= n; size *= 2) {
      const reach = size / 2;
      const stride = (2 * n) / size; // the tables are those of the doubled size
      for (let first = 0; first < n; first += size) {
        for (let k = 0; k < reach; k++) {
          const upper = first + k;
          const lower = upper + reach;
          const c = cos[k * stride];
          const s = sin[k * stride];
          const re1 = re[lower] * c + im[lower] * s;
          const im1 = im[lower] * c - re[lower] * s;
          re[lower] = re[upper] - re1;
          im[lower] = im[upper] - im1;
          re[upper] += re1;
          im[upper] += im1;
        }
      }
    }
  }

  /** @param {Float64Array} power */
  #split(power) {
    const n = this.#half;
    const re = this.#re;
    const im = this.#im;
    power[0] = (re[0] + im[0]) ** 2;
    power[n] = (re[0] - im[0]) ** 2;
    for (let k = 1; k < n; k++) {
      const evenRe = (re[k] + re[n - k]) / 2;
      const evenIm = (im[k] - im[n - k]) / 2;
      const oddRe = (im[k] + im[n - k]) / 2;
      const oddIm = (re[n - k] - re[k]) / 2;
      const sumRe = evenRe + oddRe * this.#cos[k] + oddIm * this.#sin[k];
      const sumIm = evenIm + oddIm * this.#cos[k] - oddRe * this.#sin[k];
      power[k] = sumRe * sumRe + sumIm * sumIm;
    }
  }
}

/** @param {number} n - a power of two */
function bitReversal(n) {
  const reversed = new Uint16Array(n);
  for (let i = 1; i < n; i++) reversed[i] = (reversed[i >> 1] >> 1) | (i & 1 ? n >> 1 : 0);
  return reversed;
}
