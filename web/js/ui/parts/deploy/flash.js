/** Flashing the board that is plugged into the computer, and how to do it by hand. */

import { html, useEffect, useState } from '../../../../vendor/preact.js';
import { learnFrom } from '../../../data/access.js';
import * as api from '../../../data/api.js';
import { startFlashing, zipUrl } from '../../../data/deploy.js';
import { followJob } from '../../../data/jobs.js';
import { refreshProject } from '../../../data/project.js';
import { settings } from '../../../data/settings.js';
import { useStore } from '../../../data/store.js';
import { t, told, tx } from '../../i18n.js';
import { announce } from '../announce.js';
import { Icon } from '../icons.js';
import { Problem } from '../notices.js';

/** Ports where a board is. Another serial device is offered only where the bridge has been told to use it. */
const KINDS = ['arduino', 'bootloader'];
const UNFINISHED = ['queued', 'running'];

/** @param {unknown} error */
const sentence = (error) => (error instanceof Error ? error.message : String(error));

/** @param {{ path: string, canFlash: boolean }} props `canFlash`: whether the computer has arduino-cli */
export function Flash({ path, canFlash }) {
  const [job, setJob] = useState(/** @type {string} */ (''));
  useEffect(() => {
    // A run that somebody has started goes on, whoever looks at it.
    api.listJobs().then((jobs) => {
      const running = jobs.find(({ kind, state }) => kind === 'flash' && UNFINISHED.includes(state));
      if (running) setJob(running.id);
    }, learnFrom);
  }, []);
  return html`
    <h3>${t('Flash it from here')}</h3>
    ${job ? html`<${Run} key=${job} id=${job} path=${path} onAgain=${() => setJob('')} />` : html`<${Start} path=${path} canFlash=${canFlash} onStart=${setJob} />`}`;
}

/** @param {{ path: string, canFlash: boolean, onStart: (job: string) => void }} props */
function Start({ path, canFlash, onStart }) {
  const { project } = useStore(settings);
  const [ports, setPorts] = useState(/** @type {api.Port[] | null} */ (null));
  const [port, setPort] = useState('');
  const [runtime, setRuntime] = useState('generated');
  const [problem, setProblem] = useState('');

  async function attempt(/** @type {() => Promise<void>} */ what) {
    setProblem('');
    try {
      await what();
    } catch (error) {
      learnFrom(error);
      setProblem(sentence(error));
    }
  }
  const look = () => attempt(async () => {
    const { ports: all, chosen: used } = await api.listPorts();
    const inUse = all.filter(({ name, kind }) => name === used && kind === 'serial');
    setPorts([...inUse, ...all.filter(({ kind }) => KINDS.includes(kind))]);
  });
  useEffect(() => { look(); }, []);
  const chosen = ports?.find(({ name }) => name === port) ?? ports?.[0];
  const start = () => attempt(async () => {
    await refreshProject();
    onStart((await startFlashing(project, { bundle: path, port: chosen?.name ?? '', runtime })).id);
  });
  if (!ports) return problem && html`<${Problem} message=${told(problem)} onRetry=${look} />`;
  return html`
    ${!canFlash && html`<p>${t('The computer that runs Nestling has no arduino-cli, which compiles and uploads. Install it there, or flash by hand.')}</p>`}
    ${canFlash && !chosen && html`
      <p>${t('No board is plugged in. Plug it into the computer that runs Nestling, with a cable that carries data.')}</p>
      <button class="button" type="button" onClick=${look}><${Icon} name="turn" />${t('Look again')}</button>`}
    ${canFlash && chosen && html`
      <label class="field"><span>${t('Port of the board')}</span>
        <select value=${chosen.name} onChange=${(/** @type {any} */ event) => setPort(event.target.value)}>
          ${ports.map(({ name, description }) => html`<option value=${name} selected=${name === chosen.name}>${name}: ${description}</option>`)}
        </select></label>
      <label class="field"><span>${t('What runs the model there')}</span>
        <select value=${runtime} onChange=${(/** @type {any} */ event) => setRuntime(event.target.value)}>
          <option value="generated">${t('generated C++')}</option>
          <option value="tflm">${t('the TFLM interpreter')}</option>
        </select></label>
      <button class="button" type="button" onClick=${start}><${Icon} name="board" />${t('Flash the board')}</button>`}
    ${problem && html`<${Problem} message=${told(problem)} />`}
    <${ByHand} path=${path} open=${!canFlash} />`;
}

/** One run, while it runs and after. @param {{ id: string, path: string, onAgain: () => void }} props */
function Run({ id, path, onAgain }) {
  const [job, setJob] = useState(/** @type {api.Job | null} */ (null));
  const [events, setEvents] = useState(/** @type {Record<string, any>[]} */ ([]));
  const [problem, setProblem] = useState('');
  useEffect(() => followJob(id, ({ job: now, event }) => {
    setJob(now);
    if (event) setEvents((/** @type {Record<string, any>[]} */ before) => [...before, event]);
    else announce(now.state === 'done' ? t('The board is flashed.') : t('The board was not flashed.'));
  }, () => {}), [id]);
  const cancel = () => api.cancelJob(id).catch((error) => setProblem(sentence(error)));
  const unfinished = !job || UNFINISHED.includes(job.state);
  const stage = events.findLast(({ event }) => event === 'stage');
  const lines = events.filter(({ event }) => event === 'output' || event === 'stage').map(({ line, detail }) => line ?? detail);
  return html`
    ${unfinished && html`<p role="status"><strong>${stageName(stage?.stage)}</strong></p>`}
    ${job?.state === 'done' && html`<p role="status"><strong>${t('The model runs on the board.')}</strong> ${tx('{link} shows what it hears.', { link: html`<a href="#/board">${t('The Board page')}</a>` })}</p>`}
    ${job && !unfinished && job.state !== 'done' && html`<${Problem} message=${why(job)} />`}
    ${problem && html`<${Problem} message=${told(problem)} />`}
    ${lines.length > 0 && html`<pre class="log" tabindex="0" aria-label=${t('What arduino-cli says')}>${lines.join('\n')}</pre>`}
    ${unfinished
      ? html`<button class="button" type="button" onClick=${cancel}>${t('Cancel')}</button>`
      : html`<button class="button" type="button" onClick=${onAgain}>${job?.state === 'done' ? t('Flash again') : t('Try again')}</button>`}
    ${!unfinished && job?.state !== 'done' && html`<${ByHand} path=${path} open=${job?.state === 'failed'} />`}`;
}

/** @param {string | undefined} stage */
function stageName(stage) {
  if (stage === 'size') return t('Looking whether it fits ...');
  if (stage === 'compile') return t('Compiling, which takes some minutes the first time ...');
  if (stage === 'upload') return t('Uploading. Leave the cable in.');
  return t('It waits for its turn.');
}

/** Only the first line of what failed: the rest stands in the log. @param {api.Job} job */
function why({ state, detail }) {
  if (state === 'cancelled') return t('Flashing was cancelled. If the upload had begun, the board may wait for firmware: flash it again.');
  if (state === 'interrupted') return t('Flashing was interrupted, because the server was stopped. Flash it again.');
  return told(api.asSentence(detail ?? ''));
}

/** @param {{ path: string, open: boolean }} props */
const ByHand = ({ path, open }) => html`
  <details open=${open}><summary>${t('Flash by hand, with the Arduino IDE')}</summary>
    <ol class="by-hand">
      <li>${tx('{download} and unpack it.', { download: html`<a href=${zipUrl(path, 'arduino')} download>${t('Download the sketch')}</a>` })}</li>
      <li>${t('Open arduino/arduino.ino in the Arduino IDE.')}</li>
      <li>${t('In Tools, Board, Boards Manager, install Arduino Mbed OS Nano Boards; then choose Arduino Nano 33 BLE, and its port.')}</li>
      <li>${t('Press Upload. If the port does not show, press the board\'s button twice, so that its light pulses.')}</li>
    </ol>
  </details>`;
