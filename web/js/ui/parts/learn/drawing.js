/** A canvas that is drawn again when what it shows, or its size, has changed. */

import { html, useEffect, useRef } from '../../../../vendor/preact.js';
import { prepare } from '../canvas.js';

/** @typedef {{ context: CanvasRenderingContext2D, width: number, height: number }} Sheet  sizes in CSS pixels */

/** @param {{ name: string, draw: (sheet: Sheet) => void, kind?: string }} props `name` says what is seen */
export function Drawing({ name, draw, kind = '' }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const latest = useRef(draw);
  latest.current = draw;
  useEffect(() => {
    const element = /** @type {HTMLCanvasElement} */ (canvas.current);
    const observer = new ResizeObserver(() => latest.current(prepare(element)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useEffect(() => { if (canvas.current) draw(prepare(canvas.current)); });
  return html`<canvas class=${`drawing ${kind}`} ref=${canvas} role="img" aria-label=${name}></canvas>`;
}

/** A slider with its value. @param {{ name: string, value: number, low: number, high: number, step?: number, shown?: string, onChange: (value: number) => void }} props */
export const Slider = ({ name, value, low, high, step = 0.01, shown, onChange }) => html`
  <label class="slider"><span class="small quiet">${name}</span>
    <input type="range" min=${low} max=${high} step=${step} value=${value} aria-valuetext=${shown ?? value.toFixed(2)} onInput=${(/** @type {any} */ event) => onChange(Number(event.target.value))} />
    <output>${shown ?? value.toFixed(2)}</output></label>`;

/** A class has a shape beside its colour. @param {CanvasRenderingContext2D} context @param {number} label @param {number} x @param {number} y @param {number} size */
export function mark(context, label, x, y, size) {
  context.beginPath();
  if (label === 0) context.arc(x, y, size, 0, 2 * Math.PI);
  else if (label === 1) context.rect(x - size, y - size, 2 * size, 2 * size);
  else if (label === 2) { context.moveTo(x, y - size * 1.3); context.lineTo(x + size * 1.2, y + size); context.lineTo(x - size * 1.2, y + size); context.closePath(); }
  else { context.moveTo(x, y - size * 1.4); context.lineTo(x + size * 1.4, y); context.lineTo(x, y + size * 1.4); context.lineTo(x - size * 1.4, y); context.closePath(); }
  context.fill();
}

/** One cell of a plane that is coloured by what a model answers there; whole pixels, so that cells neither overlap nor part.
 *  @param {CanvasRenderingContext2D} context @param {number} column @param {number} row @param {number} n cells a side @param {number} width @param {number} height */
export function fillCell(context, column, row, n, width, height) {
  const [left, top] = [Math.round((column * width) / n), Math.round((row * height) / n)];
  context.fillRect(left, top, Math.round(((column + 1) * width) / n) - left, Math.round(((row + 1) * height) / n) - top);
}
