// The worker behind the microphone, driven by a port as the worklet drives it.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import test from 'node:test';

import { readVectors } from './vectors.js';

const BLOCK = 1024;
const RATE = 48000;

/** @type {((message: any) => void)[]} */
let waiting = [];
const messages = [];
globalThis.self = {
  setTimeout: (work, ms) => setTimeout(work, ms),
  postMessage(message) {
    messages.push(message);
    waiting = waiting.filter((take) => !take(message));
  },
};
await import('../../web/js/workers/listener.js');

const { port1: microphone, port2 } = new MessageChannel();
let lastId = 0;
let frame = 0;

function message(matches) {
  return new Promise((resolve) => waiting.push((found) => matches(found) && (resolve(found), true)));
}

function ask(command, values) {
  const id = ++lastId;
  const reply = message((found) => found.id === id);
  globalThis.self.onmessage({ data: { command, id, ...values } });
  return reply;
}

/** A tone for `n` blocks; its amplitude tells where it came from. */
async function play(n, amplitude) {
  for (let i = 0; i < n; i++, frame += BLOCK) {
    const samples = Float32Array.from({ length: BLOCK }, (_, k) => amplitude * Math.sin((2 * Math.PI * 440 * (frame + k)) / RATE));
    microphone.postMessage({ frame, samples }, [samples.buffer]);
  }
  const { port1, port2: echo } = new MessageChannel(); // comes after the blocks
  const heard = once(port1, 'message');
  echo.postMessage(null);
  await heard;
  await new Promise(setImmediate);
  port1.close();
}

test.before(async () => {
  const paramsUrl = `data:application/json,${encodeURIComponent(JSON.stringify(readVectors('mfcc.json').params))}`;
  await ask('open', { sampleRate: RATE, port: port2, paramsUrl });
  await new Promise((resolve) => setTimeout(resolve, 50)); // the parameters are fetched
});
test.after(() => {
  microphone.close();
  port2.close();
});

test('a recording holds the next samples, exactly as many as asked for, and what came before is not in it', async () => {
  await play(20, 0.9);
  const recording = ask('record', { nSamples: 5001 });
  await play(20, 0.25);
  const { result } = await recording;
  assert.equal(result.length, 5001);
  const peak = Math.max(...result.subarray(200));
  assert.ok(Math.abs(peak - 0.25 * 32768) < 40, `peak ${peak}`);
});

test('last gives what was just heard', async () => {
  await play(10, 0.5);
  const { result } = await ask('last', { nSamples: 2000 });
  assert.equal(result.length, 2000);
  assert.ok(Math.abs(Math.max(...result) - 16384) < 80);
  assert.match((await ask('last', { nSamples: 160001 })).error, /Only the last 160000 samples are kept, got 160001/);
});

test('a recording may begin in the past, and ends as soon as all of it has come', async () => {
  await play(94, 0.5); // two seconds
  messages.length = 0;
  await play(47, 0.25);
  const { at } = messages.findLast(({ event }) => event === 'level').detail;
  const whole = await ask('record', { nSamples: 8000, from: at - 8000 });
  assert.equal(whole.result.length, 8000);
  assert.ok(Math.abs(Math.max(...whole.result) - 8192) < 80);
  const growing = ask('record', { nSamples: 16000, from: at - 8000 });
  await play(24, 1);
  const { result } = await growing;
  assert.ok(Math.abs(Math.max(...result.subarray(0, 7800)) - 8192) < 80);
  assert.ok(Math.max(...result.subarray(9000)) > 32000);
});

test('a recording of what was before the microphone, or is no longer kept, is refused with a sentence', async () => {
  assert.match((await ask('record', { nSamples: 1000, from: -1 })).error, /only just opened. Say it again/);
  const { at } = messages.findLast(({ event }) => event === 'level').detail;
  await play(600, 0.1); // more than twelve seconds
  assert.match((await ask('record', { nSamples: 1000, from: at - 1000 })).error, /are not among the last 192000/);
});

test('levels come twenty times a second, columns fifty', async () => {
  messages.length = 0;
  await play(Math.ceil((2 * RATE) / BLOCK), 1);
  const levels = messages.filter(({ event }) => event === 'level').map(({ detail }) => detail);
  assert.ok(Math.abs(levels.length - 40) <= 1);
  assert.ok(levels.every(({ at }, i) => i === 0 || at - levels[i - 1].at === 800));
  assert.ok(Math.abs(levels.at(-1).rms_db + 3.01) < 0.1);
  const columns = messages.filter(({ event }) => event === 'columns').map(({ detail }) => detail);
  const nColumns = columns.reduce((sum, detail) => sum + detail.nColumns, 0);
  assert.ok(Math.abs(nColumns - 100) <= 3, `${nColumns} columns`);
  assert.ok(columns.every(({ logMel, nMels, nColumns: n }) => logMel.length === n * nMels));
});

test('a cancelled recording never answers, and others go on', async () => {
  const cancelled = ask('record', { nSamples: 100 });
  globalThis.self.onmessage({ data: { command: 'cancel', id: lastId } });
  const other = ask('record', { nSamples: 100 });
  await play(2, 0.5);
  assert.equal((await other).result.length, 100);
  assert.equal(await Promise.race([cancelled, Promise.resolve('silent')]), 'silent');
});

test('sound lost on the way is counted, and a recording with a hole fails', async () => {
  const recording = ask('record', { nSamples: 8000 });
  await play(3, 0.5);
  frame += 480; // 10 ms never arrive
  messages.length = 0;
  await play(5, 0.5);
  assert.match((await recording).error, /lost some sound during this recording/);
  const { at, lost_ms: lostMs } = messages.findLast(({ event }) => event === 'level').detail;
  assert.equal(lostMs, 10);
  assert.match((await ask('record', { nSamples: 4000, from: at - 4000 })).error, /lost some sound during this recording/);
  assert.equal((await ask('record', { nSamples: 800, from: at - 800 })).result.length, 800);
});

test('a bundle that is not there is answered with a sentence', async () => {
  assert.match((await ask('load', { url: 'http://127.0.0.1:9/bundles/none/' })).error, /could not be fetched/);
});

test('a recording of an impossible length is refused', async () => {
  assert.match((await ask('record', { nSamples: -1 })).error, /Invalid typed array length/);
});
