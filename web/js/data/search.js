/** Searches: what is asked of the server, and what follows from their trials. */

import { ask, projectPath } from './api.js';

/**
 * @typedef {import('./api.js').Job} Job
 * @typedef {{ ram_bytes: number, flash_bytes: number, instructions: number }} Limits
 * @typedef {Limits & { arena_bytes: number, milliseconds: number, parameters: number }} Cost
 * @typedef {'waiting' | 'running' | 'complete' | 'pruned' | 'infeasible' | 'failed'} TrialState
 * @typedef {{ number: number, state: TrialState, settings: Record<string, any>, accuracy: number | null, interval_95: [number, number] | null, n: number | null,
 *   seconds: number | null, losses: number[] | null, cost: Cost | null, params: Record<string, unknown> | null, design: Record<string, any> | null,
 *   problems: string[] | null, anew_for: number | null }} Trial  `problems`: names of limits, or sentences; `anew_for`: whose place it takes
 * @typedef {Trial & { accuracy: number, interval_95: [number, number], n: number, cost: Cost }} Judged
 * @typedef {{ labels: string[], epochs: number, limits: Limits, seed: number, fingerprint: string }} Setup
 * @typedef {{ name: string, trials: number, ended: number, running: number, accuracy: number | null, begun_at: string | null, setup: Setup }} Summary
 * @typedef {{ trials: number, epochs: number, workers: number, limits: Limits }} Plan
 * @typedef {{ searches: Summary[], storage: string, defaults: Plan }} Searches
 * @typedef {{ name: string, setup: Setup, trials: Trial[], front: number[] }} Search
 */

const COUNTING = ['complete', 'pruned', 'infeasible'];

/** @param {string} project @returns {Promise<Searches>} */
export const readSearches = (project) => ask(`${projectPath(project)}/searches`, { patience: 60_000 });
/** @param {string} project @param {string} name @returns {Promise<Search>} */
export const readSearch = (project, name) => ask(`${projectPath(project)}/searches/${encodeURIComponent(name)}`, { patience: 60_000 });
/** @param {string} project @param {Plan & { labels: string[], name?: string, seed?: number }} plan @returns {Promise<Job>} */
export const startSearch = (project, plan) => ask(`${projectPath(project)}/jobs`, { method: 'POST', json: { kind: 'search', ...plan } });

/** Make a trial's front end and network the project's own. @param {string} project @param {Trial} trial */
export async function takeResult(project, { params, design }) {
  await ask(`${projectPath(project)}/settings/params`, { method: 'PUT', json: params });
  await ask(`${projectPath(project)}/settings/design`, { method: 'PUT', json: design });
}

/** Those that were trained to their end, the cheapest first. @param {Trial[]} trials */
export const judged = (trials) => /** @type {Judged[]} */ (trials.filter(({ state }) => state === 'complete')).sort((a, b) => a.cost.instructions - b.cost.instructions || b.accuracy - a.accuracy);

/** Those that none surpasses in accuracy without needing more instructions, the cheapest first. @param {Trial[]} trials @returns {Judged[]} */
export function frontOf(trials) {
  let highest = -1;
  return judged(trials).filter(({ accuracy }) => {
    if (accuracy <= highest) return false;
    highest = accuracy;
    return true;
  });
}

/** How many count towards what was asked for. @param {Trial[]} trials */
export const ended = (trials) => trials.filter(({ state }) => COUNTING.includes(state)).length;

/** Seconds that are still to go, from the trials that have ended; null before the first. Those that cost no training count too.
 *  @param {Trial[]} trials @param {number} wanted @param {number} workers */
export function remaining(trials, wanted, workers) {
  const times = trials.flatMap(({ state, seconds }) => (COUNTING.includes(state) && seconds !== null ? [seconds] : []));
  if (!times.length || !times.some((seconds) => seconds >= 1)) return null;
  return (times.reduce((a, b) => a + b, 0) / times.length) * Math.max(0, wanted - ended(trials)) / workers;
}

/** The trials with one that has changed, or is new. @param {Trial[]} trials @param {Trial} changed @returns {Trial[]} */
export function withTrial(trials, changed) {
  const others = trials.filter(({ number }) => number !== changed.number);
  return [...others, changed].sort((a, b) => a.number - b.number);
}

/** @typedef {'number' | 'state' | 'accuracy' | 'instructions' | 'ram_bytes' | 'flash_bytes' | 'seconds'} Column */

/** @param {Trial} trial @param {Column} column */
function valueOf(trial, column) {
  if (column === 'instructions' || column === 'ram_bytes' || column === 'flash_bytes') return trial.cost?.[column] ?? null;
  return trial[column];
}

/** What is not known comes last. @param {Trial[]} trials @param {Column} column @param {boolean} descending @returns {Trial[]} */
export function sorted(trials, column, descending) {
  const sign = descending ? -1 : 1;
  return [...trials].sort((one, other) => {
    const [a, b] = [valueOf(one, column), valueOf(other, column)];
    if (a === null || b === null) return Number(a === null) - Number(b === null) || one.number - other.number;
    return a < b ? -sign : a > b ? sign : one.number - other.number;
  });
}
