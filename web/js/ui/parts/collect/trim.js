/** Cutting a clip at both ends, with two handles that are sliders: by finger, by mouse, by keyboard. The file keeps everything. */

import { html, useEffect, useRef, useState } from '../../../../vendor/preact.js';
import { HIGH_DB, LOW_DB } from '../../../data/looks.js';
import { t } from '../../i18n.js';
import { Scale } from '../scale.js';
import { drawLook, useLook } from './picture.js';

/** @typedef {import('../../../data/explore.js').Clip} Clip */
/** @typedef {[number, number]} Part  first sample, and the one behind the last */

const SHORTEST_SECONDS = 0.1;
const STEP_SECONDS = 0.01;
const PAGE_SECONDS = 0.1;

/** The part that the handles leave. @param {Clip} clip */
export function useTrim(clip) {
  const whole = /** @type {Part} */ ([0, clip.n_samples ?? 0]);
  const saved = clip.trim ?? whole;
  const [part, setPart] = useState(/** @type {Part} */ (saved));
  useEffect(() => setPart(saved), [clip.id, String(saved)]);
  return { part, setPart, isChanged: String(part) !== String(saved), isWhole: String(part) === String(whole) };
}

/** @param {{ clip: Clip, part: Part, name: string, onChange: (part: Part) => void }} props */
export function Trimmer({ clip, part, name, onChange }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const look = useLook(clip);
  const n = clip.n_samples ?? 1;
  const rate = clip.sample_rate ?? 16000;
  useEffect(() => {
    const element = canvas.current;
    if (!element || !look) return undefined;
    const observer = new ResizeObserver(() => drawLook(element, look, part));
    observer.observe(element);
    return () => observer.disconnect();
  }, [look, String(part)]);

  const shortest = Math.round(SHORTEST_SECONDS * rate);
  /** @param {0 | 1} end @param {number} at */
  const move = (end, at) => {
    const moved = /** @type {Part} */ ([...part]);
    moved[end] = Math.round(end === 0 ? Math.max(0, Math.min(at, part[1] - shortest)) : Math.min(n, Math.max(at, part[0] + shortest)));
    onChange(moved);
  };
  /** @param {0 | 1} end @param {KeyboardEvent} event */
  const press = (end, event) => {
    const step = (/** @type {number} */ seconds) => part[end] + seconds * rate;
    /** @type {Record<string, number>} */
    const keys = {
      ArrowLeft: step(-STEP_SECONDS), ArrowDown: step(-STEP_SECONDS), ArrowRight: step(STEP_SECONDS), ArrowUp: step(STEP_SECONDS),
      PageDown: step(-PAGE_SECONDS), PageUp: step(PAGE_SECONDS), Home: 0, End: n,
    };
    if (!(event.key in keys)) return;
    event.preventDefault();
    move(end, keys[event.key]);
  };
  /** @param {0 | 1} end @param {PointerEvent} event */
  const drag = (end, event) => {
    const handle = /** @type {HTMLElement} */ (event.currentTarget);
    if (event.type === 'pointerdown') handle.setPointerCapture(event.pointerId);
    if (!box.current || !handle.hasPointerCapture(event.pointerId)) return;
    const { left, width } = box.current.getBoundingClientRect();
    move(end, ((event.clientX - left) / width) * n);
  };
  const handle = (/** @type {0 | 1} */ end, /** @type {string} */ label) => html`
    <div class=${`handle ${end ? 'end' : 'start'}`} role="slider" tabindex="0" aria-label=${label} aria-valuemin="0" aria-valuemax=${n} aria-valuenow=${part[end]}
      aria-valuetext=${t('{n} s', { n: Number((part[end] / rate).toFixed(2)) })} style=${{ left: `${(100 * part[end]) / n}%` }}
      onKeyDown=${(/** @type {KeyboardEvent} */ event) => press(end, event)} onPointerDown=${(/** @type {PointerEvent} */ event) => drag(end, event)} onPointerMove=${(/** @type {PointerEvent} */ event) => drag(end, event)}></div>`;
  return html`
    <div class="stack close">
      <div class="trimmer" ref=${box}>
        <canvas ref=${canvas} role="img" aria-label=${t('Waveform and spectrogram of {name}', { name })}></canvas>
        ${handle(0, t('Beginning of the part that counts'))}${handle(1, t('End of the part that counts'))}
      </div>
      <${Scale} low=${`${LOW_DB} dB`} high=${`${HIGH_DB} dB`}>
        <span class="window">${t('{start} to {end} s', { start: Number((part[0] / rate).toFixed(2)), end: Number((part[1] / rate).toFixed(2)) })}</span><//>
    </div>`;
}
