/** Training runs: what is asked of the server, the rows of the table that compares them, and in what two of them differ. */

import { ask, projectPath } from './api.js';

/**
 * @typedef {import('./api.js').Job} Job
 * @typedef {import('./api.js').Bundle} Bundle
 * @typedef {{ n: number, accuracy: number, interval_95: [number, number], confusion: number[][] }} Metric
 * @typedef {{ params: Record<string, unknown>, params_crc32: string, params_changed: boolean, design: Record<string, any> | null,
 *   network: { name: string, head_start: boolean } }} ProjectSettings
 * @typedef {{ labels: string[], split_by: 'speaker' | 'session' | 'clip', folds: Metric[], total: Metric }} FoldsResult
 * @typedef {{ labels: string[], epochs?: number, seed?: number }} Plan
 * @typedef {{ path: string, job: Job | null, manifest: Record<string, any>, when: string, labels: string[], test: Metric | null, test_float: Metric | null,
 *   validation: Metric | null, validation_float: Metric | null, bytes: number, arena: number | null, instructions: number | null, clips: number,
 *   fingerprint: string, design: string, epochs: number, seconds: number | null }} Run  accuracies are int8's where there is int8
 * @typedef {{ group: string, name: string, values: [string, string], differs: boolean }} Line
 */

export const DEFAULT_EPOCHS = { speech: 60, vision: 30 }; // of training/speech/presets.py and training/vision/presets.py
export const FOLDS = { least: 3, most: 10, usual: 5 };
export const UNFINISHED = ['queued', 'running'];

/** @param {string} project @returns {Promise<ProjectSettings>} */
export const readSettings = (project) => ask(`${projectPath(project)}/settings`);
/** @param {string} project @param {Plan} plan @returns {Promise<Job>} */
export const startRun = (project, plan) => start(project, { kind: 'train', ...plan });
/** @param {string} project @param {Plan & { folds: number }} plan @returns {Promise<Job>} */
export const startFolds = (project, plan) => start(project, { kind: 'kfold', ...plan });
/** @param {string} id @returns {Promise<FoldsResult>} */
export const readFolds = (id) => ask(`/jobs/${encodeURIComponent(id)}/result`);

/** @param {string} project @param {Record<string, unknown>} what */
const start = (project, what) => ask(`${projectPath(project)}/jobs`, { method: 'POST', json: what });

/** What a person typed for a number that may be left out: the number, undefined where nothing stands there, null where it is none.
 *  @param {string} text @param {number} lowest @param {number} highest */
export function wholeNumber(text, lowest, highest) {
  if (!text.trim()) return undefined;
  const value = Number(text);
  return Number.isInteger(value) && value >= lowest && value <= highest ? value : null;
}

/** The project's models, whether the page trained them or the command line did; the newest first.
 *  @param {string} project @param {Bundle[]} bundles @param {Job[]} jobs @returns {Run[]} */
export function runsOf(project, bundles, jobs) {
  return bundles.filter(({ path }) => path.startsWith(`${project}/`)).map(({ path, manifest }) => toRun(path, manifest, jobs.find(({ bundle }) => bundle === path) ?? null));
}

/** @param {string} path @param {Record<string, any>} manifest @param {Job | null} job @returns {Run} */
function toRun(path, manifest, job) {
  const { metrics, files, model, training = {}, dataset = {}, board } = manifest;
  const best = metrics.int8 ?? metrics.float ?? {};
  return {
    path, job, manifest,
    when: manifest.created_at,
    labels: manifest.labels,
    test: judged(best.test), test_float: judged(metrics.float?.test),
    validation: judged(best.validation), validation_float: judged(metrics.float?.validation),
    bytes: sizeOf(files),
    arena: manifest.arena_bytes ?? null,
    instructions: board?.instructions ?? null,
    clips: sum(Object.values(dataset.clips ?? {}).flatMap((splits) => Object.values(splits))),
    fingerprint: String(dataset.fingerprint ?? '').slice(0, 8),
    design: model?.name ?? model?.preset ?? '',
    epochs: training.epochs_run ?? training.epochs ?? 0,
    seconds: training.seconds ?? duration(job),
  };
}

/** @param {Metric | undefined} metric */
const judged = (metric) => (metric?.n ? metric : null);

/** What is written onto a board, or fetched by a phone. @param {Record<string, { bytes: number }>} files */
const sizeOf = (files) => files['model_int8.tflite']?.bytes ?? sum(Object.entries(files).flatMap(([name, { bytes }]) => (name.startsWith('tfjs/') ? [bytes] : [])));

/** @param {Job | null} job */
const duration = (job) => (job?.started_at && job.finished_at ? Math.round((Date.parse(job.finished_at) - Date.parse(job.started_at)) / 1000) : null);

/** @param {number[]} values */
const sum = (values) => values.reduce((a, b) => a + b, 0);

/** What a column is sorted by: an accuracy by its value, what is not known last. @param {Run} run @param {keyof Run} column */
function sortValue(run, column) {
  const value = /** @type {any} */ (run[column]);
  return value && typeof value === 'object' && 'accuracy' in value ? value.accuracy : value;
}

/** @param {Run[]} runs @param {keyof Run} column @param {boolean} descending @returns {Run[]} */
export function sorted(runs, column, descending) {
  const sign = descending ? -1 : 1;
  return [...runs].sort((one, other) => {
    const [a, b] = [sortValue(one, column), sortValue(other, column)];
    if (a === b) return 0;
    if (a === null) return 1;
    if (b === null) return -1;
    return a < b ? -sign : sign;
  });
}

/** All that was set for two runs, line by line, in the order in which the first names it.
 *  @param {Run} one @param {Run} other @returns {Line[]} */
export function compared(one, other) {
  const [a, b] = [settingsOf(one.manifest), settingsOf(other.manifest)];
  return Object.keys({ ...a, ...b }).map((key) => {
    const [group, name] = key.split('\n');
    const values = /** @type {[string, string]} */ ([a[key] ?? '–', b[key] ?? '–']);
    return { group, name, values, differs: values[0] !== values[1] };
  });
}

/** Every setting of a run by "<group>\n<name>". @param {Record<string, any>} manifest @returns {Record<string, string>} */
function settingsOf({ labels, params, preprocess, model = {}, training = {}, dataset = {} }) {
  const { clips = {}, fingerprint, split_by } = dataset;
  return {
    'data\nlabels': labels.join(', '),
    ...prefixed('data', Object.fromEntries(Object.entries(clips).map(([label, splits]) => [label, Object.entries(splits).map(([split, n]) => `${n} ${split}`).join(', ')]))),
    ...prefixed('data', { split_by, fingerprint: fingerprint?.slice(0, 8) }),
    ...prefixed('preprocessing', params ?? preprocess ?? {}),
    ...prefixed('design', { name: model.name ?? model.preset }),
    ...prefixed('design', Object.fromEntries((model.design ?? []).map((/** @type {Record<string, any>} */ layer, /** @type {number} */ i) => [i + 1, layerText(layer)]))),
    ...prefixed('training', Object.fromEntries(Object.entries(training).filter(([name]) => name !== 'seconds'))),
  };
}

/** @param {string} group @param {Record<string, unknown>} values */
const prefixed = (group, values) => Object.fromEntries(Object.entries(values).flatMap(([name, value]) => (value === undefined || value === null ? [] : [[`${group}\n${name}`, textOf(value)]])));

/** As in "conv2d: filters 48, kernel 10 × 4, batch_norm". @param {Record<string, any>} layer */
function layerText({ type, ...options }) {
  const set = Object.entries(options).filter(([, value]) => value !== false && value !== null);
  return set.length ? `${type}: ${set.map(([name, value]) => (value === true ? name : `${name} ${textOf(value)}`)).join(', ')}` : type;
}

/** @param {unknown} value @returns {string} */
const textOf = (value) => (Array.isArray(value) ? value.map(textOf).join(' × ') : String(value));
