/** A clip as a picture: its waveform above its spectrogram, the parts that do not count greyed out; or the photo itself. */

import { html, useEffect, useRef, useState } from '../../../../vendor/preact.js';
import { photoUrl } from '../../../data/api.js';
import { knownLook, lookAt } from '../../../data/looks.js';
import { t } from '../../i18n.js';
import { colour, prepare } from '../canvas.js';

/** @typedef {import('../../../data/explore.js').Clip} Clip */
/** @typedef {import('../../../data/looks.js').Look} Look */

const SETTLED_MS = 80; // what flies past while scrolling is not computed
const FULL_SCALE = 32768;
const WAVE_SHARE = 0.42; // of the height

/** @param {HTMLCanvasElement} canvas @param {Look} look @param {[number, number] | null | undefined} trim */
export function drawLook(canvas, { pcm, spectrogram }, trim) {
  const { context, width, height } = prepare(canvas);
  const middle = Math.round(height * WAVE_SHARE);
  context.fillStyle = colour('--accent');
  const perPixel = pcm.length / width;
  for (let x = 0; x < width; x++) {
    let low = 0;
    let high = 0;
    for (let i = Math.floor(x * perPixel); i < (x + 1) * perPixel && i < pcm.length; i++) {
      if (pcm[i] < low) low = pcm[i];
      if (pcm[i] > high) high = pcm[i];
    }
    const top = (middle / 2) * (1 - high / FULL_SCALE);
    context.fillRect(x, top, 1, Math.max(1, (middle / 2) * (1 - low / FULL_SCALE) - top));
  }
  context.imageSmoothingEnabled = false;
  context.drawImage(spectrogram, 0, middle, width, height - middle);
  if (!trim) return;
  context.fillStyle = colour('--card');
  context.globalAlpha = 0.75;
  const [start, end] = trim.map((at) => (at / pcm.length) * width);
  context.fillRect(0, 0, start, height);
  context.fillRect(end, 0, width - end, height);
  context.globalAlpha = 1;
}

/** @param {Clip} clip */
export function useLook(clip) {
  const [look, setLook] = useState(/** @type {Look | null} */ (knownLook(clip)));
  useEffect(() => {
    if (look) return undefined;
    let wanted = true;
    const timer = setTimeout(async () => {
      const found = await lookAt(clip, () => wanted);
      if (wanted && found) setLook(found);
    }, SETTLED_MS);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [clip.id]);
  return look;
}

/** @param {{ clip: Clip, name: string }} props */
export function SoundPicture({ clip, name }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const look = useLook(clip);
  useEffect(() => {
    const element = canvas.current;
    if (!element || !look) return undefined;
    const observer = new ResizeObserver(() => drawLook(element, look, clip.trim));
    observer.observe(element);
    return () => observer.disconnect();
  }, [look, String(clip.trim)]);
  return html`<canvas class="look" ref=${canvas} role="img" aria-label=${t('Waveform and spectrogram of {name}', { name })}></canvas>`;
}

/** @param {{ clip: Clip, name: string }} props */
export const PhotoPicture = ({ clip, name }) => html`
  <img class="look" src=${photoUrl(clip.project, clip.id)} alt=${t('Photo of {name}', { name })} loading="lazy" width=${clip.width} height=${clip.height} />`;
