/** What the lasso holds, as a list: everything that can be done with the dots can be done here. */

import { html, useState } from '../../../../vendor/preact.js';
import { t, tn } from '../../i18n.js';
import { Icon } from '../icons.js';
import { Dot } from '../label.js';
import { splitNames } from './colours.js';
import { LeaveOut, Relabel, Remove } from './fixes.js';
import { HearButton } from './hear.js';

const PAGE = 12;

/** @typedef {import('./fixes.js').Fixed & { project: string, split: string | null, dot: number }} Chosen  `dot`: its number on the map */

/** @param {{ clips: Chosen[], labels: string[], speech: boolean, fixes: import('./fixes.js').Fixes, onClear: () => void, onToggle: (dot: number) => void, onShow: (dot: number) => void }} props */
export function Selection({ clips, labels, speech, fixes, onClear, onToggle, onShow }) {
  const [n, setN] = useState(PAGE);
  const name = tn(clips.length, '{n} clip', '{n} clips');
  return html`
    <section class="card stack" aria-labelledby="selection">
      <div class="spread"><h2 id="selection">${t('Selected: {clips}', { clips: name })}</h2>
        ${clips.length > 0 && html`<button class="button bare" type="button" onClick=${onClear}>${t('Clear')}</button>`}</div>
      ${clips.length === 0 && html`<p class="quiet">${t('Draw around some dots, or press the space bar on one. What is selected gets another label, or is left out, at once.')}</p>`}
      ${clips.length > 0 && html`
        <div class="row">
          <${Relabel} clips=${clips} labels=${labels} fixes=${fixes} name=${name} />
          <${LeaveOut} clips=${clips} fixes=${fixes} />
          <${Remove} clips=${clips} fixes=${fixes} />
        </div>
        <ul class="clips">
          ${clips.slice(0, n).map((clip, i) => html`<${Row} key=${clip.id} clip=${clip} place=${i + 1} labels=${labels} speech=${speech} onToggle=${onToggle} onShow=${onShow} />`)}
        </ul>
        ${n < clips.length && html`<button class="button" type="button" onClick=${() => setN(n + PAGE)}>${t('Show more clips')}</button>`}`}
    </section>`;
}

/** @param {{ clip: Chosen, place: number, labels: string[], speech: boolean, onToggle: (dot: number) => void, onShow: (dot: number) => void }} props */
function Row({ clip, place, labels, speech, onToggle, onShow }) {
  const [problem, setProblem] = useState('');
  const name = t('{label}, number {n} of the selection', { label: clip.label, n: place });
  return html`
    <li>
      <div class="spread">
        <span class="what"><${Dot} label=${clip.label} project=${clip.project} labels=${labels} /> ${clip.label} <span class="small quiet">${clip.disabled ? t('disabled') : clip.split && splitNames()[clip.split]}</span></span>
        <span class="keep">
          ${speech && html`<${HearButton} clip=${clip} name=${name} onProblem=${setProblem} />`}
          <button class="button bare" type="button" aria-label=${t('Show {name}', { name })} onClick=${() => onShow(clip.dot)}>${t('Show')}</button>
          <button class="button bare" type="button" aria-label=${t('Take out {name}', { name })} onClick=${() => onToggle(clip.dot)}><${Icon} name="remove" /></button>
        </span>
      </div>
      ${problem && html`<p class="small warn" role="alert">${problem}</p>`}
    </li>`;
}
