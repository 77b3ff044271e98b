/** The sound of a clip as a picture, with the second that a model will look at shaded. */

import { html, useEffect, useRef } from '../../../vendor/preact.js';
import { t } from '../i18n.js';
import { colour, prepare } from './canvas.js';

const FULL_SCALE = 32768;

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Int16Array} pcm
 * @param {{ start: number, length: number } | null} shade
 */
function draw(canvas, pcm, shade) {
  const { context, width, height } = prepare(canvas);
  if (shade) {
    context.fillStyle = colour('--accent-wash');
    context.fillRect((shade.start / pcm.length) * width, 0, (shade.length / pcm.length) * width, height);
  }
  context.fillStyle = colour('--accent');
  const perPixel = pcm.length / width;
  for (let x = 0; x < width; x++) {
    let low = 0;
    let high = 0;
    for (let i = Math.floor(x * perPixel); i < (x + 1) * perPixel && i < pcm.length; i++) {
      low = Math.min(low, pcm[i]);
      high = Math.max(high, pcm[i]);
    }
    const top = (height / 2) * (1 - high / FULL_SCALE);
    context.fillRect(x, top, 1, Math.max(1, (height / 2) * (1 - low / FULL_SCALE) - top));
  }
}

/** @param {{ pcm: Int16Array, shade: { start: number, length: number } | null }} props */
export function Waveform({ pcm, shade }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  useEffect(() => {
    const element = canvas.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => draw(element, pcm, shade));
    observer.observe(element);
    return () => observer.disconnect();
  }, [pcm, shade?.start]);
  return html`<canvas ref=${canvas} role="img" aria-label=${t('Waveform of the clip. The shaded second is what a model will look at.')}></canvas>`;
}
