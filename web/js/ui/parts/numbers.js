/** The kernel's numbers, and what they do at one pixel: patch times kernel, the products, their sum, the grey that comes out. */

import { html } from '../../../vendor/preact.js';
import { placeOf, stepped, textOf, withText } from '../draft.js';
import { t } from '../i18n.js';
import { useFrames } from './sight.js';

/** @typedef {import('../draft.js').Draft} Draft */
/** @typedef {import('../draft.js').Field} Field */
/** @typedef {import('../../dsp/kernel.js').Kernel} Kernel */
/** @typedef {import('../../dsp/kernel.js').Products} Products */

const EVERY_MS = 100; // numbers that change faster cannot be read
const DARK = 118; // greys below it take white digits: 4.5 : 1 either way
const STRONGEST = 0.4; // of a product's colour over the card: the digits stay readable in both themes
/** @type {Record<string, number>} */
const ARROWS = { ArrowUp: 1, ArrowDown: -1 };

/** @param {number} number with a minus sign as wide as a plus, and at most three decimals */
export const shown = (number) => String(Math.round(1000 * number) / 1000).replace('-', '\u2212');

/** @param {{ draft: Draft, field: Field, wrong: Field | null, onDraft: (draft: Draft) => void }} props */
function NumberField({ draft, field, wrong, onDraft }) {
  const text = textOf(draft, field);
  const change = (/** @type {string} */ next) => onDraft(withText(draft, field, next));
  function onKeyDown(/** @type {KeyboardEvent} */ event) {
    const step = ARROWS[event.key];
    if (!step) return;
    event.preventDefault();
    change(stepped(text, step));
  }
  // No inputmode: the number pads of phones have no minus.
  return html`
    <input type="text" value=${text} autocomplete="off" aria-label=${typeof field === 'number' ? placeOf(draft, field) : null}
      aria-invalid=${wrong === field} aria-describedby=${wrong === field ? 'kernel-problem' : null} onKeyDown=${onKeyDown}
      onInput=${(/** @type {any} */ event) => change(event.target.value)} onFocus=${(/** @type {any} */ event) => event.target.select()} />`;
}

/** @param {{ size: number, title: string, cell: (i: number) => any }} props */
const Square = ({ size, title, cell }) => html`
  <table class="square">
    <caption class="small quiet">${title}</caption>
    <tbody>${rows(size).map((row) => html`<tr>${row.map(cell)}</tr>`)}</tbody>
  </table>`;

/** @param {number} size */
const rows = (size) => Array.from({ length: size }, (_, row) => Array.from({ length: size }, (__, column) => row * size + column));

/** @param {number} value */
const greyCell = (value) => html`<td style=${{ background: `rgb(${value} ${value} ${value})`, color: value < DARK ? '#ffffff' : '#000000' }}>${value}</td>`;

/** @param {number} product @param {number} largest */
function productCell(product, largest) {
  const share = largest ? STRONGEST * Math.abs(product) / largest : 0;
  return html`<td style=${{ background: `rgb(${product > 0 ? '86 180 233' : '230 159 0'} / ${share})` }}>${shown(product)}</td>`;
}

/**
 * @param {{ lens: import('../lens.js').Lens, spot: import('./sight.js').Spot, kernel: Kernel, draft: Draft, wrong: Field | null, problem: string,
 *   onDraft: (draft: Draft) => void }} props `kernel` is the last good one
 */
export function OnePixel({ lens, spot, kernel, draft, wrong, problem, onDraft }) {
  useFrames(lens, EVERY_MS);
  const at = lens.at(spot.column, spot.row);
  if (!at) return null;
  const largest = Math.max(...at.products.map(Math.abs));
  const edit = (/** @type {Field} */ field) => html`<${NumberField} draft=${draft} field=${field} wrong=${wrong} onDraft=${onDraft} />`;
  return html`
    <div class="table">
      <div class="product">
        <${Square} size=${kernel.size} title=${t('Grey values')} cell=${(/** @type {number} */ i) => greyCell(at.patch[i])} />
        <div class="term"><span class="sign">×</span>
          <div role="group" aria-label=${t('Kernel')}><p class="small quiet caption" aria-hidden="true">${t('Kernel')}</p>
            <div class="kernel" style=${{ '--size': draft.size }}>${draft.texts.map((_, i) => edit(i))}</div></div></div>
        <div class="term"><span class="sign">=</span>
          <${Square} size=${kernel.size} title=${t('Products')} cell=${(/** @type {number} */ i) => productCell(at.products[i], largest)} /></div>
      </div>
    </div>
    ${problem && html`<p class="warn" role="alert" id="kernel-problem">${problem} ${t('The picture stays as it was.')}</p>`}
    <div class="sum numbers">
      <p><span class="small quiet">${t('Sum')}</span><br /><strong>${shown(at.sum)}</strong></p>
      <label class="field"><span>${t('÷ divisor')}</span>${edit('divisor')}</label>
      <label class="field"><span>${t('+ offset')}</span>${edit('offset')}</label>
      <${Outcome} at=${at} kernel=${kernel} />
    </div>`;
}

/** @param {{ at: Products, kernel: Kernel }} props */
function Outcome({ at: { sum, result }, kernel: { divisor, offset } }) {
  const exact = sum / divisor + offset;
  const why = exact >= 255.5 ? t('more than white') : exact < -0.5 ? t('less than black') : exact === result ? '' : t('rounded');
  return html`
    <p class="outcome"><i style=${{ background: `rgb(${result} ${result} ${result})` }}></i>
      <span><span class="small quiet">${t('gives')} ${exact === result ? '' : `${shown(exact)}${why && `, ${why}`}:`}</span><br /><strong>${t('grey {n}', { n: result })}</strong></span></p>`;
}
