/** Hash routes. A page's module is fetched when it is first shown. */

import { Store } from '../data/store.js';

/** @type {Record<string, () => Promise<() => any>>} */
const PAGES = {
  '/record': async () => (await import('./pages/record.js')).RecordPage,
  '/collect': async () => (await import('./pages/collect.js')).CollectPage,
  '/explore': async () => (await import('./pages/explore.js')).ExplorePage,
  '/preprocess': async () => (await import('./pages/preprocess.js')).PreprocessPage,
  '/design': async () => (await import('./pages/design.js')).DesignPage,
  '/search': async () => (await import('./pages/search.js')).SearchPage,
  '/train': async () => (await import('./pages/train.js')).TrainPage,
  '/evaluate': async () => (await import('./pages/evaluate.js')).EvaluatePage,
  '/optimize': async () => (await import('./pages/optimize.js')).OptimizePage,
  '/convert': async () => (await import('./pages/convert.js')).ConvertPage,
  '/deploy': async () => (await import('./pages/deploy.js')).DeployPage,
  '/live': async () => (await import('./pages/live.js')).LivePage,
  '/board': async () => (await import('./pages/board.js')).BoardPage,
  '/camera': async () => (await import('./pages/camera.js')).CameraPage,
  '/kernels': async () => (await import('./pages/kernels.js')).KernelsPage,
  '/learn': async () => (await import('./pages/learn.js')).LearnPage,
  '/more': async () => (await import('./pages/more.js')).MorePage,
  '/microphone': async () => (await import('./pages/microphone.js')).MicrophonePage,
  '/join': async () => (await import('./pages/join.js')).JoinPage,
  '/projects': async () => (await import('./pages/projects.js')).ProjectsPage,
  '/about': async () => (await import('./pages/about.js')).AboutPage,
};

/** @typedef {{ path: string, query: URLSearchParams, Component: (() => any) | null, problem: string }} Route */
export const route = new Store(/** @type {Route} */ ({ path: '', query: new URLSearchParams(), Component: null, problem: '' }));

/** @param {string} path @param {Record<string, string>} [query] */
export const addressOf = (path, query) => `#${path}${query ? `?${new URLSearchParams(query)}` : ''}`;

/** @param {string} fallback where an empty or unknown address leads */
async function follow(fallback) {
  const [asked, query] = location.hash.slice(1).split('?');
  const path = asked in PAGES ? asked : fallback;
  if (path !== asked) history.replaceState(null, '', `#${path}`);
  /** @type {Route} */
  const next = { path, query: new URLSearchParams(query), Component: null, problem: '' };
  const address = location.hash;
  try {
    next.Component = await PAGES[path]();
  } catch {
    next.problem = 'This page could not be loaded. Check that the computer that runs Nestling is on, then try again.';
  }
  // A page that was slow to load must not take the place of the one that was asked for after it.
  if (location.hash === address) route.set(next);
}

/** @param {string} fallback */
export function startRouting(fallback) {
  addEventListener('hashchange', () => follow(fallback));
  return follow(fallback);
}
