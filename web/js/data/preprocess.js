/** A project's front end, and the sounds and photos of the project to look at it with. */

import { decodeWav } from '../dsp/wav.js';
import { ask, clipAudio, listClips, projectPath } from './api.js';
import { RESERVED } from './project.js';

/**
 * @typedef {Record<string, any>} ParamsJson the parameters as they are written, or as somebody is typing them
 * @typedef {{ params: ParamsJson, params_crc32: string, params_changed: boolean, design: unknown }} Settings
 * @typedef {import('./api.js').Clip & { disabled?: boolean, trim?: [number, number] | null, level_db?: number | null }} Clip
 */

const OF_A_LABEL = 30; // clips to choose from
const MANY = 200; // clips to find the loudest and the softest of

/** @param {string} project @returns {Promise<Settings>} */
export const readSettings = (project) => ask(`${projectPath(project)}/settings`);

/** @param {string} project @param {ParamsJson | null} params null: the defaults again @returns {Promise<Settings>} */
export const saveParams = (project, params) => ask(`${projectPath(project)}/settings/params`, { method: 'PUT', json: params });

/** @returns {Promise<ParamsJson>} */
export const readDefaults = () => ask('/params/mfcc.json', { open: true });

/** @returns {Promise<unknown>} what is done to photos */
export const readPreprocessing = () => ask('/params/preprocess.json', { open: true });

/** The newest clips of each label, those of words before those of noise. @param {string} project @param {string[]} labels
 *  @returns {Promise<Clip[]>} */
export async function clipsToLookAt(project, labels) {
  const words = labels.filter((label) => !RESERVED.includes(label));
  const ordered = [...words, ...labels.filter((label) => RESERVED.includes(label))];
  const pages = await Promise.all(ordered.map((label) => clipsOf(project, label, OF_A_LABEL)));
  return pages.flat();
}

/** Of one label, so that only the loudness differs. @param {string} project @param {string} label
 *  @returns {Promise<[Clip, Clip] | null>} null where fewer than two have been measured */
export async function loudAndSoft(project, label) {
  const measured = (await clipsOf(project, label, MANY)).filter((clip) => typeof clip.level_db === 'number');
  if (measured.length < 2) return null;
  const sorted = measured.sort((a, b) => Number(b.level_db) - Number(a.level_db));
  return [sorted[0], sorted[sorted.length - 1]];
}

/** @param {string} project @param {string} label @param {number} limit @returns {Promise<Clip[]>} */
async function clipsOf(project, label, limit) {
  const { clips } = await listClips(project, { label, limit });
  return /** @type {Clip[]} */ (clips).filter(({ disabled }) => !disabled);
}

/** The part of a clip that counts. @param {Pick<Clip, 'project' | 'id' | 'trim'>} clip @returns {Promise<Int16Array>} */
export async function samplesOf({ project, id, trim }) {
  const { pcm } = decodeWav(new Uint8Array(await clipAudio(project, id)));
  return trim ? pcm.slice(trim[0], trim[1]) : pcm;
}
