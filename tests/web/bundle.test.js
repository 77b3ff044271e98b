// A bundle whose features this page would compute differently is refused, in a sentence that says why.
import assert from 'node:assert/strict';
import test from 'node:test';

import { paramsCrc32 } from '../../web/js/dsp/parameters.js';
import { checkManifest } from '../../web/js/workers/bundle.js';
import { checkPhotoManifest } from '../../web/js/workers/photos.js';
import { readVectors } from './vectors.js';

const { params } = readVectors('mfcc.json');
const manifest = {
  schema: 1,
  kind: 'speech',
  labels: ['yes', 'no', 'unknown'],
  params,
  params_crc32: paramsCrc32(params),
  window: 16000,
  stride: 3200,
  input: { shape: [1, 49, 13] },
  output: { shape: [1, 3] },
};

const check = (change) => checkManifest({ ...manifest, ...change }, 16000, 160000);
const withParams = (change) => {
  const changed = { ...params, ...change };
  return { params: changed, params_crc32: paramsCrc32(changed) };
};

test('an honest bundle is taken', () => {
  assert.equal(check({}).nMfcc, 13);
  assert.equal(check({ input: { shape: [1, 49, 13, 1] } }).nMfcc, 13);
});

const refused = [
  [{ kind: 'image' }, "This bundle is of the kind 'image'; the microphone needs one of the kind 'speech'."],
  [{ schema: 2 }, 'This bundle has schema 2; this page knows schema 1. Reload the page.'],
  [{ params: { ...params, hop_length: 300 } }, /^The bundle's front end was changed: its CRC-32 is [0-9a-f]{8}, the manifest says a82be873\. Train it again\.$/],
  [withParams({ window: 'hamming' }), "This page cannot compute the bundle's features: window must be one of hann_periodic, got 'hamming'."],
  [withParams({ sample_rate: 8000, fmax: 3800, clip_length: 8000 }), 'The bundle wants sound at 8000 Hz; this page gives 16000 Hz.'],
  [{ window: 170000 }, "The bundle's window is 170000 samples; this page keeps 160000."],
  [{ window: 8000 }, "The bundle's window gives 312 features; its model takes 637."],
  [{ stride: 0 }, "The bundle's stride must be at least 1 sample, got 0."],
  [{ labels: ['yes', 'unknown'] }, 'The bundle names 2 labels; its model gives 3 scores.'],
];

for (const [change, message] of refused) {
  test(`refused: ${message}`, () => assert.throws(() => check(change), { message }));
}

const { params: preprocess, params_crc32: preprocess_crc32 } = readVectors('photo.json');
const ofPhotos = {
  schema: 1, kind: 'vision', labels: ['cup', 'pen'], preprocess, preprocess_crc32, input: { shape: [1, 224, 224, 3] }, output: { shape: [1, 2] },
};
const withPreprocess = (change) => {
  const changed = { ...preprocess, ...change };
  return { preprocess: changed, preprocess_crc32: paramsCrc32(changed) };
};

test('an honest bundle for the camera is taken', () => assert.equal(checkPhotoManifest(ofPhotos).crop, 0.875));

const refusedForPhotos = [
  [{ kind: 'speech' }, "This bundle is of the kind 'speech'; the camera needs one of the kind 'vision'."],
  [{ schema: 2 }, 'This bundle has schema 2; this page knows schema 1. Reload the page.'],
  [{ preprocess: { ...preprocess, mean: 128 } }, /^The bundle's preprocessing was changed: its CRC-32 is [0-9a-f]{8}, the manifest says 59a9ee5b\. Train it again\.$/],
  [withPreprocess({ resize: 'bicubic' }), "This page cannot compute the bundle's features: resize must be one of triangle, got 'bicubic'."],
  [withPreprocess({ width: 192 }), "The bundle's photos are of shape 1 x 224 x 192 x 3; its model takes 1 x 224 x 224 x 3."],
  [{ labels: ['cup'] }, 'The bundle names 1 labels; its model gives 2 scores.'],
];

for (const [change, message] of refusedForPhotos) {
  test(`refused: ${message}`, () => assert.throws(() => checkPhotoManifest({ ...ofPhotos, ...change }), { message }));
}
