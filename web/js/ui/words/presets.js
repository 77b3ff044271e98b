/** How sure a model must be before it answers: the presets of its decision, each with what it costs. */

import { html } from '../../../vendor/preact.js';
import { PRESETS } from '../../dsp/decision.js';
import { wilsonInterval } from '../../dsp/interval.js';
import { t } from '../i18n.js';
import { Chips } from '../parts/chips.js';

/** @typedef {import('../../dsp/decision.js').DecisionParams} DecisionParams */

/** @returns {Record<string, string>} */
const names = () => ({ strict: t('Strict'), normal: t('Normal'), eager: t('Eager') });

/** The one that was chosen, else the one that the bundle begins with. @param {string | undefined} chosen @param {DecisionParams} decision */
export const presetOf = (chosen, { preset, presets }) => (chosen && Object.hasOwn(presets, chosen) ? chosen : preset);

/** Nothing where there is no choice. @param {{ decision: DecisionParams, preset: string, disabled: boolean, onChoose: (preset: string) => void }} props */
export function Presets({ decision, preset, disabled, onChoose }) {
  const offered = PRESETS.filter((name) => Object.hasOwn(decision.presets, name));
  if (offered.length < 2) return null;
  return html`
    <div class="stack close">
      <${Chips} name="preset" legend=${t('How sure it must be')} value=${preset} disabled=${disabled} onChange=${onChoose}
        options=${offered.map((value) => ({ value, content: names()[value] }))} />
      <p class="small quiet numbers" role="status">${costOf(decision, preset)}</p>
    </div>`;
}

/** What a preset was chosen for, and what it cost there. @param {DecisionParams} decision @param {string} preset */
function costOf({ presets, chosen_on: on }, preset) {
  const rate = presets[preset]?.false_accepts_per_hour ?? null; // on the board, one threshold may stand for all presets
  if (rate === null) return '';
  if (!on?.keywords) return t('Chosen for about {rate} false alarms an hour.', { rate });
  const { negative_hours, keywords: n, extrapolated, false_rejects } = on;
  const share = false_rejects[preset];
  const [missed, low, high] = [share, ...wilsonInterval(Math.round(share * n), n)].map((part) => Math.round(100 * part));
  const minutes = Math.round(60 * negative_hours);
  return `${extrapolated ? t('Chosen for about {rate} false alarms an hour, as estimated from {minutes} minutes.', { rate, minutes }) : t('Chosen for about {rate} false alarms an hour, as heard in {minutes} minutes.', { rate, minutes })}
    ${t('It missed {missed} % of {n} words ({low}-{high} %).', { missed, n, low, high })}`;
}
