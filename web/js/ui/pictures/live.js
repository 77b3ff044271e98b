/** Make inferences on pictures: what the camera sees, or a photo; a row a label, readable from two metres. */

import { html, useEffect, useState } from '../../../vendor/preact.js';
import { Classifier } from '../../camera/classifier.js';
import { readPhoto } from '../../camera/photo.js';
import * as api from '../../data/api.js';
import { keepOffline } from '../../data/update.js';
import { Smoother } from '../../dsp/guesses.js';
import { t, tx } from '../i18n.js';
import { ChoosePhotos } from '../parts/choose.js';
import { Icon } from '../parts/icons.js';
import { InsecureNotice, Problem } from '../parts/notices.js';
import { Scores } from '../parts/scores.js';
import { ClosedFinder, Still, Viewfinder, useCamera } from '../parts/viewfinder.js';

const LEAST_MS = 100; // from one frame to the next: ten looks a second are enough, and spare the battery
const N_SMOOTHED = 3; // frames: scores that dance cannot be read

/** @typedef {import('../../camera/camera.js').Camera} Camera */
/** @typedef {import('../../../types/vision.d.ts').Answer} Answer */

/** @param {unknown} error */
const sentence = (error) => (error instanceof Error ? error.message : String(error));

/** @param {{ bundle: api.Bundle }} props */
export function Looking({ bundle: { path, manifest: { labels, project } } }) {
  const finder = useCamera();
  const { camera, busy } = finder;
  const { photo, note, problem: refusal, choose, putAway } = usePhoto();
  const [frozen, setFrozen] = useState(false);
  const { classifier, share, problem: missing } = useClassifier(path, Boolean(camera || photo));
  const { answer, problem } = useAnswers(classifier, photo ?? camera, frozen);
  useEffect(() => setFrozen(false), [camera]);

  function freeze() {
    if (frozen) camera?.video.play();
    else camera?.video.pause();
    setFrozen(!frozen);
  }
  const problems = [finder.problem, refusal, missing, problem].filter(Boolean);
  return html`
    <${InsecureNotice} kind="vision" />
    ${problems.map((/** @type {string} */ message) => html`<${Problem} message=${message} key=${message} />`)}
    ${note && html`<div class="notice"><p>${note}</p></div>`}
    <div class="columns looking">
      <${Seen} photo=${photo} camera=${camera} busy=${busy} onTap=${freeze} />
      <${Scores} labels=${labels} project=${project} scores=${answer?.scores ?? null} />
    </div>
    <p class="small quiet numbers">${footnote(answer, classifier, share)}</p>
    <${Actions} finder=${finder} photo=${photo} frozen=${frozen} onFreeze=${freeze} onChoose=${choose} onPutAway=${putAway} />`;
}

/** @param {{ finder: ReturnType<typeof useCamera>, photo: ImageBitmap | null, frozen: boolean, onFreeze: () => void, onChoose: (file: File) => void, onPutAway: () => void }} props */
const Actions = ({ finder: { camera, busy, open, turn }, photo, frozen, onFreeze, onChoose, onPutAway }) => html`
  <div class="action">
    ${photo && html`<button class="button" type="button" onClick=${onPutAway}>${t('Back to the camera')}</button>`}
    ${!photo && !camera && html`<button class="button primary" type="button" disabled=${busy || !isSecureContext} onClick=${open}><${Icon} name="photo" />${t('Open the camera')}</button>`}
    ${!photo && camera && html`<button class="button" type="button" aria-pressed=${frozen} onClick=${onFreeze}><${Icon} name=${frozen ? 'play' : 'hold'} />${frozen ? t('Look again') : t('Freeze')}</button>`}
    ${!photo && camera?.canSwitch && html`<button class="button small" type="button" disabled=${busy || frozen} aria-label=${t('Switch camera')} onClick=${turn}><${Icon} name="turn" /></button>`}
    <${ChoosePhotos} name=${t('Photo')} small onChoose=${(/** @type {File[]} */ [file]) => onChoose(file)} />
  </div>`;

/** @param {{ photo: ImageBitmap | null, camera: Camera | null, busy: boolean, onTap: () => void }} props */
function Seen({ photo, camera, busy, onTap }) {
  if (photo) return html`<div class="viewfinder"><${Still} photo=${photo} /></div>`;
  if (camera) return html`<div onClick=${onTap}><${Viewfinder} camera=${camera} name=${t('What the camera sees')} /></div>`;
  return html`<${ClosedFinder} says=${busy ? t('The camera opens.') : t('Point the camera at one of your things.')} />`;
}

/** A photo to look at instead of what the camera sees. */
function usePhoto() {
  const [state, setState] = useState(/** @type {{ photo: ImageBitmap | null, note: string, problem: string }} */ ({ photo: null, note: '', problem: '' }));
  async function choose(/** @type {File} */ file) {
    try {
      const { bitmap, note } = await readPhoto(file);
      setState({ photo: bitmap, note, problem: '' });
    } catch (error) {
      setState((/** @type {typeof state} */ before) => ({ ...before, problem: sentence(error) }));
    }
  }
  const putAway = () => setState({ photo: null, note: '', problem: '' });
  const { photo } = state;
  useEffect(() => () => photo?.close(), [photo]);
  return { ...state, choose, putAway };
}

/** The model of a bundle, fetched when there is something to look at. @param {string} path @param {boolean} wanted */
function useClassifier(path, wanted) {
  const [found, setFound] = useState(/** @type {{ path: string, classifier: Classifier } | null} */ (null));
  const [share, setShare] = useState(0);
  const [problem, setProblem] = useState('');
  useEffect(() => {
    if (!wanted) return undefined;
    let left = false;
    /** @type {Classifier | undefined} */
    let loaded;
    setProblem('');
    Classifier.load(api.bundleUrl(path), { onProgress: setShare }).then((classifier) => {
      loaded = classifier;
      if (left) classifier.close();
      else setFound({ path, classifier });
      keepOffline(api.bundleUrl(path));
    }, (error) => { if (!left) setProblem(sentence(error)); });
    return () => {
      left = true;
      loaded?.close();
      setFound(null);
      setShare(0);
    };
  }, [path, wanted]);
  return { classifier: found?.path === path ? found.classifier : null, share, problem };
}

/** A new frame only when the answer to the last one has come, and the screen is seen.
 *  @returns {Promise<unknown>} */
const nextFrame = () => Promise.all([new Promise(requestAnimationFrame), new Promise((resolve) => setTimeout(resolve, LEAST_MS))]);

/** @param {ImageBitmap | Camera} source @returns {Promise<ImageBitmap | null>} null while a camera shows nothing yet */
async function copyOf(source) {
  if (source instanceof ImageBitmap) return createImageBitmap(source);
  return source.video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA ? null : source.frame();
}

/** What the model makes of the camera's frames, one after the other; of a photo or a frozen frame, once.
 *  @param {Classifier | null} classifier @param {ImageBitmap | Camera | null} source @param {boolean} frozen */
function useAnswers(classifier, source, frozen) {
  const [last, setLast] = useState(/** @type {{ answer: Answer, by: Classifier } | null} */ (null));
  const [problem, setProblem] = useState('');
  useEffect(() => {
    setProblem('');
    if (!source) setLast(null);
    if (!classifier || !source) return undefined;
    let stopped = false;
    const moves = !frozen && !(source instanceof ImageBitmap);
    const smoother = new Smoother(classifier.manifest.labels.length, moves ? N_SMOOTHED : 1);
    const look = async () => {
      do {
        await nextFrame();
        const picture = stopped ? null : await copyOf(source);
        const answer = picture && await classifier.classify(picture);
        if (answer && !stopped) setLast({ answer: { ...answer, scores: smoother.push(answer.scores) }, by: classifier });
      } while (!stopped && moves);
    };
    look().catch((error) => { if (!stopped) setProblem(sentence(error)); });
    return () => { stopped = true; };
  }, [classifier, source, frozen]);
  return { answer: last?.by === classifier ? last?.answer ?? null : null, problem };
}

/** @param {Answer | null} answer @param {Classifier | null} classifier @param {number} share */
function footnote(answer, classifier, share) {
  if (!answer) return share > 0 && !classifier ? t('The model is loading: {share} %.', { share: Math.round(100 * share) }) : t('What the camera sees stays on this phone.');
  const { resize_ms, inference_ms } = answer;
  return tx('Inference {total} (resize {resize}, model {model}, {backend}). Nothing leaves this phone.', { total: html`<strong>${(resize_ms + inference_ms).toFixed(1)} ms</strong>`, resize: resize_ms.toFixed(1), model: inference_ms.toFixed(1), backend: classifier?.backend });
}
