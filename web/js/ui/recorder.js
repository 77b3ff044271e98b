/** One sitting at the microphone: countdown, clips, pauses. Knows nothing of the screen; pages watch `state`. */

import { Listener } from '../audio/listener.js';
import * as queue from '../data/queue.js';
import { Store } from '../data/store.js';
import { verdict } from '../dsp/verdict.js';
import { encodeWav } from '../dsp/wav.js';
import { askToPersist, pause, sentence } from './collecting.js';

export const SAMPLE_RATE = 16000;
export const CLIP_LENGTH = 2 * SAMPLE_RATE;
const COUNTDOWN = 3;
const SECOND_MS = 1000;
const PAUSE_MS = 1200; // long enough to breathe and to read "13 of 30"

/**
 * @typedef {'idle' | 'opening' | 'countdown' | 'recording' | 'pause'} Phase
 * @typedef {{ phase: Phase, left: number, index: number, total: number, message: string }} RecorderState
 * @typedef {{ count: number, project: string, label: string, speaker: string }} Batch
 */

/** @type {RecorderState} */
const IDLE = { phase: 'idle', left: 0, index: 0, total: 0, message: '' };

/** One session a speaker and visit: clips of one sitting belong into one split. @type {Map<string, string>} */
const sessions = new Map();

/** @param {string} speaker */
function sessionOf(speaker) {
  const session = sessions.get(speaker) ?? crypto.randomUUID();
  sessions.set(speaker, session);
  return session;
}

export class Recorder {
  /** @type {Store<RecorderState>} */
  state = new Store(IDLE);
  listener = new Store(/** @type {Listener | null} */ (null));
  /** @type {AbortController | null} */
  #batch = null;
  #endedBecause = '';

  /** @param {Partial<RecorderState>} changes */
  #show(changes) {
    this.state.set({ ...this.state.value, ...changes });
  }

  /** Record a batch. Ends early, with every finished clip kept, when it is stopped or the microphone fails.
   *  @param {Batch} batch */
  async run(batch) {
    if (this.#batch) return;
    const { signal } = this.#batch = new AbortController();
    const unlock = await keepAwake();
    let message = '';
    this.#endedBecause = '';
    try {
      this.#show({ ...IDLE, phase: 'opening', total: batch.count });
      const listener = await this.#open();
      for (let left = COUNTDOWN; left > 0; left--) {
        this.#show({ phase: 'countdown', left });
        await pause(SECOND_MS, signal);
      }
      for (let index = 1; index <= batch.count; index++) {
        if (index > 1) {
          this.#show({ phase: 'pause', index });
          await pause(PAUSE_MS, signal);
        }
        this.#show({ phase: 'recording', index });
        await this.#recordOne(listener, batch, signal);
      }
    } catch (error) {
      message = signal.aborted ? this.#endedBecause : sentence(error, 'clip');
    }
    unlock();
    this.#batch = null;
    this.#show({ ...IDLE, message });
  }

  /** @param {Listener} listener @param {Batch} batch @param {AbortSignal} signal */
  async #recordOne(listener, batch, signal) {
    const { project, label, speaker, count } = batch;
    const recorded_at = new Date().toISOString();
    const pcm = await listener.record(CLIP_LENGTH, { signal });
    const judged = verdict(pcm, SAMPLE_RATE);
    await queue.add({
      id: crypto.randomUUID(), project, label, session: sessionOf(speaker), speaker: speaker || null, source: 'microphone', recorded_at,
      type: 'audio/wav', body: encodeWav(pcm, SAMPLE_RATE), verdict: judged, detail: '',
      // In a batch nobody wants to be asked thirty times; a single clip is heard first.
      state: count > 1 && judged === 'fine' ? 'waiting' : 'held',
    });
  }

  async #open() {
    if (this.listener.value) return this.listener.value;
    const listener = await Listener.open();
    listener.addEventListener('ended', (event) => {
      this.#endedBecause = /** @type {CustomEvent} */ (event).detail.message;
      this.#show({ message: this.#endedBecause });
      this.close();
    });
    this.listener.set(listener);
    askToPersist();
    return listener;
  }

  stop() {
    this.#batch?.abort();
  }

  async close() {
    this.stop();
    const listener = this.listener.value;
    this.listener.set(null);
    await listener?.close();
  }
}

/** @returns {Promise<() => void>} let it sleep again */
async function keepAwake() {
  try {
    const lock = await navigator.wakeLock.request('screen');
    return () => { lock.release(); };
  } catch { // not offered here, or the battery is low: recording works without
    return () => {};
  }
}
