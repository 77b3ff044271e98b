/** The service worker: it makes the page open without the server, and hands over to a newer one when the page is loaded. */

import { Store } from './store.js';

/** Whether a newer version waits for the next load. */
export const updateReady = new Store(false);

/** @type {ServiceWorkerRegistration | undefined} */
let registration;

/** Whether this page will open without the server; null while that is not known. */
export const opensOffline = new Store(/** @type {boolean | null} */ (null));

export async function registerWorker() {
  if (!('serviceWorker' in navigator)) { // an insecure page, or a private window
    opensOffline.set(false);
    return;
  }
  try {
    registration = await navigator.serviceWorker.register('sw.js', { updateViaCache: 'none' });
  } catch { // a certificate that the phone does not trust, or the server has just gone; the next visit tries again
    opensOffline.set(Boolean(navigator.serviceWorker.controller));
    return;
  }
  navigator.serviceWorker.ready.then(() => opensOffline.set(true));
  if (registration.waiting && navigator.serviceWorker.controller) {
    applyUpdate(); // it came while the page was open last time; this is the next load
    return;
  }
  registration.addEventListener('updatefound', () => {
    const incoming = registration?.installing;
    incoming?.addEventListener('statechange', () => {
      if (incoming.state === 'installed' && navigator.serviceWorker.controller) updateReady.set(true);
    });
  });
}

export function applyUpdate() {
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
  registration?.waiting?.postMessage('take over');
}

/**
 * Keep a bundle for when the server is off, also what of it was fetched before the service worker answered for this page.
 * @param {string} folder - its address, ending in a slash
 */
export async function keepOffline(folder) {
  const ready = await navigator.serviceWorker?.ready; // never, on a page that has none
  ready?.active?.postMessage({ keep: folder });
}
