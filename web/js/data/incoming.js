/** Files that are brought in: which label each has, what the browser must decode, and what became of them. */

import { floatToInt16 } from '../dsp/pcm.js';
import { encodeWav } from '../dsp/wav.js';
import { RefusedError, UnreachableError, asSentence } from './api.js';
import { addZip, sendFile } from './collect.js';
import { NOISE, asLabel, labelProblem } from './project.js';

/**
 * @typedef {{ path: string, file: File }} Incoming  `path`: with its folders, as in `speech/yes/a.wav`
 * @typedef {{ file: string, reason: string }} LeftOut
 * @typedef {{ taken: Record<string, number>, known: number, leftOut: LeftOut[] }} Outcome  `known`: files that were there already
 */

const RATE = 16000;
const MAX_SAMPLES = 10 * RATE;
const MIN_SAMPLES = RATE / 10;
const MAX_BYTES = 2_000_000; // of one upload of sound; what is larger is decoded here, and sent at 16 kHz
const AT_ONCE = 3;
const SERVER_READS = /\.(wav|flac|og[ga]|opus|mp3|aiff?)$/i;
const NOISE_FOLDERS = ['background_noise', '_background_noise_', '_silence_', 'silence'];
const CLUTTER = /^(\.|__MACOSX$|Thumbs\.db$|desktop\.ini$)/;

/** @param {File} file */
export const isZip = (file) => /\.zip$/i.test(file.name);

/** What a drop holds: files, and folders with all that is in them. @param {DataTransfer} data @returns {Promise<Incoming[]>} */
export async function dropped(data) {
  const entries = [...data.items].map((item) => item.webkitGetAsEntry?.()).filter((entry) => entry !== null && entry !== undefined);
  if (entries.length === 0) return [...data.files].map((file) => ({ path: file.name, file }));
  return (await Promise.all(entries.map((entry) => inside(entry, '')))).flat();
}

/** What an input of files or of a folder holds. @param {FileList} files @returns {Incoming[]} */
export const picked = (files) => [...files].map((file) => ({ path: file.webkitRelativePath || file.name, file })).filter(({ path }) => !isClutter(path));

/** @param {string} path */
const isClutter = (path) => path.split('/').some((part) => CLUTTER.test(part));

/** @param {FileSystemEntry} entry @param {string} above @returns {Promise<Incoming[]>} */
async function inside(entry, above) {
  const path = `${above}${entry.name}`;
  if (isClutter(entry.name)) return [];
  if (entry.isFile) return [{ path, file: await new Promise((resolve, reject) => { /** @type {FileSystemFileEntry} */ (entry).file(resolve, reject); }) }];
  const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
  const found = [];
  for (;;) { // a reader gives a hundred at a time
    const some = await new Promise((resolve, reject) => { reader.readEntries(resolve, reject); });
    if (some.length === 0) return found;
    for (const one of some) found.push(...await inside(one, `${path}/`));
  }
}

/** The label of a file: its folder's name; '' where it lies in none. @param {string} path */
export function labelOf(path) {
  const folder = path.split('/').at(-2) ?? '';
  return NOISE_FOLDERS.includes(folder.toLowerCase()) ? NOISE : asLabel(folder);
}

/**
 * Send files to a project, a few at once. One that is refused holds up no other.
 * @param {import('./api.js').Project} project
 * @param {Incoming[]} files
 * @param {string} loose the label of those that lie in no folder
 * @param {(done: number, of: number) => void} onProgress files
 * @returns {Promise<Outcome>}
 */
export async function bringIn({ name, kind }, files, loose, onProgress) {
  /** @type {Outcome} */
  const outcome = { taken: {}, known: 0, leftOut: [] };
  const waiting = [...files];
  let done = 0;
  const work = async () => {
    for (let one = waiting.shift(); one; one = waiting.shift()) {
      const begun = done;
      await bringOne(name, kind, one, loose, outcome, (share) => onProgress(begun + share, files.length));
      done++;
      onProgress(done, files.length);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return outcome;
}

/** @param {string} project @param {import('./api.js').Kind} kind @param {Incoming} incoming @param {string} loose @param {Outcome} outcome
 *  @param {(share: number) => void} onShare */
async function bringOne(project, kind, { path, file }, loose, outcome, onShare) {
  try {
    if (isZip(file)) {
      addReport(outcome, await addZip(project, file, onShare));
      return;
    }
    const label = labelOf(path) || loose;
    const problem = labelProblem(label);
    if (problem) throw new Error(problem);
    const isNew = kind === 'vision' ? await sendPhoto(project, label, file) : await sendSound(project, label, file);
    if (isNew) outcome.taken[label] = (outcome.taken[label] ?? 0) + isNew;
    else outcome.known++;
  } catch (error) {
    outcome.leftOut.push({ file: path, reason: error instanceof Error ? error.message : String(error) });
    if (error instanceof UnreachableError) throw error;
  }
}

/** @param {Outcome} outcome @param {import('./collect.js').Report} report */
function addReport(outcome, report) {
  for (const [label, n] of Object.entries(report.taken)) if (n) outcome.taken[label] = (outcome.taken[label] ?? 0) + n;
  outcome.leftOut.push(...report.left_out.map(({ file, reason }) => ({ file, reason: asSentence(reason) })));
}

/** What is known of a file beside what it holds. @param {string} label @param {File} file */
const aboutOf = (label, file) => ({
  label, id: crypto.randomUUID(), source: 'import', recorded_at: new Date(file.lastModified).toISOString(),
  speaker: /^(.+)_nohash_/.exec(file.name)?.[1].slice(0, 64) ?? null,
});

/** @param {string} project @param {string} label @param {File} file @returns {Promise<number>} how many new clips it made */
async function sendSound(project, label, file) {
  const about = aboutOf(label, file);
  if (!SERVER_READS.test(file.name) || file.size > MAX_BYTES || label === NOISE) return sendPieces(project, about, await decode(file));
  try {
    return Number(await sendFile(project, about, file));
  } catch (error) {
    if (!(error instanceof RefusedError) || !/cannot be read/.test(error.message)) throw error;
    const pcm = await decode(file).catch(() => { throw error; }); // named otherwise than what it is
    return Number(await sendFile(project, about, wavOf(pcm)));
  }
}

/** A long recording of noise in pieces, of one session; of a word it is too long, which the server says.
 *  @param {string} project @param {ReturnType<typeof aboutOf>} about @param {Int16Array} pcm */
async function sendPieces(project, about, pcm) {
  if (about.label !== NOISE) return Number(await sendFile(project, about, wavOf(pcm.subarray(0, MAX_SAMPLES + 2 * RATE))));
  const session = crypto.randomUUID();
  let n = 0;
  for (let start = 0; start + MIN_SAMPLES <= pcm.length; start += MAX_SAMPLES) {
    const piece = wavOf(pcm.subarray(start, start + MAX_SAMPLES));
    n += Number(await sendFile(project, { ...about, session, id: crypto.randomUUID() }, piece));
  }
  return n;
}

/** @param {Int16Array} pcm */
const wavOf = (pcm) => new Blob([encodeWav(pcm, RATE)], { type: 'audio/wav' });

/** What the browser can play, as the server stores it. @param {File} file @returns {Promise<Int16Array>} mono at 16 kHz */
export async function decode(file) {
  const context = new OfflineAudioContext(1, 1, RATE);
  const sound = await context.decodeAudioData(await file.arrayBuffer()).catch(() => {
    throw new Error('Neither the computer nor this browser can read it as a sound. Save it as WAV, then try again.');
  });
  const mean = new Float32Array(sound.length);
  for (let channel = 0; channel < sound.numberOfChannels; channel++) {
    const samples = sound.getChannelData(channel);
    for (let i = 0; i < mean.length; i++) mean[i] += samples[i] / sound.numberOfChannels;
  }
  const pcm = new Int16Array(mean.length);
  floatToInt16(mean, mean.length, pcm);
  return pcm;
}

/** @param {string} project @param {string} label @param {File} file @returns {Promise<number>} */
async function sendPhoto(project, label, file) {
  const about = { ...aboutOf(label, file), speaker: null };
  try {
    return Number(await sendFile(project, about, file));
  } catch (error) {
    if (!(error instanceof RefusedError) || error.status !== 400) throw error;
    const jpeg = await asJpeg(file).catch(() => null); // HEIC, where the browser reads it
    if (!jpeg) throw error;
    return Number(await sendFile(project, about, jpeg));
  }
}

/** @param {File} file @returns {Promise<Blob | null>} */
async function asJpeg(file) {
  const image = await createImageBitmap(file);
  const canvas = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height });
  canvas.getContext('2d')?.drawImage(image, 0, 0);
  return new Promise((resolve) => { canvas.toBlob(resolve, 'image/jpeg', 0.95); });
}
