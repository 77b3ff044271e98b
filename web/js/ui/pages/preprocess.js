/** Preprocess: what the front end makes of this project's own data, step by step. */

import { html, useEffect } from '../../../vendor/preact.js';
import { kindOf, refreshProject } from '../../data/project.js';
import { settings } from '../../data/settings.js';
import { useStore } from '../../data/store.js';
import { t, tx } from '../i18n.js';
import { AccessNotice } from '../parts/notices.js';
import { Page } from '../parts/page.js';
import { Photos } from '../parts/preprocess/photos.js';
import { Words } from '../parts/preprocess/words.js';
import { useStyles } from '../parts/styles.js';

export function PreprocessPage() {
  useStyles('css/preprocess.css');
  const { project } = useStore(settings);
  useEffect(() => { refreshProject(); }, [project]);
  const Part = kindOf(project) === 'vision' ? Photos : Words;
  return html`
    <${Page} path="/preprocess" title=${t('Preprocess')} state=${tx('Project {name}', { name: html`<strong>${project}</strong>` })}>
      <${AccessNotice} />
      <${Part} project=${project} key=${project} />
    <//>`;
}
