/** The fields of one layer. What is typed counts as soon as it is a value that the layer takes. */

import { html, useState } from '../../../../vendor/preact.js';
import { t } from '../../i18n.js';
import { choiceName, optionName } from './says.js';

/** @typedef {import('../../../data/design.js').Option} Option */
/** @typedef {{ id: string, name: string, option: Option, value: any, onChange: (value: any) => void }} FieldProps */

/** @param {FieldProps} props */
export function Field(props) {
  const { id, name, option: { kind, names }, value, onChange } = props;
  if (kind === 'flag') {
    return html`<label class="row tick"><input type="checkbox" checked=${value} onChange=${(/** @type {any} */ event) => onChange(event.target.checked)} />${optionName(name)}</label>`;
  }
  if (kind === 'choice') {
    return html`
      <label class="field"><span>${optionName(name)}</span>
        <select value=${value} onChange=${(/** @type {any} */ event) => onChange(event.target.value)}>
          ${names.map((choice) => html`<option value=${choice} selected=${choice === value}>${choiceName(choice)}</option>`)}
        </select></label>`;
  }
  if (kind === 'pair') {
    const put = (/** @type {number} */ at) => (/** @type {number} */ n) => onChange(value.map((/** @type {number} */ other, /** @type {number} */ i) => (i === at ? n : other)));
    return html`
      <${NumberField} id=${`${id}-rows`} label=${t('{option}, rows', { option: optionName(name) })} option=${props.option} value=${value[0]} onChange=${put(0)} />
      <${NumberField} id=${`${id}-columns`} label=${t('{option}, columns', { option: optionName(name) })} option=${props.option} value=${value[1]} onChange=${put(1)} />`;
  }
  return html`<${NumberField} id=${id} label=${optionName(name)} option=${props.option} value=${value} onChange=${onChange} />`;
}

/** @param {{ id: string, label: string, option: Option, value: number, onChange: (value: number) => void }} props */
function NumberField({ id, label, option, value, onChange }) {
  const [typed, setTyped] = useState(/** @type {string | null} */ (null)); // while it is no value
  const isWhole = option.kind !== 'fraction';
  const { lowest, highest } = option;
  function onInput(/** @type {any} */ event) {
    const text = event.target.value;
    const n = numberOf(text, isWhole);
    const isGood = n !== null && n >= lowest && n <= highest;
    setTyped(isGood ? null : text);
    if (isGood) onChange(n);
  }
  return html`
    <label class="field"><span>${label}</span>
      <input type="text" inputmode=${isWhole ? 'numeric' : 'decimal'} autocomplete="off" value=${typed ?? value} aria-invalid=${typed !== null}
        aria-describedby=${typed === null ? null : `${id}-problem`} onInput=${onInput} onBlur=${() => setTyped(null)} />
      ${typed !== null && html`<span class="warn" id=${`${id}-problem`}>${isWhole
        ? t('A whole number from {lowest} to {highest}', { lowest, highest }) : t('A number from {lowest} to {highest}', { lowest, highest })}</span>`}
    </label>`;
}

/** @param {string} text @param {boolean} isWhole */
function numberOf(text, isWhole) {
  const plain = text.trim().replace(',', '.');
  return (isWhole ? /^\d+$/ : /^\d*\.?\d+$/).test(plain) ? Number(plain) : null;
}
