/** The sample project, which the server makes while it tells how far it has come. */

import { UnreachableError, asSentence, request } from './api.js';

const PATIENCE_MS = 60000; // until the first word is spoken

/**
 * @param {(done: number, of: number) => void} onProgress
 * @returns {Promise<import('./api.js').Project>}
 */
export async function makeSample(onProgress) {
  const response = await request('/projects/sample', { method: 'POST', json: {}, patience: PATIENCE_MS });
  for await (const line of lines(response)) {
    if (line.project) return line.project;
    if (line.detail) throw new Error(asSentence(line.detail));
    onProgress(line.done, line.of);
  }
  throw new UnreachableError(); // the server was stopped in the middle
}

/** JSON lines as they come. @param {Response} response @returns {AsyncGenerator<any>} */
async function* lines(response) {
  const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).getReader();
  const decoder = new TextDecoder();
  let text = '';
  while (true) {
    const { done, value } = await reader.read().catch(() => { throw new UnreachableError(); });
    if (done) return;
    const pieces = (text + decoder.decode(value, { stream: true })).split('\n');
    text = pieces.pop() ?? '';
    for (const piece of pieces) yield JSON.parse(piece);
  }
}
