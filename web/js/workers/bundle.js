/**
 * Loads a bundle of kind `speech` from the server and refuses one whose features this page would not compute as training
 * did. What bundles of all kinds have in common stands below; `photos.js` loads those of kind `vision`.
 *
 * @typedef {import('../../types/audio.d.ts').Manifest} Manifest
 * @typedef {import('../dsp/params.js').MfccParams} MfccParams
 */

import { paramsCrc32 } from '../dsp/parameters.js';
import { framesIn, parseParams } from '../dsp/params.js';

const SCHEMA = 1;
const KIND = 'speech';
const VENDOR = new URL('../../vendor/', import.meta.url).href;

/**
 * A model that is ready to answer. `classify` takes nFrames * nMfcc features and gives one score a label.
 * @typedef {{manifest: Manifest, params: MfccParams, backend: 'wasm' | 'cpu',
 *   classify: (features: Float32Array) => Float32Array, dispose: () => void}} Bundle
 */

/**
 * @param {string} url - the bundle's folder, ending in a slash
 * @param {number} sampleRate - the rate that the audio path gives, in Hz
 * @param {number} maxWindow - samples that the audio path keeps
 * @returns {Promise<Bundle>}
 * @throws {Error} a sentence for the person
 */
export async function loadBundle(url, sampleRate, maxWindow) {
  const manifest = await fetchManifest(url);
  const params = checkManifest(manifest, sampleRate, maxWindow);
  const tf = await import('../../vendor/tfjs.js');
  const backend = await startProcessor(tf);
  const model = await tf.loadGraphModel(new URL('tfjs/model.json', url).href).catch((cause) => {
    throw new Error(`The bundle's model could not be loaded: ${cause.message}`, { cause });
  });
  const { shape } = manifest.input;
  /** @param {Float32Array} features */
  const classify = (features) => tf.tidy(() => {
    const output = /** @type {import('@tensorflow/tfjs-core').Tensor} */ (model.predict(tf.tensor(features, shape)));
    return /** @type {Float32Array} */ (output.dataSync());
  });
  warmUp(classify, manifest);
  return { manifest, params, backend, classify, dispose: () => model.dispose() };
}

/**
 * @param {Manifest} manifest
 * @param {number} sampleRate
 * @param {number} maxWindow
 * @returns {MfccParams}
 * @throws {Error} this page cannot honour it
 */
export function checkManifest(manifest, sampleRate, maxWindow) {
  checkKind(manifest, KIND, 'microphone');
  const params = honour('front end', manifest.params, manifest.params_crc32, parseParams);
  if (params.sampleRate !== sampleRate) throw new Error(`The bundle wants sound at ${params.sampleRate} Hz; this page gives ${sampleRate} Hz.`);
  checkLengths(manifest, params, maxWindow);
  return params;
}

/**
 * @param {Manifest} manifest
 * @param {MfccParams} params
 * @param {number} maxWindow
 */
function checkLengths({ window, stride, input, output, labels }, params, maxWindow) {
  if (window > maxWindow) throw new Error(`The bundle's window is ${window} samples; this page keeps ${maxWindow}.`);
  if (!(stride >= 1)) throw new Error(`The bundle's stride must be at least 1 sample, got ${stride}.`);
  const nFeatures = framesIn(params, window) * params.nMfcc;
  if (product(input.shape) !== nFeatures) throw new Error(`The bundle's window gives ${nFeatures} features; its model takes ${product(input.shape)}.`);
  if (product(output.shape) !== labels.length) throw new Error(`The bundle names ${labels.length} labels; its model gives ${product(output.shape)} scores.`);
}

/**
 * The first inference compiles and allocates: better now than on the first word.
 * @param {(features: Float32Array) => Float32Array} classify
 * @param {Manifest} manifest
 */
function warmUp(classify, { input, labels }) {
  const scores = classify(new Float32Array(product(input.shape)));
  if (scores.length !== labels.length) throw new Error(`The bundle names ${labels.length} labels; its model gives ${scores.length} scores.`);
}

/**
 * @param {{kind: string, schema: number}} manifest
 * @param {string} kind
 * @param {string} device - what needs this kind
 */
export function checkKind(manifest, kind, device) {
  if (manifest.kind !== kind) throw new Error(`This bundle is of the kind '${manifest.kind}'; the ${device} needs one of the kind '${kind}'.`);
  if (manifest.schema !== SCHEMA) throw new Error(`This bundle has schema ${manifest.schema}; this page knows schema ${SCHEMA}. Reload the page.`);
}

/**
 * @template P
 * @param {string} what - the parameters are of
 * @param {Record<string, unknown>} json
 * @param {string} stated - their CRC-32, as the manifest has it
 * @param {(json: unknown) => P} parse
 * @returns {P}
 * @throws {Error} they were changed, or this page cannot honour them
 */
export function honour(what, json, stated, parse) {
  const crc = paramsCrc32(json);
  if (crc !== stated) throw new Error(`The bundle's ${what} was changed: its CRC-32 is ${crc}, the manifest says ${stated}. Train it again.`);
  try {
    return parse(json);
  } catch (cause) {
    throw new Error(`This page cannot compute the bundle's features: ${/** @type {Error} */ (cause).message}.`, { cause });
  }
}

/**
 * @param {string} url - the bundle's folder, ending in a slash
 * @returns {Promise<any>}
 */
export async function fetchManifest(url) {
  const response = await fetch(new URL('manifest.json', url)).catch((cause) => {
    throw new Error('The bundle could not be fetched. Check the connection to the computer.', { cause });
  });
  if (!response.ok) throw new Error(`There is no bundle at ${url} (${response.status}).`);
  return response.json();
}

/**
 * WASM is some twenty times faster; plain JavaScript answers where a browser cannot start it.
 * @param {typeof import('../../vendor/tfjs.js')} tf
 * @returns {Promise<'wasm' | 'cpu'>}
 */
export async function startProcessor(tf) {
  tf.setWasmPaths(VENDOR);
  if (await tf.setBackend('wasm')) return 'wasm';
  await import('../../vendor/tfjs-cpu.js');
  await tf.setBackend('cpu');
  return 'cpu';
}

/** @param {number[]} shape */
export function product(shape) {
  return shape.reduce((size, length) => size * length, 1);
}
