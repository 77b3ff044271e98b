/**
 * Everything behind the camera: pixels -> crop and resize -> network -> scores, or the feature maps of a layer.
 * The page asks through `camera/classifier.js`; one question at a time, in the order in which they come.
 *
 * @typedef {import('../../types/vision.d.ts').VisionRequest} VisionRequest
 * @typedef {import('./photos.js').PhotoBundle} PhotoBundle
 */

import { PhotoFrontEnd } from '../dsp/photo.js';
import { loadPhotoBundle } from './photos.js';

/** @type {DedicatedWorkerGlobalScope} */
const scope = /** @type {any} */ (self);

/** Reads pixels out of photos and prepares them. Keeps what it needs for one size: a camera's frames are all alike. */
class Reader {
  #params;
  #size = '';
  /** @type {PhotoFrontEnd | null} */ #front = null;
  /** @type {OffscreenCanvasRenderingContext2D | null} */ #context = null;

  /** @param {import('../dsp/photo.js').PreprocessParams} params */
  constructor(params) {
    this.#params = params;
  }

  /**
   * @param {ImageBitmap} bitmap - is closed
   * @returns {Float32Array} overwritten by the next call
   */
  read(bitmap) {
    const front = this.#frontFor(bitmap);
    const { left, top, width, height } = front.source;
    const context = /** @type {OffscreenCanvasRenderingContext2D} */ (this.#context);
    context.drawImage(bitmap, -left, -top);
    bitmap.close();
    return front.prepare(context.getImageData(0, 0, width, height).data);
  }

  /** @param {ImageBitmap} bitmap */
  #frontFor({ width, height }) {
    const size = `${width} x ${height}`;
    if (this.#front && size === this.#size) return this.#front;
    const front = new PhotoFrontEnd(this.#params, width, height);
    const canvas = new OffscreenCanvas(front.source.width, front.source.height);
    this.#context = canvas.getContext('2d', { alpha: false, willReadFrequently: true });
    this.#size = size;
    this.#front = front;
    return front;
  }
}

/** @type {(PhotoBundle & {reader: Reader}) | null} */
let loaded = null;

/** @returns {PhotoBundle & {reader: Reader}} */
function bundle() {
  if (!loaded) throw new Error('No bundle is loaded yet.');
  return loaded;
}

/**
 * @param {string} url
 * @param {import('./photos.js').Processor} [processor]
 */
async function load(url, processor) {
  const progress = (/** @type {number} */ n, /** @type {number} */ total) => scope.postMessage({ event: 'progress', detail: { loaded: n, total } });
  const next = await loadPhotoBundle(url, progress, processor);
  loaded?.network.dispose();
  loaded = { ...next, reader: new Reader(next.params) };
  return { manifest: next.manifest, backend: next.network.processor };
}

/** @param {ImageBitmap} bitmap */
async function classify(bitmap) {
  const { network, reader } = bundle();
  const start = performance.now();
  const photo = reader.read(bitmap);
  const middle = performance.now();
  const { values } = await network.run(photo);
  return { scores: values, resize_ms: middle - start, inference_ms: performance.now() - middle };
}

/**
 * @param {ImageBitmap} bitmap
 * @param {string} layer
 */
async function maps(bitmap, layer) {
  const { network, reader } = bundle();
  const { values, shape: [, height, width, n] } = await network.run(reader.read(bitmap), layer);
  return { width, height, n, values };
}

/**
 * @param {VisionRequest} request
 * @returns {Promise<unknown>}
 */
async function answer(request) {
  switch (request.command) {
    case 'load': return load(request.url, request.processor);
    case 'classify': return classify(request.bitmap);
    case 'maps': return maps(request.bitmap, request.layer);
    case 'memory': return bundle().network.memory();
  }
}

/** Numbers are handed over, not copied. @param {unknown} result */
const buffers = (result) => Object.values(Object(result)).flatMap((value) => (value instanceof Float32Array ? [value.buffer] : []));

/** @type {Promise<void>} */
let turn = Promise.resolve();

/** @param {MessageEvent<VisionRequest>} event */
scope.onmessage = ({ data: request }) => {
  turn = turn.then(async () => {
    const { id } = request;
    try {
      const result = await answer(request);
      scope.postMessage({ id, result }, buffers(result));
    } catch (error) {
      scope.postMessage({ id, error: /** @type {Error} */ (error).message });
    }
  });
};
