/** What came out of a training run, with its uncertainty. */

import { html } from '../../../vendor/preact.js';
import { t } from '../i18n.js';
import { Confusion } from './confusion.js';
import { counted } from './kind.js';
import { sizeOf } from './size.js';

/** @typedef {{ n: number, accuracy: number, interval_95: [number, number], confusion: number[][] }} Metric */
/** @typedef {import('./kind.js').Kind} Kind */

const SPLITS = ['validation', 'test'];

/** @param {string} split */
export const splitName = (split) => ({ train: t('training'), validation: t('validation'), test: t('test') })[split] ?? split;

/** @type {Record<string, string>} */
const ENGINES = {
  int8: t('int8 is the same model with its numbers rounded to 256 steps: four times smaller, and what a microcontroller runs. Float is the model as it was trained.'),
  float: t('Only the last layer was trained; the network below it has learned from a million other photos, and its numbers are rounded to 256 steps.'),
};

/** @type {Record<Kind, { row: string, column: string, what: string, how: (judged: string) => string }>} */
const SAYS = {
  speech: {
    row: t('said'), column: t('heard'), what: t('Rows: what was said. Columns: what the model heard.'),
    how: (judged) => t('A row is what was said, a column what the int8 model heard, on the {judged} clips. The numbers on the diagonal are right.', { judged: splitName(judged) }),
  },
  vision: {
    row: t('was'), column: t('seen as'), what: t('Rows: what was in the photo. Columns: what the model took it for.'),
    how: (judged) => t('A row is what was in the photo, a column what the model took it for, on the {judged} photos. The numbers on the diagonal are right.', { judged: splitName(judged) }),
  },
};

/** @param {number} share */
const percent = (share) => Math.round(100 * share);

/** @param {Metric} metric */
const range = ({ interval_95: [low, high] }) => `${percent(low)}-${percent(high)} %`;

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
  return html`
    <div class="columns">
      <section class="card stack" aria-label=${t('Accuracy')}>
        <p><span class="headline">${best?.n ? `${percent(best.accuracy)} %` : '–'}</span> ${best && best.n > 0 && html`(${range(best)}, ${counted(best.n, kind)})<br />
          <span class="quiet">${kind === 'vision' ? t('were right, of the {judged} photos. None of them was trained on.', { judged: splitName(judged) }) : t('were right, of the {judged} clips. None of them was trained on.', { judged: splitName(judged) })}</span>`}</p>
        <${Compare} metrics=${metrics} engine=${engine} kind=${kind} />
        <dl class="results">
          <dt>${t('Size')}</dt><dd>${t('{size}, {n} parameters', { size: sizeOf(manifest), n: model.parameters })}</dd>
          ${arena_bytes > 0 && html`<dt>${t('Memory')}</dt><dd>${t('{size} kB on a board', { size: (arena_bytes / 1000).toFixed(1) })}</dd>`}
        </dl>
        <details><summary>${t('What do these numbers mean?')}</summary><p>${kind === 'vision' ? t('The smaller numbers are where the true value lies, 19 times in 20: more photos bring them closer together. Validation photos chose the model, test photos did not.') : t('The smaller numbers are where the true value lies, 19 times in 20: more clips bring them closer together. Validation clips chose the model, test clips did not.')} ${ENGINES[engine]}</p></details>
      </section>
      ${best && best.n > 0 && html`
        <section class="card stack">
          <h2>${t('Confusion matrix')}</h2>
          <${Confusion} labels=${labels} confusion=${best.confusion} says=${SAYS[/** @type {Kind} */ (kind)]} />
          <details><summary>${t('How to read it')}</summary><p>${SAYS[/** @type {Kind} */ (kind)].how(judged)}</p></details>
        </section>`}
    </div>`;
}

/** Float beside int8, where there are both. @param {{ metrics: Record<string, Record<string, Metric>>, engine: string, kind: Kind }} props */
function Compare({ metrics, engine, kind }) {
  const engines = ['float', 'int8'].filter((name) => metrics[name]);
  const n = (/** @type {string} */ split) => metrics[engine][split]?.n;
  return html`
    <table class="compare">
      <thead><tr><td></td>${engines.map((name) => html`<th scope="col">${engines.length > 1 ? name : t('accuracy')}</th>`)}</tr></thead>
      <tbody>${SPLITS.map((split) => html`
        <tr><th class="label" scope="row">${splitName(split)}<br /><span class="small quiet">${n(split) ? counted(n(split), kind) : (kind === 'vision' ? t('no photos') : t('no clips'))}</span></th>
          ${engines.map((name) => html`<${Cell} metric=${metrics[name][split]} />`)}</tr>`)}
      </tbody>
    </table>`;
}
