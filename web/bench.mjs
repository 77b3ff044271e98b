// Milliseconds of work for one second of sound, and for one picture of the kernel page, in Node: `npm run bench`.
import { readFileSync } from 'node:fs';

import { KernelFilter, parsePresets, toGrey } from './js/dsp/kernel.js';
import { Mfcc } from './js/dsp/mfcc.js';
import { parseParams } from './js/dsp/params.js';
import { Resampler } from './js/dsp/resampler.js';

const RUNS = 100;
const params = parseParams(JSON.parse(readFileSync(new URL('../training/features/mfcc.json', import.meta.url), 'utf8')));
const mfcc = new Mfcc(params);
const pcm = Int16Array.from({ length: params.sampleRate }, (_, i) => (i * 7919) % 4001);
const features = mfcc.compute(pcm);
report('MFCC', () => mfcc.compute(pcm, features));

for (const rate of [44100, 48000, 192000]) {
  const resampler = new Resampler(rate, params.sampleRate);
  const input = Float32Array.from({ length: rate }, (_, i) => Math.sin(i / 9));
  const out = new Float32Array(resampler.maxOutput(rate));
  report(`resampler from ${rate} Hz`, () => resampler.process(input, out));
}

const [width, height] = [320, 240];
const picture = Uint8ClampedArray.from({ length: width * height * 4 }, (_, i) => (i * 7919) % 256);
const grey = new Uint8Array(width * height);
const result = new Uint8ClampedArray(grey.length);
report(`grey, ${width} x ${height}`, () => toGrey(picture, grey));
for (const { title, kernel } of parsePresets(JSON.parse(readFileSync(new URL('../training/vision/kernels.json', import.meta.url), 'utf8')))) {
  const filter = new KernelFilter(width, height, kernel);
  report(title, () => filter.apply(grey, result));
}

/**
 * @param {string} name
 * @param {() => void} work
 */
function report(name, work) {
  const times = Array.from({ length: 2 * RUNS }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  const median = times.slice(RUNS).sort((a, b) => a - b)[RUNS / 2];
  console.log(`${name.padEnd(26)} ${median.toFixed(2)} ms`);
}
