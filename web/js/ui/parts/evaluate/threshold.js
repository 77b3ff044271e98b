/** How sure the model must be: what each threshold lets in that is wrong, and what it misses. */

import { html, useMemo, useState } from '../../../../vendor/preact.js';
import { decisionOf } from '../../../dsp/decision.js';
import { wilsonInterval } from '../../../dsp/interval.js';
import { curveOf, pointAt } from '../../../dsp/metrics.js';
import { UNKNOWN } from '../../../data/project.js';
import { t } from '../../i18n.js';
import { Chips } from '../chips.js';
import { counted } from '../kind.js';
import { Dot } from '../label.js';
import { splitName } from '../results.js';
import { CurvePlot } from './curve.js';
import { percent, range } from './says.js';

/** @typedef {import('../../../data/evaluate.js').Engine} Engine */
/** @typedef {import('../../../data/evaluate.js').Row} Row */
/** @typedef {import('./curve.js').View} View */

const USUAL = 0.5; // where a bundle names no threshold

/** To what the slider can stand on, and never above the score that was meant. @param {number} threshold */
const onSlider = (threshold) => Math.floor(100 * threshold + 1e-9) / 100;

/** @param {{ manifest: Record<string, any>, rows: Row[], engine: Engine, split: string }} props */
export function Threshold({ manifest, rows, engine, split }) {
  const { labels, kind, project } = manifest;
  const keywords = labels.filter((/** @type {string} */ label) => label !== UNKNOWN);
  const [label, setLabel] = useState(keywords[0]);
  const own = ownThreshold(manifest, label);
  const [view, setView] = useState(/** @type {View} */ ('roc'));
  const [moved, setThreshold] = useState(/** @type {number | null} */ (null));
  const threshold = moved ?? own;
  const index = labels.indexOf(label);
  const curve = useMemo(() => curveOf(rows.map((row) => (row[engine] ?? [])[index]), rows.map(({ truth }) => truth === index)), [rows, engine, index]);
  const drawn = curve.positives > 0 && curve.negatives > 0;
  const change = (/** @type {number} */ value) => setThreshold(onSlider(value));
  return html`
    <section class="card stack" aria-labelledby="threshold">
      <h2 id="threshold">${t('Threshold')}</h2>
      <p class="small">${t('How sure must the model be? A low threshold lets in what it is not, a high one misses what it is.')} ${split === 'test' && t('Choose it on validation; here you see what it does to the test.')}</p>
      <${Chips} name="keyword" legend=${t('Label')} value=${label} onChange=${setLabel}
        options=${keywords.map((/** @type {string} */ value) => ({ value, content: html`<${Dot} label=${value} project=${project} labels=${labels} />${value}` }))} />
      ${drawn ? html`
        <div class="columns threshold">
          <div class="stack">
            <${Chips} name="view" legend=${t('Curve')} value=${view} onChange=${setView} options=${[{ value: 'roc', content: 'ROC' }, { value: 'det', content: 'DET' }]} />
            <${CurvePlot} view=${view} curve=${curve} threshold=${threshold} onThreshold=${change}
              says=${t('{curve} curve of {label}; the area under the ROC curve is {area}', { curve: view.toUpperCase(), label, area: (curve.area ?? 0).toFixed(3) })} />
          </div>
          <div class="stack">
            <${Slider} threshold=${threshold} own=${own} onChange=${setThreshold} onBack=${() => setThreshold(null)} />
            <${Errors} curve=${curve} threshold=${threshold} label=${label} kind=${kind} />
            <p class="small quiet numbers">${t('Area under the ROC curve: {area}; 1 is perfect, 0.5 is guessing.', { area: (curve.area ?? 0).toFixed(3) })}</p>
            <${Decision} manifest=${manifest} />
          </div>
        </div>` : html`<p class="quiet">${t('The {split} set has either none of {label} or nothing else, so there is no curve to draw.', { split: splitName(split), label })}</p>`}
    </section>`;
}

/** What the model itself asks of a label. @param {Record<string, any>} manifest @param {string} label */
function ownThreshold(manifest, label) {
  if (!manifest.decision) return USUAL;
  const { preset, presets } = decisionOf(/** @type {any} */ (manifest));
  return presets[preset].thresholds[label];
}

/** @param {{ threshold: number, own: number, onChange: (threshold: number) => void, onBack: () => void }} props */
const Slider = ({ threshold, own, onChange, onBack }) => html`
  <div class="stack close">
    <label class="slider"><span>${t('Threshold')}</span>
      <input type="range" min="0" max="1" step="0.01" value=${threshold} onInput=${(/** @type {any} */ event) => onChange(Number(event.target.value))} />
      <output>${threshold.toFixed(2)}</output></label>
    <div><button class="button" type="button" disabled=${threshold === own} onClick=${onBack}>${t('Back to {threshold}', { threshold: own.toFixed(2) })}</button></div>
  </div>`;

/** @param {{ curve: import('../../../dsp/metrics.js').Curve, threshold: number, label: string, kind: import('../kind.js').Kind }} props */
function Errors({ curve, threshold, label, kind }) {
  const { falseAccepts, falseRejects } = pointAt(curve, threshold);
  const { positives, negatives } = curve;
  return html`
    <dl class="errors" aria-live="polite">
      <${Rate} name=${t('False accepts')} n=${falseAccepts} of=${negatives} says=${t('of {clips} that are not {label}', { clips: counted(negatives, kind), label })} />
      <${Rate} name=${t('False rejects')} n=${falseRejects} of=${positives} says=${t('of {clips} of {label}', { clips: counted(positives, kind), label })} />
    </dl>`;
}

/** @param {{ name: string, n: number, of: number, says: string }} props */
const Rate = ({ name, n, of, says }) => html`
  <div><dt>${name}</dt><dd class="numbers"><strong>${n}</strong> ${says}: <strong>${percent(n / of)}</strong> (${range(wilsonInterval(n, of))})</dd></div>`;

/** What the bundle decides by. @param {{ manifest: Record<string, any> }} props */
function Decision({ manifest }) {
  if (!manifest.decision) return html`<p class="small quiet">${t('A model for photos has no threshold: the highest score is shown, whatever it is.')}</p>`;
  const { n_smooth: smooth, refractory, preset, presets } = decisionOf(/** @type {any} */ (manifest));
  const thresholds = Object.entries(presets[preset].thresholds).map(([label, value]) => `${label} ${value.toFixed(2)}`).join(', ');
  return html`
    <details><summary>${t('How this model decides')}</summary>
      <p>${t('It listens several times a second. A word is detected when the mean of its last {n} scores is the highest and reaches its threshold ({thresholds}); then nothing is for {seconds} s. Here every clip is one answer, so on a stream there are fewer mistakes of a moment, and more hours in which to make them.', {
        n: smooth, thresholds, seconds: refractory / manifest.params.sample_rate })}</p></details>`;
}
