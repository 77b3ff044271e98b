/** A neuron: inputs times weights, a bias, an activation. */

import { html, useState } from '../../../../vendor/preact.js';
import { ACTIVATIONS, weigh } from '../../../dsp/toy.js';
import { t } from '../../i18n.js';
import { colour } from '../canvas.js';
import { Chips } from '../chips.js';
import { Drawing, Slider } from './drawing.js';

const REACH = 4; // of the curve, to both sides of zero

/** @param {number} value with a minus as wide as a plus */
const shown = (value) => value.toFixed(2).replace('-', '\u2212');

export function Neuron() {
  const [numbers, setNumbers] = useState({ x1: 1, x2: 0.5, w1: 0.8, w2: -0.6, b: 0.1 });
  const [activation, setActivation] = useState(/** @type {keyof typeof ACTIVATIONS} */ ('relu'));
  const { x1, x2, w1, w2, b } = numbers;
  const sum = weigh([x1, x2], [w1, w2], b);
  const output = ACTIVATIONS[activation](sum);
  const slider = (/** @type {keyof typeof numbers} */ key, /** @type {string} */ name, /** @type {number} */ reach) => html`
    <${Slider} name=${name} value=${numbers[key]} low=${-reach} high=${reach} step=${0.05} shown=${shown(numbers[key])} onChange=${(/** @type {number} */ value) => setNumbers({ ...numbers, [key]: value })} />`;
  return html`
    <p>${t('A neuron multiplies each input by a weight, adds them up with a bias, and passes the sum through an activation. Learning changes the weights and the bias, nothing else.')}</p>
    <div class="columns">
      <div class="stack close">
        ${slider('x1', t('input 1'), 2)} ${slider('w1', t('weight 1'), 2)}
        ${slider('x2', t('input 2'), 2)} ${slider('w2', t('weight 2'), 2)}
        ${slider('b', t('bias'), 2)}
      </div>
      <div class="stack">
        <p class="formula numbers" role="status">${shown(x1)} × ${shown(w1)} + ${shown(x2)} × ${shown(w2)} + ${shown(b)} = <strong>${shown(sum)}</strong><br />${t('{activation} gives {output}', { activation: nameOf(activation), output: shown(output) })}</p>
        <${Chips} name="activation" legend=${t('Activation')} value=${activation} onChange=${setActivation} options=${/** @type {const} */ (['relu', 'sigmoid', 'step']).map((value) => ({ value, content: nameOf(value) }))} />
        <${Drawing} name=${t('The curve of {activation}; the sum {sum} gives {output}.', { activation: nameOf(activation), sum: shown(sum), output: shown(output) })} kind="wide" draw=${(/** @type {any} */ sheet) => drawCurve(sheet, ACTIVATIONS[activation], sum)} />
        <p class="small quiet">${says(activation)}</p>
      </div>
    </div>`;
}

/** @param {keyof typeof ACTIVATIONS} activation */
const nameOf = (activation) => ({ relu: 'ReLU', sigmoid: t('sigmoid'), step: t('step') })[activation];

/** @param {keyof typeof ACTIVATIONS} activation */
const says = (activation) => ({
  relu: t('ReLU lets what is above zero through. It is cheap, and what nearly all networks here use.'),
  sigmoid: t('A sigmoid squeezes every sum between 0 and 1: it can be read as how sure the neuron is.'),
  step: t('A step only says yes or no. It cannot be trained: where it is flat, no small change of a weight helps.'),
})[activation];

/** @param {import('./drawing.js').Sheet} sheet @param {(x: number) => number} f @param {number} sum */
function drawCurve({ context, width, height }, f, sum) {
  const top = f(REACH) > 1.5 ? REACH : 1.25;
  const at = (/** @type {number} */ x) => [((x + REACH) / (2 * REACH)) * width, height - 12 - (f(x) / top) * (height - 24)];
  context.strokeStyle = colour('--quiet');
  context.beginPath();
  context.moveTo(0, height - 12);
  context.lineTo(width, height - 12);
  context.moveTo(width / 2, 0);
  context.lineTo(width / 2, height);
  context.stroke();
  context.strokeStyle = colour('--accent');
  context.lineWidth = 3;
  context.beginPath();
  for (let i = 0; i <= 200; i++) {
    const [x, y] = at(-REACH + (2 * REACH * i) / 200);
    context.lineTo(x, y);
  }
  context.stroke();
  context.lineWidth = 1;
  const [x, y] = at(Math.min(REACH, Math.max(-REACH, sum)));
  context.fillStyle = colour('--label-6');
  context.beginPath();
  context.arc(x, y, 8, 0, 2 * Math.PI);
  context.fill();
}
