/** What is done about clips of the list, with a way back that stays until the next one. */

import { html } from '../../../../vendor/preact.js';
import { changeClip, changeClips } from '../../../data/collect.js';
import { deleteClips, restoreClips } from '../../../data/explore.js';
import { t, tn } from '../../i18n.js';
import { Problem } from '../notices.js';
import { useUndoing } from '../undoing.js';
import { splitNames } from './names.js';

/** @typedef {import('../../../data/explore.js').Clip} Clip */
/** @typedef {{ label?: string, split?: string | null, disabled?: boolean }} Change */
/** @typedef {{ says: string, undo: () => Promise<Clip[] | void> }} Done  `undo` gives the clips that are again what they were, where they never left the server */
/** @typedef {{ change: (clips: Clip[], change: Change) => Promise<void>, trim: (clip: Clip, trim: [number, number] | null) => Promise<void>,
 *   remove: (clips: Clip[]) => Promise<void>, toast: any, busy: boolean }} Changes  `toast`: what was done, and its way back */

/** @param {number} n @param {Change} change */
function sentence(n, { label, split, disabled }) {
  if (label !== undefined) return tn(n, '{n} clip is {label} now.', '{n} clips are {label} now.', { label });
  if (disabled !== undefined) {
    return disabled
      ? tn(n, '{n} clip is left out of training now.', '{n} clips are left out of training now.')
      : tn(n, '{n} clip is used again.', '{n} clips are used again.');
  }
  if (split) return tn(n, '{n} clip is pinned to {split} now.', '{n} clips are pinned to {split} now.', { split: splitNames()[split] });
  return tn(n, '{n} clip is split by itself again.', '{n} clips are split by themselves again.');
}

/** Each back to what it was. @param {string} project @param {Clip[]} clips @param {(keyof Change)[]} names */
async function putBack(project, clips, names) {
  const groups = new Map();
  for (const clip of clips) {
    const was = { label: clip.label, split: clip.pinned ? clip.split : null, disabled: clip.disabled };
    const change = Object.fromEntries(names.map((name) => [name, was[name]]));
    const key = JSON.stringify(change);
    groups.set(key, [...groups.get(key) ?? [], clip.id]);
  }
  const back = [];
  for (const [key, ids] of groups) back.push(...await changeClips(project, ids, JSON.parse(key)));
  return back;
}

/** @param {string} project @param {import('../../../data/collect.js').ClipList} list @param {() => void} reload asks for everything again
 *  @param {() => unknown} onChange hears that counts are others @returns {Changes} */
export function useChanges(project, list, reload, onChange) {
  const { done, problem, busy, attempt, close } = /** @type {import('../undoing.js').Undoing<Done>} */ (useUndoing(onChange));
  const change = (/** @type {Clip[]} */ clips, /** @type {Change} */ change) => attempt(async () => {
    list.replace(await changeClips(project, clips.map(({ id }) => id), change));
    return { says: sentence(clips.length, change), undo: () => putBack(project, clips, /** @type {(keyof Change)[]} */ (Object.keys(change))) };
  });
  const trim = (/** @type {Clip} */ clip, /** @type {[number, number] | null} */ part) => attempt(async () => {
    list.replace([await changeClip(clip, { trim: part })]);
    return { says: part ? t('The clip is trimmed. The rest stays in its file.') : t('All of the clip counts again.'), undo: async () => [await changeClip(clip, { trim: clip.trim ?? null })] };
  });
  const remove = (/** @type {Clip[]} */ clips) => attempt(async () => {
    const ids = clips.map(({ id }) => id);
    await deleteClips(project, ids);
    list.remove(new Set(ids));
    const says = tn(clips.length, '{n} clip is deleted. It can be had back for ten minutes.', '{n} clips are deleted. They can be had back for ten minutes.');
    return { says, undo: () => restoreClips(project, ids) };
  });
  const undo = () => attempt(async () => {
    const back = await done?.undo();
    const listed = new Set(list.clips.map(({ id }) => id));
    if (back?.every(({ id }) => listed.has(id))) list.replace(back);
    else reload();
    return null;
  });
  const toast = html`
    ${problem && html`<${Problem} message=${problem} />`}
    ${done && html`
      <div class="notice plain toast"><p>${done.says}</p>
        <span class="row">
          <button class="button" type="button" disabled=${busy} onClick=${undo}>${t('Undo')}</button>
          <button class="button bare" type="button" onClick=${close}>${t('Close')}</button>
        </span></div>`}`;
  return { change, trim, remove, toast, busy };
}
