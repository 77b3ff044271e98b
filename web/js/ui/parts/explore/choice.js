/** One of a few, where there is little room. */

import { html } from '../../../../vendor/preact.js';

/** @param {{ name: string, value: string, options: Record<string, string>, onChange: (value: any) => void }} props */
export const Choice = ({ name, value, options, onChange }) => html`
  <label class="field"><span>${name}</span>
    <select value=${value} onChange=${(/** @type {any} */ { target }) => onChange(target.value)}>
      ${Object.entries(options).map(([option, text]) => html`<option value=${option} selected=${option === value}>${text}</option>`)}
    </select>
  </label>`;
