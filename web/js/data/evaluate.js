/** What a model answered to each clip that was held back, what int8 does to its layers, and what can be done about a clip. */

import { ask, bundleUrl, clipPath, listJobs, projectPath, request } from './api.js';
import { best } from '../dsp/metrics.js';

/**
 * @typedef {'float' | 'int8'} Engine
 * @typedef {'validation' | 'test'} Split
 * @typedef {{ clip: string, truth: number, float: number[], int8?: number[] }} Row  `clip` is `<folder>/<id>`; photos know no int8
 * @typedef {{ labels: string[], splits: Partial<Record<Split, Row[]>> }} Evaluation
 * @typedef {{ min: number | null, max: number | null, scale: number, zero_point: number }} Range
 * @typedef {{ name: string, type: string, op: string, shape: number[], n: number, min: number, max: number, histogram: { edges: number[], counts: number[] },
 *   scales: number[], zero_point: number, weight_error: number, signal_to_noise_db: number | null, activation: Range, activation_error: number | null }} Layer
 * @typedef {{ layers: Layer[], input: Range, output: Range, windows?: number }} Weights
 * @typedef {import('./api.js').Clip & { split?: string | null, pinned?: boolean, disabled?: boolean }} HeldClip
 * @typedef {{ label?: string, split?: string | null, disabled?: boolean }} Changes  `split: null` leaves it to the deal again
 * @typedef {import('../dsp/metrics.js').Metric} Metric
 */

/** @param {string} path of a bundle @returns {Promise<Evaluation>} */
export const readEvaluation = (path) => ask(`${bundleUrl(path)}evaluation.json`, { open: true });
/** @param {string} path of a bundle @returns {Promise<Weights>} */
export const readWeights = (path) => ask(`${bundleUrl(path)}weights.json`, { open: true });

/** Those of one cell of the confusion matrix. @param {Row[]} rows @param {Engine} engine @param {number} truth @param {number} predicted */
export const rowsOfCell = (rows, engine, truth, predicted) => rows.filter((row) => row.truth === truth && best(row[engine] ?? []) === predicted);

/** @param {Row} row */
export const idOf = ({ clip }) => clip.slice(clip.indexOf('/') + 1);

/** @param {string} project @param {string} id @param {Changes} changes @returns {Promise<HeldClip>} */
export const changeClip = (project, id, changes) => ask(clipPath(project, id), { method: 'PATCH', json: changes });

/** Bring back what was deleted in the last ten minutes. @param {string} project @param {string} id */
export async function restoreClip(project, id) {
  await request(`${projectPath(project)}/clips/restore`, { method: 'POST', json: { ids: [id] } });
}

/** A project's newest cross-validation that is done, else the newest. @param {string} project @returns {Promise<import('./api.js').Job | null>} */
export async function lastFolds(project) {
  const all = (await listJobs()).filter((job) => job.kind === 'kfold' && job.project === project);
  return all.find(({ state }) => state === 'done') ?? all[0] ?? null;
}
