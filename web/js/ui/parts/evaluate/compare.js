/** Float beside int8: what the rounding costs, and what it saves. */

import { html } from '../../../../vendor/preact.js';
import { t } from '../../i18n.js';
import { counted } from '../kind.js';
import { splitName } from '../results.js';
import { bytes, millions } from '../train/figures.js';
import { percent, range } from './says.js';

/** @typedef {import('../../../data/evaluate.js').Metric} Metric */

/** @param {{ manifest: Record<string, any> }} props */
export function FloatAndInt8({ manifest }) {
  const { metrics, files, arena_bytes: arena, float_arena_bytes: floatArena, board, checks } = manifest;
  return html`
    <section class="card stack" aria-labelledby="float-int8">
      <h2 id="float-int8">${t('float32 beside int8')}</h2>
      <div class="table" tabindex="0" role="group" aria-labelledby="float-int8">
        <table class="compare costs">
          <thead><tr><td></td><th scope="col">float32</th><th scope="col">int8</th><th scope="col">${t('Change')}</th></tr></thead>
          <tbody>
            ${['validation', 'test'].map((split) => html`<${AccuracyRow} split=${split} float=${metrics.float[split]} int8=${metrics.int8[split]} />`)}
            <${BytesRow} name=${t('Size')} float=${files['model_float.tflite']?.bytes} int8=${files['model_int8.tflite']?.bytes} />
            <${BytesRow} name=${t('RAM (arena)')} float=${floatArena} int8=${arena} />
            <tr><th class="label" scope="row">${t('Instructions')}<br /><span class="small quiet">${t('an inference, estimated')}</span></th><td>–</td><td>${millions(board?.instructions)}</td><td></td></tr>
          </tbody>
        </table>
      </div>
      ${checks?.windows > 0 && html`<p class="small numbers">${t('int8 gives another answer than float on {n} of {clips} of the validation.', { n: checks.int8_disagreements, clips: counted(checks.windows, 'speech') })}</p>`}
      <details><summary>${t('What do these rows mean?')}</summary>
        <p>${t('Float32 keeps each number in 4 bytes, int8 in one: rounded to one of 256 steps. The arena is the memory for what goes from layer to layer, measured with TensorFlow Lite for Microcontrollers. Boards run the int8 model only, so nobody counts what float would take there; a dash is what this model was not measured on.')}</p></details>
    </section>`;
}

/** @param {{ split: string, float: Metric | undefined, int8: Metric | undefined }} props */
function AccuracyRow({ split, float, int8 }) {
  const n = int8?.n ?? 0;
  const change = n && float?.n ? 100 * ((int8?.accuracy ?? 0) - (float.accuracy ?? 0)) : null;
  return html`
    <tr><th class="label" scope="row">${t('Accuracy, {split}', { split: splitName(split) })}<br /><span class="small quiet">${n ? counted(n, 'speech') : t('no clips')}</span></th>
      ${[float, int8].map((metric) => html`<td>${metric?.n ? html`<strong>${percent(metric.accuracy ?? 0)}</strong><br /><span class="small quiet">${range(metric.interval_95)}</span>` : '–'}</td>`)}
      <td>${change === null ? '' : t('{n} points', { n: signed(change) })}</td></tr>`;
}

/** @param {number} change */
const signed = (change) => `${change > 0 ? '+' : ''}${change.toFixed(1)}`.replace('-', '\u2212').replace(/^.?0\.0$/, '0.0');

/** @param {{ name: string, float: number | null | undefined, int8: number | null | undefined }} props */
const BytesRow = ({ name, float, int8 }) => html`
  <tr><th class="label" scope="row">${name}</th>
    ${[float, int8].map((size) => html`<td>${bytes(size)}</td>`)}
    <td>${float && int8 ? `÷ ${(float / int8).toFixed(1)}` : ''}</td></tr>`;
