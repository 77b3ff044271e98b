/** One job of training, while it runs and after: of a model, or of a cross-validation. */

import { html, useEffect, useState } from '../../../../vendor/preact.js';
import { learnFrom } from '../../../data/access.js';
import * as api from '../../../data/api.js';
import { followJob } from '../../../data/jobs.js';
import { remember } from '../../../data/settings.js';
import { UNFINISHED } from '../../../data/train.js';
import { t, told } from '../../i18n.js';
import { addressOf } from '../../router.js';
import { announce } from '../announce.js';
import { Curves } from '../curves.js';
import { Icon } from '../icons.js';
import { Mistakes } from '../mistakes.js';
import { Problem } from '../notices.js';
import { Results } from '../results.js';
import { sentence } from './figures.js';
import { Folds } from './folds.js';

/** @typedef {Record<string, any>} Event  of DESIGN.md, "Training events" */

const stages = () => [['features', t('features')], ['speak', t('voices')], ['train', t('train')], ['convert', t('convert')], ['evaluate', t('evaluate')]];

/** A job as it goes on. @param {string} id @param {() => void} onEnd */
function useJob(id, onEnd) {
  const [job, setJob] = useState(/** @type {api.Job | null} */ (null));
  const [events, setEvents] = useState(/** @type {Event[]} */ ([]));
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
    if (found?.state === 'done') announce(t('The training is finished.')); // of other ends the page's alert tells
    onEnd();
  }
  useEffect(() => {
    read();
    return followJob(id, ({ event }) => {
      if (event === null) finish();
      else setEvents((/** @type {Event[]} */ before) => [...before, event]);
    }, setConnected);
  }, [id]);
  const firstEvent = events.length > 0;
  useEffect(() => { if (firstEvent && job?.state === 'queued') read(); }, [firstEvent]);
  const cancel = () => api.cancelJob(id).catch((error) => setProblem(sentence(error)));
  return { job, events, connected, manifest, problem, cancel };
}

/** What is going on. @param {Event} event of a stage @param {boolean} vision whether photos are learned */
function stageText({ stage, n, of, detail }, vision) {
  if (stage === 'features' && of) return vision ? t('{n} of {of} photos looked at', { n, of }) : t('{n} of {of} clips read', { n, of });
  if (stage === 'speak' && of) return t('{n} of {of} words spoken by synthetic voices', { n, of });
  if (stage === 'train' && n) return t('{n} parameters learn', { n });
  if (stage === 'convert') return vision ? t('The network with its new last layer, for the browser') : t('int8 for the board, TF.js for the phone, each checked against Keras');
  if (stage === 'evaluate' && of) return t('{n} of {of} minutes without your words listened to', { n, of });
  if (stage === 'evaluate') return vision ? t('Judged on photos that were not trained on') : t('Float and int8 judged on clips that were not trained on');
  return detail;
}

/** @param {Event} event */
function warningText({ code, labels, detail }) {
  if (code === 'no_other_words') return t('There are no clips of other words: it can learn from synthetic voices only what is none of yours. Record some other words, too.');
  if (code === 'no_voices') return t('There are no synthetic voices on this computer, or they fell silent: it learns from your recordings alone.');
  if (code === 'few_bursts') return t('The photos of {labels} come from fewer than three bursts. Photos of one burst look alike, so the accuracy is flattering. Take some more in another place or light.', { labels: labels.join(', ') });
  return detail;
}

/** @param {{ id: string, onEnd: () => void }} props */
export function Run({ id, onEnd }) {
  const { job, events, connected, manifest, problem, cancel } = useJob(id, onEnd);
  if (problem) return html`<${Problem} message=${told(problem)} /><div class="action"><a class="button primary" href="#/train">${t('Back to the labels')}</a></div>`;
  if (!job) return null;
  const unfinished = UNFINISHED.includes(job.state);
  const tryIt = () => remember({ bundle: job.bundle ?? '' });
  return html`
    ${unfinished ? html`<${Progress} job=${job} events=${events} connected=${connected} />` : html`<${Outcome} job=${job} />`}
    ${job.kind === 'kfold' && html`<${Folds} job=${job} events=${events} />`}
    ${manifest && html`<${Results} manifest=${manifest} />`}
    ${manifest && html`<div class="spread wrap"><${Stopped} training=${manifest.training ?? {}} /><a class="button" href="#/train">${t('Train again')}</a></div>`}
    ${manifest?.mistakes && html`<${Mistakes} manifest=${manifest} />`}
    ${events.filter(({ event }) => event === 'warning').map((event) => html`<div class="notice warning"><p>${warningText(event)}</p></div>`)}
    ${job.kind === 'train' && html`<${Curves} epochs=${events.filter(({ event }) => event === 'epoch')} best=${manifest?.training?.best_epoch} />`}
    <details><summary>${t('Log')}</summary><pre class="log" tabindex="0">${events.map((event) => JSON.stringify(event)).join('\n')}</pre></details>
    <div class="action">
      ${unfinished && html`<button class="button" type="button" onClick=${cancel}>${t('Cancel')}</button>`}
      ${job.bundle && html`
        <a class="button primary" href=${addressOf('/evaluate', { bundle: job.bundle })} onClick=${tryIt}><${Icon} name="evaluate" />${t('Evaluate')}</a>
        <a class="button small" href=${addressOf('/live', { bundle: job.bundle })} onClick=${tryIt}>${t('Try it live')}</a>`}
      ${!unfinished && !job.bundle && html`<a class="button primary" href="#/train">${t('Train again')}</a>`}
    </div>`;
}

/** With what it began, where it stopped, and why. What an older Nestling has trained does not tell. @param {{ training: Record<string, any> }} props */
function Stopped({ training: { epochs, epochs_run, best_epoch, stopped, start, synthetic } }) {
  if (!stopped) return null;
  const values = { epochs, run: epochs_run, best: best_epoch };
  return html`${start !== undefined && html`<p class="quiet">${start
    ? t('It began with a head start, the body {name}, and learned from {n} words of synthetic voices beside the recordings.', { name: start, n: synthetic })
    : t('It began from scratch, and learned from {n} words of synthetic voices beside the recordings.', { n: synthetic })}</p>`}
  <p class="quiet">${stopped === 'no_new_low'
    ? t('It stopped after {run} of {epochs} epochs: a third of them had brought no new low of the validation loss. The weights of epoch {best} were kept, the best of the late ones.', values)
    : best_epoch === epochs_run ? t('It learned for all {epochs} epochs; the last was the best of the late ones, and its weights were kept.', values)
      : t('It learned for all {epochs} epochs. The weights of epoch {best} were kept, the best of the late ones by the validation loss.', values)}</p>`;
}

const ends = () => /** @type {Record<string, string>} */ ({
  failed: t('The training failed.'),
  cancelled: t('The training was cancelled.'),
  interrupted: t('The training was interrupted.'),
});

/** @param {{ job: api.Job }} props */
function Outcome({ job }) {
  const end = ends()[job.state];
  if (!end) return null;
  return html`<${Problem} message=${`${end}${job.detail ? ` ${told(api.asSentence(job.detail))}` : ''}`} />`;
}

/** @param {{ job: api.Job, events: Event[], connected: boolean }} props */
function Progress({ job, events, connected }) {
  const stage = events.findLast(({ event }) => event === 'stage');
  const epoch = events.findLast(({ event }) => event === 'epoch');
  const shown = stages().filter(([name]) => job.kind === 'train' || ['features', 'speak', 'train'].includes(name));
  const at = shown.findIndex(([name]) => name === stage?.stage);
  const waits = job.state === 'queued' && !events.length;
  const { fold, folds } = events.findLast((event) => event.fold && event.event !== 'fold') ?? {};
  return html`
    <section class="card tight stack" aria-label=${t('Progress')}>
      <p role="status"><strong>${waits ? t('It waits for the run before it.') : stage ? stageText(stage, !job.config.params) : t('It starts.')}</strong></p>
      ${epoch && html`<div class="bar" aria-hidden="true"><i style=${{ transform: `scaleX(${epoch.epoch / epoch.epochs})` }}></i></div>
        <p class="small quiet numbers">${fold ? t('Fold {fold} of {folds}, epoch {n} of {all}', { fold, folds, n: epoch.epoch, all: epoch.epochs }) : t('Epoch {n} of {all}', { n: epoch.epoch, all: epoch.epochs })}</p>`}
      <ol class="stages">
        ${shown.map(([name, text], i) => html`<li class=${i < at ? 'past' : ''} aria-current=${i === at ? 'step' : null} key=${name}>${text}</li>`)}
      </ol>
      ${!connected && html`<p class="small warn">${t('The connection broke. The training goes on; this page joins it again by itself.')}</p>`}
    </section>`;
}
