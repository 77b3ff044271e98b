/** The model on a microcontroller: does it fit, what shows there, flashing. */

import { html, useEffect, useState } from '../../../../vendor/preact.js';
import { learnFrom } from '../../../data/access.js';
import { readFit } from '../../../data/deploy.js';
import { t } from '../../i18n.js';
import { millions } from './sizes.js';
import { FitBars } from './fit.js';
import { Flash } from './flash.js';

/** @param {{ path: string, manifest: Record<string, any> }} props */
export const OnBoard = ({ path, manifest }) => html`
  <section class="card stack" aria-label=${t('On a board')}>
    <h2>${t('On a board')}</h2>
    ${manifest.kind === 'vision'
      ? html`<p>${t('A network for photos has {n} million numbers, and a board has room for some hundred thousand: this model runs in the browser, on phones and computers.', { n: millions(manifest.model.parameters) })}</p>`
      : html`<${SoundsOnBoard} path=${path} />`}
  </section>`;

/** @param {{ path: string }} props */
function SoundsOnBoard({ path }) {
  const [fit, setFit] = useState(/** @type {import('../../../data/deploy.js').Fit | null} */ (null));
  useEffect(() => { readFit(path).then(setFit, learnFrom); }, [path]);
  if (!fit) return null;
  return html`
    <${FitBars} fit=${fit} />
    <p>${t('The board listens by itself, without a phone or computer: its light takes the colour of the word that it hears.')}</p>
    <${Flash} path=${path} canFlash=${fit.arduino_cli} />`;
}
