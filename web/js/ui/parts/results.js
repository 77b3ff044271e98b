/** What came out of a training run, with its uncertainty. */

import { html } from '../../../vendor/preact.js';
import { Confusion } from './confusion.js';

/** @typedef {{ n: number, accuracy: number, interval_95: [number, number], confusion: number[][] }} Metric */

/** @param {number} share */
const percent = (share) => Math.round(100 * share);

/** @param {Metric} metric */
const range = ({ interval_95: [low, high] }) => `${percent(low)}-${percent(high)} %`;
/** @param {Metric} metric */
const clips = ({ n }) => (n === 1 ? '1 clip' : `${n} clips`);

/** @param {{ metric: Metric | undefined }} props */
const Cell = ({ metric }) => html`
  <td>${metric?.n ? html`<strong>${percent(metric.accuracy)} %</strong><br /><span class="small quiet">${range(metric)}</span>` : '–'}</td>`;

/** @param {{ manifest: Record<string, any> }} props */
export function Results({ manifest }) {
  const { float, int8 } = manifest.metrics;
  const judged = int8.test?.n ? 'test' : 'validation';
  const best = int8[judged];
  const bytes = manifest.files['model_int8.tflite']?.bytes;
  return html`
    <div class="columns">
      <section class="card stack" aria-label="Accuracy">
        <p><span class="headline">${best?.n ? `${percent(best.accuracy)} %` : '–'}</span> ${best?.n > 0 && html`(${range(best)}, ${clips(best)})<br />
          <span class="quiet">were right, of the ${judged} clips. None of them was trained on.</span>`}</p>
        <table class="compare">
          <thead><tr><th></th><th scope="col">float</th><th scope="col">int8</th></tr></thead>
          <tbody>${['validation', 'test'].map((split) => html`
            <tr><th class="label" scope="row">${split}<br /><span class="small quiet">${int8[split]?.n ? clips(int8[split]) : 'no clips'}</span></th><${Cell} metric=${float[split]} /><${Cell} metric=${int8[split]} /></tr>`)}
          </tbody>
        </table>
        <dl class="results">
          <dt>Size</dt><dd>${bytes ? `${(bytes / 1000).toFixed(1)} kB` : 'not told'}, ${manifest.model.parameters} parameters</dd>
          ${manifest.arena_bytes > 0 && html`<dt>Memory</dt><dd>${(manifest.arena_bytes / 1000).toFixed(1)} kB on a board</dd>`}
        </dl>
        <details><summary>What do these numbers mean?</summary><p>The smaller numbers are where the true value lies, 19 times in 20: more clips bring them closer together. Validation clips chose the model, test clips did not. int8 is the same model with its numbers rounded to 256 steps: four times smaller, and what a microcontroller runs. Float is the model as it was trained.</p></details>
      </section>
      ${best?.n > 0 && html`
        <section class="card stack">
          <h2>Confusion matrix</h2>
          <${Confusion} labels=${manifest.labels} confusion=${best.confusion} />
          <details><summary>How to read it</summary><p>A row is what was said, a column what the int8 model heard, on the ${judged} clips. The numbers on the diagonal are right.</p></details>
        </section>`}
    </div>`;
}
