/** Make inferences: the model's answer, readable from two metres. */

import { html, useEffect, useMemo, useState } from '../../../vendor/preact.js';
import * as api from '../../data/api.js';
import { remember, settings } from '../../data/settings.js';
import { Store, useStore } from '../../data/store.js';
import { Icon } from '../parts/icons.js';
import { useListener } from '../parts/level.js';
import { InsecureNotice, Problem, Welcome } from '../parts/notices.js';
import { Page } from '../parts/page.js';
import { HeardList, Scores } from '../parts/scores.js';
import { Spectrogram } from '../parts/spectrogram.js';
import { route } from '../router.js';

/** @typedef {import('../../audio/listener.js').Listener} Listener */
/** @typedef {{ label: string, score: number, at: number, time: Date }} Heard */
/** @typedef {{ mean: ArrayLike<number>, features_ms: number, inference_ms: number }} Answer */

const N_HEARD = 4;

/** @param {unknown} error */
const sentence = (error) => (error instanceof Error ? error.message : String(error));

export function LivePage() {
  const { bundle: remembered } = useStore(settings);
  const { query } = useStore(route);
  const [bundles, setBundles] = useState(/** @type {api.Bundle[] | null} */ (null));
  const [problem, setProblem] = useState('');

  async function list() {
    setProblem('');
    try {
      setBundles(await api.listBundles());
    } catch (error) {
      setProblem(sentence(error));
    }
  }
  useEffect(() => { list(); }, []);

  const wanted = query.get('bundle') || remembered;
  const bundle = bundles?.find(({ path }) => path === wanted) ?? bundles?.[0];
  return html`
    <${Page} path="/live" title="Live" state=${bundle && describe(bundle)}>
      <${InsecureNotice} />
      ${problem && html`<${Problem} message=${problem} onRetry=${list} />`}
      ${bundles && !bundle && html`<${Welcome} sentence="Your first model will listen here. Record a few words, then train it.">
        <a class="button primary" href="#/record">Record words</a><//>`}
      ${bundles && bundle && html`
        ${bundles.length > 1 && html`
          <label class="row"><span class="spoken">Model</span>
            <select value=${bundle.path} onChange=${(/** @type {any} */ event) => choose(event.target.value)}>
              ${bundles.map(({ path, manifest }) => html`<option value=${path}>${path}: ${manifest.labels.join(', ')}</option>`)}
            </select>
          </label>`}
        <${Listening} bundle=${bundle} />`}
    <//>`;
}

/** @param {string} path */
function choose(path) {
  remember({ bundle: path });
  if (location.hash !== '#/live') history.replaceState(null, '', '#/live');
  route.set({ ...route.value, query: new URLSearchParams() });
}

/** @param {api.Bundle} bundle */
function describe({ path, manifest }) {
  const size = manifest.files?.['model_int8.tflite']?.bytes;
  return html`Model <strong>${path}</strong>${size && `, ${(size / 1000).toFixed(1)} kB`}`;
}

/** A microphone with the model of one bundle behind it. @param {string} path */
function useModel(path) {
  const opened = useMemo(() => new Store(/** @type {Listener | null} */ (null)), []);
  const [problem, setProblem] = useState('');
  const [opening, setOpening] = useState(false);

  /** @param {() => Promise<unknown>} task */
  async function attempt(task) {
    setProblem('');
    setOpening(true);
    try {
      await task();
    } catch (error) {
      setProblem(sentence(error));
      await stop();
    }
    setOpening(false);
  }
  const start = () => attempt(async () => {
    const { Listener } = await import('../../audio/listener.js');
    opened.set(await Listener.open());
    await opened.value?.load(api.bundleUrl(path));
  });
  async function stop() {
    const current = opened.value;
    opened.set(null);
    await current?.close();
  }
  useEffect(() => {
    if (opened.value) attempt(async () => opened.value?.load(api.bundleUrl(path)));
  }, [path]);
  useEffect(() => () => { opened.value?.close(); }, []);
  const listener = useStore(opened);
  useListener(listener, 'error', ({ message }) => setProblem(message));
  useListener(listener, 'ended', ({ message }) => {
    setProblem(message);
    stop();
  });
  return { listener, problem, opening, start, stop };
}

/** @param {{ bundle: api.Bundle, listener: Listener | null }} props keyed by the bundle's path: another model starts with nothing heard */
function Answers({ listener, bundle: { manifest: { labels, project, params } } }) {
  const [answer, setAnswer] = useState(/** @type {Answer | null} */ (null));
  const [heard, setHeard] = useState(/** @type {Heard[]} */ ([]));
  useListener(listener, 'scores', setAnswer);
  useListener(listener, 'detection', (detection) => {
    setHeard((/** @type {Heard[]} */ before) => [{ ...detection, time: new Date() }, ...before].slice(0, N_HEARD));
  });
  return html`
    <div class="columns">
      <${Scores} labels=${labels} project=${project} scores=${listener && answer ? answer.mean : null} />
      <div class="stack">
        <${Spectrogram} listener=${listener} hopLength=${params.hop_length} detections=${heard} />
        <${HeardList} heard=${heard.map((/** @type {Heard} */ word) => ({ ...word, key: word.at }))} />
      </div>
    </div>
    <p class="small quiet numbers">${listener ? footnote(listener, answer) : 'The microphone is off. What it hears stays on this phone.'}</p>`;
}

/** @param {{ bundle: api.Bundle }} props */
function Listening({ bundle }) {
  const { listener, problem, opening, start, stop } = useModel(bundle.path);
  return html`
    ${problem && html`<${Problem} message=${problem} />`}
    <${Answers} key=${bundle.path} bundle=${bundle} listener=${listener} />
    <div class="action">
      ${listener
        ? html`<button class="button" type="button" disabled=${opening} onClick=${stop}><${Icon} name="stop" />${opening ? 'The model is loading' : 'Stop listening'}</button>`
        : html`<button class="button primary" type="button" disabled=${opening || !isSecureContext} onClick=${start}><${Icon} name="live" />Start listening</button>`}
    </div>`;
}

/** @param {boolean | null} on */
const onOff = (on) => (on === null ? 'not told' : on ? 'on' : 'off');

/** @param {Listener} listener @param {Answer | null} answer */
function footnote({ settings: { sampleRate, echoCancellation, noiseSuppression, autoGainControl }, backend }, answer) {
  const time = answer && html`Inference <strong>${(answer.features_ms + answer.inference_ms).toFixed(1)} ms</strong> (features ${answer.features_ms.toFixed(1)}, model ${answer.inference_ms.toFixed(1)}${backend && `, ${backend}`}). `;
  return html`${time}Microphone ${sampleRate / 1000} kHz, echo cancellation ${onOff(echoCancellation)}, noise suppression ${onOff(noiseSuppression)}, gain control ${onOff(autoGainControl)}.`;
}
