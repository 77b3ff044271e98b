/** The project that this phone works in, as the server last told; the labels stay known without it. */

import * as api from './api.js';
import { access, learnFrom } from './access.js';
import { remember, settings } from './settings.js';
import { Store } from './store.js';

export const NOISE = 'background_noise';
export const UNKNOWN = 'unknown';
export const RESERVED = [UNKNOWN, NOISE];
/** Fewer clips of a label than this, and the model hardly hears more than the voice. */
export const GOOD = 30;

export const project = new Store(/** @type {api.Project | null} */ (null));

/** Ask for the project again; make it when it is not there yet. */
export async function refreshProject() {
  const name = settings.value.project;
  try {
    const found = await api.createProject(name); // 200 when it exists
    if (name !== settings.value.project) return;
    project.set(found);
    rememberLabels(name, found.labels.map(({ label }) => label));
    if (access.value.state !== 'joined') access.set({ state: 'joined', detail: '' });
  } catch (error) {
    learnFrom(error);
  }
}

/** @param {string} name */
export async function chooseProject(name) {
  project.set(null);
  remember({ project: name, label: '' });
  await refreshProject();
}

/** The server's labels in its order, which is the same on every phone, then those that have no clip yet.
 *  @param {string} name @param {string[]} labels */
export function rememberLabels(name, labels) {
  const known = settings.value.labels[name] ?? [];
  const merged = [...new Set([...labels, ...known])];
  if (String(merged) !== String(known)) remember({ labels: { ...settings.value.labels, [name]: merged } });
}

/** @param {string} name @param {string} label */
export function forgetLabel(name, label) {
  const known = settings.value.labels[name] ?? [];
  remember({ labels: { ...settings.value.labels, [name]: known.filter((other) => other !== label) } });
}

/** What is wrong with a label, in a sentence; '' when nothing is. The rule is that of training/labels.py.
 *  @param {string} label in lower case, Unicode NFC */
export function labelProblem(label) {
  if (!label) return 'Type a word first.';
  if ([...label].length > 32) return 'A label has 32 characters at most.';
  if (!/^[\p{L}\p{N}\p{M}_-]+$/u.test(label)) return 'A label holds only letters, digits, _ and -. Write two words as one-two.';
  if (!/[\p{L}\p{N}]/u.test(label)) return 'A label has at least one letter or digit.';
  return '';
}

/** @param {string} text */
export const asLabel = (text) => text.trim().normalize('NFC').toLowerCase().replace(/\s+/g, '-');
