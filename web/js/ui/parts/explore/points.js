/** Dots in a plane: where they fall on a canvas, which is near, which lies to the left. No page, no drawing. */

/** @typedef {{ x: ArrayLike<number>, y: ArrayLike<number> }} Points */
/** @typedef {{ left: number, top: number, width: number, height: number }} Box */
/** @typedef {(i: number) => boolean} Which  dots that count, by their number */

const MARGIN = 16; // CSS pixels around the outermost dots
const STEEP = 2; // how much more a step aside counts than one ahead, when a key looks for the next dot

/** The box that holds dots; never flat. @param {Points} points @param {Iterable<number>} [indices] all where none are named @returns {Box} */
export function boxOf({ x, y }, indices = Array.from(x, (_, i) => i)) {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const i of indices) {
    left = Math.min(left, x[i]);
    right = Math.max(right, x[i]);
    top = Math.min(top, y[i]);
    bottom = Math.max(bottom, y[i]);
  }
  if (left > right) return { left: -1, top: -1, width: 2, height: 2 };
  const room = Math.max(right - left, bottom - top) * 0.02 || 1;
  return { left: left - room, top: top - room, width: right - left + 2 * room, height: bottom - top + 2 * room };
}

/** A box and what is around it, so many times as large; below 1 it goes closer. @param {Box} box @param {number} factor @returns {Box} */
export function scaled({ left, top, width, height }, factor) {
  return { left: left - (width * (factor - 1)) / 2, top: top - (height * (factor - 1)) / 2, width: width * factor, height: height * factor };
}

/**
 * Dots on a canvas: the same scale both ways, the box in its middle.
 * @param {Points} points
 * @param {Box} box
 * @param {number} width
 * @param {number} height
 * @returns {{ x: Float32Array, y: Float32Array }} in CSS pixels
 */
export function place({ x, y }, box, width, height) {
  const scale = Math.min((width - 2 * MARGIN) / box.width, (height - 2 * MARGIN) / box.height);
  const [left, top] = [(width - scale * box.width) / 2 - scale * box.left, (height - scale * box.height) / 2 - scale * box.top];
  return { x: Float32Array.from(x, (value) => left + scale * value), y: Float32Array.from(y, (value) => top + scale * value) };
}

/**
 * The dot that is nearest to a place, or -1 where none is within `reach`.
 * @param {Points} points
 * @param {number} atX
 * @param {number} atY
 * @param {number} reach
 * @param {Which} counts
 */
export function nearestTo({ x, y }, atX, atY, reach, counts) {
  let best = -1;
  let least = reach * reach;
  for (let i = 0; i < x.length; i++) {
    const distance = (x[i] - atX) ** 2 + (y[i] - atY) ** 2;
    if (distance <= least && counts(i)) [best, least] = [i, distance];
  }
  return best;
}

/**
 * The next dot in a direction: of those that lie rather there than to the side, the one that is nearest.
 * @param {Points} points
 * @param {number} from
 * @param {[number, number]} direction a unit along one axis
 * @param {Which} counts
 * @returns {number} -1 where there is none
 */
export function nextIn({ x, y }, from, [toX, toY], counts) {
  let best = -1;
  let least = Infinity;
  for (let i = 0; i < x.length; i++) {
    const [dx, dy] = [x[i] - x[from], y[i] - y[from]];
    const ahead = dx * toX + dy * toY;
    const aside = Math.abs(dx * toY) + Math.abs(dy * toX);
    if (i === from || ahead <= 0 || aside > ahead || !counts(i)) continue;
    const distance = ahead + STEEP * aside;
    if (distance < least) [best, least] = [i, distance];
  }
  return best;
}

/** Dots within a polygon, by the even-odd rule. @param {Points} points @param {[number, number][]} polygon @param {Which} counts */
export function inside({ x, y }, polygon, counts) {
  const found = [];
  for (let i = 0; i < x.length; i++) if (counts(i) && isInside(x[i], y[i], polygon)) found.push(i);
  return found;
}

/** @param {number} x @param {number} y @param {[number, number][]} polygon */
function isInside(x, y, polygon) {
  let within = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [[ax, ay], [bx, by]] = [polygon[i], polygon[j]];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) within = !within;
  }
  return within;
}

/** A dot and the n that are nearest to it. @param {Points} points @param {number} from @param {number} n @param {Which} counts */
export function around({ x, y }, from, n, counts) {
  return Array.from(x, (_, i) => i)
    .filter((i) => i === from || counts(i))
    .sort((a, b) => (x[a] - x[from]) ** 2 + (y[a] - y[from]) ** 2 - ((x[b] - x[from]) ** 2 + (y[b] - y[from]) ** 2))
    .slice(0, n + 1);
}
