/** What the network in the making costs: asked of the server while one edits, the last question's answer counts. */

import { useEffect, useRef, useState } from '../../../../vendor/preact.js';
import { learnFrom } from '../../../data/access.js';
import { RefusedError } from '../../../data/api.js';
import { askCost } from '../../../data/design.js';

const PAUSE_MS = 150;

/** @typedef {import('../../../data/design.js').Cost} Cost */
/** @typedef {{ cost: Cost | null, problem: string, isOld: boolean }} Answer  `isOld`: the cost is of what was there before */

/**
 * @param {string} project
 * @param {import('../../../data/design.js').Design | null} design null where there is nothing to ask
 * @returns {Answer}
 */
export function useCost(project, design) {
  const asked = useRef(0);
  const [answer, setAnswer] = useState(/** @type {{ of: string, cost: Cost | null, problem: string }} */ ({ of: '', cost: null, problem: '' }));
  const key = JSON.stringify(design);
  useEffect(() => {
    const number = ++asked.current; // also where nothing is asked: what is under way must not come after
    if (!design) return undefined;
    const timer = setTimeout(async () => {
      const { cost, problem } = await answerTo(project, design);
      if (number === asked.current) setAnswer((/** @type {{ cost: Cost | null }} */ last) => ({ of: key, cost: cost ?? last.cost, problem }));
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [project, key]);
  return { cost: answer.cost, problem: answer.problem, isOld: answer.of !== key || answer.problem !== '' };
}

/** @param {string} project @param {import('../../../data/design.js').Design} design */
async function answerTo(project, design) {
  try {
    return { cost: await askCost(project, design), problem: '' };
  } catch (error) {
    learnFrom(error);
    return { cost: null, problem: error instanceof RefusedError ? error.message : '' };
  }
}
