/** What the dots are coloured by. */

import { t } from '../../i18n.js';
import { labelColour } from '../label.js';

/** @typedef {import('../../../data/explore.js').ClipMap} ClipMap */
/** @typedef {import('../../../data/explore.js').Evaluation} Evaluation */
/** @typedef {{ name: string, colour: string, shape: 'dot' | 'cross', n: number }} Group  `colour`: a CSS colour */
/** @typedef {{ groups: Group[], of: Int16Array }} Colouring  `of`: the group of each dot */
/** @typedef {'label' | 'split' | 'right'} By */

const NONE = 'var(--label-unknown)';

/** @returns {Record<string, string>} */
export const splitNames = () => ({ train: t('train'), validation: t('validation'), test: t('test') });

/** @param {ClipMap} map @param {string} project @returns {Colouring} */
export function byLabel({ labels, label }, project) {
  return grouped(labels.map((name) => ({ name, colour: labelColour(name, project, labels) })), label);
}

/** @param {ClipMap} map @returns {Colouring} */
export function bySplit({ splits, split }) {
  const groups = splits.map((name, i) => ({ name: splitNames()[name] ?? name, colour: `var(--label-${i})` }));
  return grouped([...groups, { name: t('disabled'), colour: NONE }], split.map((index) => (index < 0 ? splits.length : index)));
}

/** What a model took for something else stands out as a cross. @param {ClipMap} map @param {Evaluation} evaluation @returns {Colouring} */
export function byAnswer({ ids }, evaluation) {
  const answers = answersOf(evaluation);
  const groups = [
    { name: t('right'), colour: 'var(--label-0)' },
    { name: t('wrong'), colour: 'var(--label-6)', shape: /** @type {const} */ ('cross') },
    { name: t('not judged'), colour: NONE },
  ];
  return grouped(groups, ids.map((id) => [true, false, undefined].indexOf(answers.get(id))));
}

/** Whether each clip that was judged was taken for what it is. @param {Evaluation} evaluation @returns {Map<string, boolean>} */
export function answersOf({ splits }) {
  const rows = Object.values(splits).flat();
  return new Map(rows.map(({ clip, truth, float }) => [clip.slice(clip.indexOf('/') + 1), float.indexOf(Math.max(...float)) === truth]));
}

/** @param {{ name: string, colour: string, shape?: 'dot' | 'cross' }[]} groups @param {number[]} of */
function grouped(groups, of) {
  const counts = new Array(groups.length).fill(0);
  for (const i of of) if (i >= 0) counts[i]++;
  return { groups: groups.map((group, i) => ({ shape: /** @type {const} */ ('dot'), ...group, n: counts[i] })), of: Int16Array.from(of) };
}
