/** The forms that a model comes in: for what, how large, and to take away. */

import { html } from '../../../../vendor/preact.js';
import { bundleUrl } from '../../../data/api.js';
import { zipUrl } from '../../../data/deploy.js';
import { t, tn } from '../../i18n.js';
import { Icon } from '../icons.js';
import { size } from './sizes.js';

/**
 * @typedef {{ name: string, says: string, file?: string, zip?: 'arduino' | 'cpp' | 'tfjs', starts?: string[] }} Form
 *   `file`: taken away as it is; `zip`: the files of the bundle whose names start so, as an archive
 */

/** Those for the board first. @returns {Form[]} */
const forms = () => [
  { name: t('TFLM, int8'), file: 'model_int8.tflite', says: t('For microcontrollers with an interpreter: every number in 8 bits, read by TensorFlow Lite Micro as it is.') },
  { name: t('Generated C++'), zip: 'cpp', starts: ['arduino/src/generated/model.', 'arduino/src/kernels/'],
    says: t('For microcontrollers without an interpreter: the same model as plain C++, and its answers are the same to the bit.') },
  { name: t('Arduino sketch'), zip: 'arduino', starts: ['arduino/'],
    says: t('A whole program for the Nano 33 BLE Sense, from the microphone to the answer; the Arduino IDE opens it as it is.') },
  { name: t('TF.js'), zip: 'tfjs', starts: ['tfjs/'], says: t('For web pages: what runs on the phone, in the page Make inferences.') },
  { name: t('TFLite, float'), file: 'model_float.tflite', says: t('For apps on phones and small computers, with numbers of 32 bits as they were trained.') },
  { name: t('Keras'), file: 'model.keras', says: t('For Python: the model as it was trained, to go on with.') },
  { name: t('Manifest'), file: 'manifest.json', says: t('What every form needs beside it: labels, front end, threshold, and what was measured.') },
];

/** The forms that a bundle has. @param {{ path: string, manifest: Record<string, any> }} props */
export const Forms = ({ path, manifest }) => html`
  <ul class="forms" aria-label=${t('Forms of this model')}>
    ${forms().map((form) => ({ form, files: filesOf(form, manifest) })).filter(({ form, files }) => files.length || form.file === 'manifest.json')
      .map(({ form, files }) => html`<${FormCard} key=${form.name} path=${path} form=${form} files=${files} />`)}
  </ul>`;

/** @param {Form} form @param {Record<string, any>} manifest @returns {[string, { bytes: number, sha256: string }][]} */
const filesOf = ({ file, starts = [] }, { files }) => Object.entries(files)
  .filter(([name]) => name === file || starts.some((start) => name.startsWith(start)));

/** @param {{ path: string, form: Form, files: [string, { bytes: number, sha256: string }][] }} props */
function FormCard({ path, form, files }) {
  const { name, says, file = '', zip } = form;
  const bytes = files.reduce((sum, [, { bytes: more }]) => sum + more, 0);
  return html`
    <li class="card stack">
      <div class="spread"><h2>${name}</h2>${bytes > 0 && html`<span class="numbers amount">${size(bytes)}</span>`}</div>
      <p>${says}</p>
      <a class="button" href=${zip ? zipUrl(path, zip) : `${bundleUrl(path)}${file}`} download>
        <${Icon} name="deploy" />${t('Download')}<span class="spoken"> ${name}</span></a>
      ${files.length > 0 && html`
        <details><summary>${files.length === 1 ? t('SHA-256') : tn(files.length, '{n} file and its SHA-256', '{n} files and their SHA-256')}</summary>
          <ul class="digests" tabindex="0" aria-label=${t('SHA-256 of {name}', { name })}>
            ${files.map(([each, { bytes: n, sha256 }]) => html`<li key=${each}>${files.length > 1 && html`<span>${each}, ${size(n)}</span>`}<code>${sha256}</code></li>`)}
          </ul>
        </details>`}
    </li>`;
}
