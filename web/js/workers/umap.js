/**
 * Lays vectors out in a plane so that neighbours stay neighbours: L. McInnes, J. Healy and J. Melville, "UMAP: Uniform manifold
 * approximation and projection for dimension reduction", arXiv:1802.03426. `data/layout.js` asks; it ends this worker to cancel.
 *
 * @typedef {{ id: number, command: 'lay', vectors: Float32Array, dimensions: number }} Request
 */

import { UMAP } from '../../vendor/umap.js';

const N_NEIGHBOURS = 15;
const MIN_DISTANCE = 0.1;
const SEED = 1; // the same clips give the same picture
const SHARE_OF_NEIGHBOURS = 0.3; // of the time that it all takes
const PER_EVENT = 256; // vectors between two words about how far it is

/** @type {DedicatedWorkerGlobalScope} */
const scope = /** @type {any} */ (self);

/** @param {number} share 0 to 1 */
const tell = (share) => scope.postMessage({ event: 'progress', detail: share });

/** A small generator of T. Ettinger's and B. Jenkins's kind (mulberry32), for numbers from 0 to 1. @param {number} state */
const randomFrom = (state) => () => {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
};

/**
 * Each vector's nearest, itself first. Every pair is looked at: for 10,000 vectors that is quicker here than the trees of umap-js.
 * @param {Float32Array} vectors
 * @param {number} dimensions
 * @param {number} k
 */
function nearest(vectors, dimensions, k) {
  const n = vectors.length / dimensions;
  const [indices, distances] = [/** @type {number[][]} */ ([]), /** @type {number[][]} */ ([])];
  for (let i = 0; i < n; i++) {
    const [found, apart] = nearestOf(vectors, dimensions, i, k);
    indices.push(found);
    distances.push(apart);
    if (i % PER_EVENT === 0) tell((SHARE_OF_NEIGHBOURS * i) / n);
  }
  return { indices, distances };
}

/** @param {Float32Array} vectors @param {number} dimensions @param {number} i @param {number} k @returns {[number[], number[]]} */
function nearestOf(vectors, dimensions, i, k) {
  const [found, squares] = [new Array(k).fill(i), new Array(k).fill(Infinity)];
  const from = i * dimensions;
  for (let j = 0, at = 0; at < vectors.length; j++, at += dimensions) {
    let square = 0;
    for (let d = 0; d < dimensions; d++) square += (vectors[from + d] - vectors[at + d]) ** 2;
    if (j === i) square = -1; // itself comes first, also where another is the same
    if (square >= squares[k - 1]) continue;
    let place = k - 1;
    for (; place > 0 && squares[place - 1] > square; place--) [found[place], squares[place]] = [found[place - 1], squares[place - 1]];
    [found[place], squares[place]] = [j, square];
  }
  return [found, squares.map((square) => Math.sqrt(Math.max(0, square)))];
}

/** @param {Request} request */
function lay({ vectors, dimensions }) {
  const n = vectors.length / dimensions;
  const nNeighbors = Math.min(N_NEIGHBOURS, n);
  const umap = new UMAP({ nNeighbors, minDist: MIN_DISTANCE, random: randomFrom(SEED) });
  const { indices, distances } = nearest(vectors, dimensions, nNeighbors);
  umap.setPrecomputedKNN(indices, distances);
  const epochs = umap.initializeFit(Array.from({ length: n }, (_, i) => [...vectors.subarray(i * dimensions, (i + 1) * dimensions)]));
  for (let epoch = 0; epoch < epochs; epoch++) {
    umap.step();
    if (epoch % 5 === 0) tell(SHARE_OF_NEIGHBOURS + ((1 - SHARE_OF_NEIGHBOURS) * epoch) / epochs);
  }
  const places = umap.getEmbedding();
  return { x: Float32Array.from(places, ([x]) => x), y: Float32Array.from(places, ([, y]) => y) };
}

/** @param {MessageEvent<Request>} event */
scope.onmessage = ({ data: request }) => {
  const { id } = request;
  try {
    scope.postMessage({ id, result: lay(request) });
  } catch (error) {
    scope.postMessage({ id, error: /** @type {Error} */ (error).message });
  }
};
