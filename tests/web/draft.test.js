// A kernel while a person types it.
import assert from 'node:assert/strict';
import test from 'node:test';

import { makeKernel } from '../../web/js/dsp/kernel.js';
import { draftOf, numberOf, readDraft, resized, stepped, withText } from '../../web/js/ui/draft.js';

const SOBEL = makeKernel({ numbers: [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], divisor: 4, offset: 128 });
const draft = draftOf(SOBEL);

test('a draft means the kernel that it was made of', () => {
  assert.deepEqual(readDraft(draft), { kernel: SOBEL, field: null, problem: '' });
});

test('numbers as people write them', () => {
  const written = { '1': 1, ' -2 ': -2, '+3': 3, '0.5': 0.5, '.5': 0.5, '5.': 5, '0,25': 0.25, '\u22124': -4, '007': 7 };
  for (const [text, number] of Object.entries(written)) assert.equal(numberOf(text), number, text);
  for (const text of ['', '-', 'x', '1e3', '1 2', '--1', '1.2.3', 'Infinity', '0x10', '½']) assert.ok(Number.isNaN(numberOf(text)), text);
});

test('what is wrong is said in a sentence that names the place', () => {
  const wrong = /** @type {[number | 'divisor' | 'offset', string, string][]} */ ([
    [2, 'two', '"two" in row 1, column 3 is not a number. Write one such as -1 or 0.5.'],
    [3, ' ', 'There is nothing in row 2, column 1. Write a number such as 0.'],
    [8, '-1000', '-1000 in row 3, column 3 is too large. Write a number from -999 to 999.'],
    [4, '0.0001', '0.0001 in row 2, column 2 has too many decimals. Write at most three.'],
    ['divisor', '0', 'The sum cannot be divided by 0 here. Write a number above 0, at most 9999.'],
    ['divisor', '-4', 'The sum cannot be divided by -4 here. Write a number above 0, at most 9999.'],
    ['divisor', '', 'There is nothing as the divisor. Write a number such as 4.'],
    ['offset', 'half', '"half" as the offset is not a number. Write one such as -1 or 0.5.'],
    ['offset', '1e9', '"1e9" as the offset is not a number. Write one such as -1 or 0.5.'],
  ]);
  for (const [field, text, problem] of wrong) assert.deepEqual(readDraft(withText(draft, field, text)), { kernel: null, field, problem });
});

test('another size keeps the middle where it is', () => {
  const larger = resized(draft, 5);
  assert.equal(larger.texts.join(' '), '0 0 0 0 0 0 -1 0 1 0 0 -2 0 2 0 0 -1 0 1 0 0 0 0 0 0');
  assert.deepEqual(resized(larger, 3), draft);
  assert.deepEqual(resized(draft, 3), draft);
  assert.equal(readDraft(larger).kernel?.size, 5);
});

test('steps up and down', () => {
  assert.equal(stepped('-1', 1), '0');
  assert.equal(stepped('0.3', -0.1), '0.2');
  assert.equal(stepped('x', 1), 'x');
});
