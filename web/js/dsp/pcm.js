/** Float samples to 16-bit PCM: the one place where the rounding is defined. */

/**
 * round(x * 32768), halves upward, clamped to int16.
 * @param {Float32Array} samples - full scale is [-1, 1)
 * @param {number} nSamples - how many of them
 * @param {Int16Array} out - room for nSamples
 */
export function floatToInt16(samples, nSamples, out) {
  for (let i = 0; i < nSamples; i++) out[i] = Math.max(-32768, Math.min(32767, Math.round(samples[i] * 32768)));
}
