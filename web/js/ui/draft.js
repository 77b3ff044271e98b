/**
 * A kernel while a person types it: texts, and the kernel that they mean or the first thing that is wrong with them.
 *
 * @typedef {import('../dsp/kernel.js').Kernel} Kernel
 * @typedef {{readonly size: number, readonly texts: readonly string[], readonly divisor: string, readonly offset: string}} Draft
 *   - the numbers row by row, as they were typed
 * @typedef {number | 'divisor' | 'offset'} Field - the index of a number, or one of the two beside them
 */

import { MAX_DIVISOR, MAX_NUMBER, isShort, makeKernel } from '../dsp/kernel.js';
import { t } from './i18n.js';

const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)$/;

/** @param {Kernel} kernel @returns {Draft} */
export const draftOf = ({ size, numbers, divisor, offset }) => ({
  size, texts: numbers.map(String), divisor: String(divisor), offset: String(offset),
});

/** @param {Draft} draft @param {Field} field */
export const textOf = (draft, field) => (typeof field === 'number' ? draft.texts[field] : draft[field]);

/**
 * @param {Draft} draft
 * @param {Field} field
 * @param {string} text
 * @returns {Draft}
 */
export function withText(draft, field, text) {
  if (typeof field !== 'number') return { ...draft, [field]: text };
  return { ...draft, texts: draft.texts.map((before, i) => (i === field ? text : before)) };
}

/**
 * The same kernel with zeros around it, or its middle.
 * @param {Draft} draft
 * @param {number} size
 * @returns {Draft}
 */
export function resized(draft, size) {
  const shift = (draft.size - size) / 2;
  const inside = (/** @type {number} */ at) => at >= 0 && at < draft.size;
  const texts = Array.from({ length: size * size }, (_, i) => {
    const [row, column] = [Math.floor(i / size) + shift, (i % size) + shift];
    return inside(row) && inside(column) ? draft.texts[row * draft.size + column] : '0';
  });
  return { ...draft, size, texts };
}

/** @param {Draft} draft @param {Field} field */
export function placeOf({ size }, field) {
  return typeof field === 'number' ? t('row {row}, column {column}', { row: Math.floor(field / size) + 1, column: (field % size) + 1 }) : field === 'divisor' ? t('the divisor') : t('the offset');
}

/** A number as people write it, with a comma or a typographer's minus too; NaN for anything else. @param {string} text */
export function numberOf(text) {
  const plain = text.trim().replace(/[\u2212\u2013]/, '-').replace(',', '.');
  return NUMBER.test(plain) ? Number(plain) : NaN;
}

/** @param {number} step @param {string} text @returns {string} the number that much further; the text itself when it is none */
export function stepped(text, step) {
  const number = numberOf(text);
  return Number.isNaN(number) ? text : String(Math.round(1000 * (number + step)) / 1000);
}

/**
 * @param {Draft} draft
 * @returns {{kernel: Kernel, field: null, problem: ''} | {kernel: null, field: Field, problem: string}}
 *   the sentence is about the first field that is wrong
 */
export function readDraft(draft) {
  /** @type {Field[]} */
  const fields = [...draft.texts.keys(), 'divisor', 'offset'];
  for (const field of fields) {
    const problem = problemOf(textOf(draft, field).trim(), field, placeOf(draft, field));
    if (problem) return { kernel: null, field, problem };
  }
  const flat = draft.texts.map(numberOf);
  const numbers = Array.from({ length: draft.size }, (_, row) => flat.slice(row * draft.size, (row + 1) * draft.size));
  return { kernel: makeKernel({ numbers, divisor: numberOf(draft.divisor), offset: numberOf(draft.offset) }), field: null, problem: '' };
}

/**
 * @param {string} text
 * @param {Field} field
 * @param {string} place
 * @returns {string} a sentence, or nothing
 */
function problemOf(text, field, place) {
  const at = typeof field === 'number' ? t('in {place}', { place }) : t('as {place}', { place });
  if (text === '') return t('There is nothing {at}. Write a number such as {example}.', { at, example: field === 'divisor' ? 4 : 0 });
  const number = numberOf(text);
  if (Number.isNaN(number)) return t('"{text}" {at} is not a number. Write one such as -1 or 0.5.', { text, at });
  if (field === 'divisor' && !(number > 0 && number <= MAX_DIVISOR)) {
    return t('The sum cannot be divided by {text} here. Write a number above 0, at most {most}.', { text, most: String(MAX_DIVISOR) });
  }
  if (field !== 'divisor' && Math.abs(number) > MAX_NUMBER) return t('{text} {at} is too large. Write a number from -{most} to {most}.', { text, at, most: MAX_NUMBER });
  if (!isShort(number)) return t('{text} {at} has too many decimals. Write at most three.', { text, at });
  return '';
}
