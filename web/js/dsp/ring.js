/** The last samples of an endless stream. A position is counted from the stream's first sample; before it is silence. */

export class Ring {
  #samples;
  #total = 0;

  /** @param {number} capacity - samples that are kept */
  constructor(capacity) {
    this.#samples = new Int16Array(capacity);
  }

  get capacity() {
    return this.#samples.length;
  }

  /** Samples written since the beginning. */
  get total() {
    return this.#total;
  }

  /** @param {Int16Array} samples */
  write(samples) {
    const { capacity } = this;
    for (let i = Math.max(0, samples.length - capacity); i < samples.length; i++) {
      this.#samples[(this.#total + i) % capacity] = samples[i];
    }
    this.#total += samples.length;
  }

  /**
   * @param {number} n
   * @param {Int16Array} out - room for n
   */
  readLast(n, out) {
    this.readUntil(this.#total, n, out);
  }

  /**
   * The n samples before the position `end`.
   * @param {number} end
   * @param {number} n
   * @param {Int16Array} out - room for n
   * @throws {Error} they are overwritten, or not there yet
   */
  readUntil(end, n, out) {
    const { capacity } = this;
    if (end > this.#total || this.#total - (end - n) > capacity) {
      throw new Error(`samples ${end - n} to ${end} are not among the last ${capacity} of ${this.#total}`);
    }
    const start = (((end - n) % capacity) + capacity) % capacity;
    for (let i = 0; i < n; i++) out[i] = this.#samples[(start + i) % capacity];
  }
}
