// WAV files, the word's place in a recording, the verdict on it.
import assert from 'node:assert/strict';
import test from 'node:test';

import { decodePcm } from '../../web/js/audio/parity.js';
import { locateWord } from '../../web/js/dsp/locate.js';
import { verdict } from '../../web/js/dsp/verdict.js';
import { decodeWav, encodeWav } from '../../web/js/dsp/wav.js';
import { noise, readVectors } from './vectors.js';

const RATE = 16000;

test('a WAV file comes back as it was', () => {
  const pcm = Int16Array.of(0, 1, -1, 32767, -32768);
  const bytes = encodeWav(pcm, RATE);
  assert.equal(bytes.length, 54);
  assert.equal(Buffer.from(bytes.subarray(0, 16)).toString('latin1'), 'RIFF\x2e\0\0\0WAVEfmt ');
  assert.deepEqual(decodeWav(bytes), { pcm, sampleRate: RATE });
});

test('other chunks before the samples are passed over, odd ones with their padding', () => {
  const wav = encodeWav(Int16Array.of(5, 6), RATE);
  const list = [...Buffer.from('LIST\x03\0\0\0abc\0', 'latin1')];
  const bytes = Uint8Array.from([...wav.subarray(0, 36), ...list, ...wav.subarray(36)]);
  assert.deepEqual([...decodeWav(bytes).pcm], [5, 6]);
});

test('what is no 16-bit mono WAV is refused', () => {
  const wav = encodeWav(Int16Array.of(5, 6), RATE);
  assert.throws(() => decodeWav(new Uint8Array(3)), /not a WAV file/);
  assert.throws(() => decodeWav(wav.subarray(0, 46)), /cut short/);
  assert.throws(() => decodeWav(wav.subarray(0, 36)), /lacks/);
  assert.throws(() => decodeWav(wav.with(22, 2)), /must be 16-bit mono PCM, got 16 bits, 2 channels/);
});

/** Something like a word: a swelling tone of a third of a second over faint noise, its middle at `centre`. */
function recording(centre, peak = 8000, n = 2 * RATE) {
  const floor = noise(n, 11);
  return Int16Array.from({ length: n }, (_, i) => {
    const t = (i - centre) / 2700;
    const word = Math.abs(t) < 1 ? Math.cos((Math.PI / 2) * t) ** 2 * Math.sin(i / 4) : 0;
    return Math.max(-32768, Math.min(32767, Math.round(peak * word + 15 * floor[i])));
  });
}

test('the verdict on a recording', () => {
  assert.equal(verdict(recording(16000), RATE), 'fine');
  assert.equal(verdict(recording(16000, 500), RATE), 'fine');
  assert.equal(verdict(recording(16000, 60000), RATE), 'clipped');
  assert.equal(verdict(recording(600), RATE), 'cut off');
  assert.equal(verdict(recording(31500), RATE), 'cut off');
  assert.equal(verdict(recording(16000, 0), RATE), 'silent');
  assert.equal(verdict(new Int16Array(RATE), RATE), 'silent');
  assert.equal(verdict(new Int16Array(0), RATE), 'silent');
});

test('steady noise, however loud, is no word', () => {
  assert.equal(verdict(Int16Array.from(noise(RATE, 5), (value) => 9000 * value), RATE), 'silent');
});

test('the window lies around the word, and inside of the recording', () => {
  assert.ok(Math.abs(locateWord(recording(20000), RATE) - 12000) < 320);
  assert.equal(locateWord(recording(3000), RATE), 0);
  assert.equal(locateWord(recording(30000), RATE), RATE);
});

test('silence is cut from its middle, a short recording from its start', () => {
  assert.equal(locateWord(new Int16Array(20001), RATE), 2000);
  assert.equal(locateWord(new Int16Array(RATE), RATE), 0);
  assert.equal(locateWord(new Int16Array(10), RATE), 0);
});

test('golden vectors of the word\'s place', () => {
  const { window, tolerance, cases } = readVectors('locate.json');
  for (const { id, pcm, start } of cases) {
    const got = locateWord(decodePcm(pcm), window);
    assert.ok(Math.abs(got - start) <= tolerance.javascript, `${id}: ${got}, not ${start}`);
  }
});
