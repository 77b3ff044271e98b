/**
 * Where in a recording the word is: the window that a model is trained on.
 * `training/speech/locate.py` is its twin; `tests/vectors/locate.json` holds both to the same samples.
 */

const BLOCK = 320; // samples: 20 ms at 16 kHz
const FLOOR_QUANTILE = 0.2; // a fifth of a recording is surely not word
const FLOOR_FACTOR = 2; // what is less than twice the floor's amplitude counts as noise

/**
 * @param {Int16Array} pcm
 * @param {number} windowLength - in samples
 * @returns {number} the window's first sample
 */
export function locateWord(pcm, windowLength) {
  const n = pcm.length;
  if (n <= windowLength) return 0;
  const loudness = blockLoudness(pcm);
  const width = Math.floor(windowLength / BLOCK);
  const { start, sum } = loudestWindow(loudness, width);
  if (sum === 0) return Math.floor((n - windowLength) / 2);
  let moment = 0;
  for (let i = start; i < start + width; i++) moment += i * loudness[i];
  const centre = (moment / sum + 0.5) * BLOCK;
  return Math.max(0, Math.min(n - windowLength, Math.floor(centre - windowLength / 2)));
}

/**
 * Amplitude of each block above the noise floor. Sums of squares are exact integers in float64.
 * @param {Int16Array} pcm
 */
function blockLoudness(pcm) {
  const energies = new Float64Array(Math.floor(pcm.length / BLOCK));
  for (let i = 0; i < energies.length * BLOCK; i++) energies[Math.floor(i / BLOCK)] += pcm[i] * pcm[i];
  const floor = energies.slice().sort()[Math.floor(FLOOR_QUANTILE * (energies.length - 1))];
  return energies.map((energy) => Math.max(0, Math.sqrt(energy) - FLOOR_FACTOR * Math.sqrt(floor)));
}

/**
 * The first of the loudest windows. Summed afresh for each start: running differences would round differently.
 * @param {Float64Array} loudness
 * @param {number} width
 */
function loudestWindow(loudness, width) {
  let best = { start: 0, sum: -1 };
  for (let start = 0; start + width <= loudness.length; start++) {
    let sum = 0;
    for (let i = start; i < start + width; i++) sum += loudness[i];
    if (sum > best.sum) best = { start, sum };
  }
  return best;
}
