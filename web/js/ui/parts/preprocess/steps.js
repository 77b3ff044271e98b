/** From the waveform to the coefficients: eight steps, each with a sentence, its parameters, and a picture of either sound. */

import { html } from '../../../../vendor/preact.js';
import { t, tn } from '../../i18n.js';
import { Scale } from '../scale.js';
import { Field } from './fields.js';
import * as draw from './pictures.js';
import { Picture } from './plot.js';

/** @typedef {import('./work.js').Side} Side */
/** @typedef {import('../../../dsp/mfcc.js').Stages} Stages */
/** @typedef {{ json: Record<string, any>, saved: Record<string, any>, wrong: string, onChange: (name: string, value: unknown) => void }} Fields */
/** @typedef {{ params: import('../../../dsp/params.js').MfccParams, front: import('../../../dsp/mfcc.js').Mfcc, sides: Side[], nFrames: number,
 *   frame: number, stages: Stages[], onFrame: (frame: number) => void, fields: Fields }} View  `stages`: of the frame, of either sound */

/** @param {number} value */
const db = (value) => t('{n} dB', { n: Math.round(value) });

/** @param {{ number: number, title: string, sentence: any, more: string, parameters?: string[], fields: Fields, children?: any }} props */
function Step({ number, title, sentence, more, parameters = [], fields: { json, saved, wrong, onChange }, children }) {
  return html`
    <section class="card stack step" aria-labelledby=${`step-${number}`}>
      <div>
        <h2 id=${`step-${number}`}>${number}. ${title}</h2>
        <p>${sentence}</p>
        <details><summary>${t('More')}<span class="spoken">: ${title}</span></summary><p>${more}</p></details>
      </div>
      ${parameters.length > 0 && html`<div class="parameters">${parameters.map((name) => html`
        <${Field} name=${name} json=${json} saved=${saved} isWrong=${wrong === name} onChange=${onChange} />`)}</div>`}
      ${children}
    </section>`;
}

/** One picture a sound, side by side. @param {{ sides: Side[], label: (name: string) => string, onMove?: (share: number, side: Side) => void,
 *   draw: (canvas: HTMLCanvasElement, side: Side, i: number) => void, tall?: boolean }} props */
const Pair = ({ sides, label, draw: paint, onMove, tall }) => html`
  <div class="pair">
    ${sides.map((side, i) => html`
      <figure>
        <figcaption class="small quiet">${side.sound.name}</figcaption>
        <${Picture} label=${label(side.sound.name)} tall=${tall} draw=${(/** @type {HTMLCanvasElement} */ canvas) => paint(canvas, side, i)}
          onMove=${onMove && ((/** @type {number} */ share) => onMove(share, side))} />
      </figure>`)}
  </div>`;

/** @param {{ view: View }} props */
export function Steps({ view }) {
  return html`
    <${WaveformStep} view=${view} />
    <${FrameStep} view=${view} />
    <${SpectrumStep} view=${view} />
    <${SpectrogramStep} view=${view} />
    <${MelStep} view=${view} />
    <${LogStep} view=${view} />
    <${CosineStep} view=${view} />
    <${MfccStep} view=${view} />`;
}

/** @param {{ view: View }} props */
function WaveformStep({ view: { sides, params, frame, nFrames, onFrame, fields } }) {
  const peak = Math.max(...sides.map((side) => side.peak));
  const { sampleRate, hopLength, frameLength } = params;
  const at = t('Frame {n} of {all}, from {ms} ms on', { n: frame + 1, all: nFrames, ms: Math.round((1000 * frame * hopLength) / sampleRate) });
  function point(/** @type {number} */ share, /** @type {Side} */ { sound, start }) {
    onFrame(Math.round((share * sound.pcm.length - start - frameLength / 2) / hopLength));
  }
  return html`
    <${Step} number=${1} title=${t('Waveform')} parameters=${['clip_length']} fields=${fields}
      sentence=${t('Sound is air pressure over time: 16,000 numbers a second. The model looks at the shaded part; the marked frame is what the next steps show. Drag it, or use the slider.')}
      more=${t('The samples are whole numbers of 16 bits, from -32,768 to 32,767, in training, in the browser and on the board, so that all three begin with the same numbers. The shaded part is as long as the clip length; it lies where the word is.')}>
      <${Pair} sides=${sides} draw=${(/** @type {any} */ canvas, /** @type {Side} */ side) => draw.drawWaveform(canvas, side, params, frame, peak)} onMove=${point}
        label=${(/** @type {string} */ name) => t('Waveform of {name}', { name })} />
      <label class="field"><span class="numbers">${at}</span>
        <input type="range" min="0" max=${nFrames - 1} value=${frame} aria-valuetext=${at} onInput=${(/** @type {any} */ event) => onFrame(event.target.valueAsNumber)} /></label>
    <//>`;
}

/** @param {{ view: View }} props */
function FrameStep({ view: { sides, params, frame, stages, fields } }) {
  const peaks = sides.map(({ window }) => window.subarray(frame * params.hopLength, frame * params.hopLength + params.frameLength)
    .reduce((most, value) => Math.max(most, Math.abs(value)), 1) / 32768);
  const peak = Math.max(...peaks);
  return html`
    <${Step} number=${2} title=${t('One frame and its window')} parameters=${['frame_length', 'hop_length']} fields=${fields}
      sentence=${t('A frame is short enough that the sound hardly changes within it. It is multiplied by a window (orange) that fades in and out; the grey curve is before, the green one after.')}
      more=${t('Cut off sharply, a frame would contain clicks at both ends, which are no part of the sound: they smear over all frequencies (leakage). The Hann window takes both ends to zero. The next frame begins one hop later, so that frames overlap and what one fades out, another sees. On the grey ground, zeros fill the frame up to the FFT size.')}>
      <${Pair} sides=${sides} draw=${(/** @type {any} */ canvas, /** @type {Side} */ side, /** @type {number} */ i) => draw.drawFrame(canvas, side, stages[i], params, frame, peak)}
        label=${(/** @type {string} */ name) => t('One frame of {name}, with its window', { name })} />
    <//>`;
}

/** @param {{ view: View }} props */
function SpectrumStep({ view: { sides, params, stages, fields } }) {
  const strongest = (/** @type {Stages} */ { power }) => Math.round((power.indexOf(Math.max(...power)) * params.sampleRate) / params.nFft);
  return html`
    <${Step} number=${3} title=${t('Power spectrum')} parameters=${['n_fft']} fields=${fields}
      sentence=${t('The fast Fourier transform (FFT) tells how much of each frequency is in the frame; its square is the power.')}
      more=${t('The FFT turns n points into n/2 + 1 bins from 0 Hz to half the sample rate. More points lie closer together, but a resolution finer than one over the frame length is only interpolated. A voice shows as a comb: its teeth are the pitch and its multiples, the hills over them are the vowel. Power is not normalised; 0 dB is a power of 1.')}>
      <${Pair} sides=${sides} draw=${(/** @type {any} */ canvas, /** @type {Side} */ _, /** @type {number} */ i) => draw.drawPower(canvas, stages[i], params)}
        label=${(/** @type {string} */ name) => t('Power spectrum of the frame of {name}: strongest at {hz} Hz', { name, hz: strongest(stages[sides.findIndex(({ sound }) => sound.name === name)]) })} />
    <//>`;
}

/** @param {{ view: View }} props */
function SpectrogramStep({ view: { sides, params, frame, nFrames, fields } }) {
  const { nColumns } = sides[0].columns;
  return html`
    <${Step} number=${4} title=${t('Spectrogram')} fields=${fields}
      sentence=${t('The power spectra of all frames side by side: time to the right, frequency upwards, power as brightness.')}
      more=${t('Dark stripes in time are pauses, bright ones across are tones; an s is bright above 4,000 Hz, a vowel below. A spectrogram is what a network could learn from, but it is large: most of its numbers say the same as their neighbours.')}>
      <${Pair} sides=${sides} tall draw=${(/** @type {any} */ canvas, /** @type {Side} */ side) => draw.drawSpectrogram(canvas, side, params, frame)}
        label=${(/** @type {string} */ name) => t('Spectrogram of {name}', { name })} />
      <${Scale} low=${db(draw.LOW_DB)} high=${db(draw.HIGH_DB)} />
      ${nColumns < nFrames && html`<p class="small quiet">${t('The picture has room for {n} of {all} frames.', { n: nColumns, all: nFrames })}</p>`}
    <//>`;
}

/** @param {{ view: View }} props */
function MelStep({ view: { sides, params, front, stages, fields } }) {
  const most = Math.max(...stages.map(({ mel }) => Math.max(...mel)));
  const empty = Array.from({ length: params.nMels }, (_, band) => front.filterbank.triangle(band).weights.length).filter((n) => !n).length;
  return html`
    <${Step} number=${5} title=${t('Mel filterbank')} parameters=${['n_mels', 'fmin', 'fmax']} fields=${fields}
      sentence=${t('Triangles add neighbouring bins up, narrow ones at low frequencies and wide ones at high, as the ear does. Each gives one number a frame.')}
      more=${t('The mel scale is the one on which steps sound equal: almost even below 700 Hz, logarithmic above. This is HTK\'s: 2595 log10(1 + f / 700). The triangles stand evenly on it, each as high as 1. Where there are more triangles than bins, some catch none and are always at the floor: a smaller number, or a larger FFT, helps.')}>
      <${Picture} label=${t('{n} triangles between {low} and {high} Hz', { n: params.nMels, low: params.fmin, high: params.fmax })} draw=${(/** @type {any} */ canvas) => draw.drawTriangles(canvas, front, params)} />
      ${empty > 0 && html`<p class="warn">${tn(empty, '{n} triangle catches no bin at all.', '{n} triangles catch no bin at all.')}</p>`}
      <${Pair} sides=${sides} draw=${(/** @type {any} */ canvas, /** @type {Side} */ _, /** @type {number} */ i) => draw.drawEnergies(canvas, stages[i], params, most)}
        label=${(/** @type {string} */ name) => t('Power under each triangle, in the frame of {name}', { name })} />
    <//>`;
}

/** @param {{ view: View }} props */
function LogStep({ view: { sides, params, frame, fields } }) {
  const [low, high] = draw.logMelRange(params);
  return html`
    <${Step} number=${6} title=${t('Log-mel')} parameters=${['log_floor']} fields=${fields}
      sentence=${t('The logarithm of each number: twice as loud becomes a step of equal size, wherever one starts. The floor is what silence counts as.')}
      more=${t('Hearing is logarithmic, too. A sound that is ten times softer keeps its pattern: all of its numbers are lower by the same amount, until they reach the floor. Without a floor, silence would be minus infinity. A floor that is too high hides soft speech; one that is too low shows the noise of the microphone. The logarithm is the natural one; the colours are in dB.')}>
      <${Pair} sides=${sides} tall draw=${(/** @type {any} */ canvas, /** @type {Side} */ side) => draw.drawLogMel(canvas, side, params, frame)}
        label=${(/** @type {string} */ name) => t('Log-mel energies of {name}', { name })} />
      <${Scale} low=${db(low)} high=${db(high)} />
    <//>`;
}

/** @param {{ view: View }} props */
function CosineStep({ view: { params, front, fields } }) {
  return html`
    <${Step} number=${7} title=${t('Discrete cosine transform')} parameters=${['n_mfcc']} fields=${fields}
      sentence=${t('Each row is a wave over the bands; a coefficient is how much of that wave is in a frame. Few rows are kept: the slow waves carry the shape of the mouth, the fast ones the pitch.')}
      more=${t('Neighbouring bands say almost the same; cosines (DCT-II, orthonormal) take that apart. Row 0 is flat: coefficient 0 is the loudness. Row 1 is low against high bands, and so on. Only the first rows are kept, because the finer ones mostly tell the voice and not the word.')}>
      <${Picture} tall label=${t('The first {n} rows of the cosine transform over {bands} bands', { n: params.nMfcc, bands: params.nMels })} draw=${(/** @type {any} */ canvas) => draw.drawCosines(canvas, front, params)} />
    <//>`;
}

/** @param {{ view: View }} props */
function MfccStep({ view: { sides, params, frame, nFrames, fields } }) {
  const ranges = draw.rangesOf(sides, params.nMfcc);
  return html`
    <${Step} number=${8} title=${t('MFCC: what the network sees')} fields=${fields}
      sentence=${t('Mel-frequency cepstral coefficients: {frames} frames of {n} numbers. This is all that the network gets of a clip.', { frames: nFrames, n: params.nMfcc })}
      more=${t('Each row is coloured between its own lowest and highest value in both sounds, because coefficient 0 is many times as large as the others. The network begins with a layer that scales each coefficient in the same spirit. Two clips of one word should look alike here, and two words should not.')}>
      <${Pair} sides=${sides} tall draw=${(/** @type {any} */ canvas, /** @type {Side} */ side) => draw.drawMfcc(canvas, side, params, frame, ranges)}
        label=${(/** @type {string} */ name) => t('MFCCs of {name}: {frames} frames of {n} coefficients', { name, frames: nFrames, n: params.nMfcc })} />
      <${Scale} low=${t('lowest of its row')} high=${t('highest')} />
    <//>`;
}
