// The preprocessing of photos: what Pillow makes of the same pixels, byte for byte.
import assert from 'node:assert/strict';
import test from 'node:test';

import { crc32, paramsCrc32 } from '../../web/js/dsp/parameters.js';
import { PhotoFrontEnd, cropBox, parsePreprocess } from '../../web/js/dsp/photo.js';
import { readVectors } from './vectors.js';

const vectors = readVectors('photo.json');
const params = parsePreprocess(vectors.params);

/** The pixels of `source` out of a whole photo, with an alpha channel where `nChannels` is 4. */
function cut(rgb, photoWidth, { left, top, width, height }, nChannels) {
  const pixels = new Uint8ClampedArray(width * height * nChannels).fill(255);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = ((top + y) * photoWidth + left + x) * 3;
      pixels.set(rgb.subarray(from, from + 3), (y * width + x) * nChannels);
    }
  }
  return pixels;
}

for (const { id, comment, params: change, size: [width, height], rgb, resized, resized_crc32: crc } of vectors.cases) {
  test(`${id}: ${comment}`, () => {
    const front = new PhotoFrontEnd(parsePreprocess({ ...vectors.params, ...change }), width, height);
    const photo = Buffer.from(rgb, 'base64');
    for (const nChannels of [3, 4]) {
      const got = front.resize(cut(photo, width, front.source, nChannels));
      if (resized) assert.deepEqual(Buffer.from(got), Buffer.from(resized, 'base64'));
      else assert.equal(crc32(got), crc);
    }
  });
}

test('the square that is looked at', () => {
  for (const { size, box: [left, top, right, bottom] } of vectors.boxes) {
    assert.deepEqual(cropBox(...size, params), { left, top, width: right - left, height: bottom - top }, `${size}`);
  }
});

test('a prepared photo is (value - mean) / scale, in the arrays that were there from the start', () => {
  const front = new PhotoFrontEnd(params, 40, 32);
  const pixels = new Uint8Array(front.source.width * front.source.height * 3).fill(191);
  const prepared = front.prepare(pixels);
  assert.equal(prepared.length, 224 * 224 * 3);
  assert.ok(prepared.every((value) => value === (191 - 127) / 128));
  assert.equal(front.prepare(pixels), prepared);
  assert.equal(front.resize(pixels), front.resize(pixels));
});

test('pixels of another size are refused', () => {
  const front = new PhotoFrontEnd(params, 640, 480);
  assert.throws(() => front.resize(new Uint8Array(640 * 480 * 4)), /pixels must be RGB or RGBA of 42\d x 42\d, got 1228800 values/);
});

test('the parameters have the CRC that Python computed, and are refused in its words', () => {
  assert.equal(paramsCrc32(vectors.params), vectors.params_crc32);
  assert.throws(() => parsePreprocess({ ...vectors.params, resize: 'bicubic' }), { message: "resize must be one of triangle, got 'bicubic'" });
  assert.throws(() => parsePreprocess({ ...vectors.params, crop: 0 }), { message: 'crop must be above 0 and at most 1, got crop = 0' });
  assert.throws(() => parsePreprocess({ ...vectors.params, gamma: 1 }), { message: "unknown preprocessing parameter 'gamma'" });
});
