/**
 * Clips, recordings and photos, that the server does not have yet, in IndexedDB.
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
 * @typedef {'audio/wav' | 'image/jpeg'} ClipType
 * @typedef {{ id: string, project: string, label: string, session: string, speaker: string | null, source: string, recorded_at: string,
 *   type: ClipType, body: Uint8Array<ArrayBuffer>, state: ClipState, detail: string, verdict?: Verdict }} QueuedClip  `verdict`: on a recording
 */

const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 60000;
const NOT_NOW = [408, 425, 429];

/** @typedef {{ held: QueuedClip[], refused: QueuedClip[], waiting: number, photos: number, problem: string }} Queue  `photos`: how many of those that wait are */
export const queue = new Store(/** @type {Queue} */ ({ held: [], refused: [], waiting: 0, photos: 0, problem: '' }));

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

/** A clip as it lies here, maybe since a version that knew recordings only. @param {any} stored @returns {QueuedClip} */
const asQueued = ({ wav, ...clip }) => (wav ? { ...clip, source: 'microphone', type: 'audio/wav', body: wav } : clip);

/** Of the project that it belongs into. @param {QueuedClip} clip @returns {api.Kind} */
export const kindOf = ({ type }) => (type.startsWith('image/') ? 'vision' : 'speech');

/** @typedef {{ id: string, recorded_at: string, kind: api.Kind }} Waiting */
/** What waits, so that hundreds of photos are not read to send the first of them. @type {Map<string, Waiting>} */
const waiting = new Map();

let problem = '';

async function look() {
  const db = await database();
  const [held, refused] = await Promise.all(['held', 'refused'].map((state) => db.getAllFromIndex('clips', 'state', state)));
  await lookAtWaiting();
  const photos = [...waiting.values()].filter(({ kind }) => kind === 'vision').length;
  queue.set({
    held: held.map(asQueued).sort(byTime), refused: refused.map(asQueued).sort(byTime),
    waiting: waiting.size, photos, problem: waiting.size ? problem : '',
  });
}

async function lookAtWaiting() {
  const db = await database();
  const ids = new Set(/** @type {string[]} */ (await db.getAllKeysFromIndex('clips', 'state', 'waiting')));
  for (const id of waiting.keys()) if (!ids.has(id)) waiting.delete(id);
  for (const id of ids) {
    const stored = !waiting.has(id) && await db.get('clips', id);
    if (stored) waiting.set(id, { id, recorded_at: stored.recorded_at, kind: kindOf(asQueued(stored)) });
  }
}

/** @param {{ recorded_at: string }} a @param {{ recorded_at: string }} b */
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

/** Give a clip another label, wherever it has got to by now. @param {Pick<QueuedClip, 'id' | 'project'>} clip @param {string} label */
export async function relabel({ id, project }, label) {
  await exclusive(async () => {
    const wasHere = await write(async (clips) => {
      const found = await clips.get(id);
      if (found) await clips.put({ ...found, label, state: 'waiting', detail: '' });
      return Boolean(found);
    });
    if (!wasHere) await api.relabelClip(project, id, label);
  });
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
  await lookAtWaiting();
  const [first] = [...waiting.values()].sort(byTime);
  if (!first) return false;
  const clip = asQueued(await (await database()).get('clips', first.id));
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
  const kind = kindOf(clip);
  if (!known.has(clip.project)) await api.createProject(clip.project, kind);
  known.add(clip.project);
  try {
    await api.sendClip(clip);
  } catch (error) {
    // The data folder was emptied since: make the project again, and the clip is safe after all.
    if (!(error instanceof api.RefusedError) || error.status !== 404) throw error;
    await api.createProject(clip.project, kind);
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
