/** The numbers behind the pictures: in a table, and as a file. */

import { html, useState } from '../../../../vendor/preact.js';
import { t } from '../../i18n.js';
import { Icon } from '../icons.js';
import { stagesOf } from './work.js';

/** @typedef {import('./work.js').Side} Side */
/** @typedef {import('../../../dsp/mfcc.js').Stages} Stages */

/** As the file of golden vectors names them. @param {Stages} stages */
const asJson = ({ windowed, power, mel, logMel, mfcc }) => ({
  windowed: [...windowed], power: [...power], mel: [...mel], log_mel: [...logMel], mfcc: [...mfcc],
});

/** @param {{ json: import('../../../data/preprocess.js').ParamsJson, params: import('../../../dsp/params.js').MfccParams,
 *   front: import('../../../dsp/mfcc.js').Mfcc, sides: Side[], frame: number }} props */
export function Numbers({ json, params, front, sides, frame }) {
  const [isOpen, setOpen] = useState(false);
  const all = () => ({
    params: json,
    frame,
    sounds: sides.map(({ sound, start, window }) => ({
      name: sound.name, start, pcm: [...window], mfcc: [...front.compute(window)], stages: asJson(stagesOf(front, params, window, frame)),
    })),
  });
  function save() {
    const address = URL.createObjectURL(new Blob([JSON.stringify(all())], { type: 'application/json' }));
    Object.assign(document.createElement('a'), { href: address, download: 'stages.json' }).click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  }
  return html`
    <details class="card tight" onToggle=${(/** @type {any} */ event) => setOpen(event.target.open)}>
      <summary>${t('The numbers of frame {frame}', { frame: frame + 1 })}</summary>
      <div class="stack">
        ${isOpen && html`<${Table} found=${sides.map(({ window }) => stagesOf(front, params, window, frame))} sides=${sides} />`}
        <div><button class="button" type="button" onClick=${save}><${Icon} name="convert" />${t('Save all stages as a file')}</button></div>
      </div>
    </details>`;
}

/** @param {{ found: Stages[], sides: Side[] }} props */
const Table = ({ found, sides }) => html`
  <div class="table" tabindex="0" role="group" aria-label=${t('Coefficients of this frame')}>
    <table>
      <caption class="small quiet">${t('Coefficients of this frame')}</caption>
      <thead><tr><th scope="col">${t('coefficient')}</th>${sides.map(({ sound }) => html`<th scope="col">${sound.name}</th>`)}</tr></thead>
      <tbody>${Array.from(found[0].mfcc, (_, row) => html`<tr><th scope="row">${row}</th>${found.map(({ mfcc }) => html`<td>${mfcc[row].toFixed(4)}</td>`)}</tr>`)}</tbody>
    </table>
  </div>`;
