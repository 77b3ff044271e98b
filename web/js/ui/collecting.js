/** What recording and photographing have in common. */

import { t } from './i18n.js';
/** @param {number} ms @param {AbortSignal} signal @returns {Promise<void>} rejected as soon as the signal says so */
export function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => { clearTimeout(timer); reject(signal.reason); }, { once: true });
  });
}

/** Why a clip was not kept. @param {unknown} error @param {'clip' | 'photo'} thing */
export function sentence(error, thing) {
  if (!(error instanceof Error)) return String(error);
  if (error.name !== 'QuotaExceededError') return error.message;
  return thing === 'photo'
    ? t('This phone has no room for the photo. Let the waiting photos be sent, or free some space, then take it again.')
    : t('This phone has no room for the clip. Let the waiting clips be sent, or free some space, then record it again.');
}

/** Ask that the browser does not clear clips that wait. */
export const askToPersist = () => { navigator.storage?.persist?.(); };
