/** In what two runs differ, and what came of it. */

import { html, useState } from '../../../../vendor/preact.js';
import { compared } from '../../../data/train.js';
import { t, tn } from '../../i18n.js';
import { accuracy, bytes, interval, millions, moment, seconds } from './figures.js';

/** @typedef {import('../../../data/train.js').Run} Run */
/** @typedef {import('../../../data/train.js').Metric} Metric */
/** @typedef {import('../../../data/train.js').Line} Line */

const groups = () => /** @type {Record<string, string>} */ ({
  data: t('Data'), preprocessing: t('Preprocessing'), design: t('Design'), training: t('Training'),
});

/** @param {Metric | null} metric */
const judged = (metric) => (metric ? `${accuracy(metric)} (${interval(metric)})` : '–');

/** What came out, in the order in which it is asked for. @param {Run} run @returns {Record<string, string>} */
const results = (run) => ({
  [t('Test')]: judged(run.test),
  [t('Test, float')]: judged(run.test_float),
  [t('Validation')]: judged(run.validation),
  [t('Validation, float')]: judged(run.validation_float),
  [t('Size')]: bytes(run.bytes),
  [t('RAM')]: bytes(run.arena),
  [t('Instructions')]: millions(run.instructions),
  [t('Time')]: seconds(run.seconds),
});

/** @param {{ one: Run, other: Run }} props */
export function Compared({ one, other }) {
  const [all, setAll] = useState(false);
  const lines = compared(one, other);
  const differing = lines.filter(({ differs }) => differs);
  const shown = all ? lines : differing;
  const [before, after] = [results(one), results(other)];
  return html`
    <section class="stack close" aria-labelledby="compared">
      <h3 id="compared">${differing.length ? tn(differing.length, 'The two runs differ in {n} setting', 'The two runs differ in {n} settings') : t('The two runs have the same settings and the same data')}</h3>
      <div class="table card" tabindex="0" role="region" aria-label=${t('Two runs compared')}>
        <table class="compared">
          <thead><tr><td></td><th scope="col">${moment(one.when)}</th><th scope="col">${moment(other.when)}</th></tr></thead>
          <tbody>
            <tr><th class="group label" scope="rowgroup" colspan="3">${t('What came out')}</th></tr>
            ${Object.keys(before).filter((name) => before[name] !== '–' || after[name] !== '–').map((name) => html`<${Row} name=${name} values=${[before[name], after[name]]} key=${name} />`)}
          </tbody>
          ${Object.entries(groups()).map(([group, title]) => html`<${Group} key=${group} title=${title} lines=${shown.filter((line) => line.group === group)} />`)}
        </table>
      </div>
      <label class="row switch"><input type="checkbox" checked=${all} onChange=${() => setAll(!all)} />${t('Show what is the same, too')}</label>
    </section>`;
}

/** @param {{ title: string, lines: Line[] }} props */
function Group({ title, lines }) {
  if (!lines.length) return null;
  return html`
    <tbody>
      <tr><th class="group label" scope="rowgroup" colspan="3">${title}</th></tr>
      ${lines.map(({ name, values, differs }) => html`<${Row} key=${name} name=${nameOf(name)} values=${values} differs=${differs} />`)}
    </tbody>`;
}

/** A setting is called as in its file, but for a layer, which has a number. @param {string} name */
const nameOf = (name) => (/^\d+$/.test(name) ? t('Layer {n}', { n: Number(name) }) : name);

/** @param {{ name: string, values: string[], differs?: boolean }} props */
const Row = ({ name, values, differs = false }) => html`
  <tr class=${differs ? 'differs' : ''}><th class="label" scope="row">${name}</th>${values.map((value) => html`<td>${value}</td>`)}</tr>`;
