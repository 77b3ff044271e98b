/** One clip of the list: what it looks like, where it belongs, and the two things that are done most: hear it, open it. */

import { html } from '../../../../vendor/preact.js';
import { t } from '../../i18n.js';
import { takenAt } from '../clips.js';
import { HearButton } from '../explore/hear.js';
import { Dot } from '../label.js';
import { splitNames, verdictNames } from './names.js';
import { PhotoPicture, SoundPicture } from './picture.js';

/** @typedef {import('../../../data/explore.js').Clip} Clip */

/** @param {Clip} clip */
export const nameOf = (clip) => t('{label}, {when}', { label: clip.label, when: takenAt(clip) });

/** What is said of a clip in one line. @param {Clip} clip */
export function facts(clip) {
  const { n_samples: n, sample_rate: rate, trim } = clip;
  const counts = trim ? trim[1] - trim[0] : n;
  return [
    clip.disabled ? t('disabled') : clip.split && splitNames()[clip.split] + (clip.pinned ? ` (${t('pinned')})` : ''),
    counts && rate && t('{n} s', { n: Number((counts / rate).toFixed(1)) }) + (trim ? ` (${t('trimmed')})` : ''),
    clip.verdict && verdictNames()[clip.verdict],
    clip.speaker,
  ].filter(Boolean).join(' · ');
}

/** @param {{ clip: Clip, isChosen: boolean, onChoose: (isChosen: boolean) => void, onOpen: () => void, onProblem: (message: string) => void }} props */
export function Card({ clip, isChosen, onChoose, onOpen, onProblem }) {
  const name = nameOf(clip);
  const isSound = clip.n_samples !== undefined;
  return html`
    <div class=${`card tight clip-card${clip.disabled ? ' off' : ''}${isChosen ? ' chosen' : ''}`}>
      <div class="spread">
        <span class="row what"><${Dot} label=${clip.label} project=${clip.project} labels=${[]} /><strong>${clip.label}</strong></span>
        <label class="tick"><input type="checkbox" checked=${isChosen} aria-label=${t('Select {name}', { name })} onChange=${(/** @type {any} */ { target }) => onChoose(target.checked)} /></label>
      </div>
      ${isSound ? html`<${SoundPicture} clip=${clip} name=${name} />` : html`<${PhotoPicture} clip=${clip} name=${name} />`}
      <p class="small numbers facts">${facts(clip)}</p>
      <div class="spread">
        ${isSound && html`<${HearButton} clip=${clip} name=${name} onProblem=${onProblem} />`}
        <button class="button" type="button" aria-label=${t('Open {name}', { name })} onClick=${onOpen}>${t('Open')}</button>
      </div>
    </div>`;
}
