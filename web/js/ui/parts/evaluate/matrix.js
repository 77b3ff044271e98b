/** What each label gets right, and the confusion matrix, whose cells open the clips that lie in them. */

import { html, useEffect, useState } from '../../../../vendor/preact.js';
import { rowsOfCell } from '../../../data/evaluate.js';
import { t } from '../../i18n.js';
import { Confusion } from '../confusion.js';
import { Dot } from '../label.js';
import { CellClips } from './clips.js';
import { percent, saysOf } from './says.js';

/** @typedef {import('../../../data/evaluate.js').Engine} Engine */
/** @typedef {import('../../../data/evaluate.js').Metric} Metric */
/** @typedef {import('../../../data/evaluate.js').Row} Row */

/** @param {number | null | undefined} share */
const shown = (share) => (share === null || share === undefined ? '–' : percent(share));

/** @param {{ manifest: Record<string, any>, metric: Metric }} props */
export const PerLabel = ({ manifest: { labels, project }, metric }) => html`
  <section class="card stack" aria-labelledby="per-label">
    <h2 id="per-label">${t('Each label')}</h2>
    <div class="table" tabindex="0" role="group" aria-labelledby="per-label">
      <table class="per-label">
        <thead><tr><th class="label" scope="col">${t('Label')}</th><th scope="col">${t('Precision')}</th><th scope="col">${t('Recall')}</th><th scope="col">F1</th></tr></thead>
        <tbody>${labels.map((/** @type {string} */ label) => html`
          <tr><th class="label" scope="row"><${Dot} label=${label} project=${project} labels=${labels} /> ${label}</th>
            ${[metric.per_label[label]?.precision, metric.per_label[label]?.recall, metric.per_label[label]?.f1].map((value) => html`<td>${shown(value)}</td>`)}</tr>`)}
        </tbody>
      </table>
    </div>
    <details><summary>${t('What do these mean?')}</summary>
      <p>${t('Precision: of all that was taken for a label, how much was it. Recall: of all that was it, how much was found. F1: one number for both, low as soon as one of them is. A dash: there was nothing to divide by.')}</p></details>
  </section>`;

/** @param {{ manifest: Record<string, any>, metric: Metric, rows: Row[] | null, engine: Engine, split: string }} props `rows` is null where the bundle has not kept the answers */
export function Matrix({ manifest, metric, rows, engine, split }) {
  const [cell, setCell] = useState(/** @type {[number, number] | null} */ (null));
  useEffect(() => setCell(null), [rows, engine]);
  const { kind, labels } = manifest;
  const says = saysOf(kind);
  const open = (/** @type {number} */ row, /** @type {number} */ column) => setCell(cell?.[0] === row && cell[1] === column ? null : [row, column]);
  return html`
    <section class="card stack">
      <h2>${t('Confusion matrix')}</h2>
      <p class="small quiet">${rows ? t('Tap a cell to open what lies in it. What is on the diagonal is right.') : t('What is on the diagonal is right.')}</p>
      <${Confusion} labels=${labels} confusion=${metric.confusion} says=${says} chosen=${cell} onChoose=${rows ? open : undefined} />
      ${rows && cell && html`
        <${CellClips} key=${`${split} ${engine} ${cell}`} manifest=${manifest} engine=${engine} title=${says.cell?.(labels[cell[0]], labels[cell[1]], metric.confusion[cell[0]][cell[1]])}
          rows=${rowsOfCell(rows, engine, ...cell)} />`}
    </section>`;
}
