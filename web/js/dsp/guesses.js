/**
 * From a network's scores to what a person is told: classes of one everyday name count as one thing, and a few frames as
 * one look.
 *
 * @typedef {{name: string, index: number, score: number}} Guess - `index` is the class of that name with the highest score
 */

/** Adds up the scores of classes that have the same name. */
export class Names {
  #names;
  #thingOf; // of each class, which thing it is
  #sums;
  #best;

  /** @param {string[]} names - of each class, the everyday one */
  constructor(names) {
    this.#names = [...new Set(names)];
    const numbers = new Map(this.#names.map((name, i) => [name, i]));
    this.#thingOf = Int32Array.from(names, (name) => numbers.get(name) ?? 0);
    this.#sums = new Float32Array(this.#names.length);
    this.#best = new Int32Array(this.#names.length);
  }

  /**
   * @param {ArrayLike<number>} scores - one a class
   * @param {number} n
   * @returns {Guess[]} the `n` best things, the best first
   */
  best(scores, n) {
    if (scores.length !== this.#thingOf.length) throw new Error(`there are ${this.#thingOf.length} names for ${scores.length} scores`);
    this.#sums.fill(0);
    this.#best.fill(-1);
    for (let i = 0; i < scores.length; i++) {
      const thing = this.#thingOf[i];
      this.#sums[thing] += scores[i];
      if (this.#best[thing] < 0 || scores[i] > scores[this.#best[thing]]) this.#best[thing] = i;
    }
    const order = [...this.#sums.keys()].sort((a, b) => this.#sums[b] - this.#sums[a]);
    return order.slice(0, n).map((thing) => ({ name: this.#names[thing], index: this.#best[thing], score: this.#sums[thing] }));
  }
}

/** The mean of the last few frames' scores, so that words do not flicker. */
export class Smoother {
  #frames;
  #mean;
  #n = 0;

  /**
   * @param {number} nScores
   * @param {number} nFrames
   */
  constructor(nScores, nFrames) {
    this.#frames = Array.from({ length: nFrames }, () => new Float32Array(nScores));
    this.#mean = new Float32Array(nScores);
  }

  /**
   * @param {Float32Array} scores
   * @returns {Float32Array} overwritten by the next call
   */
  push(scores) {
    this.#frames[this.#n++ % this.#frames.length].set(scores);
    const n = Math.min(this.#n, this.#frames.length);
    for (let i = 0; i < this.#mean.length; i++) {
      let sum = 0;
      for (let frame = 0; frame < n; frame++) sum += this.#frames[frame][i];
      this.#mean[i] = sum / n;
    }
    return this.#mean;
  }

  /** Forget what was seen: the camera looks elsewhere now. */
  reset() {
    this.#n = 0;
  }
}
