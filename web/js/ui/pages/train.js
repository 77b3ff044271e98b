/** Train and evaluate: enough clips, or photos? start, watch, judge. */

import { html, useEffect, useState } from '../../../vendor/preact.js';
import * as api from '../../data/api.js';
import { learnFrom } from '../../data/access.js';
import { followJob } from '../../data/jobs.js';
import { GOOD, RESERVED, project, refreshProject } from '../../data/project.js';
import { remember, settings } from '../../data/settings.js';
import { useStore } from '../../data/store.js';
import { announce } from '../parts/announce.js';
import { Curves } from '../parts/curves.js';
import { Icon } from '../parts/icons.js';
import { count, counted } from '../parts/kind.js';
import { labelColour } from '../parts/label.js';
import { Mistakes } from '../parts/mistakes.js';
import { AccessNotice, Problem, QueueNotice, Welcome } from '../parts/notices.js';
import { Page } from '../parts/page.js';
import { Results } from '../parts/results.js';
import { addressOf, route } from '../router.js';

const STAGES = ['features', 'train', 'convert', 'evaluate'];
const UNFINISHED = ['queued', 'running'];

/** @param {unknown} error */
const sentence = (error) => (error instanceof Error ? error.message : String(error));

export function TrainPage() {
  const { query } = useStore(route);
  const { project: name } = useStore(settings);
  const current = useStore(project);
  const [jobs, setJobs] = useState(/** @type {api.Job[]} */ ([]));
  const id = query.get('job');

  async function refresh() {
    await refreshProject();
    try {
      const all = await api.listJobs();
      setJobs(all.filter((job) => job.project === name));
    } catch (error) {
      learnFrom(error);
    }
  }
  useEffect(() => { refresh(); }, [id]);
  const running = jobs.find((/** @type {api.Job} */ job) => UNFINISHED.includes(job.state));
  const shown = id ?? running?.id;

  return html`
    <${Page} path="/train" title="Train" state=${html`Project <strong>${name}</strong>${current && `: ${counted(current.n_clips, current.kind)}, ${count(current.labels.length, 'label')}`}`}>
      <${AccessNotice} />
      <${QueueNotice} />
      ${shown ? html`<${Run} id=${shown} key=${shown} onEnd=${refresh} />` : current && html`<${Start} current=${current} />`}
      <${EarlierRuns} jobs=${jobs.filter((/** @type {api.Job} */ job) => job.id !== shown)} />
    <//>`;
}

/** What differs between words and pictures before a run. `least`: labels that have to be chosen; words are told from `unknown` too.
 *  @type {Record<api.Kind, { invitation: string, start: string, least: number, choose: string, labels: string }>} */
const STARTS = {
  speech: { invitation: 'A model learns from clips. Record two words, and some others to tell them from.', start: 'Record words', least: 1, choose: 'Choose a word', labels: 'words' },
  vision: { invitation: 'A model learns from photos. Take some of two things, to tell one from the other.', start: 'Take photos', least: 2, choose: 'Choose two things', labels: 'things' },
};

/** Whether a label is in every model without being chosen. @param {api.Project} project @param {string} label */
const isFixed = ({ kind }, label) => kind === 'speech' && RESERVED.includes(label);

/** @param {{ current: api.Project }} props */
function Start({ current }) {
  const says = STARTS[current.kind];
  const free = current.labels.map(({ label }) => label).filter((label) => !isFixed(current, label));
  const [left, setLeft] = useState(/** @type {string[]} */ ([]));
  const [problem, setProblem] = useState('');
  const [starting, setStarting] = useState(false);
  const chosen = free.filter((label) => !left.includes(label));

  async function start() {
    setStarting(true);
    setProblem('');
    try {
      const job = await api.startTraining(current.name, { labels: chosen });
      location.hash = addressOf('/train', { job: job.id });
    } catch (error) {
      learnFrom(error);
      setProblem(sentence(error));
    }
    setStarting(false);
  }
  const toggle = (/** @type {string} */ label) => setLeft(left.includes(label) ? left.filter((/** @type {string} */ other) => other !== label) : [...left, label]);

  if (!current.labels.length) {
    return html`<${Welcome} sentence=${says.invitation}><a class="button primary" href="#/record">${says.start}</a><//>`;
  }
  const longest = Math.max(GOOD, ...current.labels.map(({ n_clips }) => n_clips));
  return html`
    <ul class="card tight labels" aria-label="Labels to train">
      ${current.labels.map((counts) => html`
        <${LabelRow} key=${counts.label} counts=${counts} project=${current} longest=${longest}
          checked=${!left.includes(counts.label)} onToggle=${() => toggle(counts.label)} />`)}
    </ul>
    ${current.kind === 'speech' && html`<${OtherMicrophone} counts=${current.labels.filter(({ label }) => chosen.includes(label) || RESERVED.includes(label))} />`}
    ${problem && html`<${Problem} message=${problem} />`}
    <div class="action">
      <button class="button primary" type="button" disabled=${starting || chosen.length < says.least} onClick=${start}><${Icon} name="train" />
        ${chosen.length >= says.least ? `Train ${chosen.length <= 3 ? chosen.join(', ') : `${chosen.length} ${says.labels}`}` : says.choose}</button>
    </div>`;
}

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
  const by = counts.some(({ sources }) => Object.keys(sources ?? {}).some((source) => !['board', 'microphone'].includes(source))) ? 'elsewhere' : 'by phones';
  return html`
    <div class="notice warning">
      <p>${others} of ${all} clips ${others === 1 ? 'was' : 'were'} recorded ${by}; the board listens with another microphone. <a href="#/board">Record some on the board.</a></p>
    </div>`;
}

/** @param {api.LabelCount} counts @param {api.Project} project */
function missing({ label, n_clips }, project) {
  if (isFixed(project, label)) return 'always in: what the model learns to leave alone';
  const { kind, minimum } = project;
  const clips = counted(n_clips, kind);
  if (n_clips < minimum) return `label ${label} has ${clips}; ${minimum} is the least, ${GOOD} is good`;
  if (n_clips < GOOD) return `${clips}; ${GOOD} is good`;
  return `${clips}: a good start`;
}

/** @param {{ counts: api.LabelCount, project: api.Project, longest: number, checked: boolean, onToggle: () => void }} props */
function LabelRow({ counts, project: current, longest, checked, onToggle }) {
  const { label, n_clips } = counts;
  const { name, labels, minimum } = current;
  const fixed = isFixed(current, label);
  const background = labelColour(label, name, labels.map((other) => other.label));
  return html`
    <li>
      <label class=${`label-row ${fixed ? 'fixed' : ''}`}>
        <input type="checkbox" checked=${fixed || checked} disabled=${fixed} onChange=${onToggle} />
        <strong>${label}</strong><span class="numbers">${n_clips}</span>
        <span class="bar" aria-hidden="true"><i style=${{ background, transform: `scaleX(${n_clips / longest})` }}></i></span>
        <span class=${`hint small ${!fixed && n_clips < minimum ? 'warn' : 'quiet'}`}>${missing(counts, current)}</span>
      </label>
    </li>`;
}

/** One training run, while it runs and after. @param {{ id: string, onEnd: () => void }} props */
function Run({ id, onEnd }) {
  const [job, setJob] = useState(/** @type {api.Job | null} */ (null));
  const [events, setEvents] = useState(/** @type {Record<string, any>[]} */ ([]));
  const [connected, setConnected] = useState(true);
  const [manifest, setManifest] = useState(/** @type {Record<string, any> | null} */ (null));
  const [problem, setProblem] = useState('');

  async function read() {
    try {
      const found = await api.readJob(id);
      setJob(found);
      if (found.bundle) setManifest(await api.readManifest(found.bundle));
      return found;
    } catch (error) {
      learnFrom(error);
      setProblem(sentence(error));
      return null;
    }
  }
  async function finish() {
    const found = await read();
    if (found?.state === 'done') announce('The training is finished.'); // of other ends the page's alert tells
    onEnd();
  }
  useEffect(() => {
    read();
    return followJob(id, ({ event }) => {
      if (event === null) finish();
      else setEvents((/** @type {Record<string, any>[]} */ before) => [...before, event]);
    }, setConnected);
  }, [id]);
  const firstEvent = events.length > 0;
  useEffect(() => { if (firstEvent && job?.state === 'queued') read(); }, [firstEvent]);

  if (problem) return html`<${Problem} message=${problem} /><div class="action"><a class="button primary" href="#/train">Back to the labels</a></div>`;
  if (!job) return null;
  const unfinished = UNFINISHED.includes(job.state);
  const tryIt = () => remember({ bundle: job.bundle ?? '' });
  return html`
    ${unfinished ? html`<${Progress} job=${job} events=${events} connected=${connected} />` : html`<${Outcome} job=${job} />`}
    ${manifest && html`<${Results} manifest=${manifest} />`}
    ${manifest?.mistakes && html`<${Mistakes} manifest=${manifest} />`}
    ${events.filter(({ event }) => event === 'warning').map(({ detail }) => html`<div class="notice warning"><p>${detail}</p></div>`)}
    <${Curves} epochs=${events.filter(({ event }) => event === 'epoch')} />
    <details><summary>Log</summary><pre class="log" tabindex="0">${events.map((event) => JSON.stringify(event)).join('\n')}</pre></details>
    <div class="action">
      ${unfinished && html`<button class="button" type="button" onClick=${() => api.cancelJob(id).catch((error) => setProblem(sentence(error)))}>Cancel</button>`}
      ${!unfinished && job.bundle && html`<a class="button primary" href=${addressOf('/live', { bundle: job.bundle })} onClick=${tryIt}><${Icon} name="live" />Try it live</a>`}
      ${!unfinished && html`<a class=${`button ${job.bundle ? 'small' : 'primary'}`} href="#/train">Train again</a>`}
    </div>`;
}

/** @type {Record<string, string>} */
const ENDS = {
  failed: 'The training failed.',
  cancelled: 'The training was cancelled.',
  interrupted: 'The training was interrupted.',
};

/** @param {{ job: api.Job }} props */
function Outcome({ job }) {
  if (!(job.state in ENDS)) return null;
  return html`<${Problem} message=${`${ENDS[job.state]}${job.detail ? ` ${api.asSentence(job.detail)}` : ''}`} />`;
}

/** @param {{ job: api.Job, events: Record<string, any>[], connected: boolean }} props */
function Progress({ job, events, connected }) {
  const stage = events.findLast(({ event }) => event === 'stage');
  const epoch = events.findLast(({ event }) => event === 'epoch');
  const at = STAGES.indexOf(stage?.stage);
  const waits = job.state === 'queued' && !events.length;
  return html`
    <section class="card tight stack" aria-label="Progress">
      <p role="status"><strong>${waits ? 'It waits for the run before it.' : stage?.detail ?? 'It starts.'}</strong></p>
      ${epoch && html`<div class="bar" aria-hidden="true"><i style=${{ transform: `scaleX(${epoch.epoch / epoch.epochs})` }}></i></div>
        <p class="small quiet numbers">Epoch ${epoch.epoch} of ${epoch.epochs}</p>`}
      <ol class="stages">
        ${STAGES.map((name, i) => html`<li class=${i < at ? 'past' : ''} aria-current=${i === at ? 'step' : null}>${name}</li>`)}
      </ol>
      ${!connected && html`<p class="small warn">The connection broke. The training goes on; this page joins it again by itself.</p>`}
    </section>`;
}

/** @param {{ jobs: api.Job[] }} props */
function EarlierRuns({ jobs }) {
  if (!jobs.length) return null;
  return html`
    <section>
      <h2>Earlier runs</h2>
      <ul class="clips">
        ${jobs.map((job) => html`
          <li class="spread" key=${job.id}>
            <span class="what"><strong>${(job.config.labels ?? []).join(', ')}</strong> <span class="small quiet numbers">${new Date(job.created_at).toLocaleString()}, ${job.state}</span></span>
            <a class="button bare" href=${addressOf('/train', { job: job.id })}>Open<span class="spoken"> the run of ${new Date(job.created_at).toLocaleString()}</span></a>
          </li>`)}
      </ul>
    </section>`;
}
