// Kernels: what Python made of the same pixels, to the last one.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

import { KernelFilter, makeKernel, parsePresets, productsAt, toGrey } from '../../web/js/dsp/kernel.js';
import { noise, readVectors } from './vectors.js';

const vectors = readVectors('kernels.json');
const declared = JSON.parse(readFileSync(new URL('../../training/vision/kernels.json', import.meta.url), 'utf8'));
const IDENTITY = { numbers: [[0, 0, 0], [0, 1, 0], [0, 0, 0]], divisor: 1, offset: 0 };

/** @param {string} base64 - of RGB */
function rgba(base64) {
  const rgb = Buffer.from(base64, 'base64');
  return Uint8ClampedArray.from({ length: (rgb.length / 3) * 4 }, (_, i) => (i % 4 === 3 ? 255 : rgb[Math.floor(i / 4) * 3 + (i % 4)]));
}

/** @param {number} n */
const randomGrey = (n) => Uint8Array.from(noise(n, 5), (value) => Math.floor(128 + 128 * value));

for (const { id, comment, kernel: json, size: [width, height], rgb, grey, result, pixel } of vectors.cases) {
  test(`${id}: ${comment}`, () => {
    const kernel = makeKernel(json);
    const picture = new Uint8Array(width * height);
    toGrey(rgba(rgb), picture);
    assert.deepEqual(Buffer.from(picture), Buffer.from(grey, 'base64'));
    const out = new Uint8ClampedArray(picture.length);
    new KernelFilter(width, height, kernel).apply(picture, out);
    assert.deepEqual(Buffer.from(out), Buffer.from(result, 'base64'));
    const at = productsAt(picture, width, height, kernel, pixel.column, pixel.row);
    assert.deepEqual([at.patch, at.sum, at.result], [pixel.patch, pixel.sum, pixel.result]);
  });
}

test('number by number is what the picture shows, at every pixel', () => {
  const [width, height] = [23, 17];
  const grey = randomGrey(width * height);
  const out = new Uint8ClampedArray(grey.length);
  for (const { kernel } of parsePresets(declared)) {
    new KernelFilter(width, height, kernel).apply(grey, out);
    out.forEach((value, i) => {
      const { patch, products, sum, result } = productsAt(grey, width, height, kernel, i % width, Math.floor(i / width));
      assert.equal(result, value);
      products.forEach((product, j) => assert.equal(product, patch[j] * kernel.numbers[j]));
      assert.equal(sum, products.reduce((total, product) => total + product, 0));
    });
  }
});

test('another kernel on the same filter, and the first again', () => {
  const [width, height] = [40, 30];
  const [identity, sobel, , , , five] = parsePresets(declared).map(({ kernel }) => kernel);
  const grey = randomGrey(width * height);
  const filter = new KernelFilter(width, height, identity);
  const [first, second, again] = Array.from({ length: 3 }, () => new Uint8ClampedArray(grey.length));
  filter.use(sobel);
  filter.apply(grey, first);
  filter.use(five);
  filter.apply(grey, second);
  filter.use(sobel);
  filter.apply(grey, again);
  assert.deepEqual(again, first);
  assert.notDeepEqual(second, first);
});

test('a kernel of zeros gives the offset everywhere', () => {
  const out = new Uint8ClampedArray(12);
  new KernelFilter(4, 3, makeKernel({ numbers: [[0, 0, 0], [0, 0, 0], [0, 0, 0]], divisor: 3, offset: 77.5 })).apply(randomGrey(12), out);
  assert.ok(out.every((value) => value === 78));
});

test('the presets in the order of the page', () => {
  const presets = parsePresets(declared);
  assert.deepEqual(presets.slice(0, 3).map(({ name }) => name), ['identity', 'sobel-x', 'sobel-y']);
  assert.deepEqual(presets[1].kernel, { size: 3, numbers: [-1, 0, 1, -2, 0, 2, -1, 0, 1], divisor: 4, offset: 128 });
  assert.ok(Object.isFrozen(presets[1].kernel) && Object.isFrozen(presets[1].kernel.numbers));
  assert.throws(() => parsePresets({ ...declared, schema: 2 }), { message: 'schema must be 1, got 2' });
});

test('kernels that cannot be honoured are refused in Python\'s words', () => {
  const refused = /** @type {[object, string][]} */ ([
    [{ numbers: [[1, 2], [3, 4]] }, 'a kernel must have 3 x 3 or 5 x 5 numbers, got rows of [2, 2]'],
    [{ numbers: [[1, 2, 3], [4, 5], [6, 7, 8]] }, 'a kernel must have 3 x 3 or 5 x 5 numbers, got rows of [3, 2, 3]'],
    [{ numbers: [[0, 0, 0], [0, 1000, 0], [0, 0, 0]] }, 'a number must be from -999 to 999, got 1000'],
    [{ numbers: [[0, 0, 0], [0, NaN, 0], [0, 0, 0]] }, 'a number must be from -999 to 999, got NaN'],
    [{ numbers: [[0, 0, 0], [0, 0.0005, 0], [0, 0, 0]] }, 'a number must have at most three decimals, got 0.0005'],
    [{ divisor: 0 }, 'the divisor must be above 0 and at most 9999, got 0'],
    [{ divisor: -4 }, 'the divisor must be above 0 and at most 9999, got -4'],
    [{ offset: -1000 }, 'a number must be from -999 to 999, got -1000'],
  ]);
  for (const [change, message] of refused) assert.throws(() => makeKernel({ ...IDENTITY, ...change }), { message });
});
