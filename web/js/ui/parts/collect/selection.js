/** The clips that are selected, and what is done about all of them; all that match can be meant too, also those not yet fetched. */

import { html } from '../../../../vendor/preact.js';
import { t, tn } from '../../i18n.js';
import { counted } from '../kind.js';
import { Decide } from './decide.js';

/** @typedef {import('../../../data/explore.js').Clip} Clip */
/** @typedef {{ all: boolean, some: Map<string, Clip> }} Chosen  `all`: but for those in `some` */

/** @returns {Chosen} */
export const nothing = () => ({ all: false, some: new Map() });

/** @param {Chosen} chosen @param {string} id */
export const isIn = ({ all, some }, id) => some.has(id) !== all;

/** @param {Chosen} chosen @param {Clip} clip @param {boolean} is */
export function withOne({ all, some }, clip, is) {
  const next = new Map(some);
  if (is !== all) next.set(clip.id, clip);
  else next.delete(clip.id);
  return { all, some: next };
}

/** @param {Chosen} chosen @param {import('../../../data/collect.js').ClipList} list */
export const countOf = ({ all, some }, list) => (all ? (list.n ?? 0) - some.size : some.size);

/** @param {{ chosen: Chosen, list: import('../../../data/collect.js').ClipList, kind: import('../../../data/api.js').Kind, labels: string[],
 *   changes: import('./changes.js').Changes, onChosen: (chosen: Chosen) => void }} props */
export function Selection({ chosen, list, kind, labels, changes, onChosen }) {
  const n = countOf(chosen, list);
  if (n === 0) return null;
  const some = chosen.all ? list.clips.filter(({ id }) => isIn(chosen, id)) : list.clips.filter(({ id }) => chosen.some.has(id));
  const clips = some.length || chosen.all ? some : [...chosen.some.values()];
  const gather = async () => {
    const all = chosen.all ? (await list.all()).filter(({ id }) => isIn(chosen, id)) : clips;
    onChosen(nothing());
    return all;
  };
  const left = (list.n ?? 0) - n;
  return html`
    <section class="choosing stack close" aria-label=${t('What is selected')}>
      <div class="row">
        <strong class="numbers" role="status">${tn(n, '{n} selected', '{n} selected')}</strong>
        ${left > 0 && html`<button class="button bare" type="button" aria-label=${t('Select all {what} that match', { what: counted(list.n ?? 0, kind) })} onClick=${() => onChosen({ all: true, some: new Map() })}>${t('All {n}', { n: list.n ?? 0 })}</button>`}
        <button class="button bare" type="button" aria-label=${t('Select none')} onClick=${() => onChosen(nothing())}>${t('None')}</button>
      </div>
      <${Decide} clips=${clips} labels=${labels} changes=${changes} gather=${gather} />
    </section>`;
}
