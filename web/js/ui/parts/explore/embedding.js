/** Passing all clips through a model, which the computer does once for each. */

import { html, useEffect, useState } from '../../../../vendor/preact.js';
import { learnFrom } from '../../../data/access.js';
import * as api from '../../../data/api.js';
import { startEmbedding } from '../../../data/explore.js';
import { followJob } from '../../../data/jobs.js';
import { t } from '../../i18n.js';
import { Icon } from '../icons.js';
import { Problem } from '../notices.js';

/** @param {{ project: string, bundle: string, onDone: () => unknown }} props */
export function Embedding({ project, bundle, onDone }) {
  const [id, setId] = useState('');
  const [says, setSays] = useState({ done: 0, of: 0 });
  const [problem, setProblem] = useState('');
  useEffect(() => {
    if (!id) return undefined;
    return followJob(id, ({ job, event }) => {
      if (event?.of) setSays({ done: event.n, of: event.of });
      if (event !== null) return;
      setId('');
      if (job.state === 'done') onDone();
      else if (job.state !== 'cancelled') setProblem(job.detail ?? t('The computer did not finish.'));
    }, () => {});
  }, [id]);
  async function start() {
    setProblem('');
    try {
      setId((await startEmbedding(project, bundle)).id);
    } catch (error) {
      learnFrom(error);
      setProblem(error instanceof Error ? error.message : String(error));
    }
  }
  if (id) {
    return html`
      <div class="notice plain" role="status">
        <p class="numbers">${says.of ? t('{done} of {of} clips have passed through the model.', says) : t('The model is being loaded ...')}</p>
        <button class="button" type="button" onClick=${() => api.cancelJob(id).catch((error) => setProblem(error.message))}>${t('Cancel')}</button>
      </div>`;
  }
  return html`
    ${problem && html`<${Problem} message=${problem} />`}
    <div class="notice plain">
      <p>${t('The clips have to pass through this model first. The computer does it in the background.')}</p>
      <button class="button primary" type="button" disabled=${!bundle} onClick=${start}><${Icon} name="explore" />${t('Ask the model')}</button>
    </div>`;
}
