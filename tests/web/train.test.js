import assert from 'node:assert/strict';
import test from 'node:test';

import { compared, runsOf, sorted, wholeNumber } from '../../web/js/data/train.js';

const metric = (accuracy, n = 10) => ({ n, accuracy, interval_95: [accuracy - 0.1, accuracy + 0.1], confusion: [] });

const bundle = (path, changes = {}) => ({
  path,
  manifest: {
    created_at: `2026-01-0${path.length % 9}T10:00:00+00:00`, labels: ['yes', 'no', 'unknown'],
    params: { n_mfcc: 13, kernel: [10, 4] },
    model: { preset: 'ds_cnn', name: 'ds_cnn', design: [{ type: 'conv2d', filters: 48, batch_norm: true }, { type: 'flatten' }] },
    training: { epochs: 60, epochs_run: 52, seed: 1, seconds: 71.4 },
    dataset: { fingerprint: 'abcdef0123456789', split_by: 'speaker', clips: { yes: { train: 6, validation: 2 }, no: { train: 7, validation: 3 } } },
    metrics: { float: { test: metric(0.9) }, int8: { test: metric(0.8), validation: metric(0.7, 0) } },
    files: { 'model_int8.tflite': { bytes: 1000 }, 'tfjs/model.json': { bytes: 5 } }, arena_bytes: 2000, board: { instructions: 3e6 },
    ...changes,
  },
});

const vision = bundle('p/photos', { metrics: { float: { test: metric(1) } }, files: { 'tfjs/model.json': { bytes: 5 }, 'tfjs/a.bin': { bytes: 7 } }, arena_bytes: undefined, board: undefined });

test('a run is what its bundle says, of its own project only', () => {
  const jobs = [{ id: '1', bundle: 'p/a', started_at: '2026-01-01T00:00:00Z', finished_at: '2026-01-01T00:02:00Z' }];
  const [run, ...others] = runsOf('p', [bundle('p/a'), bundle('q/a'), bundle('yes-no')], jobs);
  assert.equal(others.length, 0);
  assert.deepEqual([run.clips, run.fingerprint, run.bytes, run.arena, run.instructions, run.epochs, run.seconds], [18, 'abcdef01', 1000, 2000, 3e6, 52, 71.4]);
  assert.deepEqual([run.test.accuracy, run.test_float.accuracy, run.validation, run.job.id], [0.8, 0.9, null, '1']);
});

test('what older bundles and models for photos do not have is not known', () => {
  const old = runsOf('p', [bundle('p/old', { board: undefined, training: { epochs: 40 }, model: { preset: 'ds_cnn' } })], [{ id: '1', bundle: 'p/old', started_at: '2026-01-01T00:00:00Z', finished_at: '2026-01-01T00:02:00Z' }])[0];
  assert.deepEqual([old.instructions, old.epochs, old.seconds, old.design], [null, 40, 120, 'ds_cnn']);
  const photos = runsOf('p', [vision], [])[0];
  assert.deepEqual([photos.bytes, photos.arena, photos.test.accuracy, photos.job], [12, null, 1, null]);
});

test('columns sort both ways, and what is not known comes last', () => {
  const runs = runsOf('p', [bundle('p/a'), bundle('p/bb', { metrics: { int8: { test: metric(0.95) } } }), bundle('p/ccc', { metrics: { int8: {} } })], []);
  const paths = (key, descending) => sorted(runs, key, descending).map(({ path }) => path);
  assert.deepEqual(paths('test', true), ['p/bb', 'p/a', 'p/ccc']);
  assert.deepEqual(paths('test', false), ['p/a', 'p/bb', 'p/ccc']);
  assert.deepEqual(paths('when', true), ['p/ccc', 'p/bb', 'p/a']);
});

test('two runs differ in what was set, and in nothing else', () => {
  const other = bundle('p/b', {
    params: { n_mfcc: 10, kernel: [10, 4] }, training: { epochs: 60, epochs_run: 60, seed: 1, seconds: 99 },
    model: { name: 'mine', design: [{ type: 'conv2d', filters: 48, batch_norm: false }] },
  });
  const [one, two] = runsOf('p', [bundle('p/a'), other], []);
  const differing = compared(one, two).filter(({ differs }) => differs).map(({ group, name, values }) => [group, name, ...values]);
  assert.deepEqual(differing, [
    ['preprocessing', 'n_mfcc', '13', '10'],
    ['design', 'name', 'ds_cnn', 'mine'],
    ['design', '1', 'conv2d: filters 48, batch_norm', 'conv2d: filters 48'],
    ['design', '2', 'flatten', '–'],
    ['training', 'epochs_run', '52', '60'],
  ]);
  assert.ok(compared(one, one).every(({ differs }) => !differs));
  assert.deepEqual(compared(one, two).find(({ name }) => name === 'kernel').values, ['10 × 4', '10 × 4']);
});

test('a number may be left out, but not be wrong', () => {
  assert.deepEqual(['', ' 7 ', '0', '501', '1.5', 'many'].map((text) => wholeNumber(text, 1, 500)), [undefined, 7, null, null, null, null]);
});
