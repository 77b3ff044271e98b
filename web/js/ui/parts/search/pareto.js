/** Accuracy against instructions: each trial a point with its interval, and those that none surpasses joined by a line. */

import { html, useEffect, useRef } from '../../../../vendor/preact.js';
import { frontOf, judged } from '../../../data/search.js';
import { spoken, t } from '../../i18n.js';
import { colour, prepare } from '../canvas.js';
import { percent } from '../train/figures.js';
import { spokenTrial } from './words.js';

/** @typedef {import('../../../data/search.js').Judged} Judged */
/** @typedef {{ x: (instructions: number) => number, y: (accuracy: number) => number, left: number, right: number, top: number, bottom: number, most: number, least: number }} Scale */

const EDGE = { left: 48, right: 12, top: 12, bottom: 44 };
const REACH = 32; // how far from a point a finger may tap
const STEPS = [0.05, 0.1, 0.25];

/** @param {{ trials: import('../../../data/search.js').Trial[], limit: number, chosen: number | null, onChoose: (number: number) => void }} props */
export function Pareto({ trials, limit, chosen, onChoose }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const points = judged(trials);
  const front = frontOf(trials);
  useEffect(() => {
    const paint = () => canvas.current && draw(canvas.current, points, front, limit, chosen);
    paint();
    const observer = new ResizeObserver(paint);
    if (canvas.current) observer.observe(canvas.current);
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', paint);
    return () => { observer.disconnect(); scheme.removeEventListener('change', paint); };
  }, [trials, limit, chosen]);
  if (!points.length) return null;
  const at = Math.max(0, points.findIndex(({ number }) => number === chosen));
  function walk(/** @type {KeyboardEvent} */ event) {
    const steps = /** @type {Record<string, number>} */ ({ ArrowRight: at + 1, ArrowUp: at + 1, ArrowLeft: at - 1, ArrowDown: at - 1, Home: 0, End: points.length - 1 });
    if (!(event.key in steps)) return;
    event.preventDefault();
    onChoose(points[Math.min(points.length - 1, Math.max(0, steps[event.key]))].number);
  }
  function tap(/** @type {any} */ { offsetX, offsetY, currentTarget }) {
    const scale = scaleOf(currentTarget.clientWidth, currentTarget.clientHeight, points, limit);
    const away = (/** @type {Judged} */ { cost, accuracy }) => Math.hypot(scale.x(cost.instructions) - offsetX, scale.y(accuracy) - offsetY);
    const nearest = points.reduce((a, b) => (away(b) < away(a) ? b : a));
    if (away(nearest) < REACH) onChoose(nearest.number);
  }
  return html`
    <figure class="card tight stack close">
      <div class="pareto" tabindex="0" role="slider" aria-label=${t('Trials by instructions; arrow keys walk them')} aria-valuemin="1" aria-valuemax=${points.length} aria-valuenow=${at + 1} aria-valuetext=${spokenTrial(points[at])} onKeyDown=${walk}>
        <canvas ref=${canvas} onClick=${tap}></canvas>
      </div>
      <figcaption class="small quiet">${t('Each point is a trial: its accuracy on the validation split, with the interval that holds the true value 19 times in 20, against the instructions of one inference. The line joins those that no other surpasses for less.')}</figcaption>
    </figure>`;
}

/** @param {number} width @param {number} height @param {Judged[]} points @param {number} limit @returns {Scale} */
function scaleOf(width, height, points, limit) {
  const dearest = Math.max(...points.map(({ cost }) => cost.instructions));
  const most = Math.min(limit, dearest) * 1.08;
  const lowest = Math.min(...points.map(({ interval_95: [low] }) => low));
  const least = Math.max(0, Math.floor(lowest * 10) / 10);
  const [left, right, top, bottom] = [EDGE.left, width - EDGE.right, EDGE.top, height - EDGE.bottom];
  return {
    left, right, top, bottom, most, least,
    x: (instructions) => left + (instructions / most) * (right - left),
    y: (accuracy) => bottom - ((accuracy - least) / Math.max(0.1, 1 - least)) * (bottom - top),
  };
}

/** @param {HTMLCanvasElement} canvas @param {Judged[]} points @param {Judged[]} front @param {number} limit @param {number | null} chosen */
function draw(canvas, points, front, limit, chosen) {
  if (!points.length) return;
  const { context, width, height } = prepare(canvas);
  const scale = scaleOf(width, height, points, limit);
  context.font = '13px system-ui, sans-serif';
  drawAxes(context, scale);
  context.lineWidth = 1;
  for (const point of points) drawInterval(context, scale, point);
  drawFront(context, scale, front);
  for (const point of points) drawPoint(context, scale, point, front.includes(point), point.number === chosen);
}

/** @param {CanvasRenderingContext2D} context @param {Scale} scale */
function drawAxes(context, scale) {
  const { x, y, left, right, bottom, most, least } = scale;
  const step = STEPS.find((size) => (1 - least) / size <= 5) ?? STEPS[STEPS.length - 1];
  context.strokeStyle = colour('--sunk');
  context.fillStyle = colour('--quiet');
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  for (let share = 1; share >= least - 1e-9; share -= step) {
    line(context, left, y(share), right, y(share));
    context.fillText(`${percent(share)} %`, left - 6, y(share));
  }
  context.textBaseline = 'top';
  context.textAlign = 'center';
  const grid = niceStep(most / 6);
  for (let n = 0; n <= most; n += grid) context.fillText((n / 1e6).toLocaleString(spoken(), { maximumFractionDigits: 2 }), x(n), bottom + 6);
  context.textAlign = 'right';
  context.fillText(t('million instructions'), right, bottom + 24);
}

/** 1, 2 or 5 times a power of ten. @param {number} about */
function niceStep(about) {
  const power = 10 ** Math.floor(Math.log10(about));
  return power * ([1, 2, 5].find((size) => size * power >= about) ?? 10);
}

/** @param {CanvasRenderingContext2D} context @param {Scale} scale @param {Judged} point */
function drawInterval(context, { x, y }, { cost, interval_95: [low, high] }) {
  context.strokeStyle = colour('--quiet');
  context.globalAlpha = 0.4;
  line(context, x(cost.instructions), y(low), x(cost.instructions), y(high));
  context.globalAlpha = 1;
}

/** A step up at each of them: between two, the cheaper is the best there is. @param {CanvasRenderingContext2D} context @param {Scale} scale @param {Judged[]} front */
function drawFront(context, { x, y, right }, front) {
  context.strokeStyle = colour('--accent');
  context.lineWidth = 2;
  context.beginPath();
  front.forEach(({ cost, accuracy }, i) => {
    if (i === 0) context.moveTo(x(cost.instructions), y(accuracy));
    else context.lineTo(x(cost.instructions), y(front[i - 1].accuracy));
    context.lineTo(x(cost.instructions), y(accuracy));
  });
  const last = front[front.length - 1];
  if (last) context.lineTo(right, y(last.accuracy));
  context.stroke();
}

/** @param {CanvasRenderingContext2D} context @param {Scale} scale @param {Judged} point @param {boolean} isFront @param {boolean} isChosen */
function drawPoint(context, { x, y }, { cost, accuracy }, isFront, isChosen) {
  const [cx, cy] = [x(cost.instructions), y(accuracy)];
  context.beginPath();
  context.arc(cx, cy, isFront ? 6 : 4, 0, 2 * Math.PI);
  context.fillStyle = colour(isFront ? '--accent' : '--card');
  context.fill();
  context.strokeStyle = colour(isFront ? '--accent' : '--quiet');
  context.lineWidth = 2;
  context.stroke();
  if (!isChosen) return;
  context.beginPath();
  context.arc(cx, cy, 11, 0, 2 * Math.PI);
  context.strokeStyle = colour('--ink');
  context.stroke();
}

/** @param {CanvasRenderingContext2D} context @param {number} x0 @param {number} y0 @param {number} x1 @param {number} y1 */
function line(context, x0, y0, x1, y1) {
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}
