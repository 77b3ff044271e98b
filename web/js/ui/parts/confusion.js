/** What it was (rows) against what the model took it for (columns). */

import { html } from '../../../vendor/preact.js';
import { t } from '../i18n.js';

const STRONGEST = 0.5; // of the accent over the card: the numbers stay readable in both themes

/** @typedef {{ row: string, column: string, what: string, cell?: (truth: string, predicted: string, n: number) => string }} Says  `cell`: what a cell is called that can be chosen */

/** @param {{ labels: string[], confusion: number[][], says: Says, chosen?: number[] | null, onChoose?: (row: number, column: number) => void }} props
 *    with `onChoose` the cells are buttons; `chosen` is the row and the column of the one that is open */
export const Confusion = ({ labels, confusion, says, chosen, onChoose }) => html`
  <div class="table" tabindex="0" role="region" aria-label=${t('Confusion matrix')}>
    <table class="confusion">
      <caption class="spoken">${says.what}</caption>
      <thead><tr><th class="label small quiet" scope="col">${says.row} ↓ ${says.column} →</th>${labels.map((label) => html`<th scope="col">${label}</th>`)}</tr></thead>
      <tbody>${confusion.map((row, i) => html`
        <tr><th class="label" scope="row">${labels[i]}</th>
          ${row.map((n, j) => html`<td class="cell" style=${{ backgroundColor: `rgb(47 125 87 / ${share(n, row) * STRONGEST})` }}>
            ${onChoose && n > 0
              ? html`<button type="button" aria-pressed=${chosen?.[0] === i && chosen[1] === j} aria-label=${says.cell?.(labels[i], labels[j], n)} onClick=${() => onChoose(i, j)}>${n}</button>`
              : n}</td>`)}</tr>`)}
      </tbody>
    </table>
  </div>`;

/** @param {number} n @param {number[]} row */
function share(n, row) {
  const sum = row.reduce((a, b) => a + b, 0);
  return sum ? n / sum : 0;
}
