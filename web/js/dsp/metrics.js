/**
 * Accuracy with its interval, the confusion matrix, and what a threshold does to one label. The twin of training/metrics.py;
 * golden vectors hold both (tests/vectors/metrics.json).
 *
 * @typedef {{ precision: number | null, recall: number | null, f1: number | null }} LabelMetric null where it would divide by zero
 * @typedef {{ n: number, accuracy: number | null, interval_95: [number, number], confusion: number[][], per_label: Record<string, LabelMetric> }} Metric
 *   rows of `confusion` are the true label
 * @typedef {{ threshold: number, falseAccepts: number, falseRejects: number }} Point
 * @typedef {{ points: Point[], positives: number, negatives: number, area: number | null }} Curve
 */

import { wilsonInterval } from './interval.js';

/** The highest score's index, the first of equals. @param {ArrayLike<number>} scores */
export function best(scores) {
  let top = 0;
  for (let i = 1; i < scores.length; i++) if (scores[i] > scores[top]) top = i;
  return top;
}

/** All metrics of one set of answers. @param {readonly number[]} truth indices of labels @param {readonly number[]} predicted
 *  @param {readonly string[]} labels @returns {Metric} */
export function summarise(truth, predicted, labels) {
  const confusion = labels.map(() => labels.map(() => 0));
  truth.forEach((row, i) => { confusion[row][predicted[i]]++; });
  const n = truth.length;
  const correct = confusion.reduce((sum, row, i) => sum + row[i], 0);
  return {
    n,
    accuracy: n ? correct / n : null,
    interval_95: wilsonInterval(correct, n),
    confusion,
    per_label: Object.fromEntries(labels.map((label, i) => [label, labelMetric(confusion, i)])),
  };
}

/** @param {number[][]} confusion @param {number} index @returns {LabelMetric} */
function labelMetric(confusion, index) {
  const hits = confusion[index][index];
  const claimed = confusion.reduce((sum, row) => sum + row[index], 0);
  const there = confusion[index].reduce((sum, n) => sum + n, 0);
  return {
    precision: claimed ? hits / claimed : null,
    recall: there ? hits / there : null,
    f1: claimed + there ? 2 * hits / (claimed + there) : null,
  };
}

/**
 * What each threshold does to one label: a clip is accepted where its score reaches it.
 *
 * @param {readonly number[]} scores - of that label, one a clip
 * @param {readonly boolean[]} positive - whether a clip has that label
 * @returns {Curve} points from the threshold that nothing reaches (Infinity) to the lowest score; `area` under the ROC curve is
 *   how often a clip of the label scores higher than another, ties half: null where there are none of either
 */
export function curveOf(scores, positive) {
  const order = [...scores.keys()].sort((a, b) => scores[b] - scores[a]);
  const positives = positive.filter(Boolean).length;
  const negatives = scores.length - positives;
  const points = [{ threshold: Infinity, falseAccepts: 0, falseRejects: positives }];
  let wins = 0;
  for (let i = 0; i < order.length;) {
    const { falseAccepts: fa, falseRejects: fr } = points[points.length - 1];
    const point = { threshold: scores[order[i]], falseAccepts: fa, falseRejects: fr };
    for (; i < order.length && scores[order[i]] === point.threshold; i++) {
      if (positive[order[i]]) point.falseRejects--;
      else point.falseAccepts++;
    }
    wins += (point.falseAccepts - fa) * (positives - (fr + point.falseRejects) / 2);
    points.push(point);
  }
  return { points, positives, negatives, area: positives && negatives ? wins / (positives * negatives) : null };
}

/** What a threshold does, be it a score or not: the last point that asks for it or more. @param {Curve} curve @param {number} threshold @returns {Point} */
export function pointAt({ points }, threshold) {
  let low = 0;
  let high = points.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (points[middle].threshold >= threshold) low = middle;
    else high = middle - 1;
  }
  return points[low];
}

const CENTRAL = [[-3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.38357751867269e2, -3.066479806614716e1, 2.506628277459239],
  [-5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1, -1.328068155288572e1, 1]];
const TAIL = [[-7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734, 4.374664141464968, 2.938163982698783],
  [7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416, 1]];
const WHERE_TAILS_BEGIN = 0.02425;

/** @param {number[]} coefficients the highest power's first @param {number} x */
const polynomial = (coefficients, x) => coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);

/** How many standard deviations from the mean a normal variable stays below with this probability: the scale of a DET plot
 *  (A. Martin et al., Eurospeech 1997). P. J. Acklam's rational approximation, good to 1.15e-9 of the value.
 *  @param {number} probability 0 and 1 give -Infinity and Infinity @returns {number} */
export function normalDeviate(probability) {
  if (probability > 0.5) return -normalDeviate(1 - probability);
  if (probability <= 0) return -Infinity;
  if (probability < WHERE_TAILS_BEGIN) {
    const q = Math.sqrt(-2 * Math.log(probability));
    return polynomial(TAIL[0], q) / polynomial(TAIL[1], q);
  }
  const q = probability - 0.5;
  return q * polynomial(CENTRAL[0], q * q) / polynomial(CENTRAL[1], q * q);
}
