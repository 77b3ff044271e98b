/** All runs of the project beside each other: what came out, what it takes, from which data; any two can be compared. */

import { html, useState } from '../../../../vendor/preact.js';
import { UNFINISHED, runsOf, sorted } from '../../../data/train.js';
import { t, tn } from '../../i18n.js';
import { addressOf } from '../../router.js';
import { announce } from '../announce.js';
import { Compared } from './compared.js';
import { accuracy, bytes, interval, millions, moment, seconds, stateName, words } from './figures.js';

/** @typedef {import('../../../data/api.js').Job} Job */
/** @typedef {import('../../../data/train.js').Run} Run */
/** @typedef {import('../../../data/train.js').Metric} Metric */
/** @typedef {{ key: keyof Run, name: string, cell: (run: Run) => any, text?: boolean }} Column  `text`: sorted upwards first */

/** @param {Metric | null} metric */
const judged = (metric) => (metric ? html`<strong>${accuracy(metric)}</strong><br /><span class="small quiet">${interval(metric)}</span>` : '–');

/** @returns {Column[]} */
const ofSpeech = () => [
  { key: 'test', name: t('Test, int8'), cell: (run) => judged(run.test) },
  { key: 'test_float', name: t('Test, float'), cell: (run) => judged(run.test_float) },
  { key: 'validation', name: t('Validation, int8'), cell: (run) => judged(run.validation) },
  { key: 'validation_float', name: t('Validation, float'), cell: (run) => judged(run.validation_float) },
  { key: 'bytes', name: t('Size'), cell: (run) => bytes(run.bytes) },
  { key: 'arena', name: t('RAM'), cell: (run) => bytes(run.arena) },
  { key: 'instructions', name: t('Instructions'), cell: (run) => millions(run.instructions) },
  { key: 'design', name: t('Design'), cell: (run) => run.design, text: true },
  ...ofAny(),
];

/** @returns {Column[]} */
const ofVision = () => [
  { key: 'test', name: t('Test'), cell: (run) => judged(run.test) },
  { key: 'validation', name: t('Validation'), cell: (run) => judged(run.validation) },
  { key: 'bytes', name: t('Size'), cell: (run) => bytes(run.bytes) },
  ...ofAny(),
];

/** @returns {Column[]} */
const ofAny = () => [
  { key: 'clips', name: t('Clips'), cell: (run) => html`${run.clips}<br /><span class="small quiet">${run.fingerprint}</span>` },
  { key: 'labels', name: t('Labels'), cell: (run) => words(run.labels), text: true },
  { key: 'epochs', name: t('Epochs'), cell: (run) => run.epochs },
  { key: 'seconds', name: t('Time'), cell: (run) => seconds(run.seconds) },
];

/** @param {{ project: string, kind: import('../../../data/api.js').Kind, bundles: import('../../../data/api.js').Bundle[], jobs: Job[], shown: string | undefined }} props `shown`: the job that the page shows */
export function Runs({ project, kind, bundles, jobs, shown }) {
  const runs = runsOf(project, bundles, jobs);
  const others = jobs.filter((job) => job.id !== shown && !runs.some((run) => run.job?.id === job.id));
  return html`
    ${runs.length > 0 && html`<${Table} runs=${runs} columns=${kind === 'vision' ? ofVision() : ofSpeech()} shown=${shown} />`}
    <${Others} title=${t('Cross-validations')} jobs=${others.filter(({ kind: what }) => what === 'kfold')} />
    <${Others} title=${t('Runs without a model')} jobs=${others.filter(({ kind: what }) => what === 'train')} />`;
}

/** @param {{ runs: Run[], columns: Column[], shown: string | undefined }} props */
function Table({ runs, columns, shown }) {
  const [order, setOrder] = useState(/** @type {{ key: keyof Run, descending: boolean }} */ ({ key: 'when', descending: true }));
  const [chosen, setChosen] = useState(/** @type {string[]} */ ([]));
  const sort = (/** @type {Column} */ { key, text = false }) => setOrder({ key, descending: order.key === key ? !order.descending : !text });
  function choose(/** @type {string} */ path) {
    const next = chosen.includes(path) ? chosen.filter((/** @type {string} */ other) => other !== path) : [...chosen, path].slice(-2);
    setChosen(next);
    if (next.length === 2) announce(t('The two runs are compared below the table.'));
  }
  const pair = chosen.flatMap((/** @type {string} */ path) => runs.find((run) => run.path === path) ?? []);
  return html`
    <section class="stack close" aria-labelledby="runs">
      <h2 id="runs">${t('Runs')}</h2>
      <p class="small quiet">${runs.length > 1 ? t('The smaller numbers are where the true value lies, 19 times in 20. Choose two runs to see in what they differ.') : t('The smaller numbers are where the true value lies, 19 times in 20.')}</p>
      <div class="table card runs" tabindex="0" role="region" aria-label=${t('Table of runs')}>
        <table>
          <thead><tr>
            <${Heading} column=${{ key: 'when', name: t('Run'), cell: () => null }} order=${order} onSort=${sort} />
            ${columns.map((column) => html`<${Heading} key=${column.key} column=${column} order=${order} onSort=${sort} />`)}
          </tr></thead>
          <tbody>${sorted(runs, order.key, order.descending).map((run) => html`
            <tr key=${run.path} aria-current=${run.job && run.job.id === shown ? 'true' : null}>
              <th scope="row"><${Name} run=${run} choosing=${runs.length > 1} chosen=${chosen.includes(run.path)} onChoose=${() => choose(run.path)} /></th>
              ${columns.map(({ key, cell, text }) => html`<td class=${text ? 'label' : ''} key=${key}>${cell(run)}</td>`)}
            </tr>`)}
          </tbody>
        </table>
      </div>
      ${pair.length === 2 ? html`<${Compared} one=${pair[0]} other=${pair[1]} />` : chosen.length === 1 && html`<p class="small quiet" role="status">${t('Choose one more run to compare.')}</p>`}
    </section>`;
}

/** @param {{ column: Column, order: { key: keyof Run, descending: boolean }, onSort: (column: Column) => void }} props */
function Heading({ column, order, onSort }) {
  const here = order.key === column.key;
  return html`
    <th scope="col" class=${column.text ? 'label' : ''} aria-sort=${here ? (order.descending ? 'descending' : 'ascending') : null}>
      <button class="button bare" type="button" onClick=${() => onSort(column)}>${column.name}<span class="arrow" aria-hidden="true">${here ? (order.descending ? '↓' : '↑') : ''}</span></button>
    </th>`;
}

/** @param {{ run: Run, choosing: boolean, chosen: boolean, onChoose: () => void }} props */
function Name({ run, choosing, chosen, onChoose }) {
  const when = moment(run.when);
  const address = run.job ? addressOf('/train', { job: run.job.id }) : addressOf('/evaluate', { bundle: run.path });
  return html`
    <div class="run-name">
      ${choosing && html`<label class="pick"><input type="checkbox" checked=${chosen} onChange=${onChoose} /><span class="spoken">${t('Compare the run of {when}', { when })}</span></label>`}
      <a class="button bare" href=${address} aria-label=${t('Open the run of {when}', { when })}>${when}</a>
    </div>`;
}

/** Runs that made no model. @param {{ title: string, jobs: Job[] }} props */
function Others({ title, jobs }) {
  if (!jobs.length) return null;
  return html`
    <section>
      <h2>${title}</h2>
      <ul class="clips">
        ${jobs.map((job) => html`
          <li class="spread" key=${job.id}>
            <span class="what"><strong>${(job.config.labels ?? []).join(', ')}</strong> <span class="small quiet numbers">${job.kind === 'kfold' && `${tn(job.config.folds, '{n} fold', '{n} folds')}, `}${moment(job.created_at)}, ${stateName(job.state)}${UNFINISHED.includes(job.state) ? '' : ` ${seconds(lasted(job))}`}</span></span>
            <a class="button bare" href=${addressOf('/train', { job: job.id })} aria-label=${t('Open the run of {when}', { when: moment(job.created_at) })}>${t('Open')}</a>
          </li>`)}
      </ul>
    </section>`;
}

/** @param {Job} job */
const lasted = (job) => (job.started_at && job.finished_at ? (Date.parse(job.finished_at) - Date.parse(job.started_at)) / 1000 : null);
