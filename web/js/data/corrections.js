/** What a model heard wrongly on Live, kept as a clip for the next training; and the project that it goes to. */

import { verdict } from '../dsp/verdict.js';
import { encodeWav } from '../dsp/wav.js';
import * as api from './api.js';
import { kindOf } from './project.js';
import * as queue from './queue.js';
import { settings } from './settings.js';

/** @typedef {{ pcm: Int16Array, time: Date, isOwn: boolean }} Sound  `isOwn`: whether it is known to be the voice of this phone's person */

const SAMPLE_RATE = 16000;

/** One sitting at Live: its clips belong into one split. */
const session = crypto.randomUUID();

/** Keep a sound in the queue, from where it goes to the computer. @param {Sound} sound @param {string} project @param {string} label
 *  @returns {Promise<queue.QueuedClip>} */
export async function keep({ pcm, time, isOwn }, project, label) {
  /** @type {queue.QueuedClip} */
  const clip = {
    id: crypto.randomUUID(), project, label, session, speaker: (isOwn && settings.value.speaker.trim()) || null, source: 'live',
    recorded_at: time.toISOString(), type: 'audio/wav', body: encodeWav(pcm, SAMPLE_RATE), verdict: judge(pcm), state: 'waiting', detail: '',
  };
  await queue.add(clip);
  return clip;
}

/** @param {Int16Array} pcm */
export const judge = (pcm) => verdict(pcm, SAMPLE_RATE);

/** The project that corrections of a model go to: the one that was chosen for it, else the one that it learned from. A computer
 *  that does not answer is asked again when the clip is sent. @param {api.Bundle} bundle @returns {Promise<{ project: string, gone: string }>}
 *  no `project` where one is to be chosen; `gone`: the one that is no longer there */
export async function findHome({ path, manifest }) {
  const own = path.includes('/') ? manifest.project : ''; // the model that comes along learned elsewhere
  const project = settings.value.homes[path] ?? own;
  if (!project) return { project: '', gone: '' };
  try {
    return (await api.readProject(project)).kind === 'speech' ? { project, gone: '' } : { project: '', gone: project };
  } catch (error) {
    return error instanceof api.RefusedError && error.status === 404 ? { project: '', gone: project } : { project, gone: '' };
  }
}

/** Projects that learn from words, that of this phone first; of a computer that does not answer those that the phone knows.
 *  @returns {Promise<string[]>} */
export async function homes() {
  const { project, kinds } = settings.value;
  const known = await api.listProjects().catch(() => Object.entries(kinds).map(([name, kind]) => ({ name, kind })));
  const names = known.filter(({ kind }) => kind === 'speech').map(({ name }) => name);
  return kindOf(project) === 'speech' ? [project, ...names.filter((name) => name !== project)] : names;
}
