import assert from 'node:assert/strict';
import test from 'node:test';

import { UNKNOWN_BOARD, after, dequantise } from '../../web/js/data/board.js';

const hello = { type: 'hello', bundle: 'p/1', labels: ['yes', 'no'] };
const heard = (seq) => ({ seq, time: '2026-01-01T00:00:00Z', message: { type: 'detection', name: 'yes', score: 0.9 } });
const tell = (board, ...messages) => messages.reduce(after, board);
const connected = tell(UNKNOWN_BOARD, { seq: 1, connected: true, detail: 'd', port: 'x', virtual: false }, { seq: 2, message: hello });

test('int8 scores become 0 to 1', () => {
  assert.deepEqual(dequantise([-128, 0, 127]), [0, 0.5, 255 / 256]);
});

test('a detection that the snapshot shows already is not shown twice, and the newest is first', () => {
  const detections = [{ seq: 5, name: 'yes', score: 0.9 }];
  const board = tell(UNKNOWN_BOARD, { seq: 3, complete: true, snapshot: { connected: true, detections } }, heard(4), heard(5), heard(6));
  assert.deepEqual(board.detections.map(({ seq }) => seq), [6, 5, 4]);
  assert.ok(board.known && board.complete);
});

test('only the last few detections are kept', () => {
  const board = tell(connected, ...Array.from({ length: 50 }, (_, i) => heard(i + 3)));
  assert.equal(board.detections.length, 6);
  assert.equal(board.detections[0].seq, 52);
});

test('when the board goes, what it said last goes too; the words that it heard stay', () => {
  const board = tell(connected, heard(3), { seq: 4, message: { type: 'inference', scores: [1, 2] } }, { seq: 5, losses: { dropped_lines: 2, sequence_gaps: 1 } });
  assert.equal(board.dropped_lines, 2);
  assert.deepEqual(board.last_inference.scores, [1, 2]);
  const gone = tell(board, { seq: 6, connected: false, detail: 'unplugged', port: null, virtual: false });
  assert.deepEqual([gone.connected, gone.hello, gone.last_inference, gone.dropped_lines, gone.detail], [false, null, null, 0, 'unplugged']);
  assert.equal(gone.detections.length, 1);
});

test('thresholds and complaints are taken, what is unknown is passed over', () => {
  const board = tell(connected, { seq: 3, threshold: 0.4 }, { seq: 4, message: { type: 'error', detail: 'lost' } }, { seq: 5, message: { type: 'news' } }, { seq: 6 });
  assert.deepEqual([board.threshold, board.problem, board.connected], [0.4, 'lost', true]);
  const inference = { type: 'inference', scores: [1, 2] };
  assert.equal(tell(board, { seq: 20, message: inference }).problem, 'lost');
  assert.equal(tell(board, { seq: 40, message: inference }).problem, '');
});
