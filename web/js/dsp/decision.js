/**
 * From a stream of score vectors to detections, with the numbers of a bundle's manifest. The twin of training/speech/stream.py;
 * `tests/vectors/decision.json` holds both, and the board's decision.cpp, to the same detections.
 *
 * Scores are averaged over the last `n_smooth` inferences. A keyword whose mean is the highest and reaches its own threshold is
 * detected; then nothing is for `refractory` samples. Until `n_smooth` inferences have come, nothing is detected.
 *
 * @typedef {{ false_accepts_per_hour: number | null, thresholds: Readonly<Record<string, number>> }} Preset thresholds by keyword,
 *   chosen for so many false accepts an hour; null where that was not chosen
 * @typedef {{ negative_hours: number, keywords: number, extrapolated: boolean, false_rejects: Record<string, number> }} ChosenOn
 *   what thresholds were chosen on, and the share of keywords that was missed there, by preset
 * @typedef {{ n_smooth: number, refractory: number, preset: string, presets: Readonly<Record<string, Preset>>,
 *   chosen_on: ChosenOn | null }} DecisionParams `preset`: the one to begin with
 * @typedef {{ label: string, score: number, at: number }} Detection
 */

const UNKNOWN = 'unknown'; // other words and noise: never a detection
export const PRESETS = Object.freeze(['strict', 'normal', 'eager']);
const ONE_PRESET = 'normal'; // what a bundle with a single threshold has

/**
 * How a bundle decides. Bundles from before there were presets name one threshold, which becomes that of every keyword.
 * @param {{ labels: readonly string[], decision: any }} manifest of kind `speech`
 * @returns {DecisionParams}
 */
export function decisionOf({ labels, decision }) {
  const { n_smooth, refractory, threshold, preset, presets, chosen_on = null } = decision;
  if (presets) return { n_smooth, refractory, preset, presets, chosen_on };
  const thresholds = Object.fromEntries(labels.filter((label) => label !== UNKNOWN).map((label) => [label, threshold]));
  return { n_smooth, refractory, preset: ONE_PRESET, presets: { [ONE_PRESET]: { false_accepts_per_hour: null, thresholds } }, chosen_on };
}

export class Decision {
  #labels;
  #nSmooth;
  #refractory;
  #thresholds;
  #history;
  #nPushed = 0;
  #mean;
  #silentUntil = -Infinity;

  /**
   * @param {DecisionParams} params
   * @param {readonly string[]} labels - in the order of the scores
   * @param {string} [preset] - which of the thresholds
   * @throws {RangeError} the bundle has no such preset
   */
  constructor(params, labels, preset = params.preset) {
    if (!Object.hasOwn(params.presets, preset)) throw new RangeError(`preset must be one of ${Object.keys(params.presets).join(', ')}, got '${preset}'`);
    const { thresholds } = params.presets[preset];
    this.#labels = labels;
    this.#nSmooth = params.n_smooth;
    this.#refractory = params.refractory;
    this.#thresholds = labels.map((label) => (label === UNKNOWN ? Infinity : thresholds[label]));
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
    this.#history[this.#nPushed % this.#nSmooth].set(scores);
    this.#nPushed++;
    this.#average();
    const best = this.#mean.reduce((top, score, i, mean) => (score > mean[top] ? i : top), 0);
    const score = this.#mean[best];
    const ready = this.#nPushed >= this.#nSmooth && at >= this.#silentUntil;
    if (!ready || !(score >= this.#thresholds[best])) return { mean: this.#mean, best, detection: null };
    this.#silentUntil = at + this.#refractory;
    return { mean: this.#mean, best, detection: { label: this.#labels[best], score, at } };
  }

  #average() {
    const n = Math.min(this.#nPushed, this.#nSmooth);
    this.#mean.fill(0);
    for (let i = this.#nPushed - n; i < this.#nPushed; i++) {
      const scores = this.#history[i % this.#nSmooth];
      for (let label = 0; label < scores.length; label++) this.#mean[label] += scores[label];
    }
    for (let label = 0; label < this.#mean.length; label++) this.#mean[label] /= n;
  }
}
