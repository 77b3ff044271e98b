/** What clips look like: computed when they are looked at, a few at once, and kept for as long as there is room. */

import { MAGMA, colorIndex, logMelToDb } from '../dsp/colormap.js';
import { Mfcc } from '../dsp/mfcc.js';
import { framesIn, parseParams } from '../dsp/params.js';
import { decodeWav } from '../dsp/wav.js';
import { ask, clipAudio } from './api.js';

/** @typedef {import('./explore.js').Clip} Clip */
/** @typedef {{ pcm: Int16Array, spectrogram: HTMLCanvasElement }} Look  one pixel a frame and band; low tones at the bottom */

export const LOW_DB = -60; // of a mel band's power, shown as the darkest
export const HIGH_DB = 30;
const MAX_KEPT = 300; // clips: 20 MB at two seconds each
const AT_ONCE = 3;

/** In the order of their last use. @type {Map<string, Look>} */
const kept = new Map();
/** @type {{ clip: Pick<Clip, 'project' | 'id'>, wanted: () => boolean, done: (look: Look | null) => void }[]} */
const waiting = [];
let running = 0;
/** @type {Promise<{ params: import('../dsp/params.js').MfccParams, mfcc: Mfcc }> | null} */
let frontEnd = null;

/** @param {Pick<Clip, 'project' | 'id'>} clip */
const keyOf = ({ project, id }) => `${project}/${id}`;

/** One that is there already. @param {Pick<Clip, 'project' | 'id'>} clip */
export const knownLook = (clip) => kept.get(keyOf(clip)) ?? null;

/** The newest wish is met first: it is the one on the screen. @param {Pick<Clip, 'project' | 'id'>} clip
 *  @param {() => boolean} wanted whether it is still wanted when its turn comes @returns {Promise<Look | null>} null: no longer wanted */
export function lookAt(clip, wanted) {
  return new Promise((resolve, reject) => {
    waiting.push({ clip, wanted, done: resolve });
    if (running < AT_ONCE) work().catch(reject);
  });
}

async function work() {
  running++;
  try {
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      next.done(next.wanted() ? await look(next.clip).catch(() => null) : null);
    }
  } finally {
    running--;
  }
}

/** @param {Pick<Clip, 'project' | 'id'>} clip */
async function look(clip) {
  const key = keyOf(clip);
  const found = kept.get(key) ?? await compute(clip);
  kept.delete(key);
  kept.set(key, found);
  if (kept.size > MAX_KEPT) kept.delete(/** @type {string} */ (kept.keys().next().value));
  return found;
}

/** @param {Pick<Clip, 'project' | 'id'>} clip @returns {Promise<Look>} */
async function compute({ project, id }) {
  frontEnd ??= ask('/params/mfcc.json', { open: true }).then((json) => {
    const params = parseParams(json);
    return { params, mfcc: new Mfcc(params) };
  });
  const [{ params, mfcc }, wav] = await Promise.all([frontEnd, clipAudio(project, id)]);
  const { pcm } = decodeWav(new Uint8Array(wav));
  return { pcm, spectrogram: draw(pcm, params, mfcc) };
}

/** @param {Int16Array} pcm @param {import('../dsp/params.js').MfccParams} params @param {Mfcc} mfcc */
function draw(pcm, params, mfcc) {
  const { nMels, hopLength } = params;
  const nFrames = framesIn(params, pcm.length);
  const canvas = Object.assign(document.createElement('canvas'), { width: Math.max(1, nFrames), height: nMels });
  if (nFrames === 0) return canvas; // shorter than a frame
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  const image = context.createImageData(nFrames, nMels);
  const bands = new Float32Array(nMels);
  for (let frame = 0; frame < nFrames; frame++) {
    mfcc.logMel(pcm, frame * hopLength, bands);
    for (let mel = 0; mel < nMels; mel++) {
      const row = 3 * colorIndex(logMelToDb(bands[mel]), LOW_DB, HIGH_DB);
      const pixel = 4 * ((nMels - 1 - mel) * nFrames + frame);
      for (let channel = 0; channel < 3; channel++) image.data[pixel + channel] = MAGMA[row + channel];
      image.data[pixel + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
  return canvas;
}
