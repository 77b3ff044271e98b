/** Evaluate: how good is the model, on what it has not learned from, and what can be done about its mistakes. */

import { html, useEffect, useMemo, useState } from '../../../vendor/preact.js';
import { readEvaluation } from '../../data/evaluate.js';
import { settings } from '../../data/settings.js';
import { useStore } from '../../data/store.js';
import { best, summarise } from '../../dsp/metrics.js';
import { t, tx } from '../i18n.js';
import { BundlePicker, useBundle } from '../parts/bundle.js';
import { Chips } from '../parts/chips.js';
import { Folds } from '../parts/evaluate/folds.js';
import { Matrix, PerLabel } from '../parts/evaluate/matrix.js';
import { percent, range } from '../parts/evaluate/says.js';
import { Splits } from '../parts/evaluate/splits.js';
import { Threshold } from '../parts/evaluate/threshold.js';
import { Icon } from '../parts/icons.js';
import { counted } from '../parts/kind.js';
import { Mistakes } from '../parts/mistakes.js';
import { AccessNotice, Problem, Welcome } from '../parts/notices.js';
import { Page } from '../parts/page.js';
import { splitName } from '../parts/results.js';
import { useStyles } from '../parts/styles.js';
import { addressOf } from '../router.js';

/** @typedef {import('../../data/evaluate.js').Engine} Engine */
/** @typedef {import('../../data/evaluate.js').Evaluation} Evaluation */
/** @typedef {import('../../data/evaluate.js').Metric} Metric */
/** @typedef {import('../../data/evaluate.js').Split} Split */

/** @type {Split[]} */
const SPLITS = ['validation', 'test'];

export function EvaluatePage() {
  useStyles('css/evaluate.css');
  const { project } = useStore(settings);
  const chosen = useBundle();
  const { manifest, path, known } = chosen;
  return html`
    <${Page} path="/evaluate" title=${t('Evaluate')} state=${manifest ? html`<${State} manifest=${manifest} />` : tx('Project {name}', { name: html`<strong>${project}</strong>` })}>
      <${AccessNotice} />
      ${known && !manifest && html`<${Welcome} sentence=${t('Train a model; then this page tells how good it is, and where it fails.')}><a class="button primary" href="#/train">${t('Train')}</a><//>`}
      <${BundlePicker} ...${chosen} />
      ${manifest && html`<${Judged} key=${path} path=${path} manifest=${manifest} />`}
    <//>`;
}

/** The state of things in a line. @param {{ manifest: Record<string, any> }} props */
function State({ manifest: { metrics, kind, project } }) {
  const { validation } = metrics.int8 ?? metrics.float;
  const name = html`<strong>${project}</strong>`;
  if (!validation?.n) return tx('Project {name}', { name });
  return tx('Project {name}: {accuracy} ({interval}) of {clips} in validation', { name, accuracy: percent(validation.accuracy), interval: range(validation.interval_95), clips: counted(validation.n, kind) });
}

/** The answers to each clip, where the bundle has kept them; null where not. @param {string} path @param {Record<string, any>} manifest */
function useEvaluation(path, manifest) {
  const kept = 'evaluation.json' in manifest.files;
  const [evaluation, setEvaluation] = useState(/** @type {Evaluation | null} */ (null));
  const [problem, setProblem] = useState('');
  const load = () => {
    setProblem('');
    if (kept) readEvaluation(path).then(setEvaluation, (error) => setProblem(error.message));
  };
  useEffect(load, [path]);
  return { kept, evaluation, problem, load };
}

/** From the answers themselves where they are there, so that a cell holds as many clips as it says.
 *  @param {Record<string, any>} manifest @param {Evaluation | null} evaluation @param {Engine[]} engines */
function metricsOf(manifest, evaluation, engines) {
  const of = (/** @type {Split} */ split, /** @type {Engine} */ engine) => {
    const rows = evaluation?.splits[split];
    return rows ? summarise(rows.map(({ truth }) => truth), rows.map((row) => best(row[engine] ?? [])), evaluation.labels) : manifest.metrics[engine][split];
  };
  return /** @type {Record<Split, Record<Engine, Metric>>} */ (Object.fromEntries(SPLITS.map((split) => [split, Object.fromEntries(engines.map((engine) => [engine, of(split, engine)]))])));
}

/** @param {{ path: string, manifest: Record<string, any> }} props */
function Judged({ path, manifest }) {
  const { kind } = manifest;
  const { kept, evaluation, problem, load } = useEvaluation(path, manifest);
  const engines = /** @type {Engine[]} */ (['float', 'int8'].filter((engine) => manifest.metrics[engine]));
  const metrics = useMemo(() => metricsOf(manifest, evaluation, engines), [manifest, evaluation]);
  const there = SPLITS.filter((split) => metrics[split][engines[0]]?.n);
  const [split, setSplit] = useState(/** @type {Split} */ (there[0] ?? 'validation'));
  const [engine, setEngine] = useState(engines[engines.length - 1]);
  const rows = evaluation?.splits[split] ?? null;
  const metric = metrics[split][engine];
  return html`
    <${Splits} kind=${kind} engines=${engines} metrics=${metrics} />
    ${problem && html`<${Problem} message=${problem} onRetry=${load} />`}
    ${!kept && html`<p class="notice">${t('This model was made before answers were kept, so there is no curve, and its cells cannot be opened. Train again for them.')}</p>`}
    ${metric?.n > 0 && html`
      <div class="row asides" role="group" aria-label=${t('What is shown below')}>
        <${Chips} name="split" legend=${t('Split')} value=${split} onChange=${setSplit} options=${there.map((value) => ({ value, content: splitName(value) }))} />
        ${engines.length > 1 && html`<${Chips} name="engine" legend=${t('Numbers')} value=${engine} onChange=${setEngine} options=${engines.map((value) => ({ value, content: value }))} />`}
      </div>
      <div class="columns">
        <${Matrix} manifest=${manifest} metric=${metric} rows=${rows} engine=${engine} split=${split} />
        <${PerLabel} manifest=${manifest} metric=${metric} />
      </div>
      ${rows && html`<${Threshold} manifest=${manifest} rows=${rows} engine=${engine} split=${split} />`}`}
    ${manifest.mistakes && html`<${Mistakes} manifest=${manifest} />`}
    ${kind === 'speech' && path.includes('/') && html`<${Folds} manifest=${manifest} />`}
    <div class="action">
      ${kind === 'speech'
        ? html`<a class="button primary" href=${addressOf('/optimize', { bundle: path })}><${Icon} name="optimize" />${t('Optimize')}</a>`
        : html`<a class="button primary" href=${addressOf('/live', { bundle: path })}><${Icon} name="live" />${t('Try it live')}</a>`}
    </div>`;
}
