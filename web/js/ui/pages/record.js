/** Collect data: choose a label, then record it or photograph it; see what is stored, and take out what went wrong. */

import { html, useEffect } from '../../../vendor/preact.js';
import { access } from '../../data/access.js';
import { calm } from '../../data/calm.js';
import * as queue from '../../data/queue.js';
import { kindOf, project, refreshProject, startPictures } from '../../data/project.js';
import { remember, settings } from '../../data/settings.js';
import { useStore } from '../../data/store.js';
import { t, tx } from '../i18n.js';
import { counted } from '../parts/kind.js';
import { AddLabel } from '../parts/labels.js';
import { AccessNotice, InsecureNotice, QueueNotice, Welcome } from '../parts/notices.js';
import { Page } from '../parts/page.js';
import { Part } from '../parts/part.js';
import { route } from '../router.js';

/** @typedef {import('../../data/api.js').Kind} Kind */

/** @type {Record<Kind, { load: import('../parts/part.js').Load, invitation: string }>} */
const KINDS = {
  speech: {
    load: async () => (await import('../words/record.js')).RecordWords,
    invitation: t('Which word shall your model learn? Record it here, and a few others to tell it from.'),
  },
  vision: {
    load: async () => (await import('../pictures/record.js')).TakePhotos,
    invitation: t('Which thing shall your model learn? Photograph it here, and another one to tell it from.'),
  },
};

const SAMPLE = async () => (await import('../parts/sample.js')).SampleOffer;

export function RecordPage() {
  const current = useStore(project);
  const { project: name, label, labels: known } = useStore(settings);
  const { state: door } = useStore(access);
  const { query } = useStore(route);
  const kind = kindOf(name);
  const labels = known[name] ?? [];
  const chosen = labels.includes(label) ? label : labels[0] ?? '';
  // Once shown, a label stays chosen: the order of labels changes when another phone adds one.
  useEffect(() => { if (chosen !== label) remember({ label: chosen }); }, [chosen, label]);
  useEffect(() => { if (query.get('kind') === 'vision') startPictures(); }, [query]);
  useFreshProject();
  const canCollect = isSecureContext && (door !== 'stranger' || current !== null);

  return html`
    <${Page} path="/record" title=${t('Record')} state=${summary(name, current)}>
      <${InsecureNotice} kind=${kind} />
      <${AccessNotice} />
      <${QueueNotice} />
      ${canCollect && !chosen && html`<${Welcome} sentence=${KINDS[kind].invitation}><${AddLabel} project=${name} labels=${labels} />
        ${kind === 'speech' && door === 'joined' && html`<${Part} load=${SAMPLE} />`}<//>`}
      ${canCollect && chosen && html`
        <${Part} load=${KINDS[kind].load} key=${name} current=${door === 'joined' ? current : null} label=${chosen} labels=${labels} />`}
    <//>`;
}

/** Counts follow what is sent. */
function useFreshProject() {
  useEffect(() => {
    refreshProject();
    const again = calm(refreshProject);
    queue.onSent.add(again);
    return () => { queue.onSent.delete(again); };
  }, []);
}

/** @param {string} name @param {import('../../data/api.js').Project | null} current */
function summary(name, current) {
  const project = html`<strong>${name}</strong>`;
  if (!current) return tx('Project {project}', { project });
  return tx('Project {project}: {clips} stored', { project, clips: counted(current.n_clips, kindOf(name)) });
}
