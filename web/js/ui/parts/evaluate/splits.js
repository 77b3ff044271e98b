/** Validation and test, kept apart: what each may be used for, and how many answers were right. */

import { html } from '../../../../vendor/preact.js';
import { t } from '../../i18n.js';
import { counted } from '../kind.js';
import { splitName } from '../results.js';
import { percent, range } from './says.js';

/** @typedef {import('../../../data/evaluate.js').Engine} Engine */
/** @typedef {import('../../../data/evaluate.js').Split} Split */
/** @typedef {import('../../../data/evaluate.js').Metric} Metric */

const uses = () => ({
  validation: t('Use it to choose: between models, settings and thresholds. Look as often as you like.'),
  test: t('Use it once, at the end, to tell how good the model is that you chose. Who chooses by it no longer knows.'),
});

/** @param {{ kind: import('../kind.js').Kind, engines: Engine[], metrics: Record<Split, Partial<Record<Engine, Metric>>> }} props */
export const Splits = ({ kind, engines, metrics }) => html`
  <div class="columns">
    ${/** @type {Split[]} */ (['validation', 'test']).map((split) => html`<${SplitCard} split=${split} kind=${kind} engines=${engines} metrics=${metrics[split]} />`)}
  </div>`;

/** @param {{ split: Split, kind: import('../kind.js').Kind, engines: Engine[], metrics: Partial<Record<Engine, Metric>> }} props */
function SplitCard({ split, kind, engines, metrics }) {
  const n = metrics[engines[0]]?.n ?? 0;
  return html`
    <section class="card stack split" aria-labelledby=${`split-${split}`}>
      <div class="spread wrap"><h2 id=${`split-${split}`}>${capital(splitName(split))}</h2><span class="quiet numbers">${n > 0 ? counted(n, kind) : t('none held back')}</span></div>
      <p class="small">${uses()[split]}</p>
      ${n > 0 && html`
        <dl class="engines">
          ${engines.map((engine) => html`<${Accuracy} name=${engines.length > 1 ? engine : t('accuracy')} metric=${metrics[engine]} />`)}
        </dl>`}
    </section>`;
}

/** @param {string} word */
const capital = (word) => word.charAt(0).toUpperCase() + word.slice(1);

/** @param {{ name: string, metric: Metric | undefined }} props */
const Accuracy = ({ name, metric }) => html`
  <div><dt class="small quiet">${name}</dt>
    <dd class="numbers">${metric?.n ? html`<span class="headline">${percent(metric.accuracy ?? 0)}</span> <span class="small quiet">${range(metric.interval_95)}</span>` : '–'}</dd></div>`;
