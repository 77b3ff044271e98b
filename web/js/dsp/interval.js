/** How far a share that was counted may be from the truth. The twin of training/metrics.py's. */

const Z_95 = 1.959963984540054;

/** 95 % interval of a proportion: E. B. Wilson, J. Am. Stat. Assoc. 22 (1927). [0, 1] when n is 0.
 *  @param {number} correct @param {number} n @returns {[number, number]} */
export function wilsonInterval(correct, n) {
  if (n === 0) return [0, 1];
  const share = correct / n;
  const z2 = Z_95 ** 2;
  const centre = (share + z2 / (2 * n)) / (1 + z2 / n);
  const half = Z_95 * Math.sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n);
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}
