import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACTIVATIONS, activities, clouds, guess, improve, learnClasses, loss, mistakes, quantise, seeded, weigh } from '../../web/js/dsp/toy.js';

test('the same seed gives the same numbers, spread evenly', () => {
  const [a, b] = [seeded(3), seeded(3)];
  const numbers = Array.from({ length: 4000 }, a);
  assert.deepEqual(numbers.slice(0, 5), Array.from({ length: 5 }, b));
  assert.ok(numbers.every((x) => x >= 0 && x < 1));
  assert.ok(Math.abs(numbers.reduce((sum, x) => sum + x, 0) / 4000 - 0.5) < 0.02);
});

test('a neuron weighs, adds its bias, and answers through its activation', () => {
  assert.equal(weigh([2, -1], [0.5, 3], 0.25), -1.75);
  assert.deepEqual([ACTIVATIONS.step(-1.75), ACTIVATIONS.relu(-1.75), ACTIVATIONS.relu(2), ACTIVATIONS.sigmoid(0)], [0, 0, 2, 0.5]);
});

test('an improvement goes down the slope of the loss', () => {
  const points = clouds(1, 30);
  const line = { weights: [0.3, -0.2], bias: 0.1 };
  const slope = (/** @type {(h: number) => any} */ moved) => (loss(moved(1e-5), points) - loss(moved(-1e-5), points)) / 2e-5;
  const numeric = [
    slope((h) => ({ weights: [0.3 + h, -0.2], bias: 0.1 })), slope((h) => ({ weights: [0.3, -0.2 + h], bias: 0.1 })), slope((h) => ({ weights: [0.3, -0.2], bias: 0.1 + h })),
  ];
  const { weights, bias } = improve(line, points, 1);
  [0.3 - weights[0], -0.2 - weights[1], 0.1 - bias].forEach((got, i) => assert.ok(Math.abs(got - numeric[i]) < 1e-7));
});

test('guessing, counting and improving finds a line', () => {
  for (const seed of [1, 2, 3, 4]) {
    const points = clouds(seed, 30);
    let line = { weights: [0, 0], bias: 0 };
    const before = loss(line, points);
    for (let i = 0; i < 300; i++) line = improve(line, points, 5);
    assert.ok(loss(line, points) < before / 2);
    assert.ok(mistakes(line, points).length <= 6, `${mistakes(line, points).length} mistakes`);
    assert.ok(points.every((point) => guess(line, point) >= 0 && guess(line, point) <= 1));
  }
});

test('what is learned from two numbers tells golfing from walking, which a rule on the speed cannot', () => {
  const points = activities(5, 40);
  const learned = learnClasses(points, 4, 400);
  const right = points.filter(({ x, y, label }) => learned(x, y) === label).length / points.length;
  const rule = points.filter(({ speed, label }) => (speed < 7 ? 0 : speed < 14 ? 1 : 2) === label).length / points.length;
  assert.ok(right > 0.93, String(right));
  assert.ok(rule < 0.76, String(rule));
});

test('a value becomes the nearest of the levels', () => {
  assert.deepEqual(quantise(0.4, 1, -1, 1), { level: 1, value: 1, step: 2 });
  assert.deepEqual(quantise(9, 2, 0, 3), { level: 3, value: 3, step: 1 });
  const { value, step } = quantise(0.1234, 8, -1, 1);
  assert.ok(Math.abs(value - 0.1234) <= step / 2 && Math.abs(step - 2 / 255) < 1e-15);
});
