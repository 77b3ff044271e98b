/**
 * From a stream of score vectors to detections, with the numbers of a bundle's manifest.
 *
 * Scores are averaged over the last `n_smooth` inferences. A keyword whose mean is the highest and reaches `threshold` is
 * detected; then nothing is for `refractory` samples. Until `n_smooth` inferences have come, nothing is detected.
 *
 * @typedef {{n_smooth: number, threshold: number, refractory: number}} DecisionParams
 * @typedef {{label: string, score: number, at: number}} Detection
 */

const UNKNOWN = 'unknown'; // other words and noise: never a detection

export class Decision {
  #labels;
  #params;
  #history;
  #nPushed = 0;
  #mean;
  #silentUntil = -Infinity;

  /**
   * @param {DecisionParams} params
   * @param {readonly string[]} labels - in the order of the scores
   */
  constructor(params, labels) {
    this.#params = params;
    this.#labels = labels;
    this.#history = Array.from({ length: params.n_smooth }, () => new Float64Array(labels.length));
    this.#mean = new Float64Array(labels.length);
  }

  /**
   * @param {ArrayLike<number>} scores - one a label
   * @param {number} at - position of the inference's last sample in the stream
   * @returns {{mean: Float64Array, best: number, detection: Detection | null}} `best` is the highest mean's index; `mean` is
   *   overwritten by the next push
   */
  push(scores, at) {
    this.#history[this.#nPushed % this.#params.n_smooth].set(scores);
    this.#nPushed++;
    this.#average();
    const best = this.#mean.reduce((top, score, i, mean) => (score > mean[top] ? i : top), 0);
    const label = this.#labels[best];
    const score = this.#mean[best];
    const ready = this.#nPushed >= this.#params.n_smooth && at >= this.#silentUntil;
    if (!ready || label === UNKNOWN || score < this.#params.threshold) return { mean: this.#mean, best, detection: null };
    this.#silentUntil = at + this.#params.refractory;
    return { mean: this.#mean, best, detection: { label, score, at } };
  }

  #average() {
    const { n_smooth: nSmooth } = this.#params;
    const n = Math.min(this.#nPushed, nSmooth);
    this.#mean.fill(0);
    for (let i = this.#nPushed - n; i < this.#nPushed; i++) {
      const scores = this.#history[i % nSmooth];
      for (let label = 0; label < scores.length; label++) this.#mean[label] += scores[label] / n;
    }
  }
}
