/** The last two seconds as the front end hears them: log-mel energies, low tones at the bottom, detections marked. */

import { html, useEffect, useRef } from '../../../vendor/preact.js';
import { MAGMA, colorIndex, logMelToDb } from '../../dsp/colormap.js';
import { t } from '../i18n.js';
import { prepare } from './canvas.js';
import { useListener } from './level.js';
import { Scale } from './scale.js';

const SHOWN = 32000; // samples: two seconds
const LOW_DB = -60; // the floor of the logarithm
const HIGH_DB = 30;

/** @typedef {{ logMel: Float32Array, nMels: number, nColumns: number, at: number }} Columns */

/** A ring of columns as an image of one pixel a value; `at` counts samples, so that detections find their place. */
class Picture {
  /** @param {number} nShown columns */
  constructor(nShown) {
    this.nShown = nShown;
    this.canvas = document.createElement('canvas');
    this.nMels = 0;
    this.at = 0;
  }

  /** @param {Columns} columns the newest last */
  push({ logMel, nMels, nColumns, at }) {
    const context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext('2d', { willReadFrequently: true }));
    if (nMels !== this.nMels) {
      this.canvas.width = this.nShown;
      this.canvas.height = nMels;
      this.nMels = nMels;
      context.fillRect(0, 0, this.nShown, nMels);
    }
    const fresh = Math.min(nColumns, this.nShown);
    context.drawImage(this.canvas, -fresh, 0);
    const image = context.createImageData(fresh, nMels);
    for (let column = 0; column < fresh; column++) {
      for (let mel = 0; mel < nMels; mel++) {
        const value = logMel[(nColumns - fresh + column) * nMels + mel];
        const row = 3 * colorIndex(logMelToDb(value), LOW_DB, HIGH_DB);
        const pixel = 4 * ((nMels - 1 - mel) * fresh + column);
        image.data.set([MAGMA[row], MAGMA[row + 1], MAGMA[row + 2], 255], pixel);
      }
    }
    context.putImageData(image, this.nShown - fresh, 0);
    this.at = at;
  }
}

/** @param {{ listener: any, hopLength: number, detections: { label: string, at: number }[] }} props */
export function Spectrogram({ listener, hopLength, detections }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const picture = useRef(/** @type {Picture | null} */ (null));
  const marks = useRef(detections);
  marks.current = detections;
  const begin = () => new Picture(Math.ceil(SHOWN / hopLength));
  picture.current ??= begin();

  useListener(listener, 'columns', (columns) => {
    if (!canvas.current || !picture.current) return;
    picture.current.push(columns);
    draw(canvas.current, picture.current, marks.current);
  });
  useEffect(() => { picture.current = begin(); }, [listener, hopLength]);
  return html`
    <div class="stack close">
      <canvas class="spectrogram" ref=${canvas} role="img" aria-label=${t('Spectrogram of the last two seconds')}></canvas>
      <${Scale} low=${`${LOW_DB} dB`} high=${`${HIGH_DB} dB`}><span class="window">${t('the last 2 s')}</span><//>
    </div>`;
}

/** @param {HTMLCanvasElement} canvas @param {Picture} picture @param {{ label: string, at: number }[]} marks */
function draw(canvas, picture, marks) {
  const { context, width, height } = prepare(canvas);
  context.imageSmoothingEnabled = false;
  context.drawImage(picture.canvas, 0, 0, width, height);
  context.fillStyle = '#ffffff'; // on magma, in both themes
  context.font = '600 14px system-ui, sans-serif';
  for (const { label, at } of marks) {
    const x = width * (1 - (picture.at - at) / SHOWN);
    if (x < 0) continue;
    context.fillRect(Math.min(x, width - 2), 0, 2, height);
    const room = context.measureText(label).width + 6;
    context.fillText(label, Math.max(2, x - room), 18);
  }
}
