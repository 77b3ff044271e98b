/** Doing something to clips with a way back: one thing at a time, and what was done last can be undone. */

import { useState } from '../../../vendor/preact.js';
import { learnFrom } from '../../data/access.js';
import { t } from '../i18n.js';
import { announce } from './announce.js';

/** @typedef {{ says: string, undo: () => Promise<unknown> }} Done */

/**
 * @template {Done} Kind
 * @typedef {{ done: Kind | null, problem: string, busy: boolean, attempt: (task: () => Promise<Kind | null>) => Promise<void>, close: () => void }} Undoing
 *   `attempt` takes a task that gives what was done, or null where it was undone; after `close` there is no way back
 */

/**
 * @template {Done} Kind
 * @param {() => unknown} onChange hears when it is done, and when it is undone
 * @returns {Undoing<Kind>}
 */
export function useUndoing(onChange) {
  const [done, setDone] = useState(/** @type {Kind | null} */ (null));
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);

  async function attempt(/** @type {() => Promise<Kind | null>} */ task) {
    setBusy(true);
    setProblem('');
    try {
      const next = await task();
      setDone(next);
      announce(next?.says ?? t('Undone.'));
    } catch (error) {
      learnFrom(error);
      setProblem(error instanceof Error ? error.message : String(error));
    }
    setBusy(false);
    await onChange();
  }
  return { done, problem, busy, attempt, close: () => setDone(null) };
}
