/** A parameter: a slider to try, and a field for a number that is known. */

import { html, useState } from '../../../../vendor/preact.js';
import { t } from '../../i18n.js';

/** @typedef {import('../../../data/preprocess.js').ParamsJson} ParamsJson */
/** @typedef {{ name: string, low: number, high: number, step: number, toSlider?: (value: number) => number, fromSlider?: (at: number) => number,
 *   says: (value: number, json: ParamsJson) => string }} Parameter  `says`: the value with its unit; the slider's ends are those of `toSlider` */

/** @param {number} value of a quantity that is not counted */
const rounded = (value) => Number(value.toPrecision(4));
/** @param {number} samples @param {ParamsJson} json */
const inMs = (samples, json) => t('{n} samples = {ms} ms', { n: samples, ms: rounded((1000 * samples) / json.sample_rate) });
/** @param {number} hz */
const inHz = (hz) => t('{n} Hz', { n: hz });

/** By their names in the file of parameters. @returns {Record<string, Parameter>} */
export const parameters = () => ({
  clip_length: { name: t('Clip length'), low: 3200, high: 48000, step: 800, says: inMs },
  frame_length: { name: t('Frame length'), low: 32, high: 2048, step: 16, says: inMs },
  hop_length: { name: t('Hop'), low: 32, high: 2048, step: 16, says: inMs },
  n_fft: {
    name: t('FFT size'), low: 6, high: 12, step: 1, toSlider: Math.log2, fromSlider: (at) => 2 ** at,
    says: (value, json) => t('{n} points, a bin every {hz} Hz', { n: value, hz: rounded(json.sample_rate / value) }),
  },
  n_mels: { name: t('Filters'), low: 4, high: 128, step: 1, says: (value) => t('{n} triangles', { n: value }) },
  fmin: { name: t('Lowest frequency'), low: 0, high: 4000, step: 10, says: inHz },
  fmax: { name: t('Highest frequency'), low: 100, high: 8000, step: 10, says: inHz },
  log_floor: {
    name: t('Floor of the logarithm'), low: -12, high: 0, step: 1, toSlider: Math.log10, fromSlider: (at) => Number(`1e${at}`),
    says: (value) => t('{n} dB', { n: rounded(10 * Math.log10(value)) }),
  },
  n_mfcc: { name: t('Coefficients'), low: 1, high: 40, step: 1, says: (value) => t('{n} a frame', { n: value }) },
});

/** @param {{ name: string, json: ParamsJson, saved: ParamsJson, isWrong: boolean, onChange: (name: string, value: unknown) => void }} props */
export function Field({ name, json, saved, isWrong, onChange }) {
  const { name: title, low, high, step, says, toSlider = Number, fromSlider = Number } = parameters()[name];
  const [text, setText] = useState('');
  const value = json[name];
  const isNumber = typeof value === 'number';
  function write(/** @type {string} */ typed) {
    setText(typed);
    const number = Number(typed);
    onChange(name, typed.trim() && Number.isFinite(number) ? number : typed);
  }
  const shown = asTyped(text) === value ? text : String(value);
  const id = `parameter-${name}`;
  return html`
    <div class="parameter">
      <p class="spread"><label for=${id}>${title}</label><span class="numbers small quiet">${isNumber ? says(value, json) : ''}</span></p>
      <div class="setting">
        <input type="range" aria-label=${title} min=${low} max=${high} step=${step} value=${isNumber ? toSlider(value) : low} aria-valuetext=${isNumber ? says(value, json) : null}
          onInput=${(/** @type {any} */ event) => onChange(name, fromSlider(event.target.valueAsNumber))} />
        <input type="text" inputmode="decimal" id=${id} autocomplete="off" value=${shown} aria-invalid=${isWrong} aria-describedby=${isWrong ? 'parameter-problem' : null}
          onInput=${(/** @type {any} */ event) => write(event.target.value)} />
      </div>
      ${saved[name] !== value && html`<p class="small warn numbers">${t('Saved: {value}', { value: String(saved[name]) })}</p>`}
    </div>`;
}

/** What a text stands for: a half-typed number is kept as it was typed. @param {string} text */
const asTyped = (text) => (text.trim() && Number.isFinite(Number(text)) ? Number(text) : text);
