/** Follow a job; nothing that it says is missed. */

import { follow } from './socket.js';

/**
 * @typedef {{ seq: number, job: import('./api.js').Job, event: Record<string, any> | null }} JobMessage
 * @param {string} id
 * @param {(message: JobMessage) => void} hear the last message has `event: null`
 * @param {(connected: boolean) => void} onConnection
 * @returns {() => void} stop following
 */
export function followJob(id, hear, onConnection) {
  let seq = 0;
  const stop = follow(() => `/ws/jobs/${encodeURIComponent(id)}?after=${seq}`, (/** @type {JobMessage} */ message) => {
    if (message.event === null) stop();
    else if (message.seq <= seq) return;
    else seq = message.seq;
    hear(message);
  }, onConnection);
  return stop;
}
