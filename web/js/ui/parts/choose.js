/** Choosing photos that are on the phone already. */

import { html, useRef } from '../../../vendor/preact.js';
import { Icon } from './icons.js';

/** @param {{ name: string, short?: string, several?: boolean, disabled?: boolean, small?: boolean, onChoose: (files: File[]) => void }} props `short`: what is read where there is little room */
export function ChoosePhotos({ name, short, several = false, disabled = false, small = false, onChoose }) {
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  const take = (/** @type {any} */ { target }) => {
    const files = [...target.files];
    target.value = ''; // so that the same photo can be chosen again
    if (files.length) onChoose(files);
  };
  return html`
    <button class=${`button ${small ? 'small' : ''}`} type="button" disabled=${disabled} aria-label=${short ? name : null} onClick=${() => input.current?.click()}><${Icon} name="gallery" />${short ?? name}</button>
    <input type="file" accept="image/*" multiple=${several} hidden ref=${input} onChange=${take} />`;
}
