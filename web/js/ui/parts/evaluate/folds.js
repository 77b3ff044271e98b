/** k-fold: for sets so small that a split of their own would say little. The run's own page has each fold. */

import { html, useEffect, useState } from '../../../../vendor/preact.js';
import { learnFrom } from '../../../data/access.js';
import { lastFolds } from '../../../data/evaluate.js';
import { UNKNOWN } from '../../../data/project.js';
import { FOLDS, UNFINISHED, readFolds, startFolds } from '../../../data/train.js';
import { t, told } from '../../i18n.js';
import { addressOf } from '../../router.js';
import { counted } from '../kind.js';
import { moment, sentence, words } from '../train/figures.js';
import { percent, range } from './says.js';

/** @typedef {import('../../../data/api.js').Job} Job */
/** @typedef {import('../../../data/train.js').FoldsResult} Result */

/** @param {{ manifest: Record<string, any> }} props */
export function Folds({ manifest: { project, labels } }) {
  const [job, setJob] = useState(/** @type {Job | null} */ (null));
  const [problem, setProblem] = useState('');
  const [starting, setStarting] = useState(false);
  useEffect(() => { lastFolds(project).then(setJob, learnFrom); }, [project]);
  async function start() {
    setStarting(true);
    setProblem('');
    try {
      const started = await startFolds(project, { labels: labels.filter((/** @type {string} */ label) => label !== UNKNOWN), folds: FOLDS.usual });
      location.hash = addressOf('/train', { job: started.id });
    } catch (error) {
      learnFrom(error);
      setProblem(sentence(error));
    }
    setStarting(false);
  }
  const runs = job && UNFINISHED.includes(job.state);
  return html`
    <section class="card stack" aria-labelledby="folds">
      <h2 id="folds">k-fold</h2>
      <p class="small">${t('With few clips one split is luck. k-fold trains {n} models; each is judged on a part that the others learned from, so that in the end every clip was judged once.', { n: FOLDS.usual })}</p>
      ${job?.state === 'done' && html`<${Total} job=${job} />`}
      ${job && job.state !== 'done' && !runs && html`<p class="small warn">${t('The last one did not finish.')} ${job.detail && told(job.detail)}</p>`}
      ${problem && html`<p class="warn" role="alert">${told(problem)}</p>`}
      <div class="row">${runs
        ? html`<a class="button" href=${addressOf('/train', { job: job.id })}>${t('It is at work: watch it')}</a>`
        : html`<button class="button" type="button" disabled=${starting} onClick=${start}>${job ? t('Judge again in {n} parts', { n: FOLDS.usual }) : t('Judge in {n} parts', { n: FOLDS.usual })}</button>`}
        ${job?.state === 'done' && html`<a class="button bare" href=${addressOf('/train', { job: job.id })}>${t('Look at each part')}</a>`}</div>
    </section>`;
}

/** @param {{ job: Job }} props */
function Total({ job }) {
  const [result, setResult] = useState(/** @type {Result | null} */ (null));
  useEffect(() => { readFolds(job.id).then(setResult, learnFrom); }, [job.id]);
  if (!result) return null;
  const { total, folds, labels } = result;
  return html`
    <p><span class="headline">${percent(total.accuracy)}</span> <span class="numbers">(${range(total.interval_95)}, ${counted(total.n, 'speech')})</span><br />
      <span class="small quiet">${t('{labels}, in {n} parts; {when}', { labels: words(labels), n: folds.length, when: moment(job.finished_at ?? job.created_at) })}</span></p>`;
}
