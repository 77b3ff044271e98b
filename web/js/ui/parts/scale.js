/** The colour map as a strip between its two ends. */

import { html, useEffect, useRef } from '../../../vendor/preact.js';
import { MAGMA } from '../../dsp/colormap.js';

/** @param {{ low: string, high: string, children?: any }} props `children` stand at the end of the line */
export function Scale({ low, high, children }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  useEffect(() => {
    const element = /** @type {HTMLCanvasElement} */ (canvas.current);
    element.width = 256;
    element.height = 1;
    const context = /** @type {CanvasRenderingContext2D} */ (element.getContext('2d'));
    const image = context.createImageData(256, 1);
    for (let i = 0; i < 256; i++) image.data.set([MAGMA[3 * i], MAGMA[3 * i + 1], MAGMA[3 * i + 2], 255], 4 * i);
    context.putImageData(image, 0, 0);
  }, []);
  return html`<p class="scale"><span>${low}</span><canvas ref=${canvas} aria-hidden="true"></canvas><span>${high}</span>${children}</p>`;
}
