/** What this phone remembers between visits. Nothing here is needed to keep a clip. */

import { Store } from './store.js';

const KEY = 'nestling.settings';

/**
 * @typedef {object} Settings
 * @property {string} project
 * @property {string} pictures the project of pictures last used
 * @property {Record<string, 'speech' | 'vision'>} kinds of projects, where the server has told or the person has chosen
 * @property {string} label the one last recorded
 * @property {string} speaker
 * @property {number} count clips in a batch
 * @property {string} bundle path of the bundle that Live listens with; '' is the newest
 * @property {Record<string, string>} presets by a bundle's path: how sure it must be on Live, where that was chosen
 * @property {boolean | null} corrects whether sound that is corrected on Live may be kept; `null`: not asked yet
 * @property {Record<string, string>} homes by a bundle's path: the project that its corrections go to, where that is not its own
 * @property {string} translateTo the language that the camera names things in; '' is one that is not the reader's
 * @property {boolean} tour whether the tour's card stands above each step
 * @property {string} language that the pages speak; '' is the browser's
 * @property {string} own the reader's language; '' is the browser's
 * @property {boolean} speaks whether the camera page speaks by itself
 * @property {Record<string, string[]>} labels of each project: the server's, then those that have no clip yet; their order is that of their colours
 */

/** @type {Settings} */
const DEFAULTS = { project: 'words', pictures: 'pictures', kinds: {}, label: '', speaker: '', count: 10, bundle: '', presets: {}, corrects: null, homes: {}, translateTo: '', language: '', tour: false, own: '', speaks: false, labels: {} };

/** @returns {Settings} */
function read() {
  try {
    return { ...DEFAULTS, ...JSON.parse(localStorage.getItem(KEY) ?? '{}') };
  } catch { // storage may be refused (private windows) or hold what an older version wrote
    return { ...DEFAULTS };
  }
}

/** @type {Store<Settings>} */
export const settings = new Store(read());

/** @param {Partial<Settings>} changes */
export function remember(changes) {
  settings.set({ ...settings.value, ...changes });
  try {
    localStorage.setItem(KEY, JSON.stringify(settings.value));
  } catch {
    // The page works as well without remembering.
  }
}
