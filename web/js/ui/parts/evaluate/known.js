/** What int8 costs larger networks, as others have measured it. */

import { html } from '../../../../vendor/preact.js';
import { t, tx } from '../../i18n.js';

/** TensorFlow Lite's documentation, "Model optimization", table 1: top-1 accuracy on ImageNet, size in MB. `aware`: trained with the rounding in mind.
 *  @type {{ name: string, float: number, int8: number, aware: number | null, size: number, small: number }[]} */
const KNOWN = [
  { name: 'MobileNet v1 1.0 224', float: 0.709, int8: 0.657, aware: 0.70, size: 16.9, small: 4.3 },
  { name: 'MobileNet v2 1.0 224', float: 0.719, int8: 0.637, aware: 0.709, size: 14, small: 3.6 },
  { name: 'ResNet v2 101', float: 0.770, int8: 0.768, aware: null, size: 178.3, small: 44.9 },
];
const SOURCE = 'https://ai.google.dev/edge/litert/models/model_optimization';

/** @param {number} share */
const tenths = (share) => `${(100 * share).toFixed(1)} %`;

export const KnownNetworks = () => html`
  <section class="card stack" aria-labelledby="known">
    <h2 id="known">${t('What others have measured')}</h2>
    <div class="table" tabindex="0" role="group" aria-labelledby="known">
      <table class="compare costs">
        <thead><tr><th class="label" scope="col">${t('Network')}</th><th scope="col">float32</th><th scope="col">int8</th><th scope="col">${t('int8, trained for it')}</th><th scope="col">${t('Size')}</th></tr></thead>
        <tbody>${KNOWN.map(({ name, float, int8, aware, size, small }) => html`
          <tr><th class="label" scope="row">${name}</th><td>${tenths(float)}</td><td>${tenths(int8)}</td><td>${aware === null ? '–' : tenths(aware)}</td>
            <td>${size} → ${small} MB</td></tr>`)}</tbody>
      </table>
    </div>
    <p class="small quiet">${t('Right first answers of 1000 classes of photos (ImageNet). All become four times smaller. The large network hardly notices the rounding; the small ones lose, unless they are trained with the rounding in mind.')}</p>
    <p class="small quiet">${tx('Source: {page}, table 1.', { page: html`<a href=${SOURCE} rel="noreferrer">TensorFlow Lite, Model optimization</a>` })}</p>
  </section>`;
