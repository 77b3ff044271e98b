/**
 * Is a recording of one word usable? Heard in blocks of 20 ms, against the recording's own noise floor.
 *
 * The thresholds were chosen on Speech Commands' train split. On 428 words of its validation split, each in the middle of two
 * seconds of noise: 99 % 'fine' (also when 20 dB quieter); 94-96 % 'cut off' with half of the word outside, 85-94 % with a
 * quarter outside; 97 % 'clipped' at twice full scale. Noise without a word: 71 % 'silent'; dishes and a cat pass for words.
 */

import { rmsDb } from './level.js';

/** Loudest block: what stays below is a muted or absent microphone. Words made 20 dB quieter are above -63 dB (99 %). */
const SILENT_DB = -65;
/** A word's loudest block lies 18 dB above the floor (99 %); white, pink and water noise hardly ever reach 10. */
const ABOVE_FLOOR_DB = 10;
/** A clipped converter holds its limit: runs of that many samples, that many samples in all. */
const CLIPPED_RUN = 3;
const CLIPPED_SAMPLES = 8;
const CLIPPED_AT = 32700;
/** The edges are the first and the last 40 ms; a word reaches into one that is less than 16 dB below the loudest block. */
const EDGE_BLOCKS = 2;
const EDGE_BELOW_LOUDEST_DB = 16;
const EDGE_ABOVE_FLOOR_DB = 6; // or a loud room would be an edge

/**
 * 'silent' (nothing was said, or nothing arrived), 'clipped' (too loud), 'cut off' (the word reaches into an edge), 'fine'.
 * @param {Int16Array} pcm
 * @param {number} sampleRate
 * @returns {'silent' | 'clipped' | 'cut off' | 'fine'}
 */
export function verdict(pcm, sampleRate) {
  const levels = blockLevels(pcm, Math.round(sampleRate / 50));
  if (levels.length === 0) return 'silent';
  const sorted = [...levels].sort((a, b) => a - b);
  const floor = sorted[Math.floor(0.2 * (sorted.length - 1))];
  const loudest = sorted[sorted.length - 1];
  if (loudest < SILENT_DB || loudest - floor < ABOVE_FLOOR_DB) return 'silent';
  if (isClipped(pcm)) return 'clipped';
  const edge = Math.max(...levels.slice(0, EDGE_BLOCKS), ...levels.slice(-EDGE_BLOCKS));
  return edge > Math.max(loudest - EDGE_BELOW_LOUDEST_DB, floor + EDGE_ABOVE_FLOOR_DB) ? 'cut off' : 'fine';
}

/**
 * @param {Int16Array} pcm
 * @param {number} blockLength
 */
function blockLevels(pcm, blockLength) {
  return Array.from({ length: Math.floor(pcm.length / blockLength) }, (_, i) => rmsDb(pcm.subarray(i * blockLength, (i + 1) * blockLength)));
}

/** @param {Int16Array} pcm */
function isClipped(pcm) {
  let run = 0;
  let clipped = 0;
  for (const sample of pcm) {
    run = Math.abs(sample) >= CLIPPED_AT ? run + 1 : 0;
    if (run === CLIPPED_RUN) clipped += CLIPPED_RUN;
    else if (run > CLIPPED_RUN) clipped++;
  }
  return clipped >= CLIPPED_SAMPLES;
}
