/**
 * Loads a bundle of kind `vision` and refuses one whose preprocessing this page would not do as training did.
 *
 * @typedef {import('../../types/vision.d.ts').VisionManifest} VisionManifest
 * @typedef {import('../../types/vision.d.ts').Processor} Processor
 * @typedef {import('../dsp/photo.js').PreprocessParams} PreprocessParams
 * @typedef {typeof import('../../vendor/tfjs.js')} Tf
 * @typedef {import('@tensorflow/tfjs-converter').GraphModel} GraphModel
 * @typedef {(loaded: number, total: number) => void} Progress - in bytes
 */

import { parsePreprocess } from '../dsp/photo.js';
import { checkKind, fetchManifest, honour, product, startProcessor } from './bundle.js';

const KIND = 'vision';
const MODEL = 'tfjs/model.json';
const SCORES = 'scores';
// What renders in software under the name of a graphics processor; WASM is several times faster.
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|software|basic render/i;
const SAME_SCORES = 0.02; // a graphics processor that counts in halves differs by more, now and then

/** A network on one of the processors of this device. */
class Network {
  #tf;
  #model;
  #shape;
  /** @type {Processor} */ processor;

  /**
   * @param {Tf} tf
   * @param {GraphModel} model - loaded while `processor` was TF.js's backend
   * @param {Processor} processor
   * @param {number[]} shape - of what it takes
   */
  constructor(tf, model, processor, shape) {
    this.#tf = tf;
    this.#model = model;
    this.processor = processor;
    this.#shape = shape;
  }

  /**
   * @param {Float32Array} photo - prepared
   * @param {string} output - the name of a node: 'scores', or a layer whose maps are wanted
   * @returns {Promise<{values: Float32Array, shape: number[]}>}
   */
  async run(photo, output = SCORES) {
    const tf = this.#tf;
    if (tf.getBackend() !== this.processor) await tf.setBackend(this.processor);
    const found = tf.tidy(() => this.#model.execute(tf.tensor(photo, this.#shape), [output]));
    const tensor = Array.isArray(found) ? found[0] : found;
    const values = /** @type {Float32Array} */ (await tensor.data());
    tensor.dispose();
    return { values, shape: tensor.shape };
  }

  memory() {
    const { numTensors, numBytes } = this.#tf.memory();
    return { n_tensors: numTensors, n_bytes: numBytes };
  }

  dispose() {
    this.#model.dispose();
  }
}

/** @typedef {{manifest: VisionManifest, params: PreprocessParams, network: Network}} PhotoBundle */

/**
 * @param {string} url - the bundle's folder, ending in a slash
 * @param {Progress} onProgress
 * @param {Processor} [processor] - the fastest one that gives the same scores, where none is asked for
 * @returns {Promise<PhotoBundle>}
 * @throws {Error} a sentence for the person
 */
export async function loadPhotoBundle(url, onProgress, processor) {
  const manifest = /** @type {VisionManifest} */ (await fetchManifest(url));
  const params = checkPhotoManifest(manifest);
  const tf = await import('../../vendor/tfjs.js');
  try {
    const artifacts = await fetchModel(tf, url, manifest, onProgress);
    const load = async (/** @type {Processor} */ backend) => {
      const model = await tf.loadGraphModel(tf.io.fromMemory(artifacts));
      return new Network(tf, model, backend, manifest.input.shape);
    };
    const network = await choose(tf, load, params, processor);
    await checkScores(network, params, manifest);
    return { manifest, params, network };
  } catch (cause) {
    throw new Error(`The bundle's model could not be loaded: ${/** @type {Error} */ (cause).message}`, { cause });
  }
}

/**
 * @param {VisionManifest} manifest
 * @returns {PreprocessParams}
 * @throws {Error} this page cannot honour it
 */
export function checkPhotoManifest(manifest) {
  checkKind(manifest, KIND, 'camera');
  const params = honour('preprocessing', manifest.preprocess, manifest.preprocess_crc32, parsePreprocess);
  const { input, output, labels } = manifest;
  const wanted = [1, params.height, params.width, 3];
  if (String(input.shape) !== String(wanted)) throw new Error(`The bundle's photos are of shape ${wanted.join(' x ')}; its model takes ${input.shape.join(' x ')}.`);
  if (product(output.shape) !== labels.length) throw new Error(`The bundle names ${labels.length} labels; its model gives ${product(output.shape)} scores.`);
  return params;
}

/**
 * @param {Network} network
 * @param {PreprocessParams} params
 * @param {VisionManifest} manifest
 */
async function checkScores(network, params, { labels }) {
  const { values } = await network.run(testPhoto(params));
  if (values.length !== labels.length) throw new Error(`the bundle names ${labels.length} labels; its model gives ${values.length} scores`);
}

/**
 * The model as TF.js takes it, told byte by byte: on a phone that fetches it for the first time it takes seconds.
 * @param {Tf} tf
 * @param {string} url
 * @param {VisionManifest} manifest
 * @param {Progress} onProgress
 */
async function fetchModel(tf, url, { files }, onProgress) {
  const total = Object.entries(files).reduce((sum, [name, { bytes }]) => sum + (name.startsWith('tfjs/') ? bytes : 0), 0);
  let loaded = 0;
  const counting = () => new TransformStream({
    transform(chunk, controller) {
      loaded += chunk.byteLength;
      onProgress(Math.min(loaded, total), total);
      controller.enqueue(chunk);
    },
  });
  const fetchFunc = async (/** @type {RequestInfo | URL} */ path, /** @type {RequestInit | undefined} */ init) => {
    const { body, status, headers } = await fetch(path, init);
    const content = await new Response(body?.pipeThrough(counting())).blob(); // TF.js reads no file before the last one answers
    return new Response(content, { status, headers });
  };
  return /** @type {import('@tensorflow/tfjs-core').io.ModelArtifacts} */ (await tf.io.http(new URL(MODEL, url).href, { fetchFunc }).load?.());
}

/**
 * @param {Tf} tf
 * @param {(processor: Processor) => Promise<Network>} load
 * @param {PreprocessParams} params
 * @param {Processor} [asked]
 * @returns {Promise<Network>}
 */
async function choose(tf, load, params, asked) {
  if (asked === 'webgl') return load(await startGraphics(tf));
  const safe = await load(await startProcessor(tf));
  if (asked || !hasGraphics()) return safe;
  try {
    const fast = await load(await startGraphics(tf));
    const [better, other] = await isBetter(fast, safe, testPhoto(params)) ? [fast, safe] : [safe, fast];
    other.dispose();
    return better;
  } catch { // a driver that fails: the other one answers
    return safe;
  }
}

/** @param {Tf} tf @returns {Promise<Processor>} */
async function startGraphics(tf) {
  await import('../../vendor/tfjs-webgl.js');
  if (!await tf.setBackend('webgl')) throw new Error('this browser has no WebGL in workers');
  return 'webgl';
}

/** Whether there is a graphics processor, asked without loading anything. */
function hasGraphics() {
  if (typeof OffscreenCanvas === 'undefined') return false;
  const gl = new OffscreenCanvas(1, 1).getContext('webgl2');
  if (!gl) return false;
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  const renderer = String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  gl.getExtension('WEBGL_lose_context')?.loseContext(); // a page may have only a few
  return !SOFTWARE.test(renderer);
}

/**
 * Compared once: an old phone's graphics processor may be slower, or count too coarsely.
 * @param {Network} fast
 * @param {Network} safe
 * @param {Float32Array} photo
 */
async function isBetter(fast, safe, photo) {
  const [one, two] = [await time(fast, photo), await time(safe, photo)];
  return one.ms < two.ms && one.values.every((score, i) => Math.abs(score - two.values[i]) <= SAME_SCORES);
}

/**
 * The first run compiles and allocates; the second one counts.
 * @param {Network} network
 * @param {Float32Array} photo
 */
async function time(network, photo) {
  await network.run(photo);
  const start = performance.now();
  const { values } = await network.run(photo);
  return { values, ms: performance.now() - start };
}

/** Coarse coloured waves: a network sees something in them. @param {PreprocessParams} params */
function testPhoto({ width, height, mean, scale }) {
  return Float32Array.from({ length: width * height * 3 }, (_, i) => (127.5 + 127.5 * Math.sin(i / 31) * Math.cos(i / 7001) - mean) / scale);
}
