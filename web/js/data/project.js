/** The project that this phone works in, as the server last told; the labels stay known without it. */

import * as api from './api.js';
import { access, learnFrom } from './access.js';
import { remember, settings } from './settings.js';
import { Store } from './store.js';

export const NOISE = 'background_noise';
export const UNKNOWN = 'unknown';
export const RESERVED = [UNKNOWN, NOISE];
/** Fewer clips of a label than this, and the model hardly hears more than the voice, or sees more than the room. */
export const GOOD = 30;

export const project = new Store(/** @type {api.Project | null} */ (null));

/** What a project holds, as far as this phone knows. @param {string} name @returns {api.Kind} */
export const kindOf = (name) => settings.value.kinds[name] ?? 'speech';

/** @param {string} name @param {api.Kind} kind */
function rememberKind(name, kind) {
  const { kinds, pictures } = settings.value;
  remember({ kinds: { ...kinds, [name]: kind }, pictures: kind === 'vision' ? name : pictures });
}

/** Ask for the project again; make it when it is not there yet. */
export async function refreshProject() {
  const name = settings.value.project;
  try {
    const found = await findOrMake(name);
    if (name !== settings.value.project) return;
    project.set(found);
    if (found.kind !== settings.value.kinds[name]) rememberKind(name, found.kind);
    rememberLabels(name, found.labels.map(({ label }) => label));
    if (access.value.state !== 'joined') access.set({ state: 'joined', detail: '' });
  } catch (error) {
    learnFrom(error);
  }
}

/** A project that is there keeps its kind, whatever this phone took it for. @param {string} name */
async function findOrMake(name) {
  try {
    return await api.createProject(name, settings.value.kinds[name]);
  } catch (error) {
    if (error instanceof api.RefusedError && error.status === 409) return api.readProject(name);
    throw error;
  }
}

/** @param {string} name @param {api.Kind} kind */
export async function chooseProject(name, kind) {
  project.set(null);
  remember({ project: name, label: '' });
  rememberKind(name, kind);
  await refreshProject();
}

/** Go on with pictures: in the project in use, else in that of pictures last used, else in a new one; then to Record. */
export async function startPictures() {
  if (kindOf(settings.value.project) !== 'vision') await chooseProject(settings.value.pictures, 'vision');
  // The name may stand for words already.
  for (let n = 2; kindOf(settings.value.project) !== 'vision'; n++) await chooseProject(`pictures-${n}`, 'vision');
  location.hash = '#/record';
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
