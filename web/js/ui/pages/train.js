/** Train: enough clips, or photos? start, watch, and hold all runs against each other. */

import { html, useEffect, useState } from '../../../vendor/preact.js';
import { learnFrom } from '../../data/access.js';
import * as api from '../../data/api.js';
import { project, refreshProject } from '../../data/project.js';
import { settings } from '../../data/settings.js';
import { useStore } from '../../data/store.js';
import { UNFINISHED } from '../../data/train.js';
import { t, tn, tx } from '../i18n.js';
import { counted } from '../parts/kind.js';
import { AccessNotice, QueueNotice } from '../parts/notices.js';
import { Page } from '../parts/page.js';
import { useStyles } from '../parts/styles.js';
import { Run } from '../parts/train/run.js';
import { Runs } from '../parts/train/runs.js';
import { Start } from '../parts/train/start.js';
import { route } from '../router.js';

const KINDS = ['train', 'kfold'];

export function TrainPage() {
  useStyles('css/train.css');
  const { query } = useStore(route);
  const { project: name } = useStore(settings);
  const current = useStore(project);
  const [jobs, setJobs] = useState(/** @type {api.Job[]} */ ([]));
  const [bundles, setBundles] = useState(/** @type {api.Bundle[]} */ ([]));
  const id = query.get('job');

  async function refresh() {
    await refreshProject();
    try {
      const [found, made] = await Promise.all([api.listJobs(), api.listBundles()]);
      setJobs(found.filter((job) => job.project === name && KINDS.includes(job.kind)));
      setBundles(made);
    } catch (error) {
      learnFrom(error);
    }
  }
  useEffect(() => { refresh(); }, [id, name]);
  const running = jobs.find((/** @type {api.Job} */ job) => UNFINISHED.includes(job.state));
  const shown = id ?? running?.id;
  const state = current ? tx('Project {name}: {clips}, {labels}', { name: html`<strong>${name}</strong>`, clips: counted(current.n_clips, current.kind), labels: tn(current.labels.length, '{n} label', '{n} labels') })
    : tx('Project {name}', { name: html`<strong>${name}</strong>` });
  return html`
    <${Page} path="/train" title=${t('Train')} state=${state}>
      <${AccessNotice} />
      <${QueueNotice} />
      ${shown ? html`<${Run} id=${shown} key=${shown} onEnd=${refresh} />` : current && html`<${Start} current=${current} key=${name} />`}
      ${current && html`<${Runs} project=${name} kind=${current.kind} bundles=${bundles} jobs=${jobs} shown=${shown} />`}
    <//>`;
}
