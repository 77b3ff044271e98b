/** The board: what the Arduino hears, how fast, and recording with its own microphone. */

import { html, useEffect, useState } from '../../../vendor/preact.js';
import { access, learnFrom } from '../../data/access.js';
import * as api from '../../data/api.js';
import { board, dequantise, watchBoard } from '../../data/board.js';
import { decisionOf } from '../../dsp/decision.js';
import { GOOD, kindOf, project, refreshProject } from '../../data/project.js';
import { settings } from '../../data/settings.js';
import { useStore } from '../../data/store.js';
import { t, tn, told, tx } from '../i18n.js';
import { announce } from '../parts/announce.js';
import { ClipList } from '../parts/clips.js';
import { Icon } from '../parts/icons.js';
import { AddLabel, LabelChips, countOf } from '../parts/labels.js';
import { AccessNotice, Problem, Welcome } from '../parts/notices.js';
import { Page } from '../parts/page.js';
import { HeardList, Scores } from '../parts/scores.js';
import { Presets, presetOf } from '../words/presets.js';

/** @typedef {import('../../data/board.js').Board} Board */
/** @typedef {import('../../data/board.js').Detection} Detection */
/** @typedef {import('../../data/board.js').Hello} Hello */
/** @typedef {import('../../dsp/decision.js').DecisionParams} DecisionParams */

const RECORD_MS = 2000;
const AGE_TICK_MS = 500;
const US_A_MS = 1000;

/** @param {number} us */
const ms = (us) => (us / US_A_MS).toFixed(1);

/** @param {unknown} error */
const sentence = (error) => (error instanceof Error ? error.message : String(error));

export function BoardPage() {
  const current = useStore(board);
  const { state: door } = useStore(access);
  useEffect(() => {
    if (door !== 'joined') return undefined;
    refreshProject();
    return watchBoard();
  }, [door]);
  const connected = current.connected && current.hello;
  return html`
    <${Page} path="/board" title=${t('Board')} state=${current.known && summary(current)}>
      <${AccessNotice} />
      ${door === 'joined' && !current.reachable && html`<div class="notice"><p>${t('The connection to the computer broke. This page joins it again by itself.')}</p></div>`}
      ${!current.complete && html`<div class="notice"><p>${t('This page was away for long; the oldest words that the board heard meanwhile are not kept.')}</p></div>`}
      ${current.known && !connected && html`<${Absent} current=${current} />`}
      ${connected && html`<${Present} current=${current} />`}
    <//>`;
}

/** @param {Board} current */
function summary({ connected, hello, virtual, port }) {
  if (!connected || !hello) return t('Not connected');
  return tx('Connected: {port}, model {model}', { port: html`<strong>${virtual ? t('the virtual board') : port}</strong>`, model: html`<strong>${hello.bundle}</strong>` });
}

/** @param {{ current: Board }} props */
function Absent({ current }) {
  const [problem, setProblem] = useState('');
  const search = () => api.choosePort(null).then(() => setProblem(''), (error) => setProblem(sentence(error)));
  return html`
    ${current.detail && html`<div class="notice" role="status"><p>${told(api.asSentence(current.detail))}</p></div>`}
    ${problem && html`<${Problem} message=${problem} />`}
    <${Welcome} picture="board" sentence=${tx('Plug an Arduino Nano 33 BLE Sense into the computer that runs Nestling. Without one, start it with {command}.', { command: html`<code>nestling serve --virtual-board</code>` })}>
      <button class="button primary" type="button" onClick=${search}><${Icon} name="board" />${t('Search for the board')}</button>
    <//>
    <details><summary>${t('Which ports are there?')}</summary><${PortChooser} /></details>`;
}

/** @param {{ current: Board }} props */
function Present({ current }) {
  const { project: name } = useStore(settings);
  const { hello, last_inference, detections, problem, dropped_lines, sequence_gaps } = current;
  if (!hello) return null;
  const scores = last_inference && dequantise(last_inference.scores);
  const heard = detections.map(({ seq, name, score, time }) => ({ key: seq, label: name, score, time: new Date(time) }));
  return html`
    ${problem && html`<${Problem} message=${t('The board says: {problem}', { problem: told(problem) })} />`}
    <div class="columns flat">
      <div class="stack">
        <${Scores} labels=${hello.labels} project=${hello.bundle.split('/')[0]} scores=${scores} />
        <${HeardList} heard=${heard} />
        <${Latency} inference=${last_inference} />
        ${dropped_lines + sequence_gaps > 0 && html`<p class="small warn numbers">${t('Lost on the wire: {lines}, {gaps}.', { lines: tn(dropped_lines, '{n} broken line', '{n} broken lines'), gaps: tn(sequence_gaps, '{n} gap', '{n} gaps') })}</p>`}
        <${Certainty} current=${current} hello=${hello} />
        <${Facts} current=${current} />
      </div>
      ${kindOf(name) === 'speech' ? html`<${Desk} />` : html`<p class="quiet">${tx('The board records words, and this phone works with the pictures of {name}. To record on the board, {link}.', { name, link: html`<a href="#/projects">${t('use a project of words')}</a>` })}</p>`}
    </div>`;
}

/** How long the board takes, and how old what is shown is. @param {{ inference: import('../../data/board.js').Inference | null }} props */
function Latency({ inference }) {
  const [, tick] = useState(0);
  const [came, setCame] = useState(performance.now());
  useEffect(() => setCame(performance.now()), [inference]);
  useEffect(() => {
    const timer = setInterval(() => tick((/** @type {number} */ n) => n + 1), AGE_TICK_MS);
    return () => clearInterval(timer);
  }, []);
  if (!inference) return html`<p class="small quiet">${t('The board has not answered yet; it listens for a second first.')}</p>`;
  const { features_us, model_us } = inference;
  const age = Math.max(0, performance.now() - came) / 1000;
  return html`
    <p class="small quiet numbers">${tx('Inference {total} (features {features}, model {model}) on the board.', { total: html`<strong>${ms(features_us + model_us)} ms</strong>`, features: ms(features_us), model: ms(model_us) })}
      ${' '}${t('Last message {age} s ago.', { age: age.toFixed(1) })}</p>`;
}

/** How sure the model must be: one of its presets, or one threshold for every word. @param {{ current: Board, hello: Hello }} props */
function Certainty({ current: { threshold, preset }, hello }) {
  const decision = useDecision(hello);
  const [moved, setMoved] = useState(/** @type {number | null} */ (null));
  const [problem, setProblem] = useState('');
  useEffect(() => setMoved(null), [threshold, preset]);
  async function ask(/** @type {Promise<unknown>} */ answer) {
    try {
      await answer;
      setProblem('');
    } catch (error) {
      setMoved(null);
      setProblem(sentence(error));
    }
  }
  const chosen = threshold === null ? presetOf(preset ?? hello.preset ?? undefined, decision) : '';
  const value = moved ?? threshold ?? commonThreshold(decision, chosen);
  return html`
    <${Presets} decision=${decision} preset=${chosen} disabled=${false} onChoose=${(/** @type {string} */ name) => ask(api.setPreset(name))} />
    <label class="slider"><span class="small quiet">${t('Threshold: a word is heard when its score reaches it.')}</span>
      <input type="range" min="0" max="1" step="0.01" value=${value ?? 0.5} onInput=${(/** @type {any} */ event) => setMoved(Number(event.target.value))}
        onChange=${(/** @type {any} */ event) => ask(api.setThreshold(Number(event.target.value)))} />
      <output>${value === null ? '–' : value.toFixed(2)}</output></label>
    ${problem && html`<${Problem} message=${problem} />`}`;
}

/** How the board's model decides; of a board that was flashed from another computer only its presets' names are known. @param {Hello} hello */
function useDecision({ bundle, presets, preset }) {
  const [known, setKnown] = useState(/** @type {DecisionParams | null} */ (null));
  useEffect(() => {
    const isIts = (/** @type {api.Bundle} */ { manifest: { project: name, run } }) => `${name}/${run}` === bundle;
    setKnown(null);
    api.listBundles().then((bundles) => {
      const found = bundles.find(isIts);
      setKnown(found ? decisionOf(/** @type {any} */ (found.manifest)) : null);
    }, learnFrom);
  }, [bundle]);
  const names = presets ?? Object.keys(known?.presets ?? {}); // older firmware does not name them
  const offered = Object.fromEntries(names.map((name) => [name, known?.presets[name] ?? { false_accepts_per_hour: null, thresholds: {} }]));
  return { n_smooth: 0, refractory: 0, preset: known?.preset ?? preset ?? names[0] ?? '', presets: offered, chosen_on: known?.chosen_on ?? null };
}

/** Where a preset has the same threshold for every word. @param {DecisionParams} decision @param {string} preset */
function commonThreshold({ presets }, preset) {
  const [first = null, ...others] = Object.values(presets[preset]?.thresholds ?? {});
  return others.every((other) => other === first) ? first : null;
}

/** @param {{ current: Board }} props */
const Facts = ({ current: { hello, port } }) => hello && html`
  <details><summary>${t('The board and its port')}</summary><div class="stack">
    <dl class="results">
      <dt>${t('Port')}</dt><dd>${port}</dd>
      <dt>${t('Firmware')}</dt><dd>${hello.firmware}</dd>
      <dt>${t('Model')}</dt><dd>${hello.bundle}</dd>
      <dt>${t('Runtime')}</dt><dd>${hello.runtime === 'tflm' ? t('TFLM interpreter') : t('generated C++')}</dd>
      <dt>${t('Arena')}</dt><dd>${(hello.arena_bytes / 1000).toFixed(1)} kB</dd>
    </dl>
    <${PortChooser} />
  </div></details>`;

function PortChooser() {
  const [ports, setPorts] = useState(/** @type {api.Ports | null} */ (null));
  const [problem, setProblem] = useState('');
  async function ask(/** @type {Promise<api.Ports>} */ answer) {
    try {
      setPorts(await answer);
      setProblem('');
    } catch (error) {
      learnFrom(error);
      setProblem(sentence(error));
    }
  }
  useEffect(() => { ask(api.listPorts()); }, []);
  return html`
    <label class="field"><span>${t('Choose a port')}</span>
      <select value=${ports?.chosen ?? ''} onFocus=${() => ask(api.listPorts())} onChange=${(/** @type {any} */ event) => ask(api.choosePort(event.target.value || null))}>
        <option value="">${t('Search for an Arduino')}</option>
        ${ports?.ports.map(({ name, description }) => html`<option value=${name}>${name}: ${description}</option>`)}
      </select>
    </label>
    ${problem && html`<${Problem} message=${problem} />`}`;
}

/** Recording with the microphone that will listen. */
function Desk() {
  const current = useStore(project);
  const { project: name, label, labels: known, speaker } = useStore(settings);
  const labels = known[name] ?? [];
  const chosen = labels.includes(label) ? label : labels[0] ?? '';
  const { recording, problem, recorded, record } = useRecording();
  const n = countOf(current, chosen);
  return html`
    <div class="stack desk">
      <h2>${t('Record on the board')}</h2>
      <p class="small quiet">${t('A model hears best through the microphone that it has learned from. The clips land in project {name}.', { name })}</p>
      ${labels.length
        ? html`<${LabelChips} label=${chosen} labels=${labels} project=${name} disabled=${recording} />`
        : html`<${AddLabel} project=${name} labels=${labels} />`}
      ${problem && html`<${Problem} message=${problem} />`}
      ${chosen && html`
        <div class="action">
          <button class=${`button ${recording ? 'recording' : 'primary'}`} type="button" disabled=${recording}
            onClick=${() => record({ project: name, label: chosen, ms: RECORD_MS, speaker: speaker.trim() })}><${Icon} name="record" />
            ${recording ? t('Recording on the board') : t('Record {seconds} s of {label}', { seconds: RECORD_MS / 1000, label: chosen })}</button>
        </div>
        <h3>${t('Clips of {label}', { label: chosen })}</h3>
        ${n === 0
          ? html`<p class="quiet">${t('The first clip of {label} will stand here.', { label: chosen })} ${t('{n} make a good start.', { n: GOOD })}</p>`
          : html`<${ClipList} key=${`${chosen} ${recorded}`} project=${name} label=${chosen} labels=${labels} onChange=${refreshProject} />`}`}
    </div>`;
}

function useRecording() {
  const [recording, setRecording] = useState(false);
  const [problem, setProblem] = useState('');
  const [recorded, setRecorded] = useState(0);
  async function record(/** @type {{ project: string, label: string, ms: number, speaker: string }} */ what) {
    setRecording(true);
    setProblem('');
    announce(t('Recording {label} on the board.', { label: what.label }));
    try {
      await api.createProject(what.project);
      await api.recordOnBoard(what);
      await refreshProject();
      setRecorded((/** @type {number} */ n) => n + 1);
      announce(t('Recorded {label}.', { label: what.label }));
    } catch (error) {
      learnFrom(error);
      setProblem(sentence(error));
    }
    setRecording(false);
  }
  return { recording, problem, recorded, record };
}
