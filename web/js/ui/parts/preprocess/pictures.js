/** What each stage looks like. Both sounds share their scales, so that they can be compared. */

import { colorIndex, logMelToDb } from '../../../dsp/colormap.js';
import { hannPeriodic } from '../../../dsp/mfcc.js';
import { bandEdges } from '../../../dsp/mel.js';
import { t } from '../../i18n.js';
import { colour } from '../canvas.js';
import { axes, curve, heat, mark } from './plot.js';

/** @typedef {import('./work.js').Side} Side */
/** @typedef {import('../../../dsp/mfcc.js').Stages} Stages */
/** @typedef {import('../../../dsp/params.js').MfccParams} MfccParams */
/** @typedef {HTMLCanvasElement} Canvas */

export const LOW_DB = -60; // of power spectra: what lies below is as good as silence
export const HIGH_DB = 40;
const FULL_SCALE = 32768;
const MAX_ROWS = 160; // of a spectrogram: no picture has more pixels
const MAX_STRIPS = 40; // rows of the DCT that can be told apart

/** @param {number} power */
const asDb = (power) => 10 * Math.log10(Math.max(power, 1e-30));

/** @param {Canvas} canvas @param {Side} side @param {MfccParams} params @param {number} frame @param {number} peak of both sounds */
export function drawWaveform(canvas, { sound: { pcm }, start }, { sampleRate, clipLength, frameLength, hopLength }, frame, peak) {
  const seconds = pcm.length / sampleRate;
  const box = axes(canvas, { low: 0, high: seconds, name: t('seconds') }, { low: -peak, high: peak, name: t('amplitude, of full scale') });
  const { context, x, y, left, top, width, height } = box;
  const inside = (/** @type {number} */ sample) => Math.max(left, Math.min(left + width, x(sample / sampleRate)));
  context.fillStyle = colour('--accent-wash');
  context.fillRect(inside(start), top, inside(start + clipLength) - inside(start), height);
  context.fillStyle = colour('--accent');
  const perPixel = pcm.length / width;
  for (let column = 0; column < width; column++) {
    let [low, high] = [0, 0];
    for (let i = Math.floor(column * perPixel); i < (column + 1) * perPixel && i < pcm.length; i++) {
      low = Math.min(low, pcm[i]);
      high = Math.max(high, pcm[i]);
    }
    const upper = y(high / FULL_SCALE);
    context.fillRect(left + column, upper, 1, Math.max(1, y(low / FULL_SCALE) - upper));
  }
  const first = start + frame * hopLength;
  mark(box, inside(first), inside(first + frameLength));
}

/** The frame before and after its window, and the zeros behind it. @param {Canvas} canvas @param {Side} side @param {Stages} stages
 *  @param {MfccParams} params @param {number} frame @param {number} peak */
export function drawFrame(canvas, { window }, { windowed }, { sampleRate, frameLength, hopLength, nFft }, frame, peak) {
  const ms = (/** @type {number} */ i) => (1000 * i) / sampleRate;
  const box = axes(canvas, { low: 0, high: ms(nFft), name: t('milliseconds') }, { low: -peak, high: peak, name: t('amplitude, of full scale') });
  const { context, x, top, height } = box;
  context.fillStyle = colour('--sunk');
  context.fillRect(x(ms(frameLength)), top, x(ms(nFft)) - x(ms(frameLength)), height);
  const raw = Float64Array.from({ length: frameLength }, (_, i) => window[frame * hopLength + i] / FULL_SCALE);
  curve(box, raw, ms, '--quiet', 1);
  curve(box, hannPeriodic(frameLength).map((value) => peak * value), ms, '--label-1', 2);
  curve(box, windowed, ms, '--accent', 2);
}

/** @param {Canvas} canvas @param {Stages} stages @param {MfccParams} params */
export function drawPower(canvas, { power }, { sampleRate, nFft }) {
  const box = axes(canvas, { low: 0, high: sampleRate / 2, name: t('Hz') }, { low: LOW_DB, high: HIGH_DB, name: t('power in dB') });
  curve(box, Array.from(power, asDb), (bin) => (bin * sampleRate) / nFft, '--accent');
}

/** Time goes to the right, and the frame that is looked at is marked. @param {Canvas} canvas @param {Side} side @param {MfccParams} params
 *  @param {number} frame @param {import('./plot.js').Axis} up @param {number} nRows @param {(column: number, row: number) => number} of */
function drawColumns(canvas, { columns }, { sampleRate, clipLength }, frame, up, nRows, of) {
  const box = axes(canvas, { low: 0, high: clipLength / sampleRate, name: t('seconds') }, up);
  heat(box, columns.nColumns, nRows, of);
  const shown = columns.frames.findLastIndex((other) => other <= frame);
  const wide = box.width / columns.nColumns;
  mark(box, box.left + shown * wide, box.left + (shown + 1) * wide);
}

/** @param {Canvas} canvas @param {Side} side @param {MfccParams} params @param {number} frame */
export function drawSpectrogram(canvas, side, params, frame) {
  const nBins = params.nFft / 2 + 1;
  const nRows = Math.min(nBins, MAX_ROWS);
  const { power } = side.columns;
  drawColumns(canvas, side, params, frame, { low: 0, high: params.sampleRate / 2, name: t('Hz') }, nRows, (column, row) => {
    const end = Math.ceil(((row + 1) * nBins) / nRows);
    let most = 0;
    for (let bin = Math.floor((row * nBins) / nRows); bin < end; bin++) most = Math.max(most, power[column * nBins + bin]);
    return colorIndex(asDb(most), LOW_DB, HIGH_DB);
  });
}

/** @param {Canvas} canvas @param {import('../../../dsp/mfcc.js').Mfcc} front @param {MfccParams} params */
export function drawTriangles(canvas, { filterbank }, { sampleRate, nFft }) {
  const box = axes(canvas, { low: 0, high: sampleRate / 2, name: t('Hz') }, { low: 0, high: 1, name: t('weight') });
  const hz = sampleRate / nFft;
  for (let band = 0; band < filterbank.nMels; band++) {
    const { start, weights } = filterbank.triangle(band);
    if (weights.length) curve(box, [0, ...weights, 0], (i) => (start - 1 + i) * hz, band % 2 ? '--label-1' : '--accent');
  }
}

/** @param {Canvas} canvas @param {Stages} stages @param {MfccParams} params @param {number} most of both sounds */
export function drawEnergies(canvas, { mel }, params, most) {
  const box = axes(canvas, { low: 0, high: params.sampleRate / 2, name: t('Hz') }, { low: 0, high: most || 1, name: t('power') });
  const edges = bandEdges(params);
  box.context.fillStyle = colour('--accent');
  mel.forEach((value, band) => {
    const top = box.y(Math.min(most || 1, value));
    const wide = Math.max(2, (box.x(edges[band + 2]) - box.x(edges[band])) / 2 - 1);
    box.context.fillRect(box.x(edges[band + 1]) - wide / 2, top, wide, box.y(0) - top);
  });
}

/** The lowest and highest colour of the log-mel pictures, in dB. @param {MfccParams} params */
export const logMelRange = ({ logFloor }) => [logMelToDb(Math.log(logFloor)), HIGH_DB];

/** @param {Canvas} canvas @param {Side} side @param {MfccParams} params @param {number} frame */
export function drawLogMel(canvas, side, params, frame) {
  const { nMels } = params;
  const [low, high] = logMelRange(params);
  drawColumns(canvas, side, params, frame, { low: 0, high: nMels, name: t('band') }, nMels,
    (column, row) => colorIndex(logMelToDb(side.columns.logMel[column * nMels + row]), low, high));
}

/** Rows of the DCT one above the other, the first at the bottom. @param {Canvas} canvas @param {import('../../../dsp/mfcc.js').Mfcc} front
 *  @param {MfccParams} params */
export function drawCosines(canvas, { dct }, { nMels, nMfcc }) {
  const nShown = Math.min(nMfcc, MAX_STRIPS);
  const box = axes(canvas, { low: 0, high: nMels, name: t('band') }, { low: -0.5, high: nShown - 0.5, name: t('coefficient') });
  const most = Math.sqrt(2 / nMels);
  for (let row = 0; row < nShown; row++) {
    const strip = dct.slice(row * nMels, (row + 1) * nMels).map((value) => row + (0.42 * value) / most);
    curve(box, strip, (band) => band + 0.5, row % 2 ? '--label-1' : '--accent');
  }
}

/** Lowest and highest value of each coefficient in both sounds. @param {Side[]} sides @param {number} nMfcc */
export function rangesOf(sides, nMfcc) {
  return Array.from({ length: nMfcc }, (_, row) => {
    let [low, high] = [Infinity, -Infinity];
    for (const { columns: { mfcc, nColumns } } of sides) {
      for (let column = 0; column < nColumns; column++) {
        low = Math.min(low, mfcc[column * nMfcc + row]);
        high = Math.max(high, mfcc[column * nMfcc + row]);
      }
    }
    return { low, high: Math.max(high, low + 1e-6) };
  });
}

/** @param {Canvas} canvas @param {Side} side @param {MfccParams} params @param {number} frame @param {{ low: number, high: number }[]} ranges */
export function drawMfcc(canvas, side, params, frame, ranges) {
  const { nMfcc } = params;
  drawColumns(canvas, side, params, frame, { low: 0, high: nMfcc, name: t('coefficient') }, nMfcc,
    (column, row) => colorIndex(side.columns.mfcc[column * nMfcc + row], ranges[row].low, ranges[row].high));
}
