/** How the pages Evaluate and Optimize write numbers, and what they call things of each kind. */

import { t } from '../../i18n.js';
import { counted } from '../kind.js';

/** @typedef {import('../kind.js').Kind} Kind */

/** @param {number} share */
export const percent = (share) => `${Math.round(100 * share)} %`;

/** @param {[number, number]} interval */
export const range = ([low, high]) => `${Math.round(100 * low)}-${Math.round(100 * high)} %`;

/** At least so many digits that two neighbours differ. @param {number} value */
export const exact = (value) => (value === 0 ? '0' : String(Number(value.toPrecision(4))).replace('-', '\u2212'));

/** What the confusion matrix says of a kind. @param {Kind} kind @returns {import('../confusion.js').Says} */
export function saysOf(kind) {
  if (kind === 'vision') {
    return {
      row: t('was'), column: t('seen as'), what: t('Rows: what was in the photo. Columns: what the model took it for.'),
      cell: (truth, predicted, n) => t('{truth} seen as {predicted}: {photos}', { truth, predicted, photos: counted(n, kind) }),
    };
  }
  return {
    row: t('said'), column: t('heard'), what: t('Rows: what was said. Columns: what the model heard.'),
    cell: (truth, predicted, n) => t('{truth} heard as {predicted}: {clips}', { truth, predicted, clips: counted(n, kind) }),
  };
}
