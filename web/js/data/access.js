/** Whether this phone may talk to the server: by the token of a QR code, or because it is the computer itself. */

import * as api from './api.js';
import { Store } from './store.js';

/** @typedef {{ state: 'checking' | 'joined' | 'stranger' | 'offline', detail: string }} Access */
export const access = new Store(/** @type {Access} */ ({ state: 'checking', detail: '' }));

const LOCAL_NAMES = ['localhost', '127.0.0.1', '[::1]'];
const TOKEN_PREFIX = '#join=';

/** Take the token out of the address bar and the history, so that neither a screenshot nor a bookmark hands it on.
 *  A model that the code names beside it is opened. */
function takeToken() {
  if (!location.hash.startsWith(TOKEN_PREFIX)) return '';
  const given = new URLSearchParams(location.hash.slice(1));
  const bundle = given.get('bundle');
  history.replaceState(null, '', `${location.pathname}#/${bundle ? `live?bundle=${encodeURIComponent(bundle)}` : 'record'}`);
  return given.get('join') ?? '';
}

/** @param {unknown} error */
function failed(error) {
  const state = error instanceof api.RefusedError ? 'stranger' : 'offline';
  access.set({ state, detail: error instanceof Error ? error.message : String(error) });
}

/** Join by the token in the address, if there is one; on the computer itself without; else see whether the cookie still opens the door. */
export async function enter() {
  const token = takeToken();
  try {
    const answer = token || LOCAL_NAMES.includes(location.hostname) ? api.join(token) : api.listProjects();
    api.waitAtTheDoor(answer);
    await answer;
    access.set({ state: 'joined', detail: '' });
  } catch (error) {
    failed(error);
  }
}

/** @param {unknown} error what a request failed with: it may tell that the door has closed or that the server is off */
export function learnFrom(error) {
  if (error instanceof api.UnreachableError) failed(error);
  // Why the door did not open says more than that it is closed.
  if (error instanceof api.RefusedError && error.isStranger && access.value.state !== 'stranger') failed(error);
}
