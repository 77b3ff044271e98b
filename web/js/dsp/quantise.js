/**
 * One number through int8 and back, as TensorFlow Lite's quantisation specification has it:
 * q = round(x / scale) + zero point, within -128 and 127; x' = (q - zero point) * scale.
 *
 * @typedef {{ scale: number, zero_point: number }} Quantisation
 * @typedef {{ steps: number, rounded: number, unclipped: number, int8: number, back: number, error: number, clipped: boolean }} Passage
 *   `steps`: x / scale; `unclipped`: with the zero point, before it is held within int8; `error`: back - x
 */

export const LOWEST = -128;
export const HIGHEST = 127;

/** Halves away from zero, as C's round: Math.round sends them up. @param {number} x */
export const roundHalfAway = (x) => Math.sign(x) * Math.round(Math.abs(x));

/** @param {number} x @param {Quantisation} how @returns {Passage} */
export function passThrough(x, { scale, zero_point: zeroPoint }) {
  const steps = x / scale;
  const rounded = roundHalfAway(steps);
  const unclipped = rounded + zeroPoint;
  const int8 = Math.min(HIGHEST, Math.max(LOWEST, unclipped));
  const back = (int8 - zeroPoint) * scale;
  return { steps, rounded, unclipped, int8, back, error: back - x, clipped: int8 !== unclipped };
}

/** The numbers that int8 can tell from each other lie between these two. @param {Quantisation} how @returns {[number, number]} */
export const rangeOf = ({ scale, zero_point: zeroPoint }) => [(LOWEST - zeroPoint) * scale, (HIGHEST - zeroPoint) * scale];
