/** Mel filterbank as in HTK (S. Young et al., The HTK Book, 5.4): triangles with a peak of 1, stored without their zeros. */

/** @typedef {import('./params.js').MfccParams} MfccParams */

export class MelFilterbank {
  #starts;
  #ends;
  #weights;

  /** @param {MfccParams} params */
  constructor(params) {
    const rows = Array.from(triangles(params));
    this.#starts = Uint16Array.from(rows, ({ start }) => start);
    this.#ends = Uint16Array.from(rows, ({ start, weights }) => start + weights.length);
    this.#weights = Float64Array.from(rows.flatMap(({ weights }) => weights));
  }

  /** How many there are. */
  get nMels() {
    return this.#starts.length;
  }

  /**
   * One triangle: its weights, for the bins from `start` on; none where no bin lies under it.
   * @param {number} band
   */
  triangle(band) {
    const start = this.#starts[band];
    const length = this.#ends[band] - start;
    let first = 0;
    for (let i = 0; i < band; i++) first += this.#ends[i] - this.#starts[i];
    return { start, weights: this.#weights.subarray(first, first + length) };
  }

  /**
   * @param {Float64Array} power - nFft / 2 + 1 values
   * @param {Float64Array} bands - room for nMels values
   */
  apply(power, bands) {
    let weight = 0;
    for (let band = 0; band < this.#starts.length; band++) {
      let sum = 0;
      for (let bin = this.#starts[band]; bin < this.#ends[band]; bin++) sum += power[bin] * this.#weights[weight++];
      bands[band] = sum;
    }
  }
}

/**
 * Where triangles begin, peak and end, in Hz: that of band i from edge i to edge i + 2. They are evenly spaced in mel.
 * @param {MfccParams} params
 */
export function bandEdges({ nMels, fmin, fmax }) {
  const [low, high] = [hzToMel(fmin), hzToMel(fmax)];
  return Array.from({ length: nMels + 2 }, (_, i) => melToHz(low + (i * (high - low)) / (nMels + 1)));
}

/** @param {MfccParams} params */
function* triangles(params) {
  const { sampleRate, nFft, nMels } = params;
  const edges = bandEdges(params);
  const bins = Array.from({ length: nFft / 2 + 1 }, (_, k) => (k * sampleRate) / nFft);
  for (let band = 0; band < nMels; band++) {
    const [left, centre, right] = edges.slice(band, band + 3);
    const row = bins.map((hz) => Math.max(0, Math.min((hz - left) / (centre - left), (right - hz) / (right - centre))));
    const start = Math.max(0, row.findIndex((value) => value > 0));
    yield { start, weights: row.slice(start, row.findLastIndex((value) => value > 0) + 1) };
  }
}

/** @param {number} hz */
function hzToMel(hz) {
  return 2595 * Math.log10(1 + hz / 700);
}

/** @param {number} mel */
function melToHz(mel) {
  return 700 * (10 ** (mel / 2595) - 1);
}
