/** Microprocessor against microcontroller: orders of magnitude, and what fits where. */

import { html, useState } from '../../../../vendor/preact.js';
import { t } from '../../i18n.js';
import { Chips } from '../chips.js';

const KB = 1e3;
const MB = 1e6;
const GB = 1e9;

/** A usual laptop's, and the nRF52840's of the Arduino Nano 33 BLE Sense (Nordic's product specification). The power is what each takes while it works. */
const facts = () => [
  { name: t('Clock'), laptop: 3e9, board: 64e6, unit: 'Hz' },
  { name: t('Memory (RAM)'), laptop: 16 * GB, board: 256 * KB, unit: 'B' },
  { name: t('Storage'), laptop: 512 * GB, board: 1 * MB, unit: 'B' },
  { name: t('Power'), laptop: 30, board: 0.02, unit: 'W' },
];

/** Weights in int8, one byte each, and in float32, four; parameters as TensorFlow's own model pages give them. */
const models = () => [
  { value: 'keyword', content: t('Keywords (comes with Nestling)'), parameters: 24e3 },
  { value: 'mobilenet', content: 'MobileNet v1', parameters: 4.2e6 },
  { value: 'resnet', content: 'ResNet-50', parameters: 25.6e6 },
  { value: 'language', content: t('a small language model'), parameters: 1e9 },
];

export function Sizes() {
  const [chosen, setChosen] = useState('keyword');
  const { parameters, content } = /** @type {ReturnType<typeof models>[number]} */ (models().find(({ value }) => value === chosen));
  return html`
    <p>${t('A microcontroller is a whole computer on one chip for a few coins. It runs for months on a battery, and it is thousands of times smaller than a laptop. The bars count powers of ten.')}</p>
    <div class="table" tabindex="0" role="region" aria-label=${t('Laptop and microcontroller')}>
      <table class="sizes">
        <thead><tr><td></td><th scope="col">${t('laptop')}</th><th scope="col">${t('microcontroller')}</th><th scope="col">${t('ratio')}</th></tr></thead>
        <tbody>${facts().map(({ name, laptop, board, unit }) => html`
          <tr><th class="label" scope="row">${name}</th><${Amount} value=${laptop} unit=${unit} /><${Amount} value=${board} unit=${unit} /><td>${round(laptop / board)} ×</td></tr>`)}</tbody>
      </table>
    </div>
    <h2>${t('Does it fit?')}</h2>
    <${Chips} name="model" legend=${t('Model')} value=${chosen} onChange=${setChosen} options=${models()} />
    <ul class="fits">
      ${[4, 1].map((bytes) => html`<li>${t('{model} in {kind}: {size}. {fits}', {
        model: content, kind: bytes === 4 ? 'float32' : 'int8', size: amount(parameters * bytes, 'B'),
        fits: parameters * bytes < MB ? t('It fits into the microcontroller\'s storage.') : t('That is {n} times the microcontroller\'s storage.', { n: round((parameters * bytes) / MB) }),
      })}</li>`)}
    </ul>
    <p class="small quiet">${t('Not everything must run on the board. But what does works without a network, answers at once, and keeps what it hears to itself.')}</p>`;
}

/** @param {{ value: number, unit: string }} props */
const Amount = ({ value, unit }) => html`<td>${amount(value, unit)}<span class="bar" aria-hidden="true"><i style=${{ transform: `scaleX(${Math.max(0.02, (Math.log10(value) + 2) / 14)})` }}></i></span></td>`;

/** @param {number} value @param {string} unit */
function amount(value, unit) {
  const [factor, prefix] = /** @type {[number, string]} */ ([[GB, 'G'], [MB, 'M'], [KB, 'k'], [1, ''], [1e-3, 'm']].find(([size]) => value >= Number(size)) ?? [1, '']);
  return `${round(value / factor)} ${prefix}${unit}`;
}

/** To two digits, as people say it. @param {number} value */
const round = (value) => String(Number(value.toPrecision(value >= 100 ? 3 : 2)));
