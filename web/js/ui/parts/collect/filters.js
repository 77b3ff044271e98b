/** Which clips are shown, and in which order. */

import { html } from '../../../../vendor/preact.js';
import { SPLITS } from '../../../data/collect.js';
import { t } from '../../i18n.js';
import { Choice } from '../explore/choice.js';
import { sourceNames, splitNames, verdictNames } from './names.js';

/** @typedef {import('../../../data/collect.js').Filters} Filters */

/** @param {import('../../../data/collect.js').Counts} counts @param {'sources' | 'verdicts'} what @param {Record<string, string>} names */
const found = (counts, what, names) => (
  Object.fromEntries([...new Set(counts.labels.flatMap((label) => Object.keys(label[what])))].map((value) => [value, names[value] ?? value])));

/** @param {{ filters: Filters, counts: import('../../../data/collect.js').Counts, kind: import('../../../data/api.js').Kind, onChange: (filters: Filters) => void }} props */
export function FilterBar({ filters, counts, kind, onChange }) {
  const splits = splitNames();
  const any = t('all');
  const choice = (/** @type {keyof Filters} */ name, /** @type {string} */ text, /** @type {Record<string, string>} */ options) => html`
    <${Choice} name=${text} value=${filters[name] ?? ''} options=${{ '': any, ...options }} onChange=${(/** @type {string} */ value) => onChange({ ...filters, [name]: value })} />`;
  const orders = {
    newest: t('newest first'), oldest: t('oldest first'), label: t('by label'),
    ...(kind === 'speech' ? { length: t('shortest first'), level: t('softest first') } : {}),
  };
  const n = Object.entries(filters).filter(([name, value]) => name !== 'sort' && value).length;
  return html`
    <details class="filtering" open=${innerWidth >= 900}>
      <summary>${n ? t('Filter and sort ({n})', { n }) : t('Filter and sort')}</summary>
      <div class="filters">
        ${choice('label', t('Label'), Object.fromEntries(counts.labels.map(({ label, n: many }) => [label, `${label} (${many})`])))}
        ${choice('split', t('Split'), Object.fromEntries(SPLITS.map((one) => [one, splits[one]])))}
        ${choice('source', t('Source'), found(counts, 'sources', sourceNames()))}
        ${kind === 'speech' && choice('verdict', t('Verdict'), found(counts, 'verdicts', verdictNames()))}
        ${choice('disabled', t('Disabled'), { false: t('no'), true: t('yes') })}
        <${Choice} name=${t('Order')} value=${filters.sort ?? 'newest'} options=${orders} onChange=${(/** @type {string} */ sort) => onChange({ ...filters, sort })} />
        ${n > 0 && html`<button class="button bare" type="button" onClick=${() => onChange({ sort: filters.sort })}>${t('Show all')}</button>`}
      </div>
    </details>`;
}
