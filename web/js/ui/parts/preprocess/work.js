/** The front end at work on the sounds that are shown: everything that the pictures need, computed once for all of them. */

import { useMemo, useRef } from '../../../../vendor/preact.js';
import { asSentence } from '../../../data/api.js';
import { Mfcc } from '../../../dsp/mfcc.js';
import { framesIn, parseParams } from '../../../dsp/params.js';
import { columnsOf, cutWindow } from '../../../dsp/stages.js';

/** @typedef {import('../../../data/preprocess.js').ParamsJson} ParamsJson */
/** @typedef {import('../../../dsp/params.js').MfccParams} MfccParams */
/** @typedef {import('../../../dsp/mfcc.js').Stages} Stages */
/** @typedef {{ name: string, label: string | null, pcm: Int16Array }} Sound */
/** @typedef {{ sound: Sound, start: number, window: Int16Array, columns: import('../../../dsp/stages.js').Columns, peak: number }} Side
 *  `window`: what a model looks at, from the sound's sample `start` on; `peak`: of the whole sound, of full scale */
/** @typedef {{ json: ParamsJson, params: MfccParams }} Valid */

const MAX_COLUMNS = 240; // of a picture; frames beyond are left out of it
const FULL_SCALE = 32768;

/** The parameters as they are, or the last ones that could be honoured and the sentence that says why these cannot.
 *  @param {ParamsJson} json @param {Valid} fallback @returns {Valid & { problem: string }} */
export function useValid(json, fallback) {
  const last = useRef(fallback);
  return useMemo(() => {
    try {
      last.current = { json, params: parseParams(json) };
      return { ...last.current, problem: '' };
    } catch (error) {
      return { ...last.current, problem: asSentence(/** @type {Error} */ (error).message) };
    }
  }, [json]);
}

/** @param {MfccParams} params @param {Sound[]} sounds @returns {{ front: Mfcc, sides: Side[], nFrames: number }} */
export function useWork(params, sounds) {
  return useMemo(() => {
    const front = new Mfcc(params);
    return { front, sides: sounds.map((sound) => sideOf(front, params, sound)), nFrames: framesIn(params, params.clipLength) };
  }, [params, ...sounds]);
}

/** @param {Mfcc} front @param {MfccParams} params @param {Sound} sound @returns {Side} */
function sideOf(front, params, sound) {
  const { start, window } = cutWindow(sound.pcm, params.clipLength);
  const peak = sound.pcm.reduce((most, value) => Math.max(most, Math.abs(value)), 1) / FULL_SCALE;
  return { sound, start, window, columns: columnsOf(front, params, window, MAX_COLUMNS), peak };
}

/** One frame's stages, to keep. @param {Mfcc} front @param {MfccParams} params @param {Int16Array} window @param {number} frame
 *  @returns {Stages} */
export function stagesOf(front, params, window, frame) {
  const { windowed, power, mel, logMel, mfcc } = front.stages(window, frame * params.hopLength, new Float32Array(params.nMfcc));
  return { windowed: windowed.slice(), power: power.slice(), mel: mel.slice(), logMel: logMel.slice(), mfcc };
}

/** The frame to begin with: that of the most power, where the word is. @param {Side} side @param {MfccParams} params */
export function loudestFrame({ columns }, { nMels }) {
  let best = 0;
  let most = -Infinity;
  columns.frames.forEach((frame, i) => {
    const power = columns.logMel.subarray(i * nMels, (i + 1) * nMels).reduce((sum, value) => sum + value, 0);
    if (power > most) [most, best] = [power, frame];
  });
  return best;
}
