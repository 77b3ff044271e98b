/** Radio buttons that look like chips. */

import { html } from '../../../vendor/preact.js';

/**
 * @template T
 * @param {{ name: string, legend: string, options: { value: T, content: any }[], value: T, onChange: (value: T) => void,
 *   disabled?: boolean, children?: any }} props
 */
export const Chips = ({ name, legend, options, value, onChange, disabled, children }) => html`
  <fieldset disabled=${disabled}>
    <legend class="spoken">${legend}</legend>
    <div class="chips">
      ${options.map((option) => html`
        <label class="chip" key=${option.value}>
          <input type="radio" name=${name} checked=${option.value === value} disabled=${disabled} onChange=${() => onChange(option.value)} />
          <span>${option.content}</span>
        </label>`)}
      ${children}
    </div>
  </fieldset>`;
