import { readFileSync } from 'node:fs';

/** @param {string} name - a file of tests/vectors */
export function readVectors(name) {
  return JSON.parse(readFileSync(new URL(`../vectors/${name}`, import.meta.url), 'utf8'));
}

/**
 * Reproducible noise in [-1, 1): a linear congruential generator.
 * @param {number} n
 * @param {number} seed
 */
export function noise(n, seed) {
  let state = seed >>> 0;
  return Float32Array.from({ length: n }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}
