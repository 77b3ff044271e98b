/**
 * Clips that the server does not have yet, in IndexedDB.
 *
 * A clip is written here before anything else happens to it and leaves only when the server has answered for it, or when
 * the person throws it away. One tab at a time sends (navigator.locks); sending twice would do no harm, the id is the same.
 */

import { openDB } from '../../vendor/idb.js';
import * as api from './api.js';
import { access, learnFrom } from './access.js';
import { Store } from './store.js';

/**
 * `held`: the person has not decided yet. `waiting`: to be sent. `refused`: the server will not have it as it is; `detail` is its sentence.
 * @typedef {'held' | 'waiting' | 'refused'} ClipState
 * @typedef {'silent' | 'clipped' | 'cut off' | 'fine'} Verdict
 * @typedef {{ id: string, project: string, label: string, session: string, speaker: string | null, recorded_at: string,
 *   wav: Uint8Array<ArrayBuffer>, verdict: Verdict, state: ClipState, detail: string }} QueuedClip
 */

const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 60000;
const NOT_NOW = [408, 425, 429];

/** @typedef {{ held: QueuedClip[], refused: QueuedClip[], waiting: number, problem: string }} Queue */
export const queue = new Store(/** @type {Queue} */ ({ held: [], refused: [], waiting: 0, problem: '' }));

/** Called with each clip that the server has answered for. @type {Set<(clip: QueuedClip) => void>} */
export const onSent = new Set();

/** @type {ReturnType<typeof openDB> | undefined} */
let opened;
const database = () => opened ??= openDB('nestling', 1, {
  upgrade(/** @type {any} */ db) {
    db.createObjectStore('clips', { keyPath: 'id' }).createIndex('state', 'state');
  },
});
const otherTabs = 'BroadcastChannel' in globalThis ? new BroadcastChannel('nestling.clips') : null;

/** What was recorded must survive the battery too, hence `strict`. @param {(clips: any) => Promise<unknown>} change */
async function write(change) {
  const transaction = (await database()).transaction('clips', 'readwrite', { durability: 'strict' });
  const result = await change(transaction.store);
  await transaction.done;
  otherTabs?.postMessage('changed');
  await look();
  return result;
}

let problem = '';

async function look() {
  const db = await database();
  const [held, refused, waiting] = await Promise.all([
    db.getAllFromIndex('clips', 'state', 'held'),
    db.getAllFromIndex('clips', 'state', 'refused'),
    db.countFromIndex('clips', 'state', 'waiting'),
  ]);
  held.sort(byTime);
  queue.set({ held, refused, waiting, problem: waiting ? problem : '' });
}

/** @param {QueuedClip} a @param {QueuedClip} b */
const byTime = (a, b) => a.recorded_at.localeCompare(b.recorded_at);

/** @param {QueuedClip} clip */
export async function add(clip) {
  await write((clips) => clips.add(clip));
  if (clip.state === 'waiting') send();
}

/** Send this clip, under another label if one is given. @param {string} id @param {string} [label] */
export async function keep(id, label) {
  await exclusive(() => write(async (clips) => {
    const clip = await clips.get(id);
    if (clip) await clips.put({ ...clip, label: label ?? clip.label, state: 'waiting', detail: '' });
  }));
  send();
}

/** Throw a clip away, wherever it has got to by now. @param {Pick<QueuedClip, 'id' | 'project'>} clip */
export function discard(clip) {
  return exclusive(async () => {
    const wasHere = await write(async (clips) => {
      const found = await clips.get(clip.id);
      await clips.delete(clip.id);
      return Boolean(found);
    });
    if (!wasHere) await api.deleteClip(clip.project, clip.id);
  });
}

/** One tab, and one task within it, at a time: a clip is never changed while it is on its way.
 *  @template T @param {() => Promise<T>} task @returns {Promise<T>} */
function exclusive(task) {
  // An insecure page has no locks, but no microphone either: it has nothing to send.
  return navigator.locks ? navigator.locks.request('nestling.clips', task) : task();
}

let sending = false;
let askedAgain = false;
let failures = 0;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/** Send what waits. Safe to call at any time, from anywhere. */
export async function send() {
  clearTimeout(timer);
  if (sending) {
    askedAgain = true;
    return;
  }
  sending = true;
  try {
    do {
      askedAgain = false;
      while (await exclusive(sendOne));
    } while (askedAgain);
  } finally {
    sending = false;
  }
}

/** @returns {Promise<boolean>} whether to go on with the next one */
async function sendOne() {
  const waiting = await (await database()).getAllFromIndex('clips', 'state', 'waiting');
  if (!waiting.length) return false;
  const clip = waiting.sort(byTime)[0];
  try {
    await deliver(clip);
    failures = 0;
    problem = '';
    await write((clips) => clips.delete(clip.id));
    for (const hear of onSent) hear(clip);
    return true;
  } catch (error) {
    return fail(clip, error);
  }
}

/** @type {Set<string>} */
const known = new Set();

/** @param {QueuedClip} clip */
async function deliver(clip) {
  if (!known.has(clip.project)) await api.createProject(clip.project);
  known.add(clip.project);
  try {
    await api.sendClip(clip);
  } catch (error) {
    // The data folder was emptied since: make the project again, and the clip is safe after all.
    if (!(error instanceof api.RefusedError) || error.status !== 404) throw error;
    await api.createProject(clip.project);
    await api.sendClip(clip);
  }
  if (access.value.state !== 'joined') access.set({ state: 'joined', detail: '' });
}

/** @param {QueuedClip} clip @param {unknown} error */
async function fail(clip, error) {
  learnFrom(error);
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof api.RefusedError && error.status < 500 && !error.isStranger && !NOT_NOW.includes(error.status)) {
    await write((clips) => clips.put({ ...clip, state: 'refused', detail: message }));
    return true;
  }
  problem = message;
  const wait = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures++);
  timer = setTimeout(send, wait * (0.75 + Math.random() / 2)); // thirty phones must not come back in the same instant
  await look();
  return false;
}

/** Show what is here, send what waits, and again whenever that may have become possible. */
export async function open() {
  otherTabs?.addEventListener('message', look);
  addEventListener('online', send);
  document.addEventListener('visibilitychange', () => { if (!document.hidden) send(); });
  access.watch(({ state }) => { if (state === 'joined') send(); });
  await look();
  send();
}
