/** What can be decided about clips, one or many: label, split, whether they count, whether they stay. */

import { html } from '../../../../vendor/preact.js';
import { SPLITS } from '../../../data/collect.js';
import { t } from '../../i18n.js';
import { splitNames } from './names.js';

/** @typedef {import('../../../data/explore.js').Clip} Clip */

const AUTOMATIC = 'automatic';

/** What all of them have, else ''. @template T @param {T[]} values */
const common = (values) => (new Set(values).size === 1 ? values[0] : '');

/** @param {{ name: string, value: string, options: Record<string, string>, disabled: boolean, onChange: (value: string) => void }} props */
const Select = ({ name, value, options, disabled, onChange }) => html`
  <label class="field"><span>${name}</span>
    <select value=${value} disabled=${disabled} onChange=${(/** @type {any} */ { target }) => target.value && onChange(target.value)}>
      ${!value && html`<option value="" selected>${t('various')}</option>`}
      ${Object.entries(options).map(([option, text]) => html`<option value=${option} selected=${option === value}>${text}</option>`)}
    </select>
  </label>`;

/** @param {{ clips: Clip[], labels: string[], changes: import('./changes.js').Changes, gather?: () => Promise<Clip[]> }} props
 *   `gather`: all clips that are meant, where `clips` are some of them */
export function Decide({ clips, labels, changes, gather = async () => clips }) {
  const { busy } = changes;
  const label = common(clips.map((clip) => clip.label));
  const split = common(clips.map((clip) => (clip.pinned ? clip.split ?? '' : AUTOMATIC)));
  const off = clips.length > 0 && clips.every(({ disabled }) => disabled);
  const change = async (/** @type {import('./changes.js').Change} */ how) => changes.change(await gather(), how);
  const options = Object.fromEntries([...new Set([...labels, ...(label ? [label] : [])])].map((one) => [one, one]));
  const names = splitNames();
  const splits = { [AUTOMATIC]: t('by itself'), ...Object.fromEntries(SPLITS.map((one) => [one, names[one]])) };
  return html`
    <div class="decide">
      <${Select} name=${t('Label')} value=${label} options=${options} disabled=${busy} onChange=${(/** @type {string} */ value) => change({ label: value })} />
      <${Select} name=${t('Split')} value=${split} options=${splits} disabled=${busy} onChange=${(/** @type {string} */ value) => change({ split: value === AUTOMATIC ? null : value })} />
      <button class="button" type="button" disabled=${busy} onClick=${() => change({ disabled: !off })}>${off ? t('Use again') : t('Disable')}</button>
      <button class="button" type="button" disabled=${busy} onClick=${async () => changes.remove(await gather())}>${t('Delete')}</button>
    </div>`;
}
