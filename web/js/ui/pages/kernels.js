/** Seeing how it sees: a picture through a kernel whose numbers one can change, and through those that a network learned. */

import { html, useEffect, useMemo, useRef, useState } from '../../../vendor/preact.js';
import { readPhoto } from '../../camera/photo.js';
import { SIZES, parsePresets } from '../../dsp/kernel.js';
import { draftOf, readDraft, resized } from '../draft.js';
import { t, told } from '../i18n.js';
import { Lens, follow } from '../lens.js';
import { Chips } from '../parts/chips.js';
import { ChoosePhotos } from '../parts/choose.js';
import { Icon } from '../parts/icons.js';
import { useListener } from '../parts/level.js';
import { FeatureMaps } from '../parts/maps.js';
import { InsecureNotice, Problem } from '../parts/notices.js';
import { OnePixel } from '../parts/numbers.js';
import { Page } from '../parts/page.js';
import { Picture, useFrames } from '../parts/sight.js';
import { useCamera } from '../parts/viewfinder.js';

/** @typedef {import('../../dsp/kernel.js').Kernel} Kernel */
/** @typedef {import('../../dsp/kernel.js').Preset} Preset */
/** @typedef {import('../draft.js').Draft} Draft */
/** @typedef {import('../parts/sight.js').Spot} Spot */

const FIRST = 'sobel-x';
const FIGURES_MS = 500;
const DRAWING = { src: 'icons/icon-maskable-512.png', left: 0, top: 64, width: 512, height: 384 };
const ON_AN_EDGE = { x: 0.35, y: 0.5 }; // of the drawing: where the nestling's back is

/** @param {unknown} error */
const sentence = (error) => (error instanceof Error ? error.message : String(error));

export function KernelsPage() {
  const [presets, setPresets] = useState(/** @type {Preset[] | null} */ (null));
  const [problem, setProblem] = useState('');
  async function load() {
    setProblem('');
    try {
      const response = await fetch('/params/kernels.json');
      if (!response.ok) throw new Error(`the server answered ${response.status}`);
      setPresets(parsePresets(await response.json()));
    } catch (error) {
      setProblem(t('The kernels could not be loaded: {why}. Check that the computer that runs Nestling is on.', { why: sentence(error) }));
    }
  }
  useEffect(() => { load(); }, []);
  if (presets) return html`<${Sight} presets=${presets} />`;
  return html`<${Page} path="/kernels" title=${t('Seeing how it sees')}>${problem && html`<${Problem} message=${problem} onRetry=${load} />`}<//>`;
}

/** @param {{ presets: Preset[] }} props */
function Sight({ presets }) {
  const first = /** @type {Preset} */ (presets.find(({ name }) => name === FIRST));
  const lens = useMemo(() => new Lens(first.kernel), []);
  const { kernel, draft, wrong, problem, setDraft } = useKernel(lens, first.kernel);
  const sight = useSource(lens);
  const { spot, setSpot } = useSpot(lens);
  const picture = { lens, spot, onMove: setSpot };
  return html`
    <${Page} path="/kernels" title=${t('Seeing how it sees')} state=${html`<${Figures} lens=${lens} name=${sight.name} isLive=${sight.isLive} />`}>
      <${InsecureNotice} kind="vision" />
      ${sight.problem && html`<${Problem} message=${sight.problem} />`}
      ${sight.note && html`<div class="notice"><p class="small">${sight.note}</p></div>`}
      <${Actions} sight=${sight} />
      <div class="sight">
        <${Picture} ...${picture} of="grey" patch=${kernel.size} title=${t('In grey')} />
        <${Picture} ...${picture} of="result" patch=${1} title=${t('Through the kernel')} />
        <section class="card stack" aria-labelledby="kernel">
          <h2 id="kernel">${t('The kernel')}</h2>
          <${Presets} presets=${presets} draft=${draft} onDraft=${setDraft} />
        </section>
        <section class="card stack" aria-labelledby="pixel">
          <div class="spread wrap"><h2 id="pixel">${t('One pixel, number by number')}</h2><span class="small quiet numbers">${t('column {column}, row {row}', spot)}</span></div>
          <p class="small quiet" id="cross-hair-help">${t('Drag the cross-hair, tap a place, or use the arrow keys (with Shift ten pixels at once). Every number can be changed.')}</p>
          <${OnePixel} lens=${lens} spot=${spot} kernel=${kernel} draft=${draft} wrong=${wrong} problem=${problem} onDraft=${setDraft} />
          <${Conventions} />
        </section>
      </div>
      <${FeatureMaps} lens=${lens} isLive=${sight.isLive} look=${sight.n} />
      <div class="spoken" aria-hidden="true" ref=${sight.holder}></div>
    <//>`;
}

const Conventions = () => html`
  <details><summary>${t('How exactly is it computed?')}</summary>
    <p>${t('Grey is (77 red + 150 green + 29 blue + 128) / 256, rounded down. The kernel lies on the picture as it is written, not flipped, as in TensorFlow\'s convolutions. Beyond the border the nearest pixel is repeated. The sum is divided, the offset added, halves are rounded up, and what is below 0 or above 255 becomes 0 or 255.')}</p>
  </details>`;

/** What is looked at, and how long one picture of many takes. @param {{ lens: Lens, name: string, isLive: boolean }} props */
function Figures({ lens, name, isLive }) {
  useFrames(lens, FIGURES_MS);
  return html`<strong>${name}</strong>${lens.width > 0 && `, ${t('{width} x {height} pixels', { width: lens.width, height: lens.height })}${isLive ? `, ${t('{ms} ms each', { ms: lens.time_ms.toFixed(1) })}` : ''}`}`;
}

/** The kernel as it is typed, and the last one that could be used. @param {Lens} lens @param {Kernel} first */
function useKernel(lens, first) {
  const [draft, setDraft] = useState(draftOf(first));
  const last = useRef(first);
  const { kernel, field, problem } = useMemo(() => readDraft(draft), [draft]);
  if (kernel) last.current = kernel;
  useEffect(() => {
    if (kernel) lens.use(kernel);
  }, [kernel]);
  return { kernel: last.current, draft, wrong: field, problem, setDraft };
}

/** The chosen pixel, which stays where it is in a picture of another size. @param {Lens} lens */
function useSpot(lens) {
  const [place, setPlace] = useState(ON_AN_EDGE);
  const [, redraw] = useState(0);
  useListener(lens, 'size', () => redraw((/** @type {number} */ n) => n + 1));
  const { width, height } = lens;
  const spot = { column: Math.floor(place.x * width), row: Math.floor(place.y * height) };
  const setSpot = (/** @type {Spot} */ { column, row }) => setPlace({ x: (column + 0.5) / width, y: (row + 0.5) / height });
  return { spot, setSpot };
}

/** Where the picture comes from: our own drawing at first, then a camera or a photo. @param {Lens} lens */
function useSource(lens) {
  const { camera, problem: cameraProblem, busy, open, turn, close } = useCamera({ atOnce: false });
  const [picture, setPicture] = useState({ name: '', note: '', problem: '', n: 0 });
  const [isFrozen, setFrozen] = useState(false);
  const holder = useRef(/** @type {HTMLElement | null} */ (null));
  const isLive = Boolean(camera) && !isFrozen;
  const change = (/** @type {Partial<typeof picture>} */ changes) => setPicture((/** @type {typeof picture} */ before) => ({ ...before, note: '', problem: '', n: before.n + 1, ...changes }));

  /** @param {File} file */
  async function choose(file) {
    try {
      const { bitmap, note } = await readPhoto(file);
      close();
      lens.look(bitmap);
      change({ name: file.name, note });
    } catch (error) {
      change({ problem: sentence(error) });
    }
  }
  function freeze(/** @type {boolean} */ on) {
    if (on) camera?.video.pause();
    else camera?.video.play();
    setFrozen(on);
    change({});
  }

  useEffect(() => {
    drawing().then((bitmap) => {
      if (lens.source) return; // whoever came was faster
      lens.look(bitmap);
      change({ name: t('A drawing') });
    });
  }, []);
  useEffect(() => {
    if (!camera) return;
    holder.current?.replaceChildren(camera.video); // out of the page, some browsers let it stand still
    lens.look(camera.video);
    setFrozen(false);
    change({ name: t('Camera') });
  }, [camera]);
  useEffect(() => (camera && isLive ? follow(lens, camera.video) : undefined), [camera, isLive]);
  return { ...picture, problem: picture.problem || cameraProblem, camera, busy, isLive, holder, open, turn, choose, freeze };
}

async function drawing() {
  const image = new Image();
  image.src = DRAWING.src;
  await image.decode();
  return createImageBitmap(image, DRAWING.left, DRAWING.top, DRAWING.width, DRAWING.height);
}

/** @param {{ sight: ReturnType<typeof useSource> }} props */
const Actions = ({ sight: { camera, isLive, busy, open, turn, choose, freeze } }) => html`
  <div class="action first">
    ${camera
      ? html`<button class="button primary" type="button" disabled=${busy} onClick=${() => freeze(isLive)}><${Icon} name=${isLive ? 'hold' : 'play'} />${isLive ? t('Freeze') : t('Go on')}</button>`
      : html`<button class="button primary" type="button" disabled=${busy || !isSecureContext} onClick=${open}><${Icon} name="photo" />${t('Open camera')}</button>`}
    <${ChoosePhotos} name=${t('Choose a photo')} short=${t('Choose')} small=${true} onChoose=${(/** @type {File[]} */ [file]) => choose(file)} />
    ${camera?.canSwitch && isLive && html`<button class="button small" type="button" disabled=${busy} aria-label=${t('Switch camera')} title=${t('Switch camera')} onClick=${turn}><${Icon} name="turn" /></button>`}
  </div>`;

/** @param {{ presets: Preset[], draft: Draft, onDraft: (draft: Draft) => void }} props */
function Presets({ presets, draft, onDraft }) {
  const typed = JSON.stringify(draft);
  const current = presets.find(({ kernel }) => JSON.stringify(draftOf(kernel)) === typed);
  const choose = (/** @type {string} */ name) => onDraft(draftOf(/** @type {Preset} */ (presets.find((preset) => preset.name === name)).kernel));
  return html`
    <${Chips} name="preset" legend=${t('Presets')} options=${presets.map(({ name, title }) => ({ value: name, content: told(title) }))} value=${current?.name ?? ''} onChange=${choose} />
    <p class="says" role="status">${current ? told(current.says) : t('Numbers of your own. What do they find?')}</p>
    <${Chips} name="size" legend=${t('Size')} options=${SIZES.map((size) => ({ value: size, content: `${size} x ${size}` }))} value=${draft.size} onChange=${(/** @type {number} */ size) => onDraft(resized(draft, size))} />`;
}
