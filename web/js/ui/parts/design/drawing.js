/** The network as a row of boxes: a box is what a layer gives, its sizes are the tensor's. */

import { html } from '../../../../vendor/preact.js';
import { t, tn } from '../../i18n.js';
import { shapeOf } from './says.js';

const HEIGHT = 72; // CSS pixels of a box's place
const SLANT = 0.6; // how far the depth goes up for what it goes to the right

/** Logarithms: 600 numbers beside 3 would leave nothing of the 3. @param {number} n */
const tall = (n) => 5 + 9 * Math.log2(n + 1) * 0.7;
/** @param {number} n */
const wide = (n) => 2 + 2.1 * Math.log2(n);
/** @param {number} n */
const deep = (n) => 1 + 1.8 * Math.log2(n);

/** @param {{ rows: import('../../../data/design.js').Row[] }} props from the features to the scores */
export function Drawing({ rows }) {
  const known = rows.filter(({ shape }) => shape);
  if (known.length < 2) return null;
  const [first, last] = [known[0], known[known.length - 1]].map(({ shape }) => shapeOf(shape));
  return html`
    <figure class="card tight">
      <div class="tensors" role="img" aria-label=${tn(rows.length - 2, 'From {first} to {last} in {n} layer', 'From {first} to {last} in {n} layers', { first, last })}>
        ${rows.map((row, i) => html`
          <div class=${row.problem ? 'wrong' : ''}>
            ${row.shape ? html`<${Box} shape=${row.shape} />` : html`<svg viewBox=${`0 0 24 ${HEIGHT}`} width="24" height=${HEIGHT}><path class="missing" d="M6 60h12" /></svg>`}
            <span class="small quiet numbers">${i === 0 || i === rows.length - 1 ? '' : i}</span>
          </div>`)}
      </div>
      <figcaption class="small quiet">${t('What each layer gives: rows up, columns into the depth, channels across. The sizes are logarithmic.')}</figcaption>
    </figure>`;
}

/** @param {{ shape: number[] }} props */
function Box({ shape }) {
  const [rows, columns, channels] = shape.length === 3 ? shape : [shape[0], 1, 1];
  const [h, w, d] = [tall(rows), wide(channels), deep(columns)];
  const rise = SLANT * d;
  const total = Math.max(24, w + d + 4);
  const x = (total - w - d) / 2;
  const y = (HEIGHT - h - rise) / 2 + rise;
  return html`
    <svg viewBox=${`0 0 ${total} ${HEIGHT}`} width=${total} height=${HEIGHT}>
      <path class="top" d=${`M${x} ${y}l${d} ${-rise}h${w}l${-d} ${rise}z`} />
      <path class="side" d=${`M${x + w} ${y}l${d} ${-rise}v${h}l${-d} ${rise}z`} />
      <rect class="front" x=${x} y=${y} width=${w} height=${h} />
    </svg>`;
}
