/** Whether this phone hears what a model was trained on: each question with a plain answer. */

import { html, useEffect, useMemo, useState } from '../../../vendor/preact.js';
import { measureParity } from '../../audio/parity.js';
import { encodeWav } from '../../dsp/wav.js';
import { Store, useStore } from '../../data/store.js';
import { opensOffline } from '../../data/update.js';
import { t, tx } from '../i18n.js';
import { LiveWaveform, Meter } from '../parts/level.js';
import { InsecureNotice, Problem } from '../parts/notices.js';
import { Page } from '../parts/page.js';
import { PlayButton } from '../parts/player.js';
import { CLIP_LENGTH, SAMPLE_RATE } from '../recorder.js';

/** @typedef {import('../../audio/listener.js').Listener} Listener */
/** @typedef {import('../../audio/listener.js').ListenerSettings} ListenerSettings */

/** @param {{ good: boolean | null, name: string, children?: any }} props `null`: the browser does not tell */
const Check = ({ good, name, children }) => html`
  <li>
    <span class=${`mark ${good === false ? 'warn' : 'good'}`} aria-hidden="true">${good === null ? '–' : good ? '✓' : '!'}</span>
    <strong>${name}</strong>
    <span class="says numbers">${children}</span>
  </li>`;

/** @param {{ name: string, on: boolean | null }} props */
const Processing = ({ name, on }) => html`
  <${Check} good=${on === null ? null : !on} name=${`${name}: ${on === null ? t('not told') : on ? t('on') : t('off')}`}>
    ${on ? t('The browser changes the sound before the model hears it. Try another browser.') : on === null ? t('This browser does not say.') : t('The model hears the sound as it is.')}
  <//>`;

export function MicrophonePage() {
  const opened = useMemo(() => new Store(/** @type {Listener | null} */ (null)), []);
  const listener = useStore(opened);
  const [problem, setProblem] = useState('');
  const [opening, setOpening] = useState(false);
  useEffect(() => () => { opened.value?.close(); }, []);

  async function open() {
    setProblem('');
    setOpening(true);
    try {
      const { Listener } = await import('../../audio/listener.js');
      const fresh = await Listener.open();
      fresh.addEventListener('ended', (event) => {
        setProblem(/** @type {CustomEvent} */ (event).detail.message);
        opened.set(null);
        fresh.close();
      });
      opened.set(fresh);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
    setOpening(false);
  }

  return html`
    <${Page} path="/microphone" title=${t('Microphone check')} state=${listener ? listener.settings.label : t('The microphone is closed.')}>
      <${InsecureNotice} />
      ${problem && html`<${Problem} message=${problem} />`}
      <div class="columns">
        <div class="stack">
          ${listener && html`<${Sound} listener=${listener} />`}
          <ul class="card tight checks">
            <${Check} good=${isSecureContext} name=${t('Secure page')}>${isSecureContext ? t('The browser may give the microphone.') : t('It is not secure, so there is no microphone.')}<//>
            <${Offline} />
            ${listener ? html`<${Answers} settings=${listener.settings} />` : html`<${Check} good=${null} name=${t('Microphone')}>${t('Open it to see what it really does.')}<//>`}
          </ul>
        </div>
        <${Parity} />
      </div>
      ${!listener && html`<div class="action"><button class="button primary" type="button" disabled=${opening || !isSecureContext} onClick=${open}>${t('Open the microphone')}</button></div>`}
    <//>`;
}

function Offline() {
  const ready = useStore(opensOffline);
  return html`
    <${Check} good=${ready} name=${t('Works without the computer')}>
      ${ready === null && t('The page is being stored on this phone.')}
      ${ready && t('Live opens and runs here while the computer is off.')}
      ${ready === false && tx('Not here. The phone must {link}; then load the page again.', { link: html`<a href="/trust">${t('trust this computer\'s certificate')}</a>` })}
    <//>`;
}

/** @param {{ settings: ListenerSettings }} props */
const Answers = ({ settings: { sampleRate, trackSampleRate, echoCancellation, noiseSuppression, autoGainControl, channelCount, latencyMs } }) => html`
  <${Check} good=${true} name=${t('Permission')}>${t('Given.')}<//>
  <${Check} good=${sampleRate >= SAMPLE_RATE} name=${t('Sample rate: {rate} Hz', { rate: String(sampleRate) })}>
    ${sampleRate >= SAMPLE_RATE ? t('Nestling brings it to 16000 Hz without aliasing.') : t('That is less than the 16000 Hz of the models. Try another microphone, without Bluetooth.')}
    ${trackSampleRate && trackSampleRate !== sampleRate ? ` ${t('The device itself says {rate} Hz.', { rate: String(trackSampleRate) })}` : ''}<//>
  <${Processing} name=${t('Echo cancellation')} on=${echoCancellation} />
  <${Processing} name=${t('Noise suppression')} on=${noiseSuppression} />
  <${Processing} name=${t('Automatic gain')} on=${autoGainControl} />
  ${channelCount && html`<${Check} good=${true} name=${t('Channels: {n}', { n: channelCount })}>${channelCount > 1 ? t('They are mixed to one.') : t('One, as it should be.')}${latencyMs ? ` ${t('Latency {ms} ms.', { ms: Math.round(latencyMs) })}` : ''}<//>`}`;

/** @param {{ listener: Listener }} props */
function Sound({ listener }) {
  const [state, setState] = useState(/** @type {{ recording: boolean, wav: Uint8Array<ArrayBuffer> | null, problem: string }} */ ({ recording: false, wav: null, problem: '' }));
  async function record() {
    setState({ recording: true, wav: null, problem: '' });
    try {
      const wav = encodeWav(await listener.record(CLIP_LENGTH), SAMPLE_RATE);
      setState({ recording: false, wav, problem: '' });
    } catch (error) {
      setState({ recording: false, wav: null, problem: error instanceof Error ? error.message : String(error) });
    }
  }
  const { recording, wav, problem } = state;
  return html`
    <section class=${`card tight stage ${recording ? 'recording' : ''}`} aria-label=${t('Level')}>
      <${LiveWaveform} listener=${listener} recording=${recording} />
      <${Meter} listener=${listener} />
      <div class="row">
        <button class=${`button ${recording ? 'recording' : 'primary'}`} type="button" disabled=${recording} onClick=${record}>${recording ? t('Speak now') : t('Record 2 s')}</button>
        ${wav && html`<${PlayButton} wav=${() => wav} name="what was recorded" />`}
      </div>
      ${problem && html`<p class="warn" role="alert">${problem}</p>`}
    </section>`;
}

/** The page computes the golden vectors that Python's reference made. */
function Parity() {
  const [result, setResult] = useState(/** @type {any} */ (null));
  const [problem, setProblem] = useState('');
  async function measure() {
    try {
      const response = await fetch('/params/vectors.json');
      setResult(measureParity(await response.json()));
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  }
  useEffect(() => { measure(); }, []);
  const equal = result && result.maxDifference <= result.tolerance;
  return html`
    <section class="card tight stack">
      <h2>${t('Same features as in training')}</h2>
      ${problem && html`<p class="warn">${t('The test data could not be loaded: {problem}', { problem })}</p>`}
      ${!result && !problem && html`<p class="quiet">${t('It is being measured.')}</p>`}
      ${result && html`
        <p class=${equal ? 'good' : 'warn'}><strong>${equal ? t('Yes.') : t('No.')}</strong> ${equal
          ? t('This browser computes what Python computed when the model was trained.')
          : t('This browser computes other numbers than Python. Do not trust what Live shows here.')}</p>
        <dl class="results small">
          <dt>${t('Largest difference')}</dt><dd>${result.maxDifference.toExponential(1)} (${result.worstCase})</dd>
          <dt>${t('Allowed')}</dt><dd>${result.tolerance.toExponential(0)}</dd>
          <dt>${t('Sounds compared')}</dt><dd>${result.cases.length}</dd>
          <dt>${t('Time for 1 s of sound')}</dt><dd>${result.msPerSecond.toFixed(2)} ms</dd>
        </dl>`}
    </section>`;
}
