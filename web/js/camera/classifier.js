/**
 * A network that looks at photos, as a page uses it: load a bundle, then ask. All of it runs in `workers/vision.js`, so
 * that thinking never holds up the page. Whoever asks waits for the answer before he asks again: frames are dropped, not
 * queued.
 *
 * @typedef {import('../../types/vision.d.ts').VisionManifest} VisionManifest
 * @typedef {import('../../types/vision.d.ts').Processor} Processor
 * @typedef {import('../../types/vision.d.ts').Answer} Answer
 * @typedef {import('../../types/vision.d.ts').Maps} Maps
 * @typedef {import('../../types/vision.d.ts').Memory} Memory
 */

import { WorkerClient } from '../data/worker.js';

export class Classifier {
  #client;
  /** @type {VisionManifest} */ manifest;
  /** Where the network runs. @type {Processor} */ backend;

  /**
   * Call `Classifier.load()` instead.
   * @param {WorkerClient} client
   * @param {import('../../types/vision.d.ts').Loaded} loaded
   */
  constructor(client, { manifest, backend }) {
    this.#client = client;
    this.manifest = manifest;
    this.backend = backend;
  }

  /**
   * @param {string} bundleUrl - its folder, such as '/bundles/things/'
   * @param {{onProgress?: (share: number) => void, processor?: Processor}} [options] - `onProgress` hears how much of the
   *   model is here, 0 to 1; without a `processor` the best one of this device is chosen
   * @returns {Promise<Classifier>}
   * @throws {Error} the bundle is not there, damaged, or of a kind that this page cannot honour; a sentence
   */
  static async load(bundleUrl, { onProgress, processor } = {}) {
    const folder = bundleUrl.endsWith('/') ? bundleUrl : `${bundleUrl}/`;
    const worker = new Worker(new URL('../workers/vision.js', import.meta.url), { type: 'module' });
    const client = new WorkerClient(worker, 'The part that looks at photos');
    client.onEvent = (name, detail) => { if (name === 'progress') onProgress?.(detail.loaded / detail.total); };
    try {
      return new Classifier(client, await client.ask('load', { url: new URL(folder, document.baseURI).href, processor }));
    } catch (error) {
      client.close('The model could not be loaded.');
      throw error;
    }
  }

  /**
   * @param {ImageBitmap} bitmap - taken over: it is gone afterwards
   * @returns {Promise<Answer>}
   */
  classify(bitmap) {
    return this.#client.ask('classify', { bitmap }, undefined, [bitmap]);
  }

  /**
   * What a layer of the network makes of a photo.
   * @param {ImageBitmap} bitmap - taken over: it is gone afterwards
   * @param {string} layer - 'layer_1' to 'layer_4'
   * @returns {Promise<Maps>}
   */
  maps(bitmap, layer) {
    return this.#client.ask('maps', { bitmap, layer }, undefined, [bitmap]);
  }

  /** What the network holds in memory: a page that looks for hours must not grow. @returns {Promise<Memory>} */
  memory() {
    return this.#client.ask('memory', {});
  }

  /** Questions that wait are refused. */
  close() {
    this.#client.close('The model was put away.');
  }
}
