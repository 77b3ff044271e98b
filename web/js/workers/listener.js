/**
 * Everything after the microphone: resampler -> int16 ring buffer -> levels, columns, recordings, MFCC -> model -> decision.
 * The page asks through `audio/listener.js`; the worklet sends its blocks straight here.
 *
 * @typedef {import('../../types/audio.d.ts').Block} Block
 * @typedef {import('../../types/audio.d.ts').Events} Events
 * @typedef {import('../../types/audio.d.ts').Request} Request
 */

import { Decision, decisionOf } from '../dsp/decision.js';
import { peakDb, rmsDb } from '../dsp/level.js';
import { Mfcc } from '../dsp/mfcc.js';
import { parseParams } from '../dsp/params.js';
import { floatToInt16 } from '../dsp/pcm.js';
import { Resampler } from '../dsp/resampler.js';
import { Ring } from '../dsp/ring.js';
import { loadBundle } from './bundle.js';

const SAMPLE_RATE = 16000;
const MAX_KEPT = 10 * SAMPLE_RATE; // what last() and a bundle's window may ask for
const CAPACITY = 12 * SAMPLE_RATE; // a late inference still finds its window
const LEVEL_LENGTH = SAMPLE_RATE / 20;
const PATIENCE_MS = 3000; // beyond a recording's own length
const LOST = 'The browser lost some sound during this recording. Close other tabs, then record it again.';

/** @type {DedicatedWorkerGlobalScope} */
const scope = /** @type {any} */ (self);

/**
 * @template {keyof Events} Name
 * @param {Name} event
 * @param {Events[Name]} detail
 * @param {Transferable[]} [transfer]
 */
function emit(event, detail, transfer = []) {
  scope.postMessage({ event, detail }, transfer);
}

/** Device-rate blocks in, 16 kHz PCM into the ring. Counts what was lost on the way. */
class Source {
  #sampleRate;
  #resampler;
  #floats = new Float32Array(0);
  #pcm = new Int16Array(0);
  #nextFrame = -1;
  #lostFrames = 0;

  /** @param {number} sampleRate */
  constructor(sampleRate) {
    this.#sampleRate = sampleRate;
    this.#resampler = new Resampler(sampleRate, SAMPLE_RATE);
  }

  get lostMs() {
    return (this.#lostFrames / this.#sampleRate) * 1000;
  }

  /**
   * @param {Block} block
   * @returns {boolean} false when sound was lost before it
   */
  check({ frame, samples }) {
    const lost = this.#nextFrame < 0 ? 0 : frame - this.#nextFrame;
    this.#nextFrame = frame + samples.length;
    this.#lostFrames += lost;
    return lost === 0;
  }

  /**
   * @param {Float32Array} samples
   * @returns {Int16Array} overwritten by the next call
   */
  convert(samples) {
    const room = this.#resampler.maxOutput(samples.length);
    if (this.#floats.length < room) {
      this.#floats = new Float32Array(room);
      this.#pcm = new Int16Array(room);
    }
    const n = this.#resampler.process(samples, this.#floats);
    floatToInt16(this.#floats, n, this.#pcm);
    return this.#pcm.subarray(0, n);
  }
}

/** Recordings under way: each takes the samples from its first position on until it is full. */
class Recordings {
  #ring;
  /** @type {Map<number, {pcm: Int16Array<ArrayBuffer>, filled: number, timer: number}>} */
  #active = new Map();
  #wholeFrom = 0;

  /** @param {Ring} ring */
  constructor(ring) {
    this.#ring = ring;
  }

  /**
   * @param {number} id
   * @param {number} nSamples
   * @param {number} from - position in the stream, which has come
   * @throws {Error} not all of it can be had
   */
  begin(id, nSamples, from) {
    if (from < 0) throw new Error('The microphone has only just opened. Say it again.');
    if (from < this.#wholeFrom) throw new Error(LOST);
    const pcm = new Int16Array(nSamples);
    const filled = Math.min(nSamples, this.#ring.total - from);
    this.#ring.readUntil(from + filled, filled, pcm);
    const late = () => this.#fail(id, 'The microphone gives no sound. Check that no other app is using it, then try again.');
    const timer = scope.setTimeout(late, (nSamples / SAMPLE_RATE) * 1000 + PATIENCE_MS);
    this.#active.set(id, { pcm, filled, timer });
    this.#answerFull();
  }

  /** @param {Int16Array} pcm */
  append(pcm) {
    for (const recording of this.#active.values()) {
      const n = Math.min(pcm.length, recording.pcm.length - recording.filled);
      recording.pcm.set(pcm.subarray(0, n), recording.filled);
      recording.filled += n;
    }
    this.#answerFull();
  }

  /** Sound was lost. A recording with a hole in it would teach a model the hole. */
  failAll() {
    this.#wholeFrom = this.#ring.total;
    for (const id of [...this.#active.keys()]) this.#fail(id, LOST);
  }

  /** @param {number} id */
  cancel(id) {
    clearTimeout(this.#active.get(id)?.timer);
    this.#active.delete(id);
  }

  #answerFull() {
    for (const [id, { pcm, filled }] of this.#active) {
      if (filled < pcm.length) continue;
      this.cancel(id);
      scope.postMessage({ id, result: pcm }, [pcm.buffer]);
    }
  }

  /**
   * @param {number} id
   * @param {string} error
   */
  #fail(id, error) {
    this.cancel(id);
    scope.postMessage({ id, error });
  }
}

/** Levels and spectrogram columns for the screen, twenty times a second. */
class Display {
  #ring;
  #pcm = new Int16Array(LEVEL_LENGTH);
  #levelAt = LEVEL_LENGTH;
  /** @type {ColumnMaker | null} */
  columns = null;

  /** @param {Ring} ring */
  constructor(ring) {
    this.#ring = ring;
  }

  /** @param {number} lostMs */
  update(lostMs) {
    while (this.#levelAt <= this.#ring.total) {
      this.#ring.readUntil(this.#levelAt, LEVEL_LENGTH, this.#pcm);
      emit('level', { rms_db: rmsDb(this.#pcm), peak_db: peakDb(this.#pcm), lost_ms: lostMs, at: this.#levelAt });
      this.columns?.emitUntil(this.#levelAt);
      this.#levelAt += LEVEL_LENGTH;
    }
  }
}

class ColumnMaker {
  #ring;
  #params;
  #mfcc;
  #frame;
  #nextEnd;

  /**
   * @param {Ring} ring
   * @param {import('../dsp/params.js').MfccParams} params
   */
  constructor(ring, params) {
    this.#ring = ring;
    this.#params = params;
    this.#mfcc = new Mfcc(params);
    this.#frame = new Int16Array(params.frameLength);
    this.#nextEnd = ring.total + params.frameLength;
  }

  /** @param {number} end - position in the stream */
  emitUntil(end) {
    const { nMels, hopLength, frameLength } = this.#params;
    const nColumns = Math.floor((end - this.#nextEnd) / hopLength) + 1;
    if (nColumns < 1) return;
    const logMel = new Float32Array(nColumns * nMels);
    for (let column = 0; column < nColumns; column++, this.#nextEnd += hopLength) {
      this.#ring.readUntil(this.#nextEnd, frameLength, this.#frame);
      this.#mfcc.logMel(this.#frame, 0, logMel, column * nMels);
    }
    emit('columns', { logMel, nMels, nColumns, hopLength, at: this.#nextEnd - hopLength }, [logMel.buffer]);
  }
}

/**
 * Runs a bundle every `stride` samples. An inference is not run at once but asked for with a message to ourselves: blocks
 * that already wait come first, and a device that is late runs only the newest inference instead of queueing them up.
 */
class Inference {
  #ring;
  #bundle;
  #mfcc;
  #decision;
  #pcm;
  #features;
  #wake = new MessageChannel();
  #due = 0;
  #done;
  #nDropped = 0;

  /**
   * @param {Ring} ring
   * @param {import('./bundle.js').Bundle} bundle
   * @param {string} [preset] - of its decision
   */
  constructor(ring, bundle, preset) {
    const { manifest, params } = bundle;
    this.#ring = ring;
    this.#bundle = bundle;
    this.#mfcc = new Mfcc(params);
    this.#decision = new Decision(decisionOf(manifest), manifest.labels, preset);
    this.#pcm = new Int16Array(manifest.window);
    this.#features = this.#mfcc.compute(this.#pcm);
    this.#done = Math.max(ring.total, manifest.window - 1);
    this.#wake.port1.onmessage = () => this.#run();
  }

  /**
   * Decide by another preset from now on.
   * @param {string} preset
   * @throws {RangeError} the bundle has no such preset
   */
  decide(preset) {
    const { manifest } = this.#bundle;
    this.#decision = new Decision(decisionOf(manifest), manifest.labels, preset);
  }

  /** Ask for an inference when the stream has passed a multiple of the stride. */
  update() {
    const { stride } = this.#bundle.manifest;
    const latest = Math.floor(this.#ring.total / stride) * stride;
    if (latest <= this.#done || latest === this.#due) return;
    if (this.#due <= this.#done) this.#wake.port2.postMessage(null);
    this.#due = latest;
  }

  close() {
    this.#wake.port1.close();
    this.#bundle.dispose();
  }

  #run() {
    const at = this.#due;
    const { labels, stride } = this.#bundle.manifest;
    this.#nDropped += Math.ceil((at - this.#done) / stride) - 1;
    this.#done = at;
    this.#ring.readUntil(at, this.#pcm.length, this.#pcm);
    const start = performance.now();
    this.#mfcc.compute(this.#pcm, this.#features);
    const middle = performance.now();
    const scores = this.#bundle.classify(this.#features);
    const end = performance.now();
    const { mean, best, detection } = this.#decision.push(scores, at);
    emit('scores', {
      scores: [...scores],
      mean: [...mean],
      best: labels[best],
      features_ms: middle - start,
      inference_ms: end - middle,
      n_dropped: this.#nDropped,
      at,
    });
    if (detection) emit('detection', detection);
  }
}

const ring = new Ring(CAPACITY);
const recordings = new Recordings(ring);
const display = new Display(ring);
/** @type {Inference | null} */
let inference = null;
let lastLoad = 0;

/**
 * @param {Source} source
 * @param {Block} block
 */
function take(source, block) {
  if (!source.check(block)) recordings.failAll();
  const pcm = source.convert(block.samples);
  ring.write(pcm);
  recordings.append(pcm);
  display.update(source.lostMs);
  inference?.update();
}

/**
 * @param {number} sampleRate
 * @param {MessagePort} port
 * @param {string} paramsUrl
 */
function open(sampleRate, port, paramsUrl) {
  const source = new Source(sampleRate);
  port.onmessage = ({ data }) => take(source, data);
  showColumns(paramsUrl);
}

/**
 * The spectrogram is drawn with the default front end. Without it (an offline page that has not cached it) there are no
 * columns; sound is recorded all the same.
 * @param {string} paramsUrl
 */
async function showColumns(paramsUrl) {
  try {
    const response = await fetch(paramsUrl);
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    display.columns = new ColumnMaker(ring, parseParams(await response.json()));
  } catch (error) {
    emit('error', { message: `No spectrogram: the front end's parameters could not be read (${/** @type {Error} */ (error).message}).` });
  }
}

/**
 * @param {string} url
 * @param {string} [preset]
 */
async function load(url, preset) {
  const turn = ++lastLoad;
  const bundle = await loadBundle(url, SAMPLE_RATE, MAX_KEPT);
  if (turn !== lastLoad) {
    bundle.dispose();
    throw new Error('Another bundle was chosen meanwhile.');
  }
  inference?.close();
  inference = new Inference(ring, bundle, preset);
  return { manifest: bundle.manifest, backend: bundle.backend };
}

function unload() {
  lastLoad++; // a load under way is void, too
  inference?.close();
  inference = null;
}

/** @param {number} nSamples */
function last(nSamples) {
  if (nSamples > MAX_KEPT) throw new Error(`Only the last ${MAX_KEPT} samples are kept, got ${nSamples}.`);
  const pcm = new Int16Array(nSamples);
  ring.readLast(nSamples, pcm);
  return pcm;
}

/**
 * @param {Request} request
 * @returns {Promise<unknown>}
 */
async function answer(request) {
  switch (request.command) {
    case 'open': return open(request.sampleRate, request.port, request.paramsUrl);
    case 'last': return last(request.nSamples);
    case 'load': return load(request.url, request.preset);
    case 'decide': return inference?.decide(request.preset);
    case 'unload': return unload();
    case 'record': return recordings.begin(request.id, request.nSamples, request.from ?? ring.total);
    case 'cancel': return recordings.cancel(request.id);
  }
}

// A recording answers for itself once it is full; a cancelled one has nobody waiting.
const ANSWERED_LATER = ['record', 'cancel'];

/** @param {MessageEvent<Request>} event */
scope.onmessage = async ({ data: request }) => {
  const { id, command } = request;
  try {
    const result = await answer(request);
    if (!ANSWERED_LATER.includes(command)) scope.postMessage({ id, result });
  } catch (error) {
    scope.postMessage({ id, error: /** @type {Error} */ (error).message });
  }
};
