/** One search, while it runs and after: how far it is, what it has found, and what can be taken of it. */

import { html, useEffect, useState } from '../../../../vendor/preact.js';
import { learnFrom } from '../../../data/access.js';
import * as api from '../../../data/api.js';
import { followJob } from '../../../data/jobs.js';
import { ended, frontOf, judged, readSearch, remaining, startSearch, takeResult, withTrial } from '../../../data/search.js';
import { UNFINISHED } from '../../../data/train.js';
import { t, tn, told } from '../../i18n.js';
import { announce } from '../announce.js';
import { Problem } from '../notices.js';
import { bytes, millions, sentence, words } from '../train/figures.js';
import { Pareto } from './pareto.js';
import { Trials } from './trials.js';
import { accuracyOf, amount, frontEndOf, lasting, networkOf } from './words.js';

/** @typedef {import('../../../data/search.js').Trial} Trial */
/** @typedef {import('../../../data/search.js').Setup} Setup */

/** The trials, as they come. @param {string} project @param {string} name @param {boolean} begun @param {api.Job | undefined} job @param {() => void} onChange */
function useSearch(project, name, begun, job, onChange) {
  const [trials, setTrials] = useState(/** @type {Trial[] | null} */ (null));
  const [setup, setSetup] = useState(/** @type {Setup | null} */ (null));
  const [problem, setProblem] = useState('');
  const [connected, setConnected] = useState(true);
  useEffect(() => {
    if (!begun) return; // it waits for another job
    readSearch(project, name).then((found) => {
      setSetup(found.setup);
      setTrials((/** @type {Trial[] | null} */ before) => (before ?? []).reduce(withTrial, found.trials));
    }, (error) => {
      learnFrom(error);
      setProblem(sentence(error));
    });
  }, [project, name, begun, job?.state]);
  useEffect(() => (job && UNFINISHED.includes(job.state) ? followJob(job.id, ({ event }) => {
    if (event === null || event.event === 'start') onChange();
    else if (event.event === 'trial') setTrials((/** @type {Trial[] | null} */ before) => withTrial(before ?? [], /** @type {any} */ (event)));
  }, setConnected) : undefined), [job?.id]);
  return { trials, setup, problem, connected, setProblem };
}

/** What can be done with a search. `taken`: the trial that has become the project's.
 *  @param {{ project: string, name: string, wanted: number, job: api.Job | undefined, setup: Setup | null, onChange: () => void, onProblem: (sentence: string) => void }} of */
function useActions({ project, name, wanted, job, setup, onChange, onProblem }) {
  const [taken, setTaken] = useState(/** @type {number | null} */ (null));
  const [busy, setBusy] = useState(false);
  async function attempt(/** @type {() => Promise<unknown>} */ task) {
    setBusy(true);
    onProblem('');
    try {
      await task();
    } catch (error) {
      learnFrom(error);
      onProblem(sentence(error));
    }
    setBusy(false);
  }
  const stop = () => attempt(async () => { await api.cancelJob(job?.id ?? ''); onChange(); });
  const goOn = () => attempt(async () => {
    const { labels, epochs, seed, limits } = /** @type {Setup} */ (setup);
    await startSearch(project, { labels, epochs, seed, limits, name, trials: wanted, workers: job?.config.workers ?? 1 });
    onChange();
  });
  const use = (/** @type {Trial} */ trial) => attempt(async () => {
    await takeResult(project, trial);
    setTaken(trial.number);
    announce(t('Trial {n} is the project\'s front end and design now.', { n: trial.number }));
  });
  return { busy, taken, stop, goOn, use };
}

/** @param {{ project: string, name: string, begun: boolean, wanted: number, job: api.Job | undefined, onChange: () => void }} props `begun`: the database knows it; `job`: the last one that worked on it here */
export function Shown({ project, name, begun, wanted, job, onChange }) {
  const { trials, setup, problem, connected, setProblem } = useSearch(project, name, begun, job, onChange);
  const [chosen, setChosen] = useState(/** @type {number | null} */ (null));
  const config = job?.config ?? {};
  const runs = job !== undefined && UNFINISHED.includes(job.state);
  const all = trials ?? [];
  const front = frontOf(all);
  const selected = judged(all).find(({ number }) => number === chosen) ?? front[front.length - 1];
  const number = selected?.number ?? null;
  const limits = setup?.limits ?? config.limits;

  const { busy, taken, stop, goOn, use } = useActions({ project, name, wanted, job, setup, onChange, onProblem: setProblem });
  const isWhole = ended(all) >= wanted;
  return html`
    ${problem && html`<${Problem} message=${told(api.asSentence(problem))} />`}
    ${job?.state === 'failed' && job.detail && html`<${Problem} message=${told(api.asSentence(job.detail))} />`}
    <${State} trials=${all} wanted=${wanted} workers=${config.workers ?? 1} runs=${runs} waits=${job?.state === 'queued'} connected=${connected} />
    ${limits && html`<p class="small quiet">${t('{labels}. At most {ram} of RAM, {flash} of flash, {instructions} instructions.', { labels: words(setup?.labels ?? config.labels), ram: bytes(limits.ram_bytes), flash: bytes(limits.flash_bytes), instructions: millions(limits.instructions) })}</p>`}
    <div class="search-columns">
      ${limits && html`<${Pareto} trials=${all} limit=${limits.instructions} chosen=${number} onChoose=${setChosen} />`}
      ${selected && html`<${Selected} trial=${selected} limits=${limits} taken=${taken === number} />`}
    </div>
    ${all.length > 0 && html`<${Trials} trials=${all} front=${front.map((trial) => trial.number)} chosen=${number} onChoose=${setChosen} />`}
    ${!runs && html`<p><a class="button bare" href="#/search">${t('All searches')}</a></p>`}
    <div class="action">
      ${runs && html`<button class=${`button ${selected ? 'small' : 'primary'}`} type="button" disabled=${busy} onClick=${stop}>${t('Stop')}</button>`}
      ${!runs && !isWhole && setup && html`<button class=${`button ${selected ? 'small' : 'primary'}`} type="button" disabled=${busy} onClick=${goOn}>${t('Go on')}</button>`}
      ${selected && (taken === number ? html`<a class="button primary" href="#/train">${t('Train it in full')}</a>`
        : html`<button class="button primary" type="button" disabled=${busy} onClick=${() => use(selected)}>${t('Use trial {n}', { n: selected.number })}</button>`)}
    </div>`;
}

/** @param {{ trials: Trial[], wanted: number, workers: number, runs: boolean, waits: boolean, connected: boolean }} props */
function State({ trials, wanted, workers, runs, waits, connected }) {
  const done = ended(trials);
  const left = remaining(trials, wanted, workers);
  const under = trials.filter(({ state }) => state === 'running');
  return html`
    <section class="card tight stack close" aria-label=${t('Progress')}>
      <p role="status"><strong class="numbers">${waits ? t('It waits for the job before it.') : t('{done} of {wanted} trials', { done, wanted })}</strong></p>
      <div class="bar" aria-hidden="true"><i style=${{ transform: `scaleX(${Math.min(1, done / wanted)})` }}></i></div>
      ${runs && !waits && html`<p class="small quiet numbers">${under.length ? tn(under.length, '{n} trial runs.', '{n} trials run.') : t('It starts.')} ${left === null ? t('How long it takes is known after the first trials.') : t('About {time} to go.', { time: lasting(left) })}</p>`}
      ${!runs && done < wanted && html`<p class="small quiet">${t('It is stopped. It can go on where it was.')}</p>`}
      ${!connected && html`<p class="small warn">${t('The connection broke. The search goes on; this page joins it again by itself.')}</p>`}
    </section>`;
}

/** @param {{ trial: import('../../../data/search.js').Judged, limits: import('../../../data/search.js').Limits, taken: boolean }} props */
function Selected({ trial, limits, taken }) {
  const { cost } = trial;
  const share = (/** @type {'ram_bytes' | 'flash_bytes' | 'instructions'} */ key) => t('{n} of {limit}', { n: amount(cost[key], key), limit: amount(limits[key], key) });
  return html`
    <section class="card tight stack close" aria-live="polite" aria-label=${t('Trial {n}', { n: trial.number })}>
      <h2>${t('Trial {n}', { n: trial.number })}</h2>
      <dl class="results">
        <dt>${t('Accuracy')}</dt><dd>${accuracyOf(trial)}, ${tn(trial.n, '{n} validation clip', '{n} validation clips')}</dd>
        <dt>${t('Instructions')}</dt><dd>${share('instructions')}</dd>
        <dt>${t('RAM')}</dt><dd>${share('ram_bytes')}</dd>
        <dt>${t('Flash')}</dt><dd>${share('flash_bytes')}</dd>
        <dt>${t('On the board')}</dt><dd>${t('about {n} ms an inference', { n: Math.round(cost.milliseconds) })}</dd>
        <dt>${t('Network')}</dt><dd>${networkOf(trial)}</dd>
        <dt>${t('Front end')}</dt><dd>${frontEndOf(trial)}</dd>
      </dl>
      ${taken ? html`<p class="good">${t('It is the project\'s front end and design now.')}</p>`
        : html`<p class="small quiet">${t('A trial learns for a few epochs only. Take it, then train it in full: it will hear better.')}</p>`}
    </section>`;
}
