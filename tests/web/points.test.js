// Dots in a plane, as the data explorer finds and walks them.
import assert from 'node:assert/strict';
import test from 'node:test';

import { around, boxOf, inside, nearestTo, nextIn, place } from '../../web/js/ui/parts/explore/points.js';
import { noise } from './vectors.js';

const all = () => true;
//  0 1 2
//  3 4 5   and one far to the right, slightly lower
const grid = { x: [0, 10, 20, 0, 10, 20, 90], y: [0, 0, 0, 10, 10, 10, 14] };

test('every dot falls on the canvas, and distances keep their ratio', () => {
  const points = { x: noise(500, 1), y: noise(500, 2).map((value) => 40 * value) };
  const placed = place(points, boxOf(points), 360, 300);
  for (let i = 0; i < 500; i++) assert.ok(placed.x[i] >= 0 && placed.x[i] <= 360 && placed.y[i] >= 0 && placed.y[i] <= 300);
  const scale = (/** @type {'x' | 'y'} */ axis) => (placed[axis][1] - placed[axis][0]) / (points[axis][1] - points[axis][0]);
  assert.ok(Math.abs(scale('x') / scale('y') - 1) < 1e-3);
});

test('one dot alone, or none, has a place too', () => {
  for (const points of [{ x: [3], y: [4] }, { x: [], y: [] }]) {
    const { x, y } = place(points, boxOf(points), 100, 80);
    assert.deepEqual([...x, ...y], points.x.length ? [50, 40] : []);
  }
});

test('a tap finds the nearest dot within reach, of those that are shown', () => {
  assert.equal(nearestTo(grid, 12, 1, 16, all), 1);
  assert.equal(nearestTo(grid, 12, 1, 16, (i) => i !== 1), 2);
  assert.equal(nearestTo(grid, 50, 50, 16, all), -1);
});

test('arrow keys walk to what lies in their direction', () => {
  assert.equal(nextIn(grid, 4, [1, 0], all), 5);
  assert.equal(nextIn(grid, 4, [-1, 0], all), 3);
  assert.equal(nextIn(grid, 4, [0, -1], all), 1);
  assert.equal(nextIn(grid, 4, [0, 1], all), -1);
  assert.equal(nextIn(grid, 5, [1, 0], all), 6);
  assert.equal(nextIn(grid, 4, [1, 0], (i) => ![2, 5].includes(i)), 6);
});

test('from any dot all others can be reached by arrow keys', () => {
  const points = { x: noise(200, 3), y: noise(200, 4) };
  const reached = new Set([0]);
  for (const i of reached) {
    for (const direction of /** @type {[number, number][]} */ ([[1, 0], [-1, 0], [0, 1], [0, -1]])) {
      const next = nextIn(points, i, direction, all);
      if (next >= 0) reached.add(next);
    }
  }
  assert.ok(reached.size >= 190, `${reached.size} of 200`);
});

test('a lasso takes what it surrounds, also where it turns inwards', () => {
  /** @type {[number, number][]} */
  const bay = [[-5, -5], [25, -5], [25, 15], [15, 15], [15, 5], [5, 5], [5, 15], [-5, 15]];
  assert.deepEqual(inside(grid, bay, all), [0, 1, 2, 3, 5]);
  assert.deepEqual(inside(grid, bay, (i) => i > 2), [3, 5]);
  assert.deepEqual(inside(grid, [[0, 0], [1, 1]], all), []);
});

test('a dot and its nearest', () => {
  assert.deepEqual(around(grid, 6, 2, all), [6, 5, 2]);
  assert.deepEqual(around(grid, 0, 2, (i) => i !== 1), [0, 3, 4]);
});
