/** The clips of a project as the page Collect data works with them: a long list that is fetched as far as it is looked at. */

import { ask, asSentence, clipPath, projectPath, query, request, RefusedError, UnreachableError } from './api.js';
import { Store } from './store.js';

/**
 * @typedef {import('./explore.js').Clip} Clip
 * @typedef {'train' | 'validation' | 'test'} Split
 * @typedef {{ label?: string, split?: string, source?: string, verdict?: string, disabled?: string, sort?: string }} Filters
 * @typedef {{ label: string, n: number, disabled: number, splits: Record<Split, number>, sources: Record<string, number>,
 *   verdicts: Record<string, number> }} LabelCounts
 * @typedef {{ split_by: string, labels: LabelCounts[] }} Counts
 * @typedef {{ taken: Record<string, number>, left_out: { file: string, reason: string }[], n_left_out: number }} Report
 */

/** @type {Split[]} */
export const SPLITS = ['train', 'validation', 'test'];
const FIRST_PAGE = 100; // fills any screen, and comes at once
const PAGE = 500;
const AT_ONCE = 500;
const PATIENCE_MS = 60000;

/** @param {string} project @returns {Promise<Counts>} */
export const readCounts = (project) => ask(`${projectPath(project)}/counts`);

/** @param {Clip} clip @param {{ label?: string, split?: string | null, disabled?: boolean, trim?: [number, number] | null }} change @returns {Promise<Clip>} */
export const changeClip = ({ project, id }, change) => ask(clipPath(project, id), { method: 'PATCH', json: change });

/** @param {string} project @param {string[]} ids @param {{ label?: string, split?: string | null, disabled?: boolean }} change @returns {Promise<Clip[]>} */
export async function changeClips(project, ids, change) {
  const changed = [];
  for (let start = 0; start < ids.length; start += AT_ONCE) {
    const json = { ids: ids.slice(start, start + AT_ONCE), ...change };
    changed.push(...(await ask(`${projectPath(project)}/clips`, { method: 'PATCH', json, patience: PATIENCE_MS })).clips);
  }
  return changed;
}

/** @param {string} project */
export const exportUrl = (project) => `${projectPath(project)}/export`;

/** Clips that match some filters, in an order. `value` counts up with every change, so that pages draw again. @extends {Store<number>} */
export class ClipList extends Store {
  /** @param {string} project @param {Filters} filters */
  constructor(project, filters) {
    super(0);
    this.project = project;
    this.filters = filters;
    /** As far as they are fetched. @type {Clip[]} */
    this.clips = [];
    /** All that match; null until it is known. @type {number | null} */
    this.n = null;
    this.problem = '';
    /** @type {string | null} */
    this.next = '';
    /** @type {Promise<void> | null} */
    this.loading = null;
    this.wanted = 0;
  }

  /** Fetch so that the clip at `index` is there; what is asked for meanwhile is fetched by the same run. @param {number} index */
  load(index) {
    this.wanted = Math.max(this.wanted, index + 1);
    this.loading ??= this.#fetch().finally(() => { this.loading = null; });
    return this.loading;
  }

  async #fetch() {
    try {
      while (this.next !== null && this.clips.length < this.wanted) {
        const limit = this.clips.length ? PAGE : FIRST_PAGE;
        const page = await ask(`${projectPath(this.project)}/clips?${query({ ...this.filters, limit, after: this.next })}`, { patience: PATIENCE_MS });
        this.clips = [...this.clips, ...page.clips];
        this.next = page.next;
        this.n = page.n;
        this.#changed('');
      }
    } catch (error) {
      this.wanted = 0; // asked again when somebody looks again
      this.#changed(error instanceof Error ? error.message : String(error));
    }
  }

  /** @param {string} problem */
  #changed(problem) {
    this.problem = problem;
    this.set(this.value + 1);
  }

  /** All that match, fetched to the end. @returns {Promise<Clip[]>} */
  async all() {
    while (this.next !== null && !this.problem) await this.load(this.n ?? FIRST_PAGE);
    return this.clips;
  }

  /** What they have become; those that no longer match leave the list. @param {Clip[]} changed */
  replace(changed) {
    const by = new Map(changed.map((clip) => [clip.id, clip]));
    const kept = this.clips.map((clip) => by.get(clip.id) ?? clip).filter((clip) => this.#matches(clip));
    this.n = (this.n ?? 0) - (this.clips.length - kept.length);
    this.clips = kept;
    this.#changed('');
  }

  /** @param {Clip} clip */
  #matches(clip) {
    const { label, split, disabled } = this.filters;
    return (!label || clip.label === label) && (!split || clip.split === split) && (!disabled || String(clip.disabled) === disabled);
  }

  /** @param {Set<string>} ids */
  remove(ids) {
    const kept = this.clips.filter(({ id }) => !ids.has(id));
    this.n = (this.n ?? 0) - (this.clips.length - kept.length);
    this.clips = kept;
    this.#changed('');
  }
}

/**
 * Send a zip; the browser tells how much of it is on its way, the server how far it is with it.
 * @param {string} path
 * @param {Blob} file
 * @param {(share: number) => void} onProgress 0 to 1: the first half is sending
 * @returns {Promise<any>} the answer's last line
 */
function sendZip(path, file, onProgress) {
  return new Promise((resolve, reject) => {
    const call = new XMLHttpRequest();
    call.open('POST', path);
    call.setRequestHeader('Content-Type', 'application/zip');
    call.upload.onprogress = ({ loaded, total }) => onProgress(total ? loaded / total / 2 : 0);
    call.onprogress = () => {
      const { done, of } = lastLine(call.responseText) ?? {};
      if (of) onProgress(0.5 + done / of / 2);
    };
    call.onerror = () => reject(new UnreachableError());
    call.onload = () => {
      const answer = lastLine(call.responseText);
      if (answer && !answer.error) resolve(answer);
      else reject(new RefusedError(call.status, answer ? asSentence(answer.detail) : call.statusText));
    };
    call.send(file);
  });
}

/** @param {string} text lines of JSON; the last may be on its way still @returns {Record<string, any> | null} */
function lastLine(text) {
  for (const line of [text, ...text.trim().split('\n').reverse()]) {
    try {
      return JSON.parse(line);
    } catch {
      // Not whole yet.
    }
  }
  return null;
}

/** Make a project from an exported one. @param {string} name @param {Blob} file @param {(share: number) => void} onProgress
 *  @returns {Promise<import('./api.js').Project>} */
export const importProject = (name, file, onProgress) => sendZip(`/projects/import?${query({ name })}`, file, onProgress);

/** Add what a zip holds to a project. @param {string} project @param {Blob} file @param {(share: number) => void} onProgress
 *  @returns {Promise<Report>} */
export const addZip = (project, file, onProgress) => sendZip(`${projectPath(project)}/import`, file, onProgress);

/** Store one sound or photo. @param {string} project @param {Record<string, string | null>} about @param {Blob} body
 *  @returns {Promise<boolean>} whether it is new */
export async function sendFile(project, about, body) {
  const answer = await request(`${projectPath(project)}/clips?${query(about)}`, { method: 'POST', body, patience: PATIENCE_MS });
  return answer.status === 201;
}

const MANIFEST = 'nestling.json';
const TAIL_BYTES = 4096;

/** Whether a zip is an exported project: its list comes last, and so does its name. @param {Blob} file */
export async function isExport(file) {
  const tail = await file.slice(-TAIL_BYTES).arrayBuffer();
  return new TextDecoder('latin1').decode(tail).includes(MANIFEST);
}
