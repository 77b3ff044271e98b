/** k-fold: for sets so small that a split of their own would say little. */

import { html, useEffect, useState } from '../../../../vendor/preact.js';
import { learnFrom } from '../../../data/access.js';
import { readFolds, startFolds } from '../../../data/evaluate.js';
import { UNKNOWN } from '../../../data/project.js';
import { spoken, t, told } from '../../i18n.js';
import { counted } from '../kind.js';
import { addressOf } from '../../router.js';
import { percent, range } from './says.js';

/** @typedef {import('../../../data/evaluate.js').Folds} FoldResult */
/** @typedef {import('../../../data/api.js').Job} Job */

const N_FOLDS = 5;
const UNFINISHED = ['queued', 'running'];

/** @param {{ manifest: Record<string, any> }} props */
export function Folds({ manifest: { project, labels } }) {
  const [found, setFound] = useState(/** @type {{ job: Job, folds: FoldResult | null } | null} */ (null));
  const [problem, setProblem] = useState('');
  const [starting, setStarting] = useState(false);
  useEffect(() => { readFolds(project).then(setFound, learnFrom); }, [project]);
  async function start() {
    setStarting(true);
    setProblem('');
    try {
      const job = await startFolds(project, { labels: labels.filter((/** @type {string} */ label) => label !== UNKNOWN), folds: N_FOLDS });
      location.hash = addressOf('/train', { job: job.id });
    } catch (error) {
      learnFrom(error);
      setProblem(error instanceof Error ? error.message : String(error));
    }
    setStarting(false);
  }
  const runs = found && UNFINISHED.includes(found.job.state);
  return html`
    <section class="card stack" aria-labelledby="folds">
      <h2 id="folds">k-fold</h2>
      <p class="small">${t('With few clips one split is luck. k-fold trains {n} models; each is judged on a part that the others learned from, so that in the end every clip was judged once.', { n: N_FOLDS })}</p>
      ${found?.folds && html`<${Result} folds=${found.folds} job=${found.job} />`}
      ${found && !found.folds && !runs && html`<p class="small warn">${t('The last one did not finish.')} ${found.job.detail && told(found.job.detail)}</p>`}
      ${problem && html`<p class="warn" role="alert">${told(problem)}</p>`}
      <div class="row">${runs
        ? html`<a class="button" href=${addressOf('/train', { job: found.job.id })}>${t('It is at work: watch it')}</a>`
        : html`<button class="button" type="button" disabled=${starting} onClick=${start}>${found ? t('Judge again in {n} parts', { n: N_FOLDS }) : t('Judge in {n} parts', { n: N_FOLDS })}</button>`}
      </div>
    </section>`;
}

/** @param {{ folds: FoldResult, job: Job }} props */
const Result = ({ folds: { folds, total, labels }, job }) => html`
  <p><span class="headline">${percent(total.accuracy ?? 0)}</span> <span class="numbers">(${range(total.interval_95)}, ${counted(total.n, 'speech')})</span><br />
    <span class="small quiet">${labels.join(', ')}; ${new Date(job.finished_at ?? job.created_at).toLocaleString(spoken())}</span></p>
  <div class="table" tabindex="0" role="region" aria-label=${t('The parts')}>
    <table>
      <thead><tr><th class="label" scope="col">${t('Part')}</th><th scope="col">${t('Clips')}</th><th scope="col">${t('Accuracy')}</th></tr></thead>
      <tbody>${folds.map((fold, i) => html`<tr><th class="label" scope="row">${i + 1}</th><td>${fold.n}</td><td>${fold.accuracy === null ? '–' : percent(fold.accuracy)}</td></tr>`)}</tbody>
    </table>
  </div>`;
