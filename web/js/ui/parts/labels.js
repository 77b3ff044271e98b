/** Choosing the label that is collected, and adding one. */

import { html, useState } from '../../../vendor/preact.js';
import { NOISE, RESERVED, UNKNOWN, asLabel, kindOf, labelProblem, project, rememberLabels } from '../../data/project.js';
import { remember } from '../../data/settings.js';
import { useStore } from '../../data/store.js';
import { t, told } from '../i18n.js';
import { Chips } from './chips.js';
import { Icon } from './icons.js';
import { KINDS } from './kind.js';
import { Dot } from './label.js';

/** @type {Record<string, string>} */
const REASONS = {
  [UNKNOWN]: 'unknown: other words, so that the model learns what to leave alone.',
  [NOISE]: 'background_noise: the room with nobody speaking.',
};

/** @param {import('../../data/api.js').Project | null} current @param {string} label */
export const countOf = (current, label) => current?.labels.find((counted) => counted.label === label)?.n_clips ?? 0;

/** @param {{ label: string, labels: string[], project: string, disabled: boolean }} props */
export function LabelChips({ label, labels, project: name, disabled }) {
  const current = useStore(project);
  const [adding, setAdding] = useState(false);
  const options = labels.map((value) => ({
    value, content: html`<${Dot} label=${value} project=${name} labels=${labels} />${value} <span class="numbers quiet">${countOf(current, value)}</span>`,
  }));
  return html`
    <${Chips} name="label" legend=${t('Label')} value=${label} disabled=${disabled} options=${options} onChange=${(/** @type {string} */ value) => remember({ label: value })}>
      <button class="button bare" type="button" disabled=${disabled} aria-expanded=${adding} onClick=${() => setAdding(!adding)}><${Icon} name="add" />${t('Label')}</button>
    <//>
    ${adding && html`<${AddLabel} project=${name} labels=${labels} onDone=${() => setAdding(false)} />`}`;
}

/** @param {{ project: string, labels: string[], onDone?: () => void }} props */
export function AddLabel({ project: name, labels, onDone }) {
  const [text, setText] = useState('');
  const [problem, setProblem] = useState('');
  const add = (/** @type {string} */ label) => {
    const wrong = labelProblem(label);
    setProblem(wrong);
    if (wrong) return;
    rememberLabels(name, [...labels, label]);
    remember({ label });
    onDone?.();
  };
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    add(asLabel(text));
  };
  const kind = kindOf(name);
  const missing = kind === 'speech' && labels.length > 0 ? RESERVED.filter((label) => !labels.includes(label)) : [];
  return html`
    <form class="stack" onSubmit=${submit}>
      <div class="spread">
        <input type="text" aria-label=${t('New label')} placeholder=${KINDS[kind].example} value=${text} autocapitalize="none" autocomplete="off"
          onInput=${(/** @type {any} */ event) => setText(event.target.value)} />
        <button class="button primary" type="submit">${t('Add')}</button>
      </div>
      ${problem && html`<p class="small warn" role="alert">${told(problem)}</p>`}
      ${missing.map((label) => html`
        <button class="button" type="button" onClick=${() => add(label)}><span class="small">${REASONS[label]}</span></button>`)}
    </form>`;
}
