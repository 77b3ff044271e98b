/** What the kernel page looks at, and what a kernel makes of it: a camera, a photo or our own drawing. */

import { KernelFilter, productsAt, toGrey } from '../dsp/kernel.js';

export const MAX_SIDE = 320; // pixels: a phone passes that many through 5 x 5 numbers 30 times a second

/** @typedef {import('../dsp/kernel.js').Kernel} Kernel */
/** @typedef {HTMLVideoElement | ImageBitmap} Source */
/** @typedef {{ grey: Uint8Array<ArrayBuffer>, result: Uint8ClampedArray<ArrayBuffer>, filter: KernelFilter, context: CanvasRenderingContext2D }} Work */

/** @param {Source} source */
const sizeOf = (source) => (source instanceof HTMLVideoElement ? [source.videoWidth, source.videoHeight] : [source.width, source.height]);

/** Events: 'frame' when there is something new to draw, 'size' before the first one of another size. */
export class Lens extends EventTarget {
  width = 0;
  height = 0;
  /** Milliseconds that the last picture took: grey and kernel. */
  time_ms = 0;
  /** @type {Source | null} */ source = null;
  /** @type {Kernel} */ #kernel;
  /** @type {Work | null} */ #work = null;

  /** @param {Kernel} kernel */
  constructor(kernel) {
    super();
    this.#kernel = kernel;
  }

  /** Grey values, row by row. */
  get grey() {
    return this.#work?.grey ?? null;
  }

  /** Grey values of the filtered picture, row by row. */
  get result() {
    return this.#work?.result ?? null;
  }

  /** @param {Source} source - a photo is taken over: it is gone with the next one */
  look(source) {
    if (this.source instanceof ImageBitmap) this.source.close();
    this.source = source;
    this.refresh();
  }

  /** Take the picture that the source shows now. */
  refresh() {
    const [width, height] = this.source ? sizeOf(this.source) : [0, 0];
    if (!this.source || !width || !height) return; // a camera that has shown nothing yet
    const { grey, context } = this.#workFor(width, height);
    context.drawImage(this.source, 0, 0, this.width, this.height);
    const { data } = context.getImageData(0, 0, this.width, this.height);
    const start = performance.now();
    toGrey(data, grey);
    this.#filter(start);
  }

  /** @param {Kernel} kernel */
  use(kernel) {
    this.#kernel = kernel;
    this.#work?.filter.use(kernel);
    if (this.#work) this.#filter(performance.now());
  }

  /**
   * Number by number what gives one pixel; null before the first picture.
   * @param {number} column
   * @param {number} row
   */
  at(column, row) {
    return this.#work && productsAt(this.#work.grey, this.width, this.height, this.#kernel, column, row);
  }

  /** @param {number} start */
  #filter(start) {
    if (!this.#work) return;
    this.#work.filter.apply(this.#work.grey, this.#work.result);
    this.time_ms = performance.now() - start;
    this.dispatchEvent(new Event('frame'));
  }

  /** @param {number} sourceWidth @param {number} sourceHeight @returns {Work} */
  #workFor(sourceWidth, sourceHeight) {
    const scale = Math.min(1, MAX_SIDE / Math.max(sourceWidth, sourceHeight));
    const width = Math.max(1, Math.round(sourceWidth * scale));
    const height = Math.max(1, Math.round(sourceHeight * scale));
    if (this.#work && width === this.width && height === this.height) return this.#work;
    const canvas = Object.assign(document.createElement('canvas'), { width, height });
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d', { alpha: false, willReadFrequently: true }));
    context.imageSmoothingQuality = 'high';
    const [grey, result] = [new Uint8Array(width * height), new Uint8ClampedArray(width * height)];
    this.#work = { grey, result, context, filter: new KernelFilter(width, height, this.#kernel) };
    Object.assign(this, { width, height });
    this.dispatchEvent(new Event('size'));
    return this.#work;
  }
}

/**
 * Take every picture that a camera shows, until told to stop.
 * @param {Lens} lens
 * @param {HTMLVideoElement} video
 * @returns {() => void}
 */
export function follow(lens, video) {
  // Not every browser says when there is a new picture; the screen's own rhythm does then.
  const hasCallback = 'requestVideoFrameCallback' in video;
  let pending = 0;
  const ask = () => { pending = hasCallback ? video.requestVideoFrameCallback(take) : requestAnimationFrame(take); };
  const take = () => {
    lens.refresh();
    ask();
  };
  ask();
  return () => (hasCallback ? video.cancelVideoFrameCallback(pending) : cancelAnimationFrame(pending));
}
