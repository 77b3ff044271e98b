/** The board on the computer's port, as the server tells of it. No detection is missed, however often the connection breaks. */

import { follow } from './socket.js';
import { Store } from './store.js';

const N_HEARD = 6;
const PROBLEM_EVENTS = 25; // about five seconds of inferences
const N_LEVELS = 256; // of an int8 score, the lowest of which is 0

/**
 * @typedef {{ firmware: string, bundle: string, labels: string[], runtime: string, arena_bytes: number, presets?: string[], preset?: string | null }} Hello
 * @typedef {{ scores: number[], label: number, features_us: number, model_us: number, at: number }} Inference
 * @typedef {{ seq: number, time: string, name: string, score: number }} Detection
 * @typedef {object} Board
 * @property {boolean} known whether the server has told anything yet
 * @property {boolean} reachable whether the server can be heard now
 * @property {boolean} connected whether there is a board
 * @property {string} detail which, or why not
 * @property {string | null} port
 * @property {boolean} virtual
 * @property {Hello | null} hello
 * @property {Inference | null} last_inference
 * @property {Detection[]} detections newest first
 * @property {number | null} threshold one for every word; null: those of the preset
 * @property {string | null} preset null: nobody has chosen one
 * @property {number} dropped_lines
 * @property {number} sequence_gaps
 * @property {boolean} complete whether nothing was missed since the page last listened
 * @property {string} problem the board's own complaint, for some seconds
 * @property {number} problem_seq
 */

/** @type {Board} */
export const UNKNOWN_BOARD = {
  known: false, reachable: true, connected: false, detail: '', port: null, virtual: false, hello: null, last_inference: null,
  detections: [], threshold: null, preset: null, dropped_lines: 0, sequence_gaps: 0, complete: true, problem: '', problem_seq: 0,
};
const NOTHING_HEARD = { last_inference: null, dropped_lines: 0, sequence_gaps: 0, problem: '' };

export const board = new Store(UNKNOWN_BOARD);

/** int8 as it comes out of the model to 0 ... 1. @param {number[]} scores */
export const dequantise = (scores) => scores.map((score) => (score + N_LEVELS / 2) / N_LEVELS);

/** What the board is after a message of the server.
 *  @param {Board} before @param {Record<string, any>} message @returns {Board} */
export function after(before, message) {
  const { seq, time, snapshot, connected, detail, port, virtual, threshold, preset = null, losses } = message;
  if (snapshot) return { ...before, ...snapshot, detections: snapshot.detections.slice(0, N_HEARD), known: true, complete: message.complete };
  if (connected !== undefined) return { ...before, ...NOTHING_HEARD, connected, detail, port, virtual, hello: connected ? before.hello : null };
  if (threshold !== undefined) return { ...before, threshold, preset };
  if (losses) return { ...before, ...losses };
  return { ...before, ...said(before, message.message ?? {}, seq, time) };
}

/** @param {Board} before @param {Record<string, any>} message @param {number} seq @param {string} time @returns {Partial<Board>} */
function said({ detections, problem, problem_seq }, message, seq, time) {
  if (message.type === 'hello') return { hello: /** @type {any} */ (message), problem: '' };
  if (message.type === 'inference') return { last_inference: /** @type {any} */ (message), problem: seq - problem_seq > PROBLEM_EVENTS ? '' : problem };
  if (message.type === 'error') return { problem: message.detail, problem_seq: seq };
  if (message.type !== 'detection' || detections.some((known) => known.seq === seq)) return {};
  const heard = { seq, time, name: message.name, score: message.score };
  return { detections: [heard, ...detections].sort((a, b) => b.seq - a.seq).slice(0, N_HEARD) };
}

/** The number of the last message; kept when the page is left, so that it hears what it missed when it comes back. */
let last = 0;

/** Watch the board until the returned function is called. */
export function watchBoard() {
  return follow(() => `/ws/board${last ? `?after=${last}` : ''}`, (message) => {
    last = message.seq;
    board.set(after(board.value, message));
  }, (reachable) => board.set({ ...board.value, reachable }));
}
