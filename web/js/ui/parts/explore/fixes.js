/** What can be done about clips, with a way back: another label, left out, deleted. */

import { html } from '../../../../vendor/preact.js';
import { changeClips, deleteClips, restoreClips } from '../../../data/explore.js';
import { t, tn } from '../../i18n.js';
import { Problem } from '../notices.js';
import { useUndoing } from '../undoing.js';

/** @typedef {Pick<import('../../../data/explore.js').Clip, 'id' | 'label' | 'disabled'>} Fixed */
/** @typedef {{ says: string, undo: () => Promise<unknown> }} Done */
/** @typedef {{ relabel: (clips: Fixed[], label: string) => Promise<void>, disable: (clips: Fixed[], disabled: boolean) => Promise<void>,
 *   remove: (clips: Fixed[]) => Promise<void>, notice: any, busy: boolean }} Fixes  `notice`: what was done, and its way back */

/** @param {string} project @param {() => unknown} onChange hears when it is done, and when it is undone @returns {Fixes} */
export function useFixes(project, onChange) {
  const { done, problem, busy, attempt } = /** @type {import('../undoing.js').Undoing<Done>} */ (useUndoing(onChange));
  const relabel = (/** @type {Fixed[]} */ clips, /** @type {string} */ label) => attempt(async () => {
    await changeClips(project, idsOf(clips), { label });
    return { says: tn(clips.length, '{n} clip is {label} now.', '{n} clips are {label} now.', { label }), undo: () => relabelBack(project, clips) };
  });
  const disable = (/** @type {Fixed[]} */ clips, /** @type {boolean} */ disabled) => attempt(async () => {
    const changed = clips.filter((clip) => Boolean(clip.disabled) !== disabled);
    await changeClips(project, idsOf(changed), { disabled });
    const says = disabled
      ? tn(changed.length, '{n} clip is left out of training now.', '{n} clips are left out of training now.')
      : tn(changed.length, '{n} clip is used again.', '{n} clips are used again.');
    return { says, undo: () => changeClips(project, idsOf(changed), { disabled: !disabled }) };
  });
  const remove = (/** @type {Fixed[]} */ clips) => attempt(async () => {
    await deleteClips(project, idsOf(clips));
    const says = tn(clips.length, '{n} clip is deleted. It can be had back for ten minutes.', '{n} clips are deleted. They can be had back for ten minutes.');
    return { says, undo: () => restoreClips(project, idsOf(clips)) };
  });
  const undo = () => attempt(async () => { await done?.undo(); return null; });
  const notice = html`
    ${problem && html`<${Problem} message=${problem} />`}
    ${done && html`
      <div class="notice plain"><p>${done.says}</p>
        <button class="button bare" type="button" disabled=${busy} onClick=${undo}>${t('Undo')}</button></div>`}`;
  return { relabel, disable, remove, notice, busy };
}

/** @param {Fixed[]} clips */
const idsOf = (clips) => clips.map(({ id }) => id);

/** Each to the label that it had. @param {string} project @param {Fixed[]} clips */
async function relabelBack(project, clips) {
  for (const label of new Set(clips.map((clip) => clip.label))) {
    await changeClips(project, idsOf(clips.filter((clip) => clip.label === label)), { label });
  }
}

/** Another label for clips. @param {{ clips: Fixed[], labels: string[], fixes: Fixes, name: string }} props `name`: what the label is of */
export function Relabel({ clips, labels, fixes, name }) {
  const [only] = [...new Set(clips.map(({ label }) => label))];
  const same = clips.every(({ label }) => label === only) ? only : '';
  const options = [...new Set([...labels, ...(same ? [same] : [])])];
  return html`
    <select class="fit" aria-label=${t('Label of {name}', { name })} value=${same} disabled=${fixes.busy} onChange=${(/** @type {any} */ { target }) => target.value && fixes.relabel(clips, target.value)}>
      ${!same && html`<option value="" selected>${t('Relabel ...')}</option>`}
      ${options.map((option) => html`<option value=${option} selected=${option === same}>${option}</option>`)}
    </select>`;
}

/** @param {{ clips: Fixed[], fixes: Fixes, name?: string }} props */
export function LeaveOut({ clips, fixes, name }) {
  const out = clips.length > 0 && clips.every(({ disabled }) => disabled);
  const says = out ? t('Use again') : t('Disable');
  return html`<button class="button" type="button" disabled=${fixes.busy} aria-label=${name ? `${says}: ${name}` : null} onClick=${() => fixes.disable(clips, !out)}>${says}</button>`;
}

/** @param {{ clips: Fixed[], fixes: Fixes, name?: string }} props */
export const Remove = ({ clips, fixes, name }) => html`
  <button class="button" type="button" disabled=${fixes.busy} aria-label=${name ? `${t('Delete')}: ${name}` : null} onClick=${() => fixes.remove(clips)}>${t('Delete')}</button>`;
