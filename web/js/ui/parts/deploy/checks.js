/** How far the forms of a model agree: what was measured when it was converted. */

import { html } from '../../../../vendor/preact.js';
import { spoken, t, tn } from '../../i18n.js';
import { percent } from './sizes.js';

/** @param {number} value as in 3.0e-7 */
const small = (value) => value.toLocaleString(spoken(), { notation: 'scientific', maximumFractionDigits: 1 }).replace('E', 'e');

/** @param {{ manifest: Record<string, any> }} props */
export function Checks({ manifest }) {
  const { checks = {}, metrics, int8_runtime } = manifest;
  const { int8_disagreements: otherwise, windows, tfjs_max_difference: difference } = checks;
  const split = metrics.float?.test?.n ? 'test' : 'validation';
  const accuracy = (/** @type {string} */ engine) => metrics[engine]?.[split]?.accuracy;
  return html`
    <section class="card stack" aria-label=${t('Checks')}>
      <h2>${t('Do they agree?')}</h2>
      <dl class="results">
        ${windows > 0 && otherwise !== undefined && html`
          <dt>${t('int8 and float')}</dt><dd>${tn(windows, '{otherwise} of {n} window answered otherwise', '{otherwise} of {n} windows answered otherwise', { otherwise })}</dd>`}
        ${difference !== undefined && html`<dt>${t('TF.js and Keras')}</dt><dd>${t('scores differ by {difference} at most', { difference: small(difference) })}</dd>`}
        ${accuracy('float') !== undefined && metrics.float[split].n > 0 && html`
          <dt>${split === 'test' ? t('Right on test clips') : t('Right on validation clips')}</dt>
          <dd>${accuracy('int8') === undefined
            ? percent(accuracy('float'))
            : t('float {float}, int8 {int8}', { float: percent(accuracy('float')), int8: percent(accuracy('int8')) })}</dd>`}
        ${int8_runtime && html`<dt>${t('int8 was run by')}</dt><dd>${int8_runtime}</dd>`}
      </dl>
      <details><summary>${t('What was compared?')}</summary>
        <p>${t('After training each form was run on the same inputs. A conversion that differs too much is refused, so that no model gets here that hears one thing on the phone and another on the board.')}</p></details>
    </section>`;
}
