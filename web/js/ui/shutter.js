/** Photos for a label: a burst from the camera, or files. Knows nothing of the screen; pages watch `state`. */

import { encodePhoto, readPhoto } from '../camera/photo.js';
import * as queue from '../data/queue.js';
import { Store } from '../data/store.js';
import { askToPersist, pause, sentence } from './collecting.js';

const INTERVAL_MS = 250;
export const MOST = 30; // of one burst: neighbours look alike, and more of them teach little

/**
 * `n`: photos of the burst or of the files so far; `total`: files. `messages`: what went wrong, or was done to a file.
 * @typedef {{ phase: 'idle' | 'burst' | 'files', n: number, total: number, messages: string[] }} ShutterState
 * @typedef {{ project: string, label: string }} Place
 */

export class Shutter {
  state = new Store(/** @type {ShutterState} */ ({ phase: 'idle', n: 0, total: 0, messages: [] }));
  /** @type {AbortController | null} */
  #burst = null;

  /** @param {Partial<ShutterState>} changes */
  #show(changes) {
    this.state.set({ ...this.state.value, ...changes });
  }

  /** Take a photo, and further ones until it is released: one burst, which stays together when photos are split.
   *  @param {HTMLVideoElement} video @param {Place} place */
  async hold(video, place) {
    if (this.state.value.phase !== 'idle') return;
    const { signal } = this.#burst = new AbortController();
    const session = crypto.randomUUID();
    askToPersist();
    this.#show({ phase: 'burst', n: 0, total: 0, messages: [] });
    try {
      for (let n = 1; n <= MOST; n++) {
        const tick = pause(n < MOST ? INTERVAL_MS : 0, signal);
        tick.catch(() => undefined); // released meanwhile: heard of below, when the photo is kept
        await keep(video, { ...place, session, source: 'camera' });
        this.#show({ n });
        await tick;
      }
    } catch (error) {
      if (error !== signal.reason) this.#show({ messages: [sentence(error, 'photo')] });
    }
    this.#show({ phase: 'idle' });
  }

  release() {
    this.#burst?.abort();
  }

  /** Each file is a burst of its own: it is not known which of them were taken together.
   *  @param {File[]} files @param {Place} place */
  async add(files, place) {
    if (this.state.value.phase !== 'idle') return;
    askToPersist();
    this.#show({ phase: 'files', n: 0, total: files.length, messages: [] });
    for (const file of files) {
      const message = await addFile(file, place);
      const { n, messages } = this.state.value;
      this.#show({ n: n + 1, messages: message ? [...messages, message] : messages });
    }
    this.#show({ phase: 'idle' });
  }
}

/** @param {File} file @param {Place} place @returns {Promise<string>} a sentence where there is something to say */
async function addFile(file, place) {
  try {
    const { bitmap, note } = await readPhoto(file);
    await keep(bitmap, { ...place, session: crypto.randomUUID(), source: 'file' });
    bitmap.close();
    return note && `${file.name}: ${note}`;
  } catch (error) {
    return sentence(error, 'photo');
  }
}

/** @param {HTMLVideoElement | ImageBitmap} picture @param {Place & { session: string, source: string }} about */
async function keep(picture, about) {
  const recorded_at = new Date().toISOString();
  const photo = await encodePhoto(picture);
  await queue.add({
    ...about, id: crypto.randomUUID(), speaker: null, recorded_at,
    type: 'image/jpeg', body: new Uint8Array(await photo.arrayBuffer()), state: 'waiting', detail: '',
  });
}
