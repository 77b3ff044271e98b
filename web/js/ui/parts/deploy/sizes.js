/** Sizes, as people read them. */

import { spoken, t } from '../../i18n.js';

const KB = 1000;
const MB = 1000 * KB;

/** @param {number} value @param {number} [digits] */
const number = (value, digits = 1) => value.toLocaleString(spoken(), { maximumFractionDigits: digits });

/** @param {number} bytes */
export const size = (bytes) => (bytes >= MB ? t('{n} MB', { n: number(bytes / MB) }) : t('{n} kB', { n: number(bytes / KB) }));

/** @param {number} value as in 4.0 M */
export const millions = (value) => number(value / 1e6);

/** @param {number} share of one */
export const percent = (share) => t('{n} %', { n: number(100 * share, 0) });
