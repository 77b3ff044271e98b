/** One clip, large: hear it, trim it, and decide where it belongs. */

import { html, useEffect, useRef, useState } from '../../../../vendor/preact.js';
import { photoUrl } from '../../../data/api.js';
import { t } from '../../i18n.js';
import { HearButton } from '../explore/hear.js';
import { Dot } from '../label.js';
import { Problem } from '../notices.js';
import { facts, nameOf } from './card.js';
import { Decide } from './decide.js';
import { Trimmer, useTrim } from './trim.js';

/** @typedef {import('../../../data/explore.js').Clip} Clip */

/** @param {{ clip: Clip, labels: string[], changes: import('./changes.js').Changes, onClose: () => void }} props */
export function Opened({ clip, labels, changes, onClose }) {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => {
      // The clip has left the list: what had the focus is gone.
      if (element?.open) document.getElementById('clips')?.focus({ preventScroll: true });
    };
  }, []);
  const name = nameOf(clip);
  return html`
    <dialog class="large" ref=${dialog} aria-labelledby="opened" onClose=${onClose}>
      <div class="stack">
        <div class="spread">
          <h2 id="opened" class="row"><${Dot} label=${clip.label} project=${clip.project} labels=${labels} />${name}</h2>
          <button class="button" type="button" onClick=${() => dialog.current?.close()}>${t('Close')}</button>
        </div>
        <p class="small quiet numbers">${facts(clip)}</p>
        ${clip.n_samples ? html`<${Sound} clip=${clip} name=${name} changes=${changes} />`
          : html`<img src=${photoUrl(clip.project, clip.id)} alt=${t('Photo of {name}', { name })} width=${clip.width} height=${clip.height} />`}
        <${Decide} clips=${[clip]} labels=${labels} changes=${changes} />
        ${changes.toast}
      </div>
    </dialog>`;
}

/** @param {{ clip: Clip, name: string, changes: import('./changes.js').Changes }} props */
function Sound({ clip, name, changes }) {
  const { part, setPart, isChanged, isWhole } = useTrim(clip);
  const [problem, setProblem] = useState('');
  return html`
    <${Trimmer} clip=${clip} part=${part} name=${name} onChange=${setPart} />
    <p class="small quiet">${t('Drag the two handles, or move them with the arrow keys. Only what lies between them counts; the file keeps the rest.')}</p>
    <div class="row">
      <${HearButton} clip=${{ ...clip, trim: part }} name=${name} onProblem=${setProblem} />
      <button class="button" type="button" disabled=${!isChanged || changes.busy} onClick=${() => changes.trim(clip, isWhole ? null : part)}>${t('Trim')}</button>
      ${!isWhole && html`<button class="button bare" type="button" onClick=${() => setPart([0, clip.n_samples ?? 0])}>${t('All of it')}</button>`}
    </div>
    ${problem && html`<${Problem} message=${problem} />`}`;
}
