/** What precision means: the same curve with fewer and fewer levels. */

import { html, useState } from '../../../../vendor/preact.js';
import { quantise } from '../../../dsp/toy.js';
import { t } from '../../i18n.js';
import { colour } from '../canvas.js';
import { Drawing, Slider } from './drawing.js';

const WEIGHTS = 24_000; // of the model that comes with Nestling, in round numbers

/** Something like a layer's output over time. @param {number} x 0 to 1 */
const curve = (x) => 0.6 * Math.sin(2 * Math.PI * x) + 0.3 * Math.sin(7 * x + 1) + 0.08 * Math.sin(31 * x);

export function Precision() {
  const [bits, setBits] = useState(3);
  const [value, setValue] = useState(0.37);
  const [range, setRange] = useState(1);
  const { level, value: back, step } = quantise(value, bits, -range, range);
  return html`
    <p>${t('A computer stores a number in bits. With fewer bits there are fewer levels, and each number goes to the nearest one. A model in int8 has 8 bits: 256 levels, and a quarter of the size of float32.')}</p>
    <div class="columns">
      <div class="stack">
        <${Drawing} name=${t('A smooth curve, and the same with {n} levels', { n: 2 ** bits })} kind="wide" draw=${(/** @type {any} */ sheet) => drawLevels(sheet, bits, range)} />
        <${Slider} name=${t('Bits')} value=${bits} low=${1} high=${12} step=${1} shown=${t('{bits} bits, {levels} levels', { bits, levels: 2 ** bits })} onChange=${setBits} />
        <${Slider} name=${t('Range that the levels cover')} value=${range} low=${0.2} high=${3} step=${0.05} shown=${`\u00b1${range.toFixed(2)}`} onChange=${setRange} />
        <p class="small quiet">${range < 0.9 ? t('What lies outside of the range is cut off.') : range > 1.4 ? t('A range that is too wide wastes levels on numbers that never come.') : t('The range is chosen from real data: that is calibration.')}</p>
      </div>
      <div class="stack">
        <${Slider} name=${t('A number')} value=${value} low=${-1} high=${1} step=${0.001} shown=${value.toFixed(3)} onChange=${setValue} />
        <dl class="results">
          <dt>${t('Level')}</dt><dd>${level}</dd>
          <dt>${t('Step between two levels')}</dt><dd>${step.toFixed(5)}</dd>
          <dt>${t('The number that comes back')}</dt><dd>${back.toFixed(5)}</dd>
          <dt>${t('Error')}</dt><dd>${Math.abs(back - value).toFixed(5)}</dd>
          <dt>${t('{n} weights take', { n: WEIGHTS })}</dt><dd>${t('{size} kB instead of {whole} kB', { size: ((WEIGHTS * bits) / 8000).toFixed(0), whole: ((WEIGHTS * 32) / 8000).toFixed(0) })}</dd>
        </dl>
        <p class="small quiet">${t('See it with your own model\'s weights on the page Optimize.')} <a href="#/optimize">${t('Optimize')}</a></p>
      </div>
    </div>`;
}

/** @param {import('./drawing.js').Sheet} sheet @param {number} bits @param {number} range */
function drawLevels({ context, width, height }, bits, range) {
  const at = (/** @type {number} */ value) => height / 2 - value * (height / 2.2);
  context.strokeStyle = colour('--sunk');
  if (bits <= 5) {
    for (let level = 0; level < 2 ** bits; level++) {
      const y = at(quantise(-range + (2 * range * level) / (2 ** bits - 1), bits, -range, range).value);
      context.beginPath();
      context.moveTo(0, y);
      context.lineTo(width, y);
      context.stroke();
    }
  }
  for (const [token, rounded] of /** @type {[string, boolean][]} */ ([['--quiet', false], ['--accent', true]])) {
    context.strokeStyle = colour(token);
    context.lineWidth = rounded ? 3 : 1.5;
    context.beginPath();
    for (let x = 0; x <= width; x++) {
      const y = curve(x / width);
      context.lineTo(x, at(rounded ? quantise(y, bits, -range, range).value : y));
    }
    context.stroke();
  }
}
