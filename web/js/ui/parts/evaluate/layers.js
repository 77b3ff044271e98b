/** What int8 does to each layer: its weights among the levels there are, and what is lost. */

import { html, useEffect, useRef, useState } from '../../../../vendor/preact.js';
import { HIGHEST, LOWEST } from '../../../dsp/quantise.js';
import { t } from '../../i18n.js';
import { colour, prepare } from '../canvas.js';
import { Chips } from '../chips.js';
import { exact } from './says.js';

/** @typedef {import('../../../data/evaluate.js').Layer} Layer */

const N_LEVELS = HIGHEST - LOWEST + 1;
const APART = 2; // CSS pixels: levels that lie closer together are drawn at the foot only
const RULER = 14;
const ZOOMS = [1, 4, 16];

/** The layer whose weights lose most to the rounding. @param {Layer[]} layers */
export const worstOf = (layers) => layers.reduce((worst, layer) => (ratioOf(layer) < ratioOf(worst) ? layer : worst), layers[0]);

/** @param {Layer} layer */
const ratioOf = ({ signal_to_noise_db: ratio }) => ratio ?? Infinity;

/** @param {{ layers: Layer[] }} props */
export function Layers({ layers }) {
  const worst = worstOf(layers);
  const [index, setIndex] = useState(layers.indexOf(worst));
  return html`
    <section class="card stack" aria-labelledby="layers">
      <h2 id="layers">${t('Layer by layer')}</h2>
      <p class="small">${t('Choose a layer to see its weights. The lower the signal to noise, the more the rounding has taken.')}</p>
      <div class="table" tabindex="0" role="group" aria-labelledby="layers">
        <table class="layer-table">
          <thead><tr><th class="label" scope="col">${t('Layer')}</th><th scope="col">${t('Signal to noise')}</th><th scope="col">${t('Error of its outputs')}</th></tr></thead>
          <tbody>${layers.map((layer, i) => html`<${LayerRow} key=${layer.name} layer=${layer} loses=${layers.length > 1 && layer === worst} chosen=${i === index} onChoose=${() => setIndex(i)} />`)}</tbody>
        </table>
      </div>
      <${LayerWeights} key=${index} layer=${layers[index]} />
      <details><summary>${t('How are these errors counted?')}</summary>
        <p>${t('Signal to noise: the power of the weights over that of what the rounding changed, in decibels; 6 dB are one bit. Error of the outputs: root mean square of what the layer gives in float minus what it gives in int8, on validation clips; it holds the errors of the layers before, too. A step is the distance between two neighbours of the 256 levels.')}</p></details>
    </section>`;
}

/** @param {{ layer: Layer, loses: boolean, chosen: boolean, onChoose: () => void }} props */
const LayerRow = ({ layer, loses, chosen, onChoose }) => html`
  <tr class=${chosen ? 'chosen' : ''}>
    <th class="label" scope="row"><button class="button bare" type="button" aria-pressed=${chosen} onClick=${onChoose}>${layer.name}</button>
      <br /><span class="small quiet">${layer.shape.join(' × ')}</span>${loses && html` <span class="small warn">${t('loses most')}</span>`}</th>
    <td>${layer.signal_to_noise_db === null ? t('nothing lost') : `${layer.signal_to_noise_db.toFixed(1)} dB`}</td>
    <td>${layer.activation_error === null ? '–' : html`${exact(layer.activation_error)}<br /><span class="small quiet">${t('{n} steps', { n: (layer.activation_error / layer.activation.scale).toFixed(2) })}</span>`}</td>
  </tr>`;

/** @param {{ layer: Layer }} props */
function LayerWeights({ layer }) {
  const [channel, setChannel] = useState(0);
  const [zoom, setZoom] = useState(1);
  const { name, scales, activation } = layer;
  const scale = scales[channel];
  const most = exact(HIGHEST * scale);
  return html`
    <div class="stack" role="group" aria-label=${t('Weights of {layer}', { layer: name })}>
      <${Chips} name="zoom" legend=${t('How close')} value=${zoom} onChange=${setZoom} options=${ZOOMS.map((value) => ({ value, content: value === 1 ? t('All weights') : `× ${value}` }))} />
      <${Histogram} layer=${layer} scale=${scale} zoom=${zoom} />
      ${scales.length > 1 && html`
        <label class="slider"><span>${t('Channel, whose levels are drawn')}</span>
          <input type="range" min="1" max=${scales.length} step="1" value=${channel + 1} onInput=${(/** @type {any} */ event) => setChannel(Number(event.target.value) - 1)} />
          <output>${channel + 1}</output></label>`}
      <p class="numbers small">${t('Weights: −{most} becomes −127, 0 becomes 0, {most} becomes 127; a step is {step}.', { most, step: exact(scale) })}
        ${activation.min !== null && html`<br />${t('Outputs: they lie between {min} and {max}; {low} becomes −128, {high} becomes 127; a step is {step}, and 0 becomes {zero}.', {
          min: exact(activation.min ?? 0), max: exact(activation.max ?? 0), low: exact((LOWEST - activation.zero_point) * activation.scale), high: exact((HIGHEST - activation.zero_point) * activation.scale),
          step: exact(activation.scale), zero: exact(activation.zero_point) })}`}</p>
      <details><summary>${t('Why has every channel its own levels?')}</summary>
        <p>${t('A layer computes each output channel with weights of its own, and some channels have larger ones than others. One scale for all would give the small ones a few levels only. So each channel\'s largest weight becomes 127, and 0 stays 0: then zeros add nothing. Outputs share one scale, with a zero point that moves the levels to where the values are.')}</p></details>
    </div>`;
}

/** @param {{ layer: Layer, scale: number, zoom: number }} props */
function Histogram({ layer, scale, zoom }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  useEffect(() => {
    const element = canvas.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => draw(element, layer, scale, zoom));
    observer.observe(element);
    return () => observer.disconnect();
  }, [layer, scale, zoom]);
  const reach = reachOf(layer) / zoom;
  return html`
    <figure class="weights">
      <canvas ref=${canvas} role="img" aria-label=${t('Histogram of {n} weights from {min} to {max}, with the levels that int8 has', { n: layer.n, min: exact(layer.min), max: exact(layer.max) })}></canvas>
      <figcaption class="spread small quiet numbers"><span>${exact(-reach)}</span><span>0</span><span>${exact(reach)}</span></figcaption>
    </figure>`;
}

/** @param {Layer} layer */
const reachOf = ({ min, max }) => Math.max(Math.abs(min), Math.abs(max)) || 1;

/** @param {HTMLCanvasElement} canvas @param {Layer} layer @param {number} scale @param {number} zoom */
function draw(canvas, layer, scale, zoom) {
  const { context, width, height } = prepare(canvas);
  const reach = reachOf(layer) / zoom;
  const at = (/** @type {number} */ weight) => (width / 2) * (1 + weight / reach);
  const foot = height - RULER;
  const { edges, counts } = layer.histogram;
  const tallest = Math.max(...counts);
  context.fillStyle = colour('--accent');
  counts.forEach((n, i) => {
    const tall = (foot - 4) * n / tallest;
    context.fillRect(at(edges[i]), foot - tall, Math.max(1, at(edges[i + 1]) - at(edges[i])), tall);
  });
  context.fillStyle = colour('--ink');
  const top = at(scale) - at(0) >= APART ? 0 : foot + 2;
  for (let level = LOWEST + 1; level < LOWEST + N_LEVELS; level++) {
    const x = Math.round(at(level * scale));
    context.globalAlpha = 0.3;
    context.fillRect(x, top, 1, foot + 2 - top);
    context.globalAlpha = 0.7;
    context.fillRect(x, foot + 2, 1, RULER - 2);
  }
  context.globalAlpha = 1;
}
