/** The server's HTTP contract (DESIGN.md), and nothing of the screen. */

const PATIENCE_MS = 15000;

/** The server answered, and the answer is no. `message` is its sentence. */
export class RefusedError extends Error {
  /** @param {number} status @param {string} detail */
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }

  /** Not joined, or no longer. */
  get isStranger() { return this.status === 401 || this.status === 403; }
}

/** No answer at all: the server is off, or this phone is not on its network. */
export class UnreachableError extends Error {
  constructor() {
    super('The computer that runs Nestling does not answer. Check that it is on and that this phone is on the same network.');
  }
}

/** Settles when it is known whether this browser has joined. @type {Promise<unknown>} */
let door = Promise.resolve();

/** What needs the cookie waits until the answer to this has come, whatever it is. @param {Promise<unknown>} answer */
export function waitAtTheDoor(answer) {
  door = answer.catch(() => {});
}

/**
 * @typedef {{ method?: string, json?: unknown, body?: BodyInit, type?: string, open?: boolean, patience?: number }} Call
 *   `open`: needs no cookie; `patience`: how many ms an answer may take
 * @param {string} path
 * @param {Call} [call]
 * @returns {Promise<Response>}
 */
export async function request(path, { method = 'GET', json, body, type, open = false, patience = PATIENCE_MS } = {}) {
  if (!open) await door;
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), patience);
  /** @type {Record<string, string>} */
  const headers = {};
  if (json !== undefined) headers['Content-Type'] = 'application/json';
  if (type) headers['Content-Type'] = type;
  let response;
  try {
    response = await fetch(path, {
      method, headers, body: json === undefined ? body : JSON.stringify(json), signal: controller.signal, cache: 'no-cache',
    });
  } catch {
    throw new UnreachableError();
  } finally {
    clearTimeout(timer);
  }
  if (!response.ok) throw new RefusedError(response.status, await sentence(response));
  return response;
}

/** @param {Response} response */
async function sentence(response) {
  try {
    return asSentence((await response.json()).detail);
  } catch {
    return `The server answered ${response.status} ${response.statusText}.`;
  }
}

/** The server's explanations are clauses. @param {string} detail */
export const asSentence = (detail) => `${detail.charAt(0).toUpperCase()}${detail.slice(1)}${/[.?]$/.test(detail) ? '' : '.'}`;

/** @param {string} path @param {Call} [call] */
export async function ask(path, call) {
  return (await request(path, call)).json();
}

const segment = encodeURIComponent;
/** @param {string} project */
export const projectPath = (project) => `/projects/${segment(project)}`;
/** @param {string} project @param {string} id */
export const clipPath = (project, id) => `${projectPath(project)}/clips/${segment(id)}`;
/** @param {Record<string, string | number | null | undefined>} values */
export const query = (values) => new URLSearchParams(
  Object.entries(values).flatMap(([key, value]) => (value === null || value === undefined || value === '' ? [] : [[key, String(value)]])),
).toString();

/**
 * @typedef {{ label: string, n_clips: number, sources?: Record<string, number> }} LabelCount  `sources`: what recorded them
 * @typedef {'speech' | 'vision'} Kind
 * @typedef {{ name: string, kind: Kind, created_at: string, n_clips: number, labels: LabelCount[], minimum: number }} Project
 * @typedef {{ id: string, project: string, label: string, session: string | null, speaker: string | null, source: string | null,
 *   recorded_at: string, stored_at: string, n_samples?: number, sample_rate?: number, width?: number, height?: number }} Clip  samples: a recording's; pixels: a photo's
 * @typedef {'queued' | 'running' | 'done' | 'failed' | 'cancelled' | 'interrupted'} JobState
 * @typedef {{ id: string, project: string, kind: string, state: JobState, config: Record<string, any>, created_at: string,
 *   started_at: string | null, finished_at: string | null, detail: string | null, bundle: string | null }} Job
 * @typedef {{ path: string, manifest: Record<string, any> }} Bundle
 * @typedef {{ name: string, description: string, kind: 'arduino' | 'bootloader' | 'serial' | 'virtual' | 'bridge' }} Port
 * @typedef {{ ports: Port[], chosen: string | null }} Ports
 */

/** @param {string} [token] */
export async function join(token) {
  await request('/join', { method: 'POST', json: token ? { token } : {}, open: true });
}
/** @returns {Promise<{ url: string, qr_svg: string, trust_url: string, addresses: string[] }>} */
export const invitation = () => ask('/join');

/** @returns {Promise<Project[]>} */
export const listProjects = async () => (await ask('/projects')).projects;
/** Made when it is not there yet. @param {string} name @param {Kind} [kind] @returns {Promise<Project>} */
export const createProject = (name, kind) => ask('/projects', { method: 'POST', json: { name, kind } });
/** @param {string} project @returns {Promise<Project>} */
export const readProject = (project) => ask(projectPath(project));

/** @param {import('./queue.js').QueuedClip} clip @returns {Promise<Clip>} */
export function sendClip(clip) {
  const { id, label, session, speaker, source, recorded_at, type, body } = clip;
  const address = `${projectPath(clip.project)}/clips?${query({ label, id, session, speaker, source, recorded_at })}`;
  return ask(address, { method: 'POST', body: new Blob([body], { type }), type });
}
/** @param {string} project @param {{ label?: string, limit?: number, after?: string | null }} [which]
 *  @returns {Promise<{ clips: Clip[], next: string | null }>} */
export const listClips = (project, which = {}) => ask(`${projectPath(project)}/clips?${query(which)}`);
/** @param {string} project @param {string} id */
export const clipAudio = async (project, id) => (await request(`${clipPath(project, id)}/audio`)).arrayBuffer();
/** @param {string} project @param {string} id */
export const photoUrl = (project, id) => `${clipPath(project, id)}/photo`;
/** @param {string} project @param {string} id @returns {Promise<Clip>} */
export const readClip = (project, id) => ask(clipPath(project, id));
/** @param {string} project @param {string} id @param {string} label @returns {Promise<Clip>} */
export const relabelClip = (project, id, label) => ask(clipPath(project, id), { method: 'PATCH', json: { label } });
/** @param {string} project @param {string} id */
export async function deleteClip(project, id) {
  await request(clipPath(project, id), { method: 'DELETE' });
}

/** @param {string} project @param {{ labels: string[], epochs?: number, seed?: number, preset?: string }} config @returns {Promise<Job>} */
export const startTraining = (project, config) => ask(`${projectPath(project)}/jobs`, { method: 'POST', json: { kind: 'train', ...config } });
/** @returns {Promise<Job[]>} */
export const listJobs = async () => (await ask('/jobs')).jobs;
/** @param {string} id @returns {Promise<Job>} */
export const readJob = (id) => ask(`/jobs/${segment(id)}`);
/** @param {string} id @returns {Promise<Job>} */
export const cancelJob = (id) => ask(`/jobs/${segment(id)}/cancel`, { method: 'POST' });

/** Newest first, the shipped one last. With the server off, the service worker answers with those that this phone has kept.
 *  @returns {Promise<Bundle[]>} */
export const listBundles = async () => (await ask('/bundles', { open: true })).bundles;
/** @param {string} path */
export const bundleUrl = (path) => `/bundles/${path.split('/').map(segment).join('/')}/`;
/** @param {string} path @returns {Promise<Record<string, any>>} */
export const readManifest = (path) => ask(`${bundleUrl(path)}manifest.json`, { open: true });

/** @returns {Promise<import('./board.js').Board>} */
export const readBoard = () => ask('/board');
/** @returns {Promise<Ports>} */
export const listPorts = () => ask('/board/ports');
/** @param {string | null} port `null`: search @returns {Promise<Ports>} */
export const choosePort = (port) => ask('/board/port', { method: 'PUT', json: { port } });
/** @param {{ project: string, label: string, ms: number, speaker?: string }} what @returns {Promise<Clip>} */
export const recordOnBoard = (what) => ask('/board/record', { method: 'POST', json: what });
/** @param {string} preset */
export const setPreset = (preset) => ask('/board/preset', { method: 'POST', json: { preset } });
/** @param {number} value */
export const setThreshold = (value) => ask('/board/threshold', { method: 'POST', json: { value } });
