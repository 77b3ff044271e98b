/** What the server sees in clips that nobody has heard; and the changes that follow from it, for many clips at once. */

import { decodeWav, encodeWav } from '../dsp/wav.js';
import { ask, bundleUrl, clipAudio, projectPath, query, request } from './api.js';

/**
 * @typedef {import('./api.js').Clip & { split?: string | null, pinned?: boolean, disabled?: boolean, trim?: [number, number] | null,
 *   verdict?: string | null, level_db?: number | null, peak_db?: number | null }} Clip
 * @typedef {{ done: number, of: number }} Looks how many clips have been looked at
 * @typedef {'duplicate' | 'near_duplicate' | 'silent' | 'clipped' | 'cut_off' | 'odd'} FindingKind
 * @typedef {{ kind: FindingKind, clips: Clip[], detail: Record<string, any> }} Finding
 * @typedef {{ counts: Record<FindingKind, number>, findings: Finding[], next: string | null, looks: Looks }} Findings
 * @typedef {{ of: string, ids: string[], x: number[], y: number[], labels: string[], label: number[], splits: string[], split: number[],
 *   disabled: number[], explained: number[], left: number, vectors?: { dimensions: number, data: string } }} ClipMap
 *   a dot in each column; `label` and `split` are indices, -1 is none; `left`: clips that are not on it
 * @typedef {{ labels: string[], splits: Record<string, { clip: string, truth: number, float: number[] }[]> }} Evaluation
 */

const AT_ONCE = 500; // clips in one request
const PATIENCE_MS = 60000; // 10,000 clips through the room's wifi

/** @param {string} project @returns {Promise<Looks>} */
export const readLooks = (project) => ask(`${projectPath(project)}/looks`);

/** @param {string} project @param {{ kind?: FindingKind, limit?: number, after?: string | null }} [which] @returns {Promise<Findings>} */
export const readFindings = (project, which = {}) => ask(`${projectPath(project)}/findings?${query(which)}`, { patience: PATIENCE_MS });

/** @param {string} project @param {string} of 'features' or a bundle's path @param {boolean} [withVectors] for another layout
 *  @returns {Promise<ClipMap>} */
export const readMap = (project, of, withVectors = false) => (
  ask(`${projectPath(project)}/map?${query({ of, vectors: withVectors ? '1' : null })}`, { patience: PATIENCE_MS }));

/** Pass all clips through a model. @param {string} project @param {string} bundle @returns {Promise<import('./api.js').Job>} */
export const startEmbedding = (project, bundle) => ask(`${projectPath(project)}/jobs`, { method: 'POST', json: { kind: 'embed', bundle } });

/** What a model said of each clip that it was judged by. @param {string} bundle @returns {Promise<Evaluation>} */
export const readEvaluation = (bundle) => ask(`${bundleUrl(bundle)}evaluation.json`, { open: true });

/** @param {string} project @param {string[]} ids @param {{ label?: string, split?: string | null, disabled?: boolean }} changes */
export const changeClips = (project, ids, changes) => (
  inTurn(ids, (some) => request(`${projectPath(project)}/clips`, { method: 'PATCH', json: { ids: some, ...changes }, patience: PATIENCE_MS })));

/** They can be had back for ten minutes. @param {string} project @param {string[]} ids */
export const deleteClips = (project, ids) => (
  inTurn(ids, (some) => request(`${projectPath(project)}/clips/delete`, { method: 'POST', json: { ids: some }, patience: PATIENCE_MS })));

/** @param {string} project @param {string[]} ids */
export const restoreClips = (project, ids) => (
  inTurn(ids, (some) => request(`${projectPath(project)}/clips/restore`, { method: 'POST', json: { ids: some }, patience: PATIENCE_MS })));

/** @param {string[]} ids @param {(some: string[]) => Promise<unknown>} task */
async function inTurn(ids, task) {
  for (let start = 0; start < ids.length; start += AT_ONCE) await task(ids.slice(start, start + AT_ONCE));
}

/** The part of a clip that counts, as a WAV file. @param {Pick<Clip, 'project' | 'id' | 'trim'>} clip */
export async function soundOf({ project, id, trim }) {
  const wav = new Uint8Array(await clipAudio(project, id));
  if (!trim) return wav;
  const { pcm, sampleRate } = decodeWav(wav);
  return encodeWav(pcm.subarray(...trim), sampleRate);
}

/** float32 numbers in base64, little-endian. @param {string} data */
export function unpack(data) {
  const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
  return new Float32Array(bytes.buffer);
}
