/** Hands on: one number through scale and zero point, and back. */

import { html, useState } from '../../../../vendor/preact.js';
import { HIGHEST, LOWEST, passThrough, rangeOf } from '../../../dsp/quantise.js';
import { t } from '../../i18n.js';
import { exact } from './says.js';

/** @typedef {import('../../../data/evaluate.js').Range} Range */
/** @typedef {import('../../../dsp/quantise.js').Quantisation} Quantisation */

/** @param {string} text a comma is a point, and a minus may be as wide as a plus */
const asNumber = (text) => (text.trim() ? Number(text.trim().replace(',', '.').replace('\u2212', '-')) : NaN);

/** What numbers of a model pass through int8: its input, what each layer gives, its output.
 *  @param {Record<string, any>} manifest @param {import('../../../data/evaluate.js').Weights | null} weights @returns {{ name: string, how: Quantisation }[]} */
function passagesOf({ input, output }, weights) {
  return [
    { name: t('input: a feature'), how: input },
    ...(weights?.layers ?? []).map(({ name, activation }) => ({ name: t('output of {layer}', { layer: name }), how: activation })),
    { name: t('output: a score'), how: output },
  ].filter(({ how }) => how?.scale > 0);
}

/** @param {{ manifest: Record<string, any>, weights: import('../../../data/evaluate.js').Weights | null }} props */
export function OneNumber({ manifest, weights }) {
  const passages = passagesOf(manifest, weights);
  const [index, setIndex] = useState(0);
  const [text, setText] = useState('1.3');
  const { how } = passages[index] ?? {};
  if (!how) return null;
  const [low, high] = rangeOf(how);
  const value = asNumber(text);
  const good = Number.isFinite(value);
  return html`
    <section class="card stack" aria-labelledby="one-number">
      <h2 id="one-number">${t('One number through int8')}</h2>
      <p class="small">${t('Type a number: see which of the 256 levels it becomes, and what comes back.')}</p>
      <div class="passage">
        <label class="field"><span>${t('Where')}</span><select value=${index} onChange=${(/** @type {any} */ event) => setIndex(Number(event.target.value))}>
          ${passages.map(({ name }, i) => html`<option value=${i} selected=${i === index}>${name}</option>`)}</select></label>
        <label class="field"><span>${t('Number')}</span><input type="text" value=${text} autocomplete="off" aria-invalid=${!good} aria-describedby=${good ? null : 'number-problem'} onInput=${(/** @type {any} */ event) => setText(event.target.value)} /></label>
      </div>
      <p class="small quiet numbers">${t('scale {scale}, zero point {zero}: numbers from {low} to {high}', { scale: exact(how.scale), zero: exact(how.zero_point), low: exact(low), high: exact(high) })}</p>
      ${good ? html`<${Steps} value=${value} how=${how} />` : html`<p class="warn" role="alert" id="number-problem">${t('{text} is not a number. Type one such as 1.3 or -0.5.', { text: text.trim() || t('Nothing') })}</p>`}
    </section>`;
}

/** @param {{ value: number, how: Quantisation }} props */
function Steps({ value, how }) {
  const { steps, rounded, unclipped, int8, back, error, clipped } = passThrough(value, how);
  const [scale, zero] = [exact(how.scale), exact(how.zero_point)];
  return html`
    <ol class="arithmetic numbers" aria-live="polite">
      <li><span>${exact(value)} ÷ ${scale}</span> = <strong>${exact(steps)}</strong> <span class="small quiet">${t('steps; rounded {n}', { n: exact(rounded) })}</span></li>
      <li><span>${exact(rounded)} + ${zero}</span> = <strong>${exact(unclipped)}</strong> ${clipped && html`<span class="small warn">${t('beyond int8, so it is held at {n}', { n: exact(int8) })}</span>`}</li>
      <li class="int8"><span>int8</span> <strong class="headline">${exact(int8)}</strong> <${Track} int8=${int8} /></li>
      <li><span>(${exact(int8)} \u2212 ${zero}) × ${scale}</span> = <strong>${exact(back)}</strong></li>
      <li><span>${t('Error')}</span> <strong>${exact(error)}</strong> <span class="small quiet">${clipped ? t('more than half a step: the number lies outside') : t('half a step, {n}, at most', { n: exact(how.scale / 2) })}</span></li>
    </ol>`;
}

/** Where it lies from -128 to 127. @param {{ int8: number }} props */
const Track = ({ int8 }) => html`
  <span class="track" aria-hidden="true"><i style=${{ left: `${100 * (int8 - LOWEST) / (HIGHEST - LOWEST)}%` }}></i></span>`;
