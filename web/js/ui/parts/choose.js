/** Choosing photos that are on the phone already. */

import { html, useRef } from '../../../vendor/preact.js';
import { Icon } from './icons.js';

/** @param {{ name: string, several?: boolean, disabled?: boolean, small?: boolean, onChoose: (files: File[]) => void }} props */
export function ChoosePhotos({ name, several = false, disabled = false, small = false, onChoose }) {
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  const take = (/** @type {any} */ { target }) => {
    const files = [...target.files];
    target.value = ''; // so that the same photo can be chosen again
    if (files.length) onChoose(files);
  };
  return html`
    <button class=${`button ${small ? 'small' : ''}`} type="button" disabled=${disabled} onClick=${() => input.current?.click()}><${Icon} name="photo" />${name}</button>
    <input type="file" accept="image/*" multiple=${several} hidden ref=${input} onChange=${take} />`;
}
