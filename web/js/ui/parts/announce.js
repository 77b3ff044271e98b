/** What a screen reader should say now, without moving the focus. */

import { html } from '../../../vendor/preact.js';
import { Store, useStore } from '../../data/store.js';

const spoken = new Store('');

/** @param {string} text */
export const announce = (text) => spoken.set(text);

export const Announcer = () => html`<p class="spoken" role="status" aria-live="assertive">${useStore(spoken)}</p>`;
