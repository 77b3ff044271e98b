/** The two pictures of the kernel page, with a cross-hair on both that chooses one pixel. */

import { html, useEffect, useRef, useState } from '../../../vendor/preact.js';
import { t } from '../i18n.js';
import { useListener } from './level.js';

/** @typedef {import('../lens.js').Lens} Lens */
/** @typedef {{ column: number, row: number }} Spot */

const FAR = 10; // pixels that Shift, Page up and Page down go
/** @type {Record<string, [number, number]>} */
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1], PageUp: [0, -FAR], PageDown: [0, FAR] };

const OPAQUE = 0xff000000;
const GREY = 0x010101; // the same in red, green and blue

/** Redraws a component when there is a new picture, at most every so many milliseconds. @param {Lens} lens @param {number} everyMs */
export function useFrames(lens, everyMs) {
  const [, redraw] = useState(0);
  const timer = useRef(0);
  useListener(lens, 'frame', () => {
    timer.current ||= setTimeout(() => {
      timer.current = 0;
      redraw((/** @type {number} */ n) => n + 1);
    }, everyMs);
  });
  useEffect(() => () => clearTimeout(timer.current), []);
}

/** @param {Lens} lens @param {Spot} spot @returns {Spot} */
const within = ({ width, height }, { column, row }) => ({
  column: Math.max(0, Math.min(width - 1, Math.round(column))), row: Math.max(0, Math.min(height - 1, Math.round(row))),
});

/**
 * @param {{ lens: Lens, of: 'grey' | 'result', title: string, spot: Spot, patch: number, onMove: (spot: Spot) => void, children?: any }} props
 *   `patch` is how many pixels the kernel is wide; the picture in grey has the cross-hair that the keyboard moves
 */
export function Picture({ lens, of, title, spot, patch, onMove, children }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const image = useRef(/** @type {ImageData | null} */ (null));
  const draw = () => {
    if (!canvas.current || !lens[of]) return;
    image.current = paint(canvas.current, lens, lens[of], image.current);
  };
  useListener(lens, 'frame', draw);
  useEffect(draw, []);
  const { width, height } = lens;
  return html`
    <figure class=${`picture ${of}`} style=${{ '--ratio': width && height ? width / height : 4 / 3 }}>
      <div class="view">
        <canvas ref=${canvas} role="img" aria-label=${title}></canvas>
        <${CrossHair} lens=${lens} spot=${spot} patch=${patch} onMove=${onMove} reachable=${of === 'grey'} />
      </div>
      <figcaption class="small quiet">${title}${children}</figcaption>
    </figure>`;
}

/** @param {HTMLCanvasElement} canvas @param {Lens} lens @param {ArrayLike<number>} values @param {ImageData | null} before */
function paint(canvas, { width, height }, values, before) {
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d', { alpha: false }));
  const image = before?.width === width && before.height === height ? before : context.createImageData(width, height);
  if (image !== before) Object.assign(canvas, { width, height });
  const pixels = new Uint32Array(image.data.buffer);
  for (let i = 0; i < pixels.length; i++) pixels[i] = OPAQUE | (values[i] * GREY);
  context.putImageData(image, 0, 0);
  return image;
}

/** @param {{ lens: Lens, spot: Spot, patch: number, onMove: (spot: Spot) => void, reachable: boolean }} props */
function CrossHair({ lens, spot, patch, onMove, reachable }) {
  const area = useRef(/** @type {HTMLElement | null} */ (null));
  const grip = useRef(/** @type {HTMLElement | null} */ (null));
  const drag = useDrag(lens, spot, area, grip, onMove);
  const { width, height } = lens;
  const { column, row } = spot;
  const place = { left: `${(100 * (column + 0.5)) / width}%`, top: `${(100 * (row + 0.5)) / height}%` };
  const slider = reachable && {
    role: 'slider', tabindex: 0, 'aria-label': t('Cross-hair'), 'aria-valuemin': 0, 'aria-valuemax': width * height - 1, 'aria-valuenow': row * width + column,
    'aria-valuetext': t('column {column}, row {row}', { column, row }), 'aria-describedby': 'cross-hair-help',
  };

  function onKeyDown(/** @type {KeyboardEvent} */ event) {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const far = event.shiftKey ? FAR : 1;
    onMove(within(lens, { column: column + far * step[0], row: row + far * step[1] }));
  }
  return html`
    <div class="hair" ref=${area} ...${drag}>
      <i class="across" style=${{ top: place.top }}></i>
      <i class="down" style=${{ left: place.left }}></i>
      <i class="patch" style=${{ ...place, width: `${(100 * patch) / width}%`, height: `${(100 * patch) / height}%` }}></i>
      <div class="grip" ref=${grip} style=${place} ...${slider} onKeyDown=${onKeyDown}></div>
    </div>`;
}

/**
 * A mouse drags from anywhere, a finger from the grip; elsewhere a finger scrolls the page, and a tap chooses.
 * @param {Lens} lens
 * @param {Spot} spot
 * @param {{ current: HTMLElement | null }} area
 * @param {{ current: HTMLElement | null }} grip
 * @param {(spot: Spot) => void} onMove
 */
function useDrag(lens, spot, area, grip, onMove) {
  const start = useRef(/** @type {{ x: number, y: number, spot: Spot } | null} */ (null));
  const dragged = useRef(false);

  /** @param {PointerEvent | MouseEvent} event @param {{ x: number, y: number, spot: Spot }} from */
  function move({ clientX, clientY }, from) {
    const box = /** @type {HTMLElement} */ (area.current).getBoundingClientRect();
    const column = from.spot.column + ((clientX - from.x) * lens.width) / box.width;
    onMove(within(lens, { column, row: from.spot.row + ((clientY - from.y) * lens.height) / box.height }));
  }
  /** The pixel in the upper left corner, where it is on the screen. */
  function corner() {
    const { left, top, width, height } = /** @type {HTMLElement} */ (area.current).getBoundingClientRect();
    return { x: left + width / lens.width / 2, y: top + height / lens.height / 2, spot: { column: 0, row: 0 } };
  }
  return {
    onPointerDown(/** @type {PointerEvent} */ event) {
      const onGrip = event.target === grip.current;
      dragged.current = false;
      if (event.button !== 0 || (event.pointerType === 'touch' && !onGrip)) return;
      /** @type {HTMLElement} */ (area.current).setPointerCapture(event.pointerId);
      start.current = onGrip ? { x: event.clientX, y: event.clientY, spot } : corner();
      dragged.current = true;
      move(event, start.current);
    },
    onPointerMove(/** @type {PointerEvent} */ event) {
      if (start.current) move(event, start.current);
    },
    onPointerUp() { start.current = null; },
    onPointerCancel() { start.current = null; },
    onClick(/** @type {MouseEvent} */ event) {
      if (!dragged.current) move(event, corner());
      dragged.current = false;
      if (grip.current?.tabIndex === 0) grip.current.focus({ preventScroll: true });
    },
  };
}
