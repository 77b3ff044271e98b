/**
 * Magma, a perceptually even colour map, as a table; and decibels to its rows.
 * The polynomial is Matt Zucker's fit to matplotlib's map (CC0); a test holds it to within 6 of 255 of that.
 */

const DB_PER_NEPER = 10 / Math.LN10; // natural logarithm of a power to dB

// One row a colour channel, the constant first.
const POLYNOMIALS = [
  [-0.002136485053939582, 0.2516605407371642, 8.353717279216625, -27.66873308576866, 52.17613981234068, -50.76852536473588, 18.65570506591883],
  [-0.000749655052795221, 0.6775232436837668, -3.577719514958484, 14.26473078096533, -27.94360607168351, 29.04658282127291, -11.48977351997711],
  [-0.005386127855323933, 2.494026599312351, 0.3144679030132573, -13.64921318813922, 12.94416944238394, 4.23415299384598, -5.601961508734096],
];

/** 256 rows of red, green, blue. */
export const MAGMA = Uint8ClampedArray.from({ length: 256 * 3 }, (_, i) => {
  const t = Math.floor(i / 3) / 255;
  return 255 * POLYNOMIALS[i % 3].reduceRight((sum, coefficient) => sum * t + coefficient, 0);
});

/**
 * Decibels of a log-mel value.
 * @param {number} logMel - natural logarithm of a power
 */
export function logMelToDb(logMel) {
  return logMel * DB_PER_NEPER;
}

/**
 * Row of MAGMA for a value in dB.
 * @param {number} db
 * @param {number} lowDb - shown as the darkest
 * @param {number} highDb - shown as the brightest
 */
export function colorIndex(db, lowDb, highDb) {
  const t = (db - lowDb) / (highDb - lowDb);
  return Math.round(255 * Math.max(0, Math.min(1, t)));
}
