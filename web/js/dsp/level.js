/** Loudness in dBFS: 0 dB is a constant at full scale, so that a full-scale sine has an RMS of -3 dB. */

const FULL_SCALE = 32768;
export const SILENCE_DB = -100; // what all zeros give; one least significant bit is -90.3 dB

/** @param {Int16Array} pcm */
export function rmsDb(pcm) {
  let sum = 0;
  for (let i = 0; i < pcm.length; i++) sum += pcm[i] * pcm[i];
  return toDb(Math.sqrt(sum / pcm.length));
}

/** @param {Int16Array} pcm */
export function peakDb(pcm) {
  let peak = 0;
  for (let i = 0; i < pcm.length; i++) peak = Math.max(peak, Math.abs(pcm[i]));
  return toDb(peak);
}

/** @param {number} amplitude - in units of int16 */
function toDb(amplitude) {
  return amplitude > 0 ? Math.max(SILENCE_DB, 20 * Math.log10(amplitude / FULL_SCALE)) : SILENCE_DB;
}
