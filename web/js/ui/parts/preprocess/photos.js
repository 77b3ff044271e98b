/** Preprocess, for photos: one of the project's own, from its pixels to the numbers that the network gets. */

import { html, useEffect, useMemo, useState } from '../../../../vendor/preact.js';
import { learnFrom } from '../../../data/access.js';
import { listClips, photoUrl, request } from '../../../data/api.js';
import { readPreprocessing } from '../../../data/preprocess.js';
import { project as current } from '../../../data/project.js';
import { useStore } from '../../../data/store.js';
import { PhotoFrontEnd, cropBox, parsePreprocess } from '../../../dsp/photo.js';
import { t } from '../../i18n.js';
import { colour } from '../canvas.js';
import { Icon } from '../icons.js';
import { Problem } from '../notices.js';
import { Picture } from './plot.js';

/** @typedef {import('../../../dsp/photo.js').PreprocessParams} PreprocessParams */
/** @typedef {{ name: string, pixels: ImageData }} Photo */

const MADE_UP = { width: 640, height: 480 };
const N_CHOICES = 30;

/** @param {ImageBitmap} bitmap @returns {ImageData} */
function pixelsOf(bitmap) {
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext('2d', { willReadFrequently: true }));
  context.drawImage(bitmap, 0, 0);
  return context.getImageData(0, 0, bitmap.width, bitmap.height);
}

/** Colours that change from left to right and from top to bottom. @returns {Photo} */
function madeUp() {
  const { width, height } = MADE_UP;
  const pixels = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    pixels.data.set([(255 * x) / width, (255 * y) / height, (x >> 5) + (y >> 5) & 1 ? 220 : 60, 255], 4 * i);
  }
  return { name: t('a made-up picture'), pixels };
}

/** @param {string} project @param {string} id @param {string} name @returns {Promise<Photo>} */
async function readPhoto(project, id, name) {
  const bitmap = await createImageBitmap(await (await request(photoUrl(project, id))).blob());
  return { name, pixels: pixelsOf(bitmap) };
}

/** The network's rules, the newest photos, and the one that is shown. @param {string} project */
function usePhotos(project) {
  const [rules, setRules] = useState(/** @type {PreprocessParams | null} */ (null));
  const [photos, setPhotos] = useState(/** @type {import('../../../data/api.js').Clip[]} */ ([]));
  const [photo, setPhoto] = useState(/** @type {Photo | null} */ (null));
  const [problem, setProblem] = useState('');
  const failed = (/** @type {any} */ error) => {
    learnFrom(error);
    setProblem(error.message);
  };
  const show = (/** @type {import('../../../data/api.js').Clip | undefined} */ clip) => (
    clip ? readPhoto(project, clip.id, clip.label).then(setPhoto, failed) : setPhoto(madeUp()));
  async function load() {
    setProblem('');
    const [json, { clips }] = await Promise.all([readPreprocessing(), listClips(project, { limit: N_CHOICES })]);
    setRules(parsePreprocess(json));
    setPhotos(clips);
    await show(clips[0]);
  }
  useEffect(() => { load().catch(failed); }, []);
  return { rules, photos, photo, problem, show, load: () => { load().catch(failed); } };
}

/** @param {{ project: string }} props */
export function Photos({ project }) {
  const known = useStore(current);
  return known?.name === project ? html`<${OwnPhotos} project=${project} />` : null; // a new project is made first
}

/** @param {{ project: string }} props */
function OwnPhotos({ project }) {
  const { rules, photos, photo, problem, show, load } = usePhotos(project);
  if (problem) return html`<${Problem} message=${problem} onRetry=${load} />`;
  if (!rules || !photo) return null;
  return html`
    ${photos.length === 0
      ? html`<p class="notice">${t('There is no photo in this project yet, so here is a made-up picture.')} <a href="#/record">${t('Take photos')}</a></p>`
      : html`<label class="field"><span>${t('Photo')}</span>
          <select onChange=${(/** @type {any} */ event) => show(photos[event.target.selectedIndex])}>
            ${photos.map(({ id, label }, i) => html`<option value=${id}>${label} (${i + 1})</option>`)}</select></label>`}
    <${PhotoSteps} rules=${rules} photo=${photo} />
    <div class="action"><a class="button primary" href="#/design"><${Icon} name="design" />${t('Design a model')}</a></div>`;
}

/** @param {{ rules: PreprocessParams, photo: Photo }} props */
function PhotoSteps({ rules, photo: { name, pixels } }) {
  const { width, height } = pixels;
  const [spot, setSpot] = useState(Math.floor(rules.width / 2));
  const box = cropBox(width, height, rules);
  const { resized, prepared } = useMemo(() => prepare(rules, pixels), [rules, pixels]);
  const at = 3 * (Math.floor(rules.height / 2) * rules.width + spot);
  const column = t('Pixel {column} of the middle row', { column: spot + 1 });
  return html`
    <div class="pair">
      <section class="card stack" aria-labelledby="step-1">
        <div><h2 id="step-1">1. ${t('The centred square')}</h2>
          <p>${t('The network wants a square. Of {width} × {height} pixels, the {side} × {side} in the middle are kept; what is dimmed is never seen.', { width, height, side: box.width })}</p></div>
        <${Picture} tall label=${t('The photo {name}, with the square that is kept', { name })} draw=${(/** @type {any} */ canvas) => drawPhoto(canvas, pixels, box)} />
      </section>
      <section class="card stack" aria-labelledby="step-2">
        <div><h2 id="step-2">2. ${t('Made smaller')}</h2>
          <p>${t('The square becomes {width} × {height} pixels. Each new pixel is a weighted mean of those that it covers (a triangle filter), so that fine patterns do not flicker.', { width: rules.width, height: rules.height })}</p></div>
        <${Picture} tall label=${t('What the network sees of the photo {name}', { name })} draw=${(/** @type {any} */ canvas) => drawResized(canvas, resized, rules, spot)} />
      </section>
    </div>
    <section class="card stack" aria-labelledby="step-3">
      <div><h2 id="step-3">3. ${t('Scaled')}</h2>
        <p>${t('Colours from 0 to 255 become numbers around zero: each minus {mean}, divided by {scale}. So they reach from {low} to {high}, where networks learn well.', {
          mean: rules.mean, scale: rules.scale, low: Number((-rules.mean / rules.scale).toFixed(2)), high: Number(((255 - rules.mean) / rules.scale).toFixed(2)) })}</p></div>
      <label class="field"><span>${column}</span>
        <input type="range" min="0" max=${rules.width - 1} value=${spot} aria-valuetext=${column} onInput=${(/** @type {any} */ event) => setSpot(event.target.valueAsNumber)} /></label>
      <div class="table"><table>
        <thead><tr><td></td>${[t('red'), t('green'), t('blue')].map((channel) => html`<th scope="col">${channel}</th>`)}</tr></thead>
        <tbody>
          <tr><th scope="row" class="label">${t('pixel')}</th>${[0, 1, 2].map((i) => html`<td>${resized[at + i]}</td>`)}</tr>
          <tr><th scope="row" class="label">${t('scaled')}</th>${[0, 1, 2].map((i) => html`<td>${prepared[at + i].toFixed(3)}</td>`)}</tr>
        </tbody></table></div>
      <p class="small quiet">${t('The browser computes this with the same code that the camera uses, and equals Python byte for byte. Nothing here can be moved: the network has learned the world this way.')}</p>
    </section>`;
}

/** @param {PreprocessParams} rules @param {ImageData} pixels */
function prepare(rules, pixels) {
  const front = new PhotoFrontEnd(rules, pixels.width, pixels.height);
  const { left, top, width, height } = front.source;
  const source = new OffscreenCanvas(pixels.width, pixels.height);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (source.getContext('2d', { willReadFrequently: true }));
  context.putImageData(pixels, 0, 0);
  const read = context.getImageData(left, top, width, height).data;
  return { prepared: front.prepare(read).slice(), resized: front.resize(read).slice() };
}

/** As large as it fits, in its shape. @param {HTMLCanvasElement} canvas @param {OffscreenCanvas} source */
function fit(canvas, source) {
  const { clientWidth, clientHeight } = canvas;
  const scale = Math.min(clientWidth / source.width, clientHeight / source.height);
  const ratio = Math.min(devicePixelRatio, 3);
  canvas.width = Math.round(clientWidth * ratio);
  canvas.height = Math.round(clientHeight * ratio);
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  context.setTransform(ratio * scale, 0, 0, ratio * scale, (ratio * (clientWidth - scale * source.width)) / 2, (ratio * (clientHeight - scale * source.height)) / 2);
  context.drawImage(source, 0, 0);
  return { context, scale };
}

/** @param {HTMLCanvasElement} canvas @param {ImageData} pixels @param {import('../../../dsp/photo.js').Rectangle} box */
function drawPhoto(canvas, pixels, box) {
  const source = new OffscreenCanvas(pixels.width, pixels.height);
  /** @type {OffscreenCanvasRenderingContext2D} */ (source.getContext('2d')).putImageData(pixels, 0, 0);
  const { context, scale } = fit(canvas, source);
  context.fillStyle = 'rgb(0 0 0 / 55%)';
  context.beginPath();
  context.rect(0, 0, pixels.width, pixels.height);
  context.rect(box.left, box.top, box.width, box.height);
  context.fill('evenodd');
  context.strokeStyle = '#ffffff'; // over any photo
  context.lineWidth = 2 / scale;
  context.strokeRect(box.left, box.top, box.width, box.height);
}

/** @param {HTMLCanvasElement} canvas @param {ArrayLike<number>} resized @param {PreprocessParams} rules @param {number} spot */
function drawResized(canvas, resized, { width, height }, spot) {
  const pixels = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) pixels.data.set([resized[3 * i], resized[3 * i + 1], resized[3 * i + 2], 255], 4 * i);
  const source = new OffscreenCanvas(width, height);
  /** @type {OffscreenCanvasRenderingContext2D} */ (source.getContext('2d')).putImageData(pixels, 0, 0);
  const { context } = fit(canvas, source);
  context.strokeStyle = colour('--accent');
  context.lineWidth = 2;
  context.strokeRect(spot - 3, Math.floor(height / 2) - 3, 7, 7);
}
