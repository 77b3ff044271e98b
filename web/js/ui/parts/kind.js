/** What projects learn from, in words. */

/** @typedef {import('../../data/api.js').Kind} Kind */

/** @type {Record<Kind, { name: string, thing: string, Things: string, device: string, example: string }>} */
export const KINDS = {
  speech: { name: 'Words', thing: 'clip', Things: 'Clips', device: 'microphone', example: 'a word, such as yes' },
  vision: { name: 'Pictures', thing: 'photo', Things: 'Photos', device: 'camera', example: 'a thing, such as cup' },
};

/** @param {number} n @param {string} thing */
export const count = (n, thing) => `${n} ${thing}${n === 1 ? '' : 's'}`;

/** As in "1 photo" or "12 clips". @param {number} n @param {Kind} kind */
export const counted = (n, kind) => count(n, KINDS[kind].thing);
