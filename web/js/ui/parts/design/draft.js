/** A network in the making: its layers, each with a number of its own, and what it was before, for undo. */

/** @typedef {import('../../../data/design.js').Layer} Layer */
/** @typedef {import('../../../data/design.js').Design} Design */
/** @typedef {import('../../../data/design.js').Preset} Preset */
/** @typedef {{ id: number, layer: Layer }} Item */
/** @typedef {{ items: Item[], name: string, expert: boolean }} Network */
/** @typedef {Network & { past: Network[], doing: string }} Draft  `doing`: what the last step changed; typing on there is one step */

const MOST_STEPS = 200;
let lastId = 0;

/** @param {Layer} layer @returns {Item} */
const item = (layer) => ({ id: ++lastId, layer });

/** @param {Layer[]} layers @param {Design} design @returns {Draft} */
export const begin = (layers, design) => ({
  items: layers.map(item), name: 'name' in design ? design.name ?? '' : '', expert: 'expert' in design, past: [], doing: '',
});

/** @param {Draft} draft @param {Partial<Network>} changes @param {string} [doing] @returns {Draft} */
function step(draft, changes, doing = '') {
  const { items, name, expert, past } = draft;
  const goesOn = doing !== '' && doing === draft.doing;
  return { ...draft, ...changes, doing, past: goesOn ? past : [...past, { items, name, expert }].slice(-MOST_STEPS) };
}

/** @param {Draft} draft @returns {Draft} */
export function undone(draft) {
  const before = draft.past[draft.past.length - 1];
  return before ? { ...before, past: draft.past.slice(0, -1), doing: '' } : draft;
}

/** Other layers altogether. @param {Draft} draft @param {Layer[]} layers */
export const replaced = (draft, layers) => step(draft, { items: layers.map(item), name: '', expert: false });

/** @param {Draft} draft */
export const withExpert = (draft) => step(draft, { expert: true });

/** @param {Draft} draft @param {string} name */
export const renamed = (draft, name) => step(draft, { name }, 'name');

/** @param {Draft} draft @param {Layer} layer @param {number} at its place */
export function added(draft, layer, at) {
  const items = [...draft.items];
  items.splice(at, 0, item(layer));
  return step(draft, { items });
}

/** @param {Draft} draft @param {number} id */
export const removed = (draft, id) => step(draft, { items: draft.items.filter((other) => other.id !== id) });

/** @param {Draft} draft @param {number} id @param {number} by -1: up, 1: down */
export function moved(draft, id, by) {
  const items = [...draft.items];
  const from = items.findIndex((other) => other.id === id);
  if (from + by < 0 || from + by >= items.length) return draft;
  items.splice(from + by, 0, ...items.splice(from, 1));
  return step(draft, { items });
}

/** @param {Draft} draft @param {number} id @param {string} option @param {unknown} value */
export const changed = (draft, id, option, value) => step(draft, {
  items: draft.items.map((other) => (other.id === id ? { id, layer: { ...other.layer, [option]: value } } : other)),
}, `${id} ${option}`);

/** @param {Draft} draft */
export const layersOf = ({ items }) => items.map(({ layer }) => layer);

/** Whether two lists of layers are the same network. @param {Layer[]} a @param {Layer[]} b */
const isSame = (a, b) => JSON.stringify(a.map(sorted)) === JSON.stringify(b.map(sorted));

/** @param {Layer} layer */
const sorted = (layer) => Object.entries(layer).sort(([a], [b]) => (a < b ? -1 : 1));

/** The preset that a draft is; undefined where it is none. @param {Draft} draft @param {Preset[]} presets */
export const presetOf = (draft, presets) => (draft.expert ? undefined : presets.find(({ layers }) => isSame(layers, layersOf(draft))));

/** @param {Draft} draft @param {Preset[]} presets @returns {Design} as the server keeps it */
export function designOf(draft, presets) {
  if (draft.expert) return { expert: true };
  const preset = presetOf(draft, presets)?.preset;
  if (preset) return { preset };
  const name = draft.name.trim();
  return { layers: layersOf(draft), ...(name ? { name } : {}) };
}

/** A layer of a kind with its defaults. @param {string} type @param {import('../../../data/design.js').Kind} kind @returns {Layer} */
export const fresh = (type, kind) => ({ type, ...Object.fromEntries(Object.entries(kind.options).map(([name, option]) => [name, option.default])) });
