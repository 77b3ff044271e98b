/** The dots: drawn on a canvas, heard with a tap, gathered with a lasso, walked with the arrow keys. */

import { html, useEffect, useMemo, useRef, useState } from '../../../../vendor/preact.js';
import { t } from '../../i18n.js';
import { colour, prepare } from '../canvas.js';
import { boxOf, inside, nearestTo, nextIn, place, scaled } from './points.js';

/** @typedef {import('./points.js').Points} Points */
/** @typedef {import('./points.js').Box} Box */
/** @typedef {import('./colours.js').Colouring} Colouring */

const REACH = 24; // CSS pixels around a finger
const DRAG = 8; // a finger that moved less has tapped
const CLOSER = 0.7;
const LAYERS = 8; // so that no group covers the others
/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * @param {{ points: Points, colouring: Colouring, hidden: Set<number>, faint: ArrayLike<number>, chosen: Set<number>, current: number, describe: (i: number) => string,
 *   onCurrent: (i: number, how: 'tap' | 'walk') => void, onHear: (i: number) => void, onToggle: (i: number) => void, onLasso: (dots: number[], adds: boolean) => void }} props
 *   `hidden`: groups that are not shown; `faint`: 1 for a clip that is disabled
 */
export function Plot(props) {
  const { points, colouring, hidden, faint, chosen, current } = props;
  const [box, setBox] = useState(() => boxOf(points));
  const [size, setSize] = useState({ width: 0, height: 0 });
  const [lasso, setLasso] = useState(/** @type {[number, number][]} */ ([]));
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const placed = useMemo(() => place(points, box, size.width, size.height), [points, box, size.width, size.height]);
  const isShown = (/** @type {number} */ i) => colouring.of[i] >= 0 && !hidden.has(colouring.of[i]) && isWithin(placed, i, size);

  useEffect(() => setBox(boxOf(points)), [points]);
  useEffect(() => {
    const element = /** @type {HTMLCanvasElement} */ (canvas.current);
    const observer = new ResizeObserver(() => setSize({ width: element.clientWidth, height: element.clientHeight }));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const scheme = useScheme();
  useEffect(() => {
    const frame = requestAnimationFrame(() => draw(/** @type {HTMLCanvasElement} */ (canvas.current), { placed, colouring, hidden, faint, chosen, current, lasso }));
    return () => cancelAnimationFrame(frame);
  }, [placed, colouring, hidden, faint, chosen, current, lasso, scheme]);

  const pointer = usePointer({ placed, isShown, setLasso, props });
  const closer = (/** @type {number} */ factor) => setBox(scaled(current >= 0 ? centred(box, points, current) : box, factor));
  return html`
    <div class="plot">
      <canvas ref=${canvas} tabindex="0" role="application" aria-roledescription=${t('map of clips')} aria-label=${current < 0 ? t('Map of clips') : props.describe(current)}
        aria-describedby="plot-help" onKeyDown=${keys({ placed, isShown, props })} ...${pointer}></canvas>
    </div>
    <div class="row">
      <button class="button" type="button" aria-label=${t('Closer')} onClick=${() => closer(CLOSER)}>+</button>
      <button class="button" type="button" aria-label=${t('Further away')} onClick=${() => closer(1 / CLOSER)}>−</button>
      <button class="button" type="button" onClick=${() => setBox(boxOf(points, chosen.size > 1 ? chosen : undefined))}>${chosen.size > 1 ? t('To the selection') : t('Show all')}</button>
    </div>`;
}

/** @param {Points} placed @param {number} i @param {{ width: number, height: number }} size */
const isWithin = ({ x, y }, i, { width, height }) => x[i] >= 0 && y[i] >= 0 && x[i] <= width && y[i] <= height;

/** @param {Box} box @param {Points} points @param {number} i */
const centred = ({ width, height }, { x, y }, i) => ({ left: x[i] - width / 2, top: y[i] - height / 2, width, height });

/** Colours change with the system's theme. */
function useScheme() {
  const [dark, setDark] = useState(() => matchMedia('(prefers-color-scheme: dark)').matches);
  useEffect(() => {
    const query = matchMedia('(prefers-color-scheme: dark)');
    const changed = () => setDark(query.matches);
    query.addEventListener('change', changed);
    return () => query.removeEventListener('change', changed);
  }, []);
  return dark;
}

/** A tap or a lasso. @param {{ placed: Points, isShown: (i: number) => boolean, setLasso: (lasso: [number, number][]) => void, props: any }} what */
function usePointer({ placed, isShown, setLasso, props }) {
  const path = useRef(/** @type {[number, number][]} */ ([])); // several moves may come before the next drawing
  const follow = (/** @type {[number, number][]} */ next) => {
    path.current = next;
    setLasso(next);
  };
  /** @returns {[number, number]} */
  const at = (/** @type {PointerEvent} */ { currentTarget, clientX, clientY }) => {
    const { left, top } = /** @type {HTMLElement} */ (currentTarget).getBoundingClientRect();
    return [clientX - left, clientY - top];
  };
  const onPointerDown = (/** @type {PointerEvent} */ event) => {
    if (event.button !== 0 || !event.isPrimary) return;
    /** @type {HTMLElement} */ (event.currentTarget).setPointerCapture(event.pointerId);
    follow([at(event)]);
  };
  const onPointerMove = (/** @type {PointerEvent} */ event) => {
    if (path.current.length && event.isPrimary) follow([...path.current, at(event)]);
  };
  const onPointerUp = (/** @type {PointerEvent} */ event) => {
    const lasso = path.current;
    if (!lasso.length || !event.isPrimary) return undefined;
    follow([]);
    const [x, y] = lasso[0];
    if (lasso.some(([otherX, otherY]) => Math.hypot(otherX - x, otherY - y) > DRAG)) return props.onLasso(inside(placed, lasso, isShown), event.shiftKey);
    const found = nearestTo(placed, x, y, REACH, isShown);
    if (found < 0) return undefined;
    if (event.shiftKey) return props.onToggle(found);
    return props.onCurrent(found, 'tap');
  };
  return { onPointerDown, onPointerMove, onPointerUp, onPointerCancel: () => follow([]) };
}

/** @param {{ placed: Points, isShown: (i: number) => boolean, props: any }} what */
function keys({ placed, isShown, props }) {
  return (/** @type {KeyboardEvent} */ event) => {
    const { current } = props;
    const direction = ARROWS[event.key];
    if (direction) {
      const canvas = /** @type {HTMLElement} */ (event.currentTarget);
      const next = current < 0
        ? nearestTo(placed, canvas.clientWidth / 2, canvas.clientHeight / 2, Infinity, isShown)
        : nextIn(placed, current, direction, isShown);
      if (next >= 0) props.onCurrent(next, 'walk');
    } else if (current >= 0 && event.key === 'Enter') props.onHear(current);
    else if (current >= 0 && event.key === ' ') props.onToggle(current);
    else return;
    event.preventDefault();
  };
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {{ placed: Points, colouring: Colouring, hidden: Set<number>, faint: ArrayLike<number>, chosen: Set<number>, current: number, lasso: [number, number][] }} what
 */
function draw(canvas, { placed, colouring, hidden, faint, chosen, current, lasso }) {
  const { context } = prepare(canvas);
  const radius = placed.x.length > 4000 ? 2.5 : placed.x.length > 800 ? 3.5 : 5;
  for (let layer = 0; layer < LAYERS; layer++) {
    colouring.groups.forEach((group, number) => {
      if (!hidden.has(number)) drawGroup(context, { placed, colouring, faint, group, number, layer, radius });
    });
  }
  context.strokeStyle = colour('--ink');
  context.lineWidth = 1.5;
  context.stroke(rings(placed, chosen, radius + 2));
  context.lineWidth = 3;
  if (current >= 0) context.stroke(rings(placed, [current], radius + 5));
  drawLasso(context, lasso);
}

/** A share of a group's dots, as one path. @param {CanvasRenderingContext2D} context
 *  @param {{ placed: Points, colouring: Colouring, faint: ArrayLike<number>, group: import('./colours.js').Group, number: number, layer: number, radius: number }} what */
function drawGroup(context, { placed, colouring, faint, group, number, layer, radius }) {
  const [full, hollow] = [new Path2D(), new Path2D()];
  for (let i = layer; i < colouring.of.length; i += LAYERS) {
    if (colouring.of[i] === number) addDot(faint[i] || group.shape === 'cross' ? hollow : full, group.shape, placed.x[i], placed.y[i], radius);
  }
  context.fillStyle = context.strokeStyle = resolved(group.colour);
  context.lineWidth = group.shape === 'cross' ? 2 : 1;
  context.fill(full);
  context.stroke(hollow);
}

/** @param {Path2D} path @param {'dot' | 'cross'} shape @param {number} x @param {number} y @param {number} radius */
function addDot(path, shape, x, y, radius) {
  if (shape === 'cross') {
    path.moveTo(x - radius, y - radius);
    path.lineTo(x + radius, y + radius);
    path.moveTo(x - radius, y + radius);
    path.lineTo(x + radius, y - radius);
  } else {
    path.moveTo(x + radius, y);
    path.arc(x, y, radius, 0, 2 * Math.PI);
  }
}

/** @param {Points} placed @param {Iterable<number>} dots @param {number} radius */
function rings({ x, y }, dots, radius) {
  const path = new Path2D();
  for (const i of dots) addDot(path, 'dot', x[i], y[i], radius);
  return path;
}

/** @param {CanvasRenderingContext2D} context @param {[number, number][]} lasso */
function drawLasso(context, lasso) {
  if (lasso.length < 2) return;
  context.beginPath();
  lasso.forEach(([x, y]) => context.lineTo(x, y));
  context.closePath();
  context.setLineDash([6, 4]);
  context.lineWidth = 2;
  context.stroke();
  context.setLineDash([]);
}

/** `var(--label-3)` as a canvas understands it. @param {string} value */
const resolved = (value) => colour(value.slice(4, -1));
