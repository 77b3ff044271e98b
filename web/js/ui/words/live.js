/** Make inferences on words: the model's answer, readable from two metres. */

import { html, useEffect, useMemo, useState } from '../../../vendor/preact.js';
import * as api from '../../data/api.js';
import { remember, settings } from '../../data/settings.js';
import { Store, useStore } from '../../data/store.js';
import { decisionOf } from '../../dsp/decision.js';
import { t, tx } from '../i18n.js';
import { Icon } from '../parts/icons.js';
import { useListener } from '../parts/level.js';
import { InsecureNotice, Problem } from '../parts/notices.js';
import { HeardList, Scores } from '../parts/scores.js';
import { Spectrogram } from '../parts/spectrogram.js';
import { Corrections } from './corrections.js';
import { Presets, presetOf } from './presets.js';

/** @typedef {import('../../audio/listener.js').Listener} Listener */
/** @typedef {{ label: string, score: number, at: number, time: Date }} Heard */
/** @typedef {{ mean: ArrayLike<number>, features_ms: number, inference_ms: number }} Answer */

const N_HEARD = 4;

/** @param {unknown} error */
const sentence = (error) => (error instanceof Error ? error.message : String(error));

/** A microphone with the model of one bundle behind it. @param {string} path @param {string} preset of its decision */
function useModel(path, preset) {
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
    await opened.value?.load(api.bundleUrl(path), preset);
  });
  async function stop() {
    const current = opened.value;
    opened.set(null);
    await current?.close();
  }
  useEffect(() => {
    if (opened.value) attempt(async () => opened.value?.load(api.bundleUrl(path), preset));
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

/** @param {{ bundle: api.Bundle, listener: Listener | null, children: any }} props keyed by the bundle's path: another model starts with nothing heard */
function Answers({ listener, bundle, children }) {
  const { labels, project, params } = bundle.manifest;
  const { corrects } = useStore(settings);
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
        <${Corrections} bundle=${bundle} listener=${listener} />
      </div>
    </div>
    ${children}
    <p class="small quiet numbers">${listener ? footnote(listener, answer) : corrects ? t('The microphone is off. What it hears stays on this phone, but for what you correct.') : t('The microphone is off. What it hears stays on this phone.')}</p>`;
}

/** @param {{ bundle: api.Bundle }} props */
export function Listening({ bundle }) {
  const { path, manifest } = bundle;
  const { presets } = useStore(settings);
  const decision = decisionOf(/** @type {any} */ (manifest));
  const preset = presetOf(presets[path], decision);
  const { listener, problem, opening, start, stop } = useModel(path, preset);
  const choose = (/** @type {string} */ name) => {
    remember({ presets: { ...presets, [path]: name } });
    listener?.decide(name);
  };
  return html`
    <${InsecureNotice} />
    ${problem && html`<${Problem} message=${problem} />`}
    <${Answers} key=${path} bundle=${bundle} listener=${listener}>
      <${Presets} decision=${decision} preset=${preset} disabled=${opening} onChoose=${choose} />
    <//>
    <div class="action">
      ${listener
        ? html`<button class="button" type="button" disabled=${opening} onClick=${stop}><${Icon} name="stop" />${opening ? t('The model is loading') : t('Stop listening')}</button>`
        : html`<button class="button primary" type="button" disabled=${opening || !isSecureContext} onClick=${start}><${Icon} name="live" />${t('Start listening')}</button>`}
    </div>`;
}

/** @param {boolean | null} on */
const onOff = (on) => (on === null ? t('not told') : on ? t('on') : t('off'));

/** @param {Listener} listener @param {Answer | null} answer */
function footnote({ settings: { sampleRate, echoCancellation, noiseSuppression, autoGainControl }, backend }, answer) {
  const time = answer && html`${tx('Inference {total} (features {features}, model {model}{backend}).', { total: html`<strong>${(answer.features_ms + answer.inference_ms).toFixed(1)} ms</strong>`, features: answer.features_ms.toFixed(1), model: answer.inference_ms.toFixed(1), backend: backend && `, ${backend}` })} `;
  return html`${time}${t('Microphone {rate} kHz, echo cancellation {echo}, noise suppression {noise}, gain control {gain}.', { rate: sampleRate / 1000, echo: onOff(echoCancellation), noise: onOff(noiseSuppression), gain: onOff(autoGainControl) })}`;
}
