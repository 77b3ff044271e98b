/** The training loop on points in a plane: guess, count the mistakes, improve. */

import { html, useEffect, useMemo, useState } from '../../../../vendor/preact.js';
import { clouds, guess, improve, loss, mistakes } from '../../../dsp/toy.js';
import { t, tn } from '../../i18n.js';
import { colour } from '../canvas.js';
import { Drawing, Slider, fillCell, mark } from './drawing.js';

const N_EACH = 30;
const TICK_MS = 60;
const MANY = 100; // improvements at one press
const START = { weights: [-1.5, 2], bias: 0.6 };

/** @typedef {import('../../../dsp/toy.js').Line} Line */

export function Loop() {
  const [seed, setSeed] = useState(2);
  const [rate, setRate] = useState(4);
  const points = useMemo(() => clouds(seed, N_EACH), [seed]);
  const [lines, setLines] = useState(/** @type {Line[]} */ ([START]));
  const [left, setLeft] = useState(0);
  const line = lines[lines.length - 1];
  const wrong = mistakes(line, points);
  const step = () => setLines((/** @type {Line[]} */ before) => [...before, improve(before[before.length - 1], points, rate)]);
  useEffect(() => {
    if (!left) return undefined;
    const timer = setTimeout(() => { step(); setLeft(left - 1); }, TICK_MS);
    return () => clearTimeout(timer);
  }, [left]);
  const again = (/** @type {number} */ next) => { setSeed(next); setLines([START]); setLeft(0); };
  const says = t('{mistakes}, loss {loss}', { mistakes: tn(wrong.length, '{n} mistake', '{n} mistakes'), loss: loss(line, points).toFixed(3) });
  return html`
    <p>${t('One neuron draws a line and guesses on which side a point belongs. Its mistakes say in which direction its weights must go. That is all that training is: guess, count the mistakes, improve, many times.')}</p>
    <div class="columns">
      <${Drawing} name=${t('Points of two kinds and the line of the neuron: {says}.', { says })} draw=${(/** @type {any} */ sheet) => drawPoints(sheet, points, line, wrong)} />
      <div class="stack">
        <p role="status"><strong class="numbers">${says}</strong><br /><span class="small quiet numbers">${t('after {n} improvements', { n: lines.length - 1 })}</span></p>
        <${Drawing} name=${t('The loss over the improvements')} kind="wide" draw=${(/** @type {any} */ sheet) => drawLoss(sheet, lines.map((each) => loss(each, points)))} />
        <${Slider} name=${t('Learning rate: how large a step is')} value=${rate} low=${0.5} high=${60} step=${0.5} shown=${String(rate)} onChange=${setRate} />
        <p class="small quiet">${rate > 30 ? t('Large steps overshoot: the loss jumps.') : rate < 2 ? t('Small steps are sure, and slow.') : t('Red rings are mistakes. Try a very small and a very large rate.')}</p>
        <div class="row wrap">
          <button class="button primary" type="button" disabled=${left > 0} onClick=${step}>${t('Improve once')}</button>
          <button class="button" type="button" onClick=${() => setLeft(left ? 0 : MANY)}>${left ? t('Stop') : t('Improve {n} times', { n: MANY })}</button>
          <button class="button" type="button" onClick=${() => again(seed + 1)}>${t('Other points')}</button>
        </div>
      </div>
    </div>`;
}

/** @param {import('./drawing.js').Sheet} sheet @param {import('../../../dsp/toy.js').Point[]} points @param {Line} line @param {import('../../../dsp/toy.js').Point[]} wrong */
function drawPoints({ context, width, height }, points, line, wrong) {
  const cells = 40;
  for (let row = 0; row < cells; row++) {
    for (let column = 0; column < cells; column++) {
      const sure = guess(line, { x: (column + 0.5) / cells, y: 1 - (row + 0.5) / cells, label: 0 });
      context.globalAlpha = 0.35 * Math.abs(sure - 0.5) * 2;
      context.fillStyle = colour(sure > 0.5 ? '--label-1' : '--label-0');
      fillCell(context, column, row, cells, width, height);
    }
  }
  context.globalAlpha = 1;
  for (const point of points) {
    context.fillStyle = colour(`--label-${point.label}`);
    mark(context, point.label, point.x * width, (1 - point.y) * height, 5);
    if (!wrong.includes(point)) continue;
    context.strokeStyle = colour('--record');
    context.lineWidth = 2;
    context.beginPath();
    context.arc(point.x * width, (1 - point.y) * height, 11, 0, 2 * Math.PI);
    context.stroke();
  }
}

/** @param {import('./drawing.js').Sheet} sheet @param {number[]} losses */
function drawLoss({ context, width, height }, losses) {
  const top = Math.max(...losses, 0.5);
  context.strokeStyle = colour('--accent');
  context.lineWidth = 2;
  context.beginPath();
  losses.forEach((value, i) => context.lineTo((i / Math.max(30, losses.length - 1)) * width, height - 4 - (value / top) * (height - 12)));
  context.stroke();
}
