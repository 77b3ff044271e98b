/** The feature maps of a network's first layers on the picture at hand: what a computer finds when it chooses the numbers itself. */

import { html, useEffect, useRef, useState } from '../../../vendor/preact.js';
import { Classifier } from '../../camera/classifier.js';
import { bundleUrl } from '../../data/api.js';
import { keepOffline } from '../../data/update.js';
import { MAGMA, colorIndex } from '../../dsp/colormap.js';
import { cropBox, parsePreprocess } from '../../dsp/photo.js';
import { t } from '../i18n.js';
import { Chips } from './chips.js';
import { shown } from './numbers.js';
import { Problem } from './notices.js';
import { Scale } from './scale.js';

/** @typedef {import('../lens.js').Lens} Lens */
/** @typedef {import('../../../types/vision.d.ts').Maps} Maps */
/** @typedef {Maps & { low: Float32Array, high: Float32Array }} RangedMaps - the lowest and highest value of each map */

const BUNDLE = 'things';
const PAUSE_MS = 1000; // between two looks at a live camera
const LAYERS = [
  { value: 'layer_1', content: t('Layer 1'), says: t('Edges and colours: each map is one kernel of 3 x 3 numbers, like yours, but over red, green and blue at once.') },
  { value: 'layer_2', content: t('Layer 2'), says: t('Corners and stripes: kernels over the maps of the layers before.') },
  { value: 'layer_3', content: t('Layer 3'), says: t('Textures: fur, feathers, leaves, letters. A value here has seen a larger piece of the picture.') },
  { value: 'layer_4', content: t('Layer 4'), says: t('Parts: something like an eye, a beak, a wheel. 14 x 14 values are left, but each knows what is around it.') },
];

// A row of the colour map as one pixel.
const COLOURS = Uint32Array.from({ length: 256 }, (_, i) => 0xff000000 | (MAGMA[3 * i + 2] << 16) | (MAGMA[3 * i + 1] << 8) | MAGMA[3 * i]);

/** @param {unknown} error */
const sentence = (error) => (error instanceof Error ? error.message : String(error));

/** @param {{ lens: Lens, isLive: boolean, look: number }} props `look` counts the still pictures */
export function FeatureMaps({ lens, isLive, look }) {
  const { classifier, progress, problem, load } = useNetwork();
  return html`
    <section class="card stack" aria-labelledby="features">
      <h2 id="features">${t('Let the computer find its own features')}</h2>
      <p>${t('A person chose the numbers above. A network learns its own, from more than a million photos: nobody tells it what an edge is. This one, EfficientNet-Lite0, has 32 kernels in its first layer; a picture of what one of them finds is a feature map.')}</p>
      ${problem && html`<${Problem} message=${problem} onRetry=${load} />`}
      ${!classifier && progress === null && !problem && html`<div class="row"><button class="button" type="button" onClick=${load}>${t('Show its feature maps')}</button></div>`}
      ${progress !== null && html`<${Loading} share=${progress} />`}
      ${classifier && html`<${Layers} classifier=${classifier} lens=${lens} isLive=${isLive} look=${look} />`}
    </section>`;
}

/** @param {{ share: number }} props */
const Loading = ({ share }) => html`
  <div class="stack close" role="status">
    <p class="numbers">${t('The network is coming: {share} % of 5 MB. It is fetched once.', { share: Math.round(100 * share) })}</p>
    <div class="bar" aria-hidden="true"><i style=${{ transform: `scaleX(${share})` }}></i></div>
  </div>`;

/** The network, once it is asked for. */
function useNetwork() {
  const [classifier, setClassifier] = useState(/** @type {Classifier | null} */ (null));
  const [progress, setProgress] = useState(/** @type {number | null} */ (null));
  const [problem, setProblem] = useState('');
  const gone = useRef(false);
  useEffect(() => () => { gone.current = true; }, []);
  useEffect(() => () => classifier?.close(), [classifier]);

  async function load() {
    setProblem('');
    setProgress(0);
    try {
      const loaded = await Classifier.load(bundleUrl(BUNDLE), { onProgress: setProgress });
      keepOffline(bundleUrl(BUNDLE));
      if (gone.current) loaded.close();
      else setClassifier(loaded);
    } catch (error) {
      setProblem(sentence(error));
    }
    setProgress(null);
  }
  return { classifier, progress, problem, load };
}

/** @param {{ classifier: Classifier, lens: Lens, isLive: boolean, look: number }} props */
function Layers({ classifier, lens, isLive, look }) {
  const [layer, setLayer] = useState(LAYERS[0].value);
  const [chosen, setChosen] = useState(0);
  const { maps, seen, problem, area } = useMaps(classifier, lens, layer, isLive, look);
  const { says } = /** @type {{ says: string }} */ (LAYERS.find(({ value }) => value === layer));
  const index = maps ? Math.min(chosen, maps.n - 1) : 0;
  return html`
    <div class="stack" ref=${area}>
      <${Chips} name="layer" legend=${t('Layer')} options=${LAYERS} value=${layer} onChange=${setLayer} />
      <p>${says}</p>
      ${problem && html`<${Problem} message=${problem} />`}
      ${maps && html`
        <div class="closer">
          <figure><canvas ref=${seen} role="img" aria-label=${t('The middle of the picture, as the network gets it')}></canvas><figcaption class="small quiet">${t('What the network looks at')}</figcaption></figure>
          <figure><${MapCanvas} maps=${maps} index=${index} name=${t('Feature map {n}, large', { n: index + 1 })} /><figcaption class="small quiet numbers">${t('Map {i} of {n}, {width} x {height} values', { i: index + 1, n: maps.n, width: maps.width, height: maps.height })}${maps.high[index] > maps.low[index] ? '' : t(': nothing of its kind is here')}</figcaption></figure>
        </div>
        <${Scale} low=${shown(maps.low[index])} high=${shown(maps.high[index])}><span class="window">${t('each map from its own lowest to its own highest value')}</span><//>
        <${Grid} maps=${maps} index=${index} onChoose=${setChosen} />`}
      ${!maps && !problem && html`<p class="quiet" role="status">${t('It is looking.')}</p>`}
    </div>`;
}

/**
 * Looks once at a still picture, about once a second at a live one, and only while someone can see the answer.
 * @param {Classifier} classifier
 * @param {Lens} lens
 * @param {string} layer
 * @param {boolean} isLive
 * @param {number} look
 */
function useMaps(classifier, lens, layer, isLive, look) {
  const [maps, setMaps] = useState(/** @type {RangedMaps | null} */ (null));
  const [picture, setPicture] = useState(/** @type {HTMLCanvasElement | null} */ (null));
  const [problem, setProblem] = useState('');
  const area = useRef(/** @type {HTMLElement | null} */ (null));
  const seen = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const isVisible = useVisible(area);

  useEffect(() => {
    if (!isVisible) return undefined;
    let gone = false;
    let timer = 0;
    async function ask() {
      if (!lens.source) return;
      const bitmap = await createImageBitmap(lens.source);
      const square = squareOf(bitmap, classifier);
      const next = ranged(await classifier.maps(bitmap, layer));
      if (gone) return;
      setPicture(square);
      setMaps(next);
      setProblem('');
    }
    async function again() {
      if (!document.hidden) await ask().catch((error) => { if (!gone) setProblem(sentence(error)); });
      if (isLive && !gone) timer = setTimeout(again, PAUSE_MS);
    }
    again();
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [classifier, layer, isLive, look, isVisible]);
  useEffect(() => {
    if (seen.current && picture) copy(picture, seen.current);
  }, [picture]);
  return { maps, seen, problem, area };
}

/** Whether an element is on the screen. @param {{ current: HTMLElement | null }} area */
function useVisible(area) {
  const [isVisible, setVisible] = useState(false);
  useEffect(() => {
    const observer = new IntersectionObserver((entries) => setVisible(entries[entries.length - 1].isIntersecting));
    if (area.current) observer.observe(area.current);
    return () => observer.disconnect();
  }, []);
  return isVisible;
}

/** The middle of a picture, as large as the network takes it. @param {ImageBitmap} bitmap @param {Classifier} classifier */
function squareOf(bitmap, { manifest }) {
  const params = parsePreprocess(manifest.preprocess);
  const { left, top, width, height } = cropBox(bitmap.width, bitmap.height, params);
  const canvas = Object.assign(document.createElement('canvas'), { width: params.width, height: params.height });
  canvas.getContext('2d')?.drawImage(bitmap, left, top, width, height, 0, 0, params.width, params.height);
  return canvas;
}

/** @param {HTMLCanvasElement} from @param {HTMLCanvasElement} to */
function copy(from, to) {
  Object.assign(to, { width: from.width, height: from.height });
  to.getContext('2d')?.drawImage(from, 0, 0);
}

/** @param {Maps} maps @returns {RangedMaps} */
function ranged(maps) {
  const { n, values } = maps;
  const low = new Float32Array(n).fill(Infinity);
  const high = new Float32Array(n).fill(-Infinity);
  for (let at = 0; at < values.length; at += n) {
    for (let i = 0; i < n; i++) {
      if (values[at + i] < low[i]) low[i] = values[at + i];
      if (values[at + i] > high[i]) high[i] = values[at + i];
    }
  }
  return { ...maps, low, high };
}

/** One map in colours. @param {{ maps: RangedMaps, index: number, name?: string }} props without a name it is decoration */
function MapCanvas({ maps, index, name }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  useEffect(() => {
    if (canvas.current) paint(canvas.current, maps, index);
  }, [maps, index]);
  return html`<canvas class="pixels" ref=${canvas} role=${name ? 'img' : null} aria-label=${name} aria-hidden=${name ? null : 'true'}></canvas>`;
}

/** @param {HTMLCanvasElement} canvas @param {RangedMaps} maps @param {number} index */
function paint(canvas, { width, height, n, values, low, high }, index) {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  const image = context.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  const top = high[index] > low[index] ? high[index] : low[index] + 1; // a map without anything on it is dark
  for (let i = 0, at = index; i < pixels.length; i++, at += n) pixels[i] = COLOURS[colorIndex(values[at], low[index], top)];
  context.putImageData(image, 0, 0);
}

/** Radio buttons, so that the arrow keys go through them. @param {{ maps: RangedMaps, index: number, onChoose: (index: number) => void }} props */
const Grid = ({ maps, index, onChoose }) => html`
  <fieldset class="maps">
    <legend class="spoken">${t('Feature maps')}</legend>
    ${Array.from({ length: maps.n }, (_, i) => html`
      <label class="map" key=${i}>
        <input type="radio" name="map" checked=${i === index} aria-label=${t('Map {n}', { n: i + 1 })} onChange=${() => onChoose(i)} />
        <${MapCanvas} maps=${maps} index=${i} />
      </label>`)}
  </fieldset>`;
