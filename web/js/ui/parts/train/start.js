/** What a run is to learn, from which clips, and with what; then it starts. */

import { html, useEffect, useState } from '../../../../vendor/preact.js';
import { learnFrom } from '../../../data/access.js';
import * as api from '../../../data/api.js';
import { GOOD, RESERVED } from '../../../data/project.js';
import { DEFAULT_EPOCHS, FOLDS, readSettings, startFolds, startRun, wholeNumber } from '../../../data/train.js';
import { t, tn, told, tx } from '../../i18n.js';
import { addressOf } from '../../router.js';
import { Icon } from '../icons.js';
import { counted } from '../kind.js';
import { labelColour } from '../label.js';
import { Problem, Welcome } from '../notices.js';
import { sentence } from './figures.js';

const MAX_EPOCHS = 500;
const MAX_SEED = 2 ** 31 - 1;

/** What differs between words and pictures before a run. `least`: labels that have to be chosen; words are told from `unknown` too. */
const starts = () => ({
  speech: {
    invitation: t('A model learns from clips. Record two words, and some others to tell them from.'), start: t('Record words'),
    least: 1, choose: t('Choose a word'), many: (/** @type {number} */ n) => tn(n, 'Train {n} word', 'Train {n} words'),
  },
  vision: {
    invitation: t('A model learns from photos. Take some of two things, to tell one from the other.'), start: t('Take photos'),
    least: 2, choose: t('Choose two things'), many: (/** @type {number} */ n) => tn(n, 'Train {n} thing', 'Train {n} things'),
  },
});

/** Whether a label is in every model without being chosen. @param {api.Project} project @param {string} label */
const isFixed = ({ kind }, label) => kind === 'speech' && RESERVED.includes(label);

/** @typedef {{ epochs: string, seed: string }} Typed */

/** What was typed, as numbers. Throws with the sentence that says what is wrong. @param {Typed} typed */
function checked({ epochs, seed }) {
  const found = { epochs: wholeNumber(epochs, 1, MAX_EPOCHS), seed: wholeNumber(seed, 0, MAX_SEED) };
  if (found.epochs === null) throw new Error(t('Epochs must be a whole number from 1 to {n}.', { n: MAX_EPOCHS }));
  if (found.seed === null) throw new Error(t('The seed must be a whole number from 0 to {n}.', { n: MAX_SEED }));
  return { ...(found.epochs !== undefined && { epochs: found.epochs }), ...(found.seed !== undefined && { seed: found.seed }) };
}

/** Starts a job once, and goes to it. */
function useStarting() {
  const [problem, setProblem] = useState('');
  const [starting, setStarting] = useState(false);
  async function start(/** @type {() => Promise<api.Job>} */ send) {
    setStarting(true);
    setProblem('');
    try {
      const job = await send();
      location.hash = addressOf('/train', { job: job.id });
    } catch (error) {
      learnFrom(error);
      setProblem(sentence(error));
    }
    setStarting(false);
  }
  return { problem, starting, start };
}

/** @param {{ current: api.Project }} props */
export function Start({ current }) {
  const { kind, labels, name } = current;
  const says = starts()[kind];
  const free = labels.map(({ label }) => label).filter((label) => !isFixed(current, label));
  const [left, setLeft] = useState(/** @type {string[]} */ ([]));
  const [typed, setTyped] = useState(/** @type {Typed} */ ({ epochs: '', seed: '' }));
  const [folds, setFolds] = useState(FOLDS.usual);
  const { problem, starting, start } = useStarting();
  const chosen = free.filter((label) => !left.includes(label));
  const train = () => start(async () => startRun(name, { labels: chosen, ...checked(typed) }));
  const validate = () => start(async () => startFolds(name, { labels: chosen, folds, ...checked(typed) }));
  const toggle = (/** @type {string} */ label) => setLeft(left.includes(label) ? left.filter((/** @type {string} */ other) => other !== label) : [...left, label]);

  if (!labels.length) {
    return html`<${Welcome} sentence=${says.invitation}><a class="button primary" href="#/record">${says.start}</a><//>`;
  }
  const longest = Math.max(GOOD, ...labels.map(({ n_clips }) => n_clips));
  const enough = chosen.length >= says.least;
  return html`
    <div class="columns flat">
      <div class="desk stack">
        <ul class="card tight labels" aria-label=${t('Labels to train')}>
          ${labels.map((counts) => html`
            <${LabelRow} key=${counts.label} counts=${counts} project=${current} longest=${longest}
              checked=${!left.includes(counts.label)} onToggle=${() => toggle(counts.label)} />`)}
        </ul>
        ${kind === 'speech' && html`<${OtherMicrophone} counts=${labels.filter(({ label }) => chosen.includes(label) || RESERVED.includes(label))} />`}
        ${problem && html`<${Problem} message=${told(problem)} />`}
        <div class="action">
          <button class="button primary" type="button" disabled=${starting || !enough} onClick=${train}><${Icon} name="train" />
            ${!enough ? says.choose : chosen.length <= 3 ? t('Train {labels}', { labels: chosen.join(', ') }) : says.many(chosen.length)}</button>
        </div>
      </div>
      <div class="stack">
        <${Means} project=${name} kind=${kind} />
        <section class="card tight" aria-label=${t('Settings of the run')}>
          <details><summary>${t('Epochs and seed')}</summary>
            <${HowLong} kind=${kind} typed=${typed} onType=${setTyped} />
          </details>
          ${kind === 'speech' && html`
            <details><summary>${t('Few clips? Cross-validate')}</summary>
              <${InFolds} folds=${folds} onFolds=${setFolds} disabled=${starting || !enough} onStart=${validate} />
            </details>`}
        </section>
      </div>
    </div>`;
}

/** With which preprocessing and which network. @param {{ project: string, kind: api.Kind }} props */
function Means({ project, kind }) {
  const [found, setFound] = useState(/** @type {import('../../../data/train.js').ProjectSettings | null} */ (null));
  useEffect(() => {
    if (kind === 'speech') readSettings(project).then(setFound, learnFrom);
  }, [project, kind]);
  if (kind === 'vision') {
    return html`<section class="card tight stack close" aria-label=${t('What it learns with')}>
      <p>${tx('Photos of 224 by 224 pixels go through {network}; its last layer learns your things.', { network: html`<strong>EfficientNet-Lite0</strong>` })}</p></section>`;
  }
  const own = found?.design && (found.design.preset ?? found.design.name ?? t('your own'));
  return html`
    <section class="card tight" aria-label=${t('What it learns with')}>
      <p class="spread"><span>${t('Preprocessing')}<br /><strong>${found?.params_changed ? t('this project\'s own, {crc}', { crc: found.params_crc32 }) : t('the usual one')}</strong></span>
        <a class="button bare" href="#/preprocess" aria-label=${t('Change the preprocessing')}>${t('Change')}</a></p>
      <p class="spread"><span>${t('Design')}<br /><strong>${own ?? t('the usual one, {preset}', { preset: found?.network.name ?? '' })}</strong></span>
        <a class="button bare" href="#/design" aria-label=${t('Change the design')}>${t('Change')}</a></p>
      ${found && html`<p class="small quiet">${found.network.head_start
        ? t('It begins with a head start: with a body that can tell hundreds of words apart already.')
        : t('It begins from scratch: a head start is there for the presets medium and small with the usual preprocessing.')}</p>`}
    </section>`;
}

/** @param {{ kind: api.Kind, typed: Typed, onType: (typed: Typed) => void }} props */
const HowLong = ({ kind, typed, onType }) => html`
  <div class="pair">
    <label class="field"><span>${t('Epochs')}</span>
      <input type="text" inputmode="numeric" autocomplete="off" value=${typed.epochs} placeholder=${DEFAULT_EPOCHS[kind]} onInput=${(/** @type {any} */ event) => onType({ ...typed, epochs: event.target.value })} /></label>
    <label class="field"><span>${t('Seed')}</span>
      <input type="text" inputmode="numeric" autocomplete="off" value=${typed.seed} placeholder="1" onInput=${(/** @type {any} */ event) => onType({ ...typed, seed: event.target.value })} /></label>
  </div>
  <p class="small quiet">${t('An epoch is one pass over the training clips. The weights of the best late epoch are kept, and a run ends early when nothing more is gained. The same seed and the same clips give the same model; another seed shows how much is chance.')}</p>`;

/** @param {{ folds: number, onFolds: (folds: number) => void, disabled: boolean, onStart: () => void }} props */
const InFolds = ({ folds, onFolds, disabled, onStart }) => html`
  <div class="stack">
    <p class="small quiet">${t('A test split of a few clips says little. Cross-validation deals all clips into folds, trains a model without each of them and judges it on that one: every clip counts once. It takes as long as that many runs, and makes no model to use.')}</p>
    <div class="row">
      <label class="row"><span>${t('Folds')}</span>
        <select class="fit" value=${folds} onChange=${(/** @type {any} */ event) => onFolds(Number(event.target.value))}>
          ${Array.from({ length: FOLDS.most - FOLDS.least + 1 }, (_, i) => FOLDS.least + i).map((n) => html`<option value=${n} selected=${n === folds}>${n}</option>`)}
        </select></label>
      <button class="button" type="button" disabled=${disabled} onClick=${onStart}>${t('Cross-validate')}</button>
    </div>
  </div>`;

/** A word sounds different through every microphone: told where a board will listen and others have recorded.
 *  @param {{ counts: api.LabelCount[] }} props */
function OtherMicrophone({ counts }) {
  const [listens, setListens] = useState(false);
  useEffect(() => {
    api.readBoard().then((board) => setListens(board.connected && !board.virtual)).catch(learnFrom);
  }, []);
  const all = counts.reduce((sum, { n_clips }) => sum + n_clips, 0);
  const others = all - counts.reduce((sum, { sources }) => sum + (sources?.board ?? 0), 0);
  if (!listens || !others) return null;
  const elsewhere = counts.some(({ sources }) => Object.keys(sources ?? {}).some((source) => !['board', 'microphone', 'live'].includes(source)));
  return html`
    <div class="notice warning">
      <p>${elsewhere ? tn(others, '{n} of {all} clips was recorded elsewhere; the board listens with another microphone.', '{n} of {all} clips were recorded elsewhere; the board listens with another microphone.', { all })
    : tn(others, '{n} of {all} clips was recorded by phones; the board listens with another microphone.', '{n} of {all} clips were recorded by phones; the board listens with another microphone.', { all })}
        ${' '}<a href="#/board">${t('Record some on the board.')}</a></p>
    </div>`;
}

/** @param {api.LabelCount} counts @param {api.Project} project */
function missing({ label, n_clips }, project) {
  if (isFixed(project, label)) return t('always in: what the model learns to leave alone');
  const { kind, minimum } = project;
  const clips = counted(n_clips, kind);
  if (n_clips < minimum) return t('label {label} has {clips}; {minimum} is the least, {good} is good', { label, clips, minimum, good: GOOD });
  if (n_clips < GOOD) return t('{clips}; {good} is good', { clips, good: GOOD });
  return t('{clips}: a good start', { clips });
}

/** @param {{ counts: api.LabelCount, project: api.Project, longest: number, checked: boolean, onToggle: () => void }} props */
function LabelRow({ counts, project: current, longest, checked, onToggle }) {
  const { label, n_clips } = counts;
  const { name, labels, minimum } = current;
  const fixed = isFixed(current, label);
  const corrected = counts.sources?.live ?? 0;
  const background = labelColour(label, name, labels.map((other) => other.label));
  return html`
    <li>
      <label class=${`label-row ${fixed ? 'fixed' : ''}`}>
        <input type="checkbox" checked=${fixed || checked} disabled=${fixed} onChange=${onToggle} />
        <strong>${label}</strong><span class="numbers">${n_clips}</span>
        <span class="bar" aria-hidden="true"><i style=${{ background, transform: `scaleX(${n_clips / longest})` }}></i></span>
        <span class=${`hint small ${!fixed && n_clips < minimum ? 'warn' : 'quiet'}`}>${missing(counts, current)}${corrected > 0 && `; ${t('{n} corrected on Live', { n: corrected })}`}</span>
      </label>
    </li>`;
}
