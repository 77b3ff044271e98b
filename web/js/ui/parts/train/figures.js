/** How the figures of training are written. */

import { spoken, t } from '../../i18n.js';

/** @typedef {import('../../../data/train.js').Metric} Metric */

/** @param {number} share */
export const percent = (share) => Math.round(100 * share);

/** As in "94 %". @param {Metric | null | undefined} metric */
export const accuracy = (metric) => (metric?.n ? `${percent(metric.accuracy)} %` : '–');

/** As in "74-99 %", where the true value lies 19 times in 20. @param {Metric} metric */
export const interval = ({ interval_95: [low, high] }) => `${percent(low)}-${percent(high)} %`;

/** @param {number | null | undefined} bytes */
export function bytes(bytes) {
  if (!bytes) return '–';
  return bytes < 1e6 ? t('{n} kB', { n: Math.round(bytes / 100) / 10 }) : t('{n} MB', { n: Math.round(bytes / 1e5) / 10 });
}

/** Of instructions, as in "4.3 M". @param {number | null | undefined} n */
export const millions = (n) => (n ? t('{n} M', { n: Math.round(n / 1e4) / 100 }) : '–');

/** @param {number | null | undefined} n */
export const seconds = (n) => (n || n === 0 ? t('{n} s', { n: Math.round(n) }) : '–');

/** @param {string} iso */
export const moment = (iso) => new Date(iso).toLocaleString(spoken(), { dateStyle: 'short', timeStyle: 'medium' });

/** @param {unknown} error */
export const sentence = (error) => (error instanceof Error ? error.message : String(error));

/** What is told apart, without what is always in. @param {string[]} labels */
export const words = (labels) => labels.filter((label) => label !== 'unknown').join(', ');

/** @param {string} state */
export const stateName = (state) => ({
  queued: t('waits'), running: t('runs'), done: t('done'), failed: t('failed'), cancelled: t('cancelled'), interrupted: t('interrupted'),
})[state] ?? state;
