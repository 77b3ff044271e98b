/** Does the model fit onto the board? */

import { html } from '../../../../vendor/preact.js';
import { t } from '../../i18n.js';
import { millions, percent, size } from './sizes.js';

/** @typedef {import('../../../data/deploy.js').Fit} Fit */

/** @param {{ fit: Fit }} props */
export function FitBars({ fit }) {
  const { flash_bytes, ram_bytes, board, instructions, milliseconds, fits } = fit;
  if (flash_bytes === null || ram_bytes === null) {
    return html`<p>${t('How much of the board this model takes is not known before the sketch is compiled: it was made before bundles told, or by a network of its own.')}</p>`;
  }
  return html`
    <div class="stack">
      <p><strong>${fits ? t('It fits the board.') : t('It does not fit the board. Train with a smaller network.')}</strong></p>
      <${Room} name=${t('Flash')} used=${flash_bytes} there=${board.flash_bytes} />
      <${Room} name=${t('RAM')} used=${ram_bytes} there=${board.ram_bytes} />
      <p class="small quiet">${t('Estimates for the whole sketch: the model, the front end, microphone and USB. The board is an Arduino Nano 33 BLE Sense.')}</p>
      ${instructions !== null && milliseconds !== null && html`
        <p class="small quiet numbers">${t('One inference takes about {n} million instructions, {ms} ms at 64 MHz.', { n: millions(instructions), ms: Math.round(milliseconds) })}</p>`}
    </div>`;
}

/** @param {{ name: string, used: number, there: number }} props */
const Room = ({ name, used, there }) => html`
  <div class=${`room ${used > there ? 'full' : ''}`}>
    <p class="spread numbers"><span>${name}</span><span>${t('{used} of {there}, {share}', { used: size(used), there: size(there), share: percent(used / there) })}</span></p>
    <div class="bar" aria-hidden="true"><i style=${{ transform: `scaleX(${Math.min(1, used / there)})` }}></i></div>
  </div>`;
