/** A value that pages watch. */

import { useEffect, useState } from '../../vendor/preact.js';

/**
 * @template T
 */
export class Store {
  /** @param {T} value */
  constructor(value) {
    this.value = value;
    /** @type {Set<(value: T) => void>} */
    this.watchers = new Set();
  }

  /** @param {T} value */
  set(value) {
    this.value = value;
    for (const watcher of this.watchers) watcher(value);
  }

  /** @param {(value: T) => void} watcher */
  watch(watcher) {
    this.watchers.add(watcher);
    return () => { this.watchers.delete(watcher); };
  }
}

/**
 * @template T
 * @param {Store<T>} store
 * @returns {T}
 */
export function useStore(store) {
  const [, redraw] = useState(0);
  useEffect(() => store.watch(() => redraw((/** @type {number} */ n) => n + 1)), [store]);
  return store.value;
}
