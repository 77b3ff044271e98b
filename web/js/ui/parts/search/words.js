/** How a trial is written. */

import { t, tn } from '../../i18n.js';
import { accuracy, bytes, interval, millions } from '../train/figures.js';

/** @typedef {import('../../../data/search.js').Trial} Trial */

/** @param {Trial} trial */
export const stateOf = ({ state }) => ({
  waiting: t('waits'), running: t('runs'), complete: t('complete'), pruned: t('fell behind'), infeasible: t('does not fit'), failed: t('run anew'),
})[state];

/** As in "94 % (74-99 %)". @param {Trial} trial */
export function accuracyOf(trial) {
  const { accuracy: value, interval_95, n } = trial;
  if (value === null || !interval_95 || !n) return '–';
  const metric = { n, accuracy: value, interval_95, confusion: [] };
  return `${accuracy(metric)} (${interval(metric)})`;
}

/** As in "30 ms / 20 ms, 40 bands, 13 coefficients, 20-7600 Hz". @param {Trial} trial */
export function frontEndOf({ settings }) {
  const { frame_ms: frame, hop_ms: hop, n_mels: bands, n_mfcc: n, fmin, fmax } = settings;
  if (!fmax) return '–';
  return t('{frame} ms every {hop} ms, {bands} bands, {n} coefficients, {fmin}-{fmax} Hz', { frame, hop: Math.min(frame, hop), bands, n, fmin, fmax: String(fmax) });
}

/** @param {Trial} trial */
export function networkOf({ settings }) {
  const { network, ds_cnn_width: width, ds_cnn_blocks: blocks, conv1d_width: first, conv1d_layers: layers } = settings;
  if (!network || !(width || first)) return '–';
  return network === 'ds_cnn' ? t('ds_cnn, {width} channels, {blocks} blocks', { width, blocks })
    : tn(layers, 'conv1d, {n} layer from {first} channels', 'conv1d, {n} layers from {first} channels', { first });
}

/** Why it was not trained. @param {Trial} trial */
export function whyNot({ problems }) {
  const names = /** @type {Record<string, string>} */ ({ ram_bytes: t('too much RAM'), flash_bytes: t('too much flash'), instructions: t('too many instructions') });
  return (problems ?? []).map((problem) => names[problem] ?? problem).join(', ');
}

/** All of it in one sentence, for who does not see the plot. @param {Trial} trial */
export const spokenTrial = (trial) => t('Trial {n}: {accuracy}, {instructions} instructions, {network}', {
  n: trial.number, accuracy: accuracyOf(trial), instructions: millions(trial.cost?.instructions), network: networkOf(trial),
});

/** @param {number} value @param {string} limit */
export const amount = (value, limit) => (limit === 'instructions' ? millions(value) : bytes(value));

/** @param {number} seconds */
export const lasting = (seconds) => (seconds < 90 ? t('{n} s', { n: Math.round(seconds) }) : seconds < 5400 ? t('{n} min', { n: Math.round(seconds / 60) }) : t('{n} h', { n: Math.round(seconds / 360) / 10 }));
