/** All trials as a table, which can be sorted by each of its columns. */

import { html, useState } from '../../../../vendor/preact.js';
import { sorted } from '../../../data/search.js';
import { t } from '../../i18n.js';
import { bytes, millions, seconds } from '../train/figures.js';
import { accuracyOf, frontEndOf, networkOf, stateOf, whyNot } from './words.js';

/** @typedef {import('../../../data/search.js').Trial} Trial */
/** @typedef {import('../../../data/search.js').Column} Column */

const columns = () => /** @type {[Column, string][]} */ ([
  ['state', t('State')], ['accuracy', t('Accuracy')], ['instructions', t('Instructions')], ['ram_bytes', t('RAM')], ['flash_bytes', t('Flash')], ['seconds', t('Time')],
]);

/** @param {{ trials: Trial[], front: number[], chosen: number | null, onChoose: (number: number) => void }} props */
export function Trials({ trials, front, chosen, onChoose }) {
  const [order, setOrder] = useState(/** @type {{ key: Column, descending: boolean }} */ ({ key: 'accuracy', descending: true }));
  const sort = (/** @type {Column} */ key) => setOrder({ key, descending: order.key === key ? !order.descending : key === 'accuracy' });
  const heading = (/** @type {Column} */ key, /** @type {string} */ name) => html`
    <th scope="col" key=${key} class=${key === 'state' ? 'label' : ''} aria-sort=${order.key === key ? (order.descending ? 'descending' : 'ascending') : null}>
      <button class="button bare" type="button" onClick=${() => sort(key)}>${name}<span class="arrow" aria-hidden="true">${order.key === key ? (order.descending ? '↓' : '↑') : ''}</span></button>
    </th>`;
  return html`
    <section class="stack close" aria-labelledby="trials">
      <h2 id="trials">${t('Trials')}</h2>
      <div class="table card trials" tabindex="0" role="region" aria-label=${t('Table of trials')}>
        <table>
          <thead><tr>${heading('number', t('Trial'))}${columns().map(([key, name]) => heading(key, name))}<th scope="col" class="label">${t('Network')}</th><th scope="col" class="label">${t('Front end')}</th></tr></thead>
          <tbody>${sorted(trials, order.key, order.descending).map((trial) => html`
            <tr key=${trial.number} aria-current=${trial.number === chosen ? 'true' : null}>
              <th scope="row">${trial.state === 'complete'
                ? html`<button class="button bare" type="button" aria-label=${t('Look at trial {n}', { n: trial.number })} onClick=${() => onChoose(trial.number)}>${trial.number}${front.includes(trial.number) && html`<span class="dot front" title=${t('On the line of the best')}></span>`}</button>`
                : html`<span class="quiet">${trial.number}</span>`}</th>
              <td class="label">${trial.state === 'infeasible' ? whyNot(trial) : stateOf(trial)}</td>
              <td>${accuracyOf(trial)}</td>
              <td>${millions(trial.cost?.instructions)}</td>
              <td>${bytes(trial.cost?.ram_bytes)}</td>
              <td>${bytes(trial.cost?.flash_bytes)}</td>
              <td>${seconds(trial.seconds)}</td>
              <td class="label">${networkOf(trial)}</td>
              <td class="label">${frontEndOf(trial)}</td>
            </tr>`)}
          </tbody>
        </table>
      </div>
    </section>`;
}
