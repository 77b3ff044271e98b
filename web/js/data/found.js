/** The things that were found, on this phone and nowhere else. */

import { Store } from './store.js';

const KEY = 'nestling.found';
const MAX_KEPT = 500;

/** `name` is the word in the reader's own language. @typedef {{ word: string, language: string, name: string, own: string, time: string }} Found */

/** Newest first. @type {Store<Found[]>} */
export const found = new Store(read());

/** @returns {Found[]} */
function read() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(kept) ? kept : [];
  } catch { // storage may be refused (private windows) or hold something else
    return [];
  }
}

/** @param {Found[]} things */
function keep(things) {
  found.set(things);
  try {
    localStorage.setItem(KEY, JSON.stringify(things));
  } catch {
    // The list lasts as long as the page, then.
  }
}

/** A thing that was found before, in the same language, moves to the top. @param {Omit<Found, 'time'>} thing */
export function add(thing) {
  const others = found.value.filter(({ word, language }) => word !== thing.word || language !== thing.language);
  keep([{ ...thing, time: new Date().toISOString() }, ...others].slice(0, MAX_KEPT));
}

/** @param {Found} thing */
export const remove = (thing) => keep(found.value.filter((other) => other !== thing));

export const removeAll = () => keep([]);
