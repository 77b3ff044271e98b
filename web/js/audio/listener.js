/**
 * The microphone, as a page uses it: open it in a click, then record, or load a bundle and hear its detections.
 *
 * Recording and listening take the same path (worklet -> worker), so what a model was trained on is what it will hear.
 * Everything after the microphone runs in `workers/listener.js`; this side only opens, asks and passes events on.
 *
 * A hidden tab: browsers keep a page that holds a microphone awake, so recordings stay complete and events keep coming
 * (drawing is the page's own business: `requestAnimationFrame` stops). iOS is the exception: it mutes the microphone when
 * the page is hidden or a call comes in, and 'ended' or 'error' says so. Nothing resumes by itself behind the user's back.
 *
 * @typedef {{sampleRate: number, trackSampleRate: number | null, echoCancellation: boolean | null,
 *   noiseSuppression: boolean | null, autoGainControl: boolean | null, label: string, channelCount: number | null,
 *   latencyMs: number | null}} ListenerSettings
 * @typedef {import('../../types/audio.d.ts').Level} Level
 * @typedef {import('../../types/audio.d.ts').Columns} Columns
 * @typedef {import('../../types/audio.d.ts').Scores} Scores
 * @typedef {import('../../types/audio.d.ts').Detection} Detection
 * @typedef {import('../../types/audio.d.ts').Manifest} Manifest
 */

import { WorkerClient } from '../data/worker.js';

/** @typedef {'insecure' | 'unsupported' | 'denied' | 'no-microphone' | 'busy' | 'failed'} ListenerErrorCode */

/** @type {Record<ListenerErrorCode, string>} */
const SENTENCES = {
  insecure: 'The browser gives the microphone to secure pages only. Open this page with https:// and trust the computer\'s certificate.',
  unsupported: 'This browser cannot record sound for Nestling. Use a current Chrome, Edge, Firefox or Safari.',
  denied: 'The microphone is blocked for this page. Allow it in the browser\'s site settings, then try again.',
  'no-microphone': 'No microphone was found. Connect one, then try again.',
  busy: 'The microphone is in use. Close the other app that is using it, then try again.',
  failed: 'The microphone did not start. Try again; if it fails again, reload the page.',
};

/** @type {Record<string, ListenerErrorCode>} */
const CODES = {
  NotAllowedError: 'denied',
  SecurityError: 'insecure',
  NotFoundError: 'no-microphone',
  OverconstrainedError: 'no-microphone',
  NotReadableError: 'busy',
  AbortError: 'busy',
};

// Speech processing meant for calls ruins features: MFCCs correlate at 0.77 with it, at 0.9997 without.
const UNPROCESSED = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
const START_MS = 3000; // a context that is not running by then was refused
const MUTE_GRACE_MS = 1500; // phones mute for a moment when the audio route changes

export class ListenerError extends Error {
  /**
   * @param {ListenerErrorCode} code
   * @param {unknown} [cause]
   */
  constructor(code, cause) {
    super(SENTENCES[code], { cause });
    this.name = 'ListenerError';
    this.code = code;
  }
}

/**
 * An open microphone. Events, all with `detail`: 'level' (Level), 'columns' (Columns), 'scores' (Scores),
 * 'detection' (Detection), 'ended' ({message}: the microphone is gone; close, then open again), 'error' ({message}).
 */
export class Listener extends EventTarget {
  /** @type {MediaStream} */ #stream;
  /** @type {AudioContext} */ #context;
  /** @type {AudioWorkletNode} */ #node;
  /** @type {WorkerClient} */ #client;
  #closing = new AbortController();
  /** Which TF.js backend runs the loaded bundle. @type {'wasm' | 'cpu' | null} */
  backend = null;

  /**
   * Call `Listener.open()` instead.
   * @param {MediaStream} stream
   * @param {AudioContext} context
   * @param {AudioWorkletNode} node
   * @param {WorkerClient} client
   */
  constructor(stream, context, node, client) {
    super();
    this.#stream = stream;
    this.#context = context;
    this.#node = node;
    this.#client = client;
    client.onEvent = (name, detail) => this.#emit(name, detail);
    this.#watchTrack();
    this.#watchContext();
  }

  /**
   * Open the microphone. Call it from a click: iOS starts audio in a user gesture only.
   * @param {{deviceId?: string}} [options]
   * @returns {Promise<Listener>}
   * @throws {ListenerError} `message` says what to do
   */
  static async open({ deviceId } = {}) {
    checkSupport();
    const stream = await openStream(deviceId);
    /** @type {AudioContext | undefined} */
    let context;
    /** @type {WorkerClient | undefined} */
    let client;
    try {
      // Made after the stream: iOS changes the hardware's rate when a microphone opens, and an older context crackles.
      context = new AudioContext({ latencyHint: 'interactive' });
      await running(context);
      await context.audioWorklet.addModule(new URL('../worklets/capture.js', import.meta.url).href);
      client = new WorkerClient(new Worker(new URL('../workers/listener.js', import.meta.url), { type: 'module' }), 'The audio engine');
      const node = await connect(context, stream, client);
      return new Listener(stream, context, node, client);
    } catch (error) {
      stop(stream);
      client?.close('The microphone did not start.');
      await context?.close();
      throw new ListenerError('failed', error);
    }
  }

  /** What the browser really gave. A value that it does not tell is null. @returns {ListenerSettings} */
  get settings() {
    const track = this.#stream.getAudioTracks()[0];
    const given = /** @type {MediaTrackSettings & {latency?: number}} */ (track.getSettings());
    const latency = given.latency ?? this.#context.baseLatency;
    return {
      sampleRate: this.#context.sampleRate,
      trackSampleRate: given.sampleRate ?? null,
      echoCancellation: given.echoCancellation === undefined ? null : Boolean(given.echoCancellation), // newer browsers name a mode
      noiseSuppression: given.noiseSuppression ?? null,
      autoGainControl: given.autoGainControl ?? null,
      label: track.label,
      channelCount: given.channelCount ?? null,
      latencyMs: latency === undefined ? null : latency * 1000,
    };
  }

  /**
   * `nSamples` samples at 16 kHz, exactly: the next ones, of which the first are a few hundredths of a second older than the
   * call; or those from a position on, at most ten seconds back, such as an event's `at` tells it.
   * @param {number} nSamples
   * @param {{from?: number, signal?: AbortSignal}} [options]
   * @returns {Promise<Int16Array<ArrayBuffer>>}
   * @throws {Error} sound was lost on the way, the microphone ended or was not open yet, or `signal` was aborted
   */
  record(nSamples, { from, signal } = {}) {
    return this.#client.ask('record', { nSamples, from }, signal);
  }

  /**
   * The last `nSamples` samples at 16 kHz; what was before the microphone opened is silence.
   * @param {number} nSamples - at most ten seconds
   * @returns {Promise<Int16Array>}
   */
  last(nSamples) {
    return this.#client.ask('last', { nSamples });
  }

  /**
   * Load a bundle and begin to listen with it: 'scores' and 'detection' follow.
   * @param {string} bundleUrl - its folder, such as '/bundles/yes-no/'
   * @param {string} [preset] - of its decision; the one it begins with, unless told
   * @returns {Promise<Manifest>}
   * @throws {Error} the bundle is not there, damaged, or of a kind that this front end cannot honour
   */
  async load(bundleUrl, preset) {
    const folder = bundleUrl.endsWith('/') ? bundleUrl : `${bundleUrl}/`;
    const { manifest, backend } = await this.#client.ask('load', { url: new URL(folder, document.baseURI).href, preset });
    this.backend = backend;
    return manifest;
  }

  /**
   * Decide by another preset of the loaded bundle from now on.
   * @param {string} preset
   * @returns {Promise<void>}
   */
  decide(preset) {
    return this.#client.ask('decide', { preset });
  }

  /** Stop inference; recording goes on. */
  async unload() {
    await this.#client.ask('unload', {});
    this.backend = null;
  }

  /** Give the microphone back. Pending recordings reject. */
  async close() {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    this.#node.port.postMessage('stop');
    this.#node.disconnect();
    stop(this.#stream);
    this.#client.close('The microphone was closed.');
    await this.#context.close();
  }

  #watchTrack() {
    const track = this.#stream.getAudioTracks()[0];
    const { signal } = this.#closing;
    track.addEventListener('ended', () => this.#end('The microphone was disconnected or taken away. Open it again.'), { signal });
    track.addEventListener('mute', () => {
      setTimeout(() => {
        if (track.muted) this.#end('The phone or the computer muted the microphone. Unmute it, then open it again.');
      }, MUTE_GRACE_MS);
    }, { signal });
  }

  // iOS says 'interrupted' during a call or when another app takes the sound; only a later gesture may resume it.
  #watchContext() {
    const { signal } = this.#closing;
    const resume = () => {
      if (this.#context.state !== 'running') this.#context.resume().catch(() => undefined);
    };
    document.addEventListener('pointerdown', resume, { signal });
    document.addEventListener('visibilitychange', resume, { signal });
    this.#context.addEventListener('statechange', () => {
      if (this.#context.state === 'running') return;
      this.#emit('error', { message: 'The phone paused the microphone. Tap the page to go on.' });
    }, { signal });
  }

  /** @param {string} message */
  #end(message) {
    if (this.#closing.signal.aborted) return;
    this.#client.rejectAll(message);
    this.#emit('ended', { message });
  }

  /**
   * @param {string} name
   * @param {unknown} detail
   */
  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

function checkSupport() {
  if (!globalThis.isSecureContext) throw new ListenerError('insecure');
  const complete = 'mediaDevices' in navigator && 'AudioContext' in globalThis && 'AudioWorkletNode' in globalThis;
  if (!complete) throw new ListenerError('unsupported');
}

/**
 * @param {string | undefined} deviceId
 * @returns {Promise<MediaStream>}
 */
async function openStream(deviceId) {
  const audio = { ...UNPROCESSED, channelCount: { ideal: 1 }, ...(deviceId && { deviceId: { exact: deviceId } }) };
  try {
    return await navigator.mediaDevices.getUserMedia({ audio });
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    throw new ListenerError(CODES[name] ?? 'failed', error);
  }
}

/**
 * Resolves when `context` runs; resume() alone never settles where the browser refuses it.
 * @param {AudioContext} context
 */
async function running(context) {
  const late = new Promise((_, reject) => {
    setTimeout(() => reject(new Error('the audio context stayed suspended')), START_MS);
  });
  await Promise.race([context.resume(), late]);
}

/**
 * Wire microphone -> worklet -> worker; the blocks never pass through the page's own thread.
 * @param {AudioContext} context
 * @param {MediaStream} stream
 * @param {WorkerClient} client
 */
async function connect(context, stream, client) {
  const { port1, port2 } = new MessageChannel();
  const paramsUrl = new URL('/params/mfcc.json', document.baseURI).href;
  await client.ask('open', { sampleRate: context.sampleRate, port: port2, paramsUrl }, undefined, [port2]);
  const node = new AudioWorkletNode(context, 'capture', { numberOfInputs: 1, numberOfOutputs: 0 });
  node.port.postMessage(port1, [port1]);
  context.createMediaStreamSource(stream).connect(node);
  return node;
}

/** @param {MediaStream} stream */
function stop(stream) {
  for (const track of stream.getTracks()) track.stop();
}
