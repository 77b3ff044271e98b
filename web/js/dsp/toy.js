/** Small models to learn with: what stands behind the pages of Learn. */

/** Numbers that look random and are the same every time. @param {number} seed @returns {() => number} the next one, 0 to 1 (mulberry32) */
export function seeded(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A normal deviate by Box and Muller. @param {() => number} random */
export const normal = (random) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** @type {Record<'step' | 'sigmoid' | 'relu', (x: number) => number>} */
export const ACTIVATIONS = {
  step: (x) => (x > 0 ? 1 : 0),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  relu: (x) => Math.max(0, x),
};

/** What a neuron adds up before its activation. @param {number[]} inputs @param {number[]} weights @param {number} bias */
export const weigh = (inputs, weights, bias) => inputs.reduce((sum, input, i) => sum + input * weights[i], bias);

/** @typedef {{ x: number, y: number, label: number }} Point  both coordinates 0 to 1, `label` the index of a class */
/** @typedef {{ weights: number[], bias: number }} Line  one neuron with a sigmoid, which answers class 1 where it is above 0.5 */

/** Two clouds of points, which overlap a little. @param {number} seed @param {number} n of each */
export function clouds(seed, n) {
  const random = seeded(seed);
  const angle = 2 * Math.PI * random();
  return Array.from({ length: 2 * n }, (_, i) => {
    const side = i % 2 ? 0.2 : -0.2;
    return { x: clamp(0.5 + side * Math.cos(angle) + 0.11 * normal(random)), y: clamp(0.5 + side * Math.sin(angle) + 0.11 * normal(random)), label: i % 2 };
  });
}

/** @param {number} value */
const clamp = (value) => Math.min(0.99, Math.max(0.01, value));

/** @param {Line} line @param {Point} point @returns {number} how sure it is of class 1, 0 to 1 */
export const guess = ({ weights, bias }, { x, y }) => ACTIVATIONS.sigmoid(weigh([x - 0.5, y - 0.5], weights, bias));

/** @param {Line} line @param {Point[]} points */
export const mistakes = (line, points) => points.filter((point) => (guess(line, point) > 0.5 ? 1 : 0) !== point.label);

/** Mean cross-entropy. @param {Line} line @param {Point[]} points */
export function loss(line, points) {
  const one = (/** @type {Point} */ point) => -Math.log(Math.max(1e-9, point.label ? guess(line, point) : 1 - guess(line, point)));
  return points.reduce((sum, point) => sum + one(point), 0) / points.length;
}

/** One step downhill on the cross-entropy. @param {Line} line @param {Point[]} points @param {number} rate @returns {Line} */
export function improve({ weights: [a, b], bias }, points, rate) {
  const gradient = [0, 0, 0];
  for (const point of points) {
    const error = guess({ weights: [a, b], bias }, point) - point.label;
    gradient[0] += error * (point.x - 0.5);
    gradient[1] += error * (point.y - 0.5);
    gradient[2] += error;
  }
  const [da, db, dc] = gradient.map((sum) => (rate * sum) / points.length);
  return { weights: [a - da, b - db], bias: bias - dc };
}

/** Softmax regression with squares and product of the coordinates, so that its borders may bend: full-batch gradient descent.
 *  @param {Point[]} points @param {number} nClasses @param {number} steps @returns {(x: number, y: number) => number} the class at a place */
export function learnClasses(points, nClasses, steps) {
  const terms = (/** @type {number} */ x, /** @type {number} */ y) => {
    const [u, v] = [2 * x - 1, 2 * y - 1];
    return [1, u, v, u * u, u * v, v * v];
  };
  const rows = points.map(({ x, y }) => terms(x, y));
  const weights = Array.from({ length: nClasses }, () => new Array(6).fill(0));
  const sums = (/** @type {number[]} */ row) => weights.map((w) => weigh(row, w, 0));
  for (let step = 0; step < steps; step++) {
    const gradient = weights.map((w) => w.map(() => 0));
    rows.forEach((row, i) => {
      const shares = softmax(sums(row));
      shares.forEach((share, c) => row.forEach((value, j) => { gradient[c][j] += (share - Number(points[i].label === c)) * value; }));
    });
    gradient.forEach((g, c) => g.forEach((value, j) => { weights[c][j] -= (4 * value) / points.length; }));
  }
  return (x, y) => indexOfMax(sums(terms(x, y)));
}

/** @param {number[]} sums */
function softmax(sums) {
  const top = Math.max(...sums);
  const powers = sums.map((sum) => Math.exp(sum - top));
  const total = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / total);
}

/** @param {number[]} values */
const indexOfMax = (values) => values.indexOf(Math.max(...values));

/** The nearest of the 2^bits values that are spread evenly from `low` to `high`.
 *  @param {number} value @param {number} bits @param {number} low @param {number} high */
export function quantise(value, bits, low, high) {
  const step = (high - low) / (2 ** bits - 1);
  const level = Math.min(2 ** bits - 1, Math.max(0, Math.round((value - low) / step)));
  return { level, value: low + level * step, step };
}

/** What a person measured with a step counter: mean speed and how much it varies, for walking, running, biking and golfing.
 *  @param {number} seed @param {number} n of each @returns {(Point & { speed: number })[]} `x` is the speed over 24 km/h, `y` the variation */
export function activities(seed, n) {
  const random = seeded(seed);
  const kinds = [[4.5, 0.7, 0.18, 0.05], [10, 1.3, 0.24, 0.05], [18, 2.2, 0.3, 0.07], [4.6, 1.6, 0.78, 0.08]];
  return kinds.flatMap(([speed, spread, varies, width], label) => Array.from({ length: n }, () => {
    const kmh = Math.min(23.5, Math.max(0.5, speed + spread * normal(random)));
    return { x: kmh / 24, y: clamp(varies + width * normal(random)), label, speed: kmh };
  }));
}
