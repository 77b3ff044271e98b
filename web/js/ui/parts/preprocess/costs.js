/** What the parameters do to the shape of the features and to what the board has to do, beside those that are saved. */

import { html } from '../../../../vendor/preact.js';
import { costOf } from '../../../dsp/cost.js';
import { framesIn } from '../../../dsp/params.js';
import { t } from '../../i18n.js';

/** @typedef {import('../../../dsp/params.js').MfccParams} MfccParams */

const CLOCK_HZ = 64e6; // of the board's Cortex-M4F
const MILLION = 1e6;

/** @param {MfccParams} params */
export const shapeOf = (params) => `${framesIn(params, params.clipLength)} × ${params.nMfcc}`;

/** @param {number} n bytes */
const kb = (n) => t('{n} kB', { n: Math.round(n / 100) / 10 });
/** @param {number} n */
const millions = (n) => t('{n} million', { n: Number((n / MILLION).toPrecision(3)) });
/** @param {number} samples @param {MfccParams} params */
const ms = (samples, { sampleRate }) => t('{n} ms', { n: Number(((1000 * samples) / sampleRate).toPrecision(4)) });
/** @param {number} share */
const percent = (share) => t('{n} %', { n: Number((100 * share).toPrecision(2)) });

/** A name, and how it is read from parameters and their cost. @returns {{ name: string, of: (params: MfccParams, cost: import('../../../dsp/cost.js').Cost) => string }[]} */
const rows = () => [
  { name: t('Shape: frames × coefficients'), of: (params) => shapeOf(params) },
  { name: t('Numbers a clip'), of: (params) => (framesIn(params, params.clipLength) * params.nMfcc).toLocaleString() },
  { name: t('Frame, hop'), of: (params) => `${ms(params.frameLength, params)}, ${ms(params.hopLength, params)}` },
  { name: t('Features a second'), of: (_, { featuresPerSecond }) => Math.round(featuresPerSecond).toLocaleString() },
  { name: t('Board: instructions a frame, about'), of: (_, { instructions }) => instructions.toLocaleString() },
  { name: t('Board: instructions a second, about'), of: (_, { instructionsPerSecond }) => millions(instructionsPerSecond) },
  { name: t('Board: share of 64 MHz, one cycle each'), of: (_, { instructionsPerSecond }) => percent(instructionsPerSecond / CLOCK_HZ) },
  { name: t('Board: tables in flash'), of: (_, { tableBytes }) => kb(tableBytes) },
  { name: t('Board: buffers in RAM'), of: (_, { bufferBytes }) => kb(bufferBytes) },
];

/** @param {{ params: MfccParams, saved: MfccParams }} props */
export function Costs({ params, saved }) {
  const [now, before] = [costOf(params), costOf(saved)];
  return html`
    <section class="card stack" aria-labelledby="costs">
      <h2 id="costs">${t('What it costs')}</h2>
      <div class="table" tabindex="0" role="group" aria-label=${t('What it costs')}>
        <table class="costs">
          <thead><tr><td></td><th scope="col">${t('Now')}</th><th scope="col">${t('Saved')}</th></tr></thead>
          <tbody>${rows().map(({ name, of }) => html`
            <tr><th scope="row" class="label">${name}</th><td class=${of(params, now) === of(saved, before) ? '' : 'changed'}>${of(params, now)}</td><td>${of(saved, before)}</td></tr>`)}
          </tbody>
        </table>
      </div>
      <details><summary>${t('Where these numbers come from')}</summary>
        <p>${t('Bytes are those of the tables and buffers that the sketch gets. Instructions were counted on an emulated Cortex-M4F, for every FFT size; the rest is a formula fitted to 31 settings, and it was off by 0.1 % at most on 24 others. Instructions are not cycles: loads take longer, so the board needs somewhat more of its time.')}</p>
      </details>
    </section>`;
}
