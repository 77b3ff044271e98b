/** A picture with its axes: a canvas, a box for what is drawn, and names and numbers around it. */

import { html, useEffect, useRef } from '../../../../vendor/preact.js';
import { MAGMA } from '../../../dsp/colormap.js';
import { colour, prepare } from '../canvas.js';

/**
 * @typedef {{ low: number, high: number, name: string }} Axis  `name` with its unit
 * @typedef {{ context: CanvasRenderingContext2D, left: number, top: number, width: number, height: number,
 *   x: (value: number) => number, y: (value: number) => number }} Box  `x`, `y`: from values to pixels
 */

const FONT = '14px system-ui, sans-serif';
const LEFT = 46;
const RIGHT = 22;
const TOP = 24;
const BOTTOM = 42;
const NEARLY = '200px'; // from the screen
const TICK_ROOM = 64; // pixels between two numbers

/** Drawn while it is on the screen, or nearly: when it comes there, when it is rendered, and when its size changes.
 *  @param {{ label: string, draw: (canvas: HTMLCanvasElement) => void, tall?: boolean, onMove?: (share: number) => void }} props
 *  `onMove`: where within the box, from 0 to 1, somebody points */
export function Picture({ label, draw, tall = false, onMove }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const isSeen = useRef(false);
  const latest = useRef(draw);
  latest.current = draw;
  const redraw = () => {
    if (canvas.current && isSeen.current) latest.current(canvas.current);
  };
  useEffect(redraw);
  useEffect(() => {
    const seen = new IntersectionObserver((entries) => {
      isSeen.current = entries[entries.length - 1].isIntersecting;
      redraw();
    }, { rootMargin: NEARLY });
    const sized = new ResizeObserver(redraw);
    for (const observer of [seen, sized]) observer.observe(/** @type {HTMLCanvasElement} */ (canvas.current));
    return () => [seen, sized].forEach((observer) => observer.disconnect());
  }, []);
  const point = (/** @type {PointerEvent} */ event) => {
    if (!onMove || !(event.buttons & 1)) return;
    const element = /** @type {HTMLElement} */ (event.currentTarget);
    const share = (event.clientX - element.getBoundingClientRect().left - LEFT) / (element.clientWidth - LEFT - RIGHT);
    onMove(Math.max(0, Math.min(1, share)));
  };
  return html`<canvas ref=${canvas} class=${`picture ${tall ? 'tall' : ''} ${onMove ? 'held' : ''}`} role="img" aria-label=${label} onPointerDown=${point} onPointerMove=${point}></canvas>`;
}

/** Clear the canvas and draw both axes. @param {HTMLCanvasElement} canvas @param {Axis} across @param {Axis} up @returns {Box} */
export function axes(canvas, across, up) {
  const { context, width: whole, height: tall } = prepare(canvas);
  const [width, height] = [whole - LEFT - RIGHT, tall - TOP - BOTTOM];
  const x = (/** @type {number} */ value) => LEFT + (width * (value - across.low)) / (across.high - across.low);
  const y = (/** @type {number} */ value) => TOP + height * (1 - (value - up.low) / (up.high - up.low));
  context.font = FONT;
  context.fillStyle = colour('--quiet');
  context.strokeStyle = colour('--sunk');
  context.lineWidth = 1;
  context.textAlign = 'left';
  context.textBaseline = 'top';
  context.fillText(up.name, 2, 2);
  context.textAlign = 'right';
  context.fillText(across.name, whole - 2, tall - 18);
  context.textAlign = 'center';
  for (const value of ticks(across, Math.floor(width / TICK_ROOM))) {
    context.fillText(short(value), x(value), TOP + height + 6);
    line(context, x(value), TOP, x(value), TOP + height);
  }
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  for (const value of ticks(up, Math.floor(height / 36))) {
    context.fillText(short(value), LEFT - 6, y(value));
    line(context, LEFT, y(value), LEFT + width, y(value));
  }
  return { context, left: LEFT, top: TOP, width, height, x, y };
}

/** Values that are easy to read, `most` at most. @param {{ low: number, high: number }} range @param {number} most */
export function ticks({ low, high }, most) {
  const rough = (high - low) / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * (/** @type {number} */ ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999)));
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.max(0, Math.floor(high / step + 1e-9) - first + 1) }, (_, i) => (first + i) * step);
}

/** @param {number} value */
const short = (value) => (Math.abs(value) >= 10000 || (value && Math.abs(value) < 0.001) ? value.toExponential(0) : String(Number(value.toPrecision(3))).replace('-', '\u2212'));

/** @param {CanvasRenderingContext2D} context @param {number} x1 @param {number} y1 @param {number} x2 @param {number} y2 */
function line(context, x1, y1, x2, y2) {
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x2, y2);
  context.stroke();
}

/** A curve within the box. @param {Box} box @param {ArrayLike<number>} values @param {(i: number) => number} at where on the axis
 *  @param {string} token a colour's @param {number} [thick] */
export function curve({ context, x, y, top, height }, values, at, token, thick = 1.5) {
  context.strokeStyle = colour(token);
  context.lineWidth = thick;
  context.beginPath();
  for (let i = 0; i < values.length; i++) context.lineTo(x(at(i)), Math.max(top, Math.min(top + height, y(values[i]))));
  context.stroke();
}

/** The columns of a matrix as colours, the first row at the bottom. `of`: what a pixel shows, from 0 to 255, as a row of `map`.
 *  @param {Box} box @param {number} nColumns @param {number} nRows @param {(column: number, row: number) => number} of
 *  @param {Uint8ClampedArray} [map] */
export function heat({ context, left, top, width, height }, nColumns, nRows, of, map = MAGMA) {
  const image = new ImageData(nColumns, nRows);
  for (let row = 0; row < nRows; row++) {
    for (let column = 0; column < nColumns; column++) {
      const colourRow = 3 * of(column, row);
      const pixel = 4 * ((nRows - 1 - row) * nColumns + column);
      image.data[pixel] = map[colourRow];
      image.data[pixel + 1] = map[colourRow + 1];
      image.data[pixel + 2] = map[colourRow + 2];
      image.data[pixel + 3] = 255;
    }
  }
  const canvas = new OffscreenCanvas(nColumns, nRows);
  /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext('2d')).putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(canvas, left, top, width, height);
}

/** An upright band over the picture. @param {Box} box @param {number} from pixels @param {number} to pixels */
export function mark({ context, top, height }, from, to) {
  context.strokeStyle = colour('--ink');
  context.lineWidth = 4;
  context.strokeRect(from - 1, top, Math.max(3, to - from) + 2, height);
  context.strokeStyle = colour('--paper');
  context.lineWidth = 2;
  context.strokeRect(from - 1, top, Math.max(3, to - from) + 2, height);
}
