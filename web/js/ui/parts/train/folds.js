/** What a cross-validation has found: over all folds, and in each. */

import { html, useEffect, useState } from '../../../../vendor/preact.js';
import { learnFrom } from '../../../data/access.js';
import { readFolds } from '../../../data/train.js';
import { t } from '../../i18n.js';
import { Confusion } from '../confusion.js';
import { counted } from '../kind.js';
import { accuracy, interval } from './figures.js';

/** @typedef {import('../../../data/train.js').Metric} Metric */
/** @typedef {import('../../../data/train.js').FoldsResult} Result */

const apart = () => /** @type {Record<string, string>} */ ({
  speaker: t('Nobody\'s voice is in two folds.'),
  session: t('No session of recording is in two folds; a voice may be.'),
  clip: t('The clips are dealt one by one: voices and sessions are in several folds, so the figure is flattering.'),
});

/** @param {{ job: import('../../../data/api.js').Job, events: Record<string, any>[] }} props */
export function Folds({ job, events }) {
  const [result, setResult] = useState(/** @type {Result | null} */ (null));
  useEffect(() => {
    if (job.state === 'done') readFolds(job.id).then(setResult, learnFrom);
  }, [job.id, job.state]);
  const folds = result?.folds ?? events.filter(({ event }) => event === 'fold').map(({ metrics }) => metrics);
  if (!folds.length) return null;
  return html`
    <div class="columns">
      <section class="card stack" aria-label=${t('Accuracy over all folds')}>
        ${result && html`
          <p><span class="headline">${accuracy(result.total)}</span> (${interval(result.total)}, ${counted(result.total.n, 'speech')})<br />
            <span class="quiet">${t('were right, each judged by a model that had not heard it.')}</span></p>
          <p class="small quiet">${apart()[result.split_by]} ${t('Judged are the float models after their last epoch.')}</p>`}
        <${FoldTable} folds=${folds} />
      </section>
      ${result && html`
        <section class="card stack">
          <h2>${t('Confusion matrix')}</h2>
          <${Confusion} labels=${result.labels} confusion=${result.total.confusion} says=${{ row: t('said'), column: t('heard'), what: t('Rows: what was said. Columns: what the model heard.') }} />
        </section>`}
    </div>`;
}

/** @param {{ folds: Metric[] }} props */
const FoldTable = ({ folds }) => html`
  <table class="compare">
    <thead><tr><th class="label" scope="col">${t('Fold')}</th><th scope="col">${t('Clips')}</th><th scope="col">${t('Accuracy')}</th></tr></thead>
    <tbody>${folds.map((metric, i) => html`
      <tr><th class="label" scope="row">${i + 1}</th><td>${metric.n}</td><td><strong>${accuracy(metric)}</strong> <span class="small quiet">${interval(metric)}</span></td></tr>`)}
    </tbody>
  </table>`;
