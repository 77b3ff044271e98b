/** The ROC curve and the DET curve of one label, with the threshold as a handle on it. */

import { html, useEffect, useRef } from '../../../../vendor/preact.js';
import { wilsonInterval } from '../../../dsp/interval.js';
import { normalDeviate, pointAt } from '../../../dsp/metrics.js';
import { t } from '../../i18n.js';
import { colour, prepare } from '../canvas.js';

/** @typedef {import('../../../dsp/metrics.js').Curve} Curve */
/** @typedef {import('../../../dsp/metrics.js').Point} Point */
/** @typedef {'roc' | 'det'} View */

const LEFT = 44; // CSS pixels for the numbers of the axes
const BOTTOM = 40;
const TOP = 10;
const RIGHT = 12;
const HANDLE = 10;
// On a DET plot 0 and 100 % are infinitely far away; what lies beyond these rates is drawn at the edge.
const DET_LOWEST = 0.001;
const DET_HIGHEST = 0.8;

/** An axis of each view: where a rate lies, from 0 to 1, and which rates are named. @type {Record<View, { at: (rate: number) => number, ticks: number[] }>} */
const AXES = {
  roc: { at: (rate) => rate, ticks: [0, 0.2, 0.4, 0.6, 0.8, 1] },
  det: { at: deviates, ticks: [0.001, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8] },
};

/** Rates of false accepts where the line of guessing begins and ends. @type {Record<View, number[]>} */
const GUESSES = { roc: [0, 1], det: [1 - DET_HIGHEST, DET_HIGHEST] };

/** @param {number} rate */
function deviates(rate) {
  const low = normalDeviate(DET_LOWEST);
  const held = Math.min(DET_HIGHEST, Math.max(DET_LOWEST, rate));
  return (normalDeviate(held) - low) / (normalDeviate(DET_HIGHEST) - low);
}

/** From rates to pixels. */
class Plane {
  /** @param {View} view @param {Curve} curve @param {number} width @param {number} height */
  constructor(view, curve, width, height) {
    this.view = view;
    this.curve = curve;
    this.width = width - LEFT - RIGHT;
    this.height = height - TOP - BOTTOM;
  }

  /** @param {number} rate of false accepts */
  x(rate) { return LEFT + this.width * AXES[this.view].at(rate); }

  /** @param {number} rate of false rejects; a ROC curve shows what was found instead */
  y(rate) { return TOP + this.height * (1 - AXES[this.view].at(this.view === 'roc' ? 1 - rate : rate)); }

  /** @param {Point} point @returns {[number, number]} */
  at({ falseAccepts, falseRejects }) {
    return [this.x(falseAccepts / this.curve.negatives), this.y(falseRejects / this.curve.positives)];
  }
}

/** @param {CanvasRenderingContext2D} context @param {Plane} plane */
function drawAxes(context, plane) {
  const { ticks } = AXES[plane.view];
  context.strokeStyle = colour('--sunk');
  context.fillStyle = colour('--quiet');
  context.font = '14px system-ui, sans-serif';
  context.lineWidth = 1;
  for (const rate of ticks) {
    const x = plane.x(rate);
    const y = plane.y(plane.view === 'roc' ? 1 - rate : rate);
    line(context, [[x, TOP], [x, TOP + plane.height]]);
    line(context, [[LEFT, y], [LEFT + plane.width, y]]);
    const text = String(Number((100 * rate).toPrecision(3)));
    context.textAlign = 'center';
    context.fillText(text, x, TOP + plane.height + 18);
    context.textAlign = 'right';
    context.fillText(text, LEFT - 6, y + 5);
  }
}

/** @param {CanvasRenderingContext2D} context @param {Iterable<number[]>} places */
function line(context, places) {
  context.beginPath();
  for (const [x, y] of places) context.lineTo(x, y);
  context.stroke();
}

/** The handle stands amid a cross: as far as chance may move either rate. @param {CanvasRenderingContext2D} context @param {Plane} plane @param {Point} point */
function drawHandle(context, plane, point) {
  const { positives, negatives } = plane.curve;
  const [x, y] = plane.at(point);
  const accepts = wilsonInterval(point.falseAccepts, negatives).map((rate) => plane.x(rate));
  const rejects = wilsonInterval(point.falseRejects, positives).map((rate) => plane.y(rate));
  context.strokeStyle = colour('--ink');
  context.lineWidth = 2;
  line(context, accepts.map((at) => [at, y]));
  line(context, rejects.map((at) => [x, at]));
  context.beginPath();
  context.arc(x, y, HANDLE, 0, 2 * Math.PI);
  context.fillStyle = colour('--card');
  context.fill();
  context.lineWidth = 4;
  context.strokeStyle = colour('--accent');
  context.stroke();
}

/** @param {HTMLCanvasElement} canvas @param {View} view @param {Curve} curve @param {number} threshold */
function draw(canvas, view, curve, threshold) {
  const { context, width, height } = prepare(canvas);
  const plane = new Plane(view, curve, width, height);
  drawAxes(context, plane);
  context.strokeStyle = colour('--quiet');
  context.setLineDash([4, 4]);
  line(context, GUESSES[view].map((rate) => [plane.x(rate), plane.y(1 - rate)]));
  context.setLineDash([]);
  context.strokeStyle = colour('--accent');
  context.lineWidth = 3;
  context.lineJoin = 'round';
  line(context, curve.points.map((point) => plane.at(point)));
  drawHandle(context, plane, pointAt(curve, threshold));
}

/** The threshold of the point that lies nearest. @param {HTMLCanvasElement} canvas @param {View} view @param {Curve} curve @param {MouseEvent} event */
function nearest(canvas, view, curve, event) {
  const { left, top } = canvas.getBoundingClientRect();
  const plane = new Plane(view, curve, canvas.clientWidth, canvas.clientHeight);
  const distance = (/** @type {Point} */ point) => {
    const [x, y] = plane.at(point);
    return Math.hypot(x - (event.clientX - left), y - (event.clientY - top));
  };
  return curve.points.reduce((found, point) => (distance(point) < distance(found) ? point : found)).threshold;
}

/** @param {{ view: View, curve: Curve, threshold: number, says: string, onThreshold: (threshold: number) => void }} props `says`: the curve in a sentence */
export function CurvePlot({ view, curve, threshold, says, onThreshold }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  useEffect(() => {
    const element = canvas.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => draw(element, view, curve, threshold));
    observer.observe(element);
    return () => observer.disconnect();
  }, [view, curve, threshold]);
  const move = (/** @type {PointerEvent} */ event) => {
    if (!event.buttons || !canvas.current) return;
    onThreshold(Math.min(1, nearest(canvas.current, view, curve, event)));
  };
  const grasp = (/** @type {PointerEvent} */ event) => {
    canvas.current?.setPointerCapture(event.pointerId);
    move(event);
  };
  return html`
    <figure class="curve">
      <canvas ref=${canvas} role="img" aria-label=${says} onPointerDown=${grasp} onPointerMove=${move}></canvas>
      <figcaption class="small quiet">${view === 'roc' ? t('Across: false accepts, in % of the others. Up: found, in % of the label. The upper left corner is best.') : t('Across: false accepts, in %. Up: false rejects, in %. Both in normal deviates. The lower left corner is best.')}</figcaption>
    </figure>`;
}
