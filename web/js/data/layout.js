/** Another layout of the map's dots, computed in a worker of its own: a page that waits for it can be used. */

import { unpack } from './explore.js';
import { WorkerClient } from './worker.js';

/**
 * @param {{ dimensions: number, data: string }} vectors as the server's map gives them
 * @param {(share: number) => void} onProgress 0 to 1
 * @param {AbortSignal} signal ends it
 * @returns {Promise<{ x: Float32Array, y: Float32Array }>}
 */
export async function layOut({ dimensions, data }, onProgress, signal) {
  const worker = new Worker(new URL('../workers/umap.js', import.meta.url), { type: 'module' });
  const client = new WorkerClient(worker, 'The part that lays out the map');
  client.onEvent = (name, detail) => { if (name === 'progress') onProgress(detail); };
  const vectors = unpack(data);
  try {
    return await client.ask('lay', { vectors, dimensions }, signal, [vectors.buffer]);
  } finally {
    client.close('The map is laid out, or nobody waits for it.');
  }
}
