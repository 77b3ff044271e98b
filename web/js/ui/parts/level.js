/** Level meter and live waveform. Both draw straight from the listener's events: no redraw of the page for a level. */

import { html, useEffect, useRef } from '../../../vendor/preact.js';
import { colour, prepare } from './canvas.js';

const QUIETEST_DB = -60;
const LOUD_DB = -1;
const BAR_WIDTH = 3; // two of colour, one of paper

/** @typedef {import('../../audio/listener.js').Listener} Listener */

/** @param {EventTarget | null} listener @param {string} event @param {(detail: any) => void} hear */
export function useListener(listener, event, hear) {
  const latest = useRef(hear);
  latest.current = hear;
  useEffect(() => {
    if (!listener) return undefined;
    const handler = (/** @type {Event} */ message) => latest.current(/** @type {CustomEvent} */ (message).detail);
    listener.addEventListener(event, handler);
    return () => listener.removeEventListener(event, handler);
  }, [listener, event]);
}

/** @param {number} db */
const share = (db) => Math.min(1, Math.max(0, 1 - db / QUIETEST_DB));

/** @param {{ listener: Listener | null }} props */
export function Meter({ listener }) {
  const meter = useRef(/** @type {HTMLElement | null} */ (null));
  useListener(listener, 'level', ({ rms_db, peak_db }) => {
    const element = meter.current;
    if (!element) return;
    /** @type {HTMLElement} */ (element.firstElementChild).style.transform = `scaleX(${share(rms_db)})`;
    element.classList.toggle('loud', peak_db > LOUD_DB);
  });
  return html`<div class="meter" ref=${meter} aria-hidden="true"><i></i></div>`;
}

/** @param {{ listener: Listener | null, recording: boolean }} props */
export function LiveWaveform({ listener, recording }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const bars = useRef(/** @type {{ height: number, recording: boolean }[]} */ ([]));
  const draw = () => {
    if (canvas.current) drawBars(canvas.current, bars.current);
  };
  useListener(listener, 'level', ({ peak_db }) => {
    bars.current.push({ height: 10 ** (peak_db / 20), recording });
    draw();
  });
  useEffect(draw, []);
  return html`<canvas ref=${canvas} aria-hidden="true"></canvas>`;
}

/** @param {HTMLCanvasElement} canvas @param {{ height: number, recording: boolean }[]} bars the oldest that no longer fit are dropped */
function drawBars(canvas, bars) {
  const { context, width, height } = prepare(canvas);
  bars.splice(0, Math.max(0, bars.length - Math.ceil(width / BAR_WIDTH)));
  const colours = { true: colour('--record'), false: colour('--quiet') };
  context.fillStyle = colours.false;
  context.fillRect(0, height / 2 - 0.5, width, 1);
  bars.forEach((bar, i) => {
    context.fillStyle = colours[`${bar.recording}`];
    const tall = Math.max(1, bar.height * height);
    context.fillRect(width - (bars.length - i) * BAR_WIDTH, (height - tall) / 2, BAR_WIDTH - 1, tall);
  });
}
