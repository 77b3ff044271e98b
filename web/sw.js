/**
 * Lets Nestling open, and its models answer, while the server is off.
 *
 * The shell (every file of the page, TF.js, the front end's parameters) lies in one cache, named by a hash of it all; a new
 * version is fetched beside the old one and takes over when the page is loaded again. Bundles lie in a cache of their own,
 * since they never change: the small one that is shipped from the start, others when a page has used them. Nothing else is
 * cached: no clip, no project, no job.
 */

importScripts('precache.js');

/** @type {ServiceWorkerGlobalScope} */
const worker = /** @type {any} */ (self);
/** @type {{ version: string, files: string[] }} written by tools/precache.py */
const { version, files } = /** @type {any} */ (globalThis).PRECACHE;

const PREFIX = 'nestling-';
const SHELL = `${PREFIX}shell-${version}`;
const BUNDLES = `${PREFIX}bundles`;
const SHIPPED = ['yes-no', 'things'];
const AT_INSTALL = 'yes-no'; // the other one has 5 MB, which phones that only record do not need
const PATIENCE_MS = 4000; // a phone that left the network does not hear that it did
const shellPaths = new Set(files);

worker.addEventListener('install', (event) => event.waitUntil(install()));
worker.addEventListener('activate', (event) => event.waitUntil(activate()));
worker.addEventListener('message', (event) => {
  if (event.data === 'take over') worker.skipWaiting();
  else if (event.data?.keep) event.waitUntil(keepBundle(event.data.keep));
});
worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== location.origin) return;
  if (shellPaths.has(pathname)) event.respondWith(fromShell(pathname));
  else if (pathname.startsWith('/vendor/')) event.respondWith(keep(event, SHELL)); // what only some browsers need
  else if (pathname === '/bundles') event.respondWith(listBundles(request));
  else if (pathname.startsWith('/bundles/')) event.respondWith(keep(event, BUNDLES));
});

/** Straight from the server: the browser's own cache may still hold the version before. @param {string} path */
const fresh = (path) => new Request(path, { cache: 'reload' });

/** From the browser's own cache where the server says that it is still the same. @param {string} path */
const asked = (path) => new Request(path, { cache: 'no-cache' });

async function install() {
  const shell = await caches.open(SHELL);
  await shell.addAll(files.map(fresh));
  await keepBundle(`/bundles/${AT_INSTALL}/`);
}

async function activate() {
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX) && name !== SHELL && name !== BUNDLES) await caches.delete(name);
  }
  await worker.clients.claim();
}

/** All that a page needs of a bundle, the manifest last: what has one is whole. A checkout without it installs all the same.
 *  What the browser has just fetched for the page is not fetched again, only asked after. @param {string} folder */
async function keepBundle(folder) {
  const response = await fetch(asked(`${folder}manifest.json`));
  if (!response.ok) return;
  const manifest = await response.clone().json();
  const cache = await caches.open(BUNDLES);
  const kept = await (await cache.match(`${folder}manifest.json`))?.json();
  for (const file of Object.keys(manifest.files).filter((name) => name.startsWith('tfjs/'))) {
    const isKept = kept?.created_at === manifest.created_at && await cache.match(folder + file);
    if (!isKept) await cache.add(asked(folder + file));
  }
  await cache.put(`${folder}manifest.json`, response);
}

/** @param {string} path */
async function fromShell(path) {
  const shell = await caches.open(SHELL);
  return (await shell.match(path)) ?? fetch(path);
}

/** From the cache, else from the server, and into the cache as it comes. @param {FetchEvent} event @param {string} name */
async function keep(event, name) {
  const { request } = event;
  const cache = await caches.open(name);
  const found = await cache.match(request, { ignoreVary: true });
  if (found) return found;
  const response = await fetch(request);
  if (response.status === 200) event.waitUntil(cache.put(request, response.clone()));
  return response;
}

/** What the server has; without it, what this phone has kept. @param {Request} request */
async function listBundles(request) {
  const patience = new AbortController();
  setTimeout(() => patience.abort(), PATIENCE_MS);
  try {
    const response = await fetch(request, { signal: patience.signal });
    if (response.ok) await forgetReplaced((await response.clone().json()).bundles);
    return response;
  } catch {
    return new Response(JSON.stringify({ bundles: await keptBundles() }), { headers: { 'Content-Type': 'application/json' } });
  }
}

/** @typedef {{ path: string, manifest: Record<string, any> }} Bundle */

/** Bundles that are whole in the cache, newest first, the shipped ones last. @returns {Promise<Bundle[]>} */
async function keptBundles() {
  const cache = await caches.open(BUNDLES);
  const bundles = [];
  for (const { url } of await cache.keys()) {
    const path = /^\/bundles\/(.+)\/tfjs\/model\.json$/.exec(new URL(url).pathname)?.[1];
    const manifest = path && await cache.match(`/bundles/${path}/manifest.json`);
    if (manifest) bundles.push({ path: decodeURIComponent(path), manifest: await manifest.json() });
  }
  const rank = (/** @type {Bundle} */ { path, manifest }) => (SHIPPED.includes(path) ? '' : manifest.created_at);
  return bundles.sort((a, b) => rank(b).localeCompare(rank(a)));
}

/** A bundle never changes, but a shipped one is replaced by an update. @param {Bundle[]} bundles */
async function forgetReplaced(bundles) {
  const cache = await caches.open(BUNDLES);
  for (const { path, manifest } of bundles) {
    const folder = `/bundles/${path.split('/').map(encodeURIComponent).join('/')}/`;
    const kept = await (await cache.match(`${folder}manifest.json`))?.json();
    if (!kept || kept.created_at === manifest.created_at) continue;
    for (const request of await cache.keys()) {
      if (new URL(request.url).pathname.startsWith(folder)) await cache.delete(request);
    }
  }
}
