import { t, tn } from '../i18n.js';
/** What projects learn from, in words. */

/** @typedef {import('../../data/api.js').Kind} Kind */

/** Read when they are shown: the reader's language is known then. */
export const KINDS = {
  speech: { get name() { return t('Words'); }, get Things() { return t('Clips'); }, get example() { return t('a word, such as yes'); } },
  vision: { get name() { return t('Pictures'); }, get Things() { return t('Photos'); }, get example() { return t('a thing, such as cup'); } },
};

/** @param {number} n @param {string} thing */
export const count = (n, thing) => `${n} ${thing}${n === 1 ? '' : 's'}`;

/** As in "1 photo" or "12 clips". @param {number} n @param {Kind} kind */
export const counted = (n, kind) => (kind === 'vision' ? tn(n, '{n} photo', '{n} photos') : tn(n, '{n} clip', '{n} clips'));
