// From scores to what a person is told.
import assert from 'node:assert/strict';
import test from 'node:test';

import { Names, Smoother } from '../../web/js/dsp/guesses.js';

test('scores of classes with one everyday name are added up', () => {
  const names = new Names(['cat', 'dog', 'cat', 'cup', 'cat']);
  const [first, second, third] = names.best([0.1, 0.3, 0.25, 0.05, 0.2], 3);
  assert.deepEqual({ ...first, score: first.score.toFixed(2) }, { name: 'cat', index: 2, score: '0.55' });
  assert.deepEqual([second.name, third.name], ['dog', 'cup']);
  assert.equal(names.best([0, 0, 0, 1, 0], 1)[0].name, 'cup'); // nothing is left of the photo before
});

test('scores of another network are refused', () => {
  assert.throws(() => new Names(['cat', 'dog']).best([1], 1), /there are 2 names for 1 scores/);
});

test('a smoothed score is the mean of the last frames, of fewer at first', () => {
  const smoother = new Smoother(2, 3);
  const push = (...scores) => [...smoother.push(Float32Array.from(scores))];
  assert.deepEqual(push(1, 0), [1, 0]);
  assert.deepEqual(push(0, 1), [0.5, 0.5]);
  push(0, 1);
  assert.deepEqual(push(0, 1), [0, 1]); // the first one is forgotten
  smoother.reset();
  assert.deepEqual(push(0.25, 0.75), [0.25, 0.75]);
});

test('one strange frame does not change the best guess', () => {
  const smoother = new Smoother(2, 5);
  for (let i = 0; i < 5; i++) smoother.push(Float32Array.of(0.9, 0.1));
  const mean = smoother.push(Float32Array.of(0, 1));
  assert.ok(mean[0] > mean[1]);
});
