/** What came out of a training run, with its uncertainty. */

import { html } from '../../../vendor/preact.js';
import { Confusion } from './confusion.js';
import { KINDS, counted } from './kind.js';

/** @typedef {{ n: number, accuracy: number, interval_95: [number, number], confusion: number[][] }} Metric */
/** @typedef {import('./kind.js').Kind} Kind */

const SPLITS = ['validation', 'test'];

/** @type {Record<string, string>} */
const ENGINES = {
  int8: 'int8 is the same model with its numbers rounded to 256 steps: four times smaller, and what a microcontroller runs. Float is the model as it was trained.',
  float: 'Only the last layer was trained; the network below it has learned from a million other photos, and its numbers are rounded to 256 steps.',
};

/** @type {Record<Kind, { row: string, column: string, what: string, how: (judged: string) => string }>} */
const SAYS = {
  speech: {
    row: 'said', column: 'heard', what: 'Rows: what was said. Columns: what the model heard.',
    how: (judged) => `A row is what was said, a column what the int8 model heard, on the ${judged} clips. The numbers on the diagonal are right.`,
  },
  vision: {
    row: 'was', column: 'seen as', what: 'Rows: what was in the photo. Columns: what the model took it for.',
    how: (judged) => `A row is what was in the photo, a column what the model took it for, on the ${judged} photos. The numbers on the diagonal are right.`,
  },
};

/** @param {number} share */
const percent = (share) => Math.round(100 * share);

/** @param {Metric} metric */
const range = ({ interval_95: [low, high] }) => `${percent(low)}-${percent(high)} %`;

/** What it takes on a phone, or on a board where one runs it. @param {Record<string, any>} manifest */
export function sizeOf({ files }) {
  const int8 = files['model_int8.tflite'];
  if (int8) return `${(int8.bytes / 1000).toFixed(1)} kB`;
  const bytes = Object.entries(files).reduce((sum, [name, file]) => sum + (name.startsWith('tfjs/') ? file.bytes : 0), 0);
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** @param {{ metric: Metric | undefined }} props */
const Cell = ({ metric }) => html`
  <td>${metric?.n ? html`<strong>${percent(metric.accuracy)} %</strong><br /><span class="small quiet">${range(metric)}</span>` : '–'}</td>`;

/** @param {{ manifest: Record<string, any> }} props */
export function Results({ manifest }) {
  const { kind, metrics, labels, model, arena_bytes } = manifest;
  const engine = metrics.int8 ? 'int8' : 'float';
  const judged = metrics[engine].test?.n ? 'test' : 'validation';
  /** @type {Metric | undefined} */
  const best = metrics[engine][judged];
  const { thing } = KINDS[/** @type {Kind} */ (kind)];
  return html`
    <div class="columns">
      <section class="card stack" aria-label="Accuracy">
        <p><span class="headline">${best?.n ? `${percent(best.accuracy)} %` : '–'}</span> ${best && best.n > 0 && html`(${range(best)}, ${counted(best.n, kind)})<br />
          <span class="quiet">were right, of the ${judged} ${thing}s. None of them was trained on.</span>`}</p>
        <${Compare} metrics=${metrics} engine=${engine} kind=${kind} />
        <dl class="results">
          <dt>Size</dt><dd>${sizeOf(manifest)}, ${model.parameters.toLocaleString('en')} parameters</dd>
          ${arena_bytes > 0 && html`<dt>Memory</dt><dd>${(arena_bytes / 1000).toFixed(1)} kB on a board</dd>`}
        </dl>
        <details><summary>What do these numbers mean?</summary><p>The smaller numbers are where the true value lies, 19 times in 20: more ${thing}s bring them closer together. Validation ${thing}s chose the model, test ${thing}s did not. ${ENGINES[engine]}</p></details>
      </section>
      ${best && best.n > 0 && html`
        <section class="card stack">
          <h2>Confusion matrix</h2>
          <${Confusion} labels=${labels} confusion=${best.confusion} says=${SAYS[/** @type {Kind} */ (kind)]} />
          <details><summary>How to read it</summary><p>${SAYS[/** @type {Kind} */ (kind)].how(judged)}</p></details>
        </section>`}
    </div>`;
}

/** Float beside int8, where there are both. @param {{ metrics: Record<string, Record<string, Metric>>, engine: string, kind: Kind }} props */
function Compare({ metrics, engine, kind }) {
  const engines = ['float', 'int8'].filter((name) => metrics[name]);
  const n = (/** @type {string} */ split) => metrics[engine][split]?.n;
  return html`
    <table class="compare">
      <thead><tr><td></td>${engines.map((name) => html`<th scope="col">${engines.length > 1 ? name : 'accuracy'}</th>`)}</tr></thead>
      <tbody>${SPLITS.map((split) => html`
        <tr><th class="label" scope="row">${split}<br /><span class="small quiet">${n(split) ? counted(n(split), kind) : `no ${KINDS[kind].thing}s`}</span></th>
          ${engines.map((name) => html`<${Cell} metric=${metrics[name][split]} />`)}</tr>`)}
      </tbody>
    </table>`;
}
