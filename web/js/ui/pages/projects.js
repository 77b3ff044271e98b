/** Each project learns from words or from pictures, and has its own; this phone works in one of them. */

import { html, useEffect, useState } from '../../../vendor/preact.js';
import * as api from '../../data/api.js';
import { learnFrom } from '../../data/access.js';
import { asLabel, chooseProject } from '../../data/project.js';
import { settings } from '../../data/settings.js';
import { useStore } from '../../data/store.js';
import { t, tn, tx } from '../i18n.js';
import { Chips } from '../parts/chips.js';
import { KINDS, counted } from '../parts/kind.js';
import { AccessNotice, Problem } from '../parts/notices.js';
import { Page } from '../parts/page.js';
import { route } from '../router.js';

/** @type {Record<api.Kind, string>} */
const SAYS = {
  speech: t('It learns from recordings: words that it tells apart when they are said.'),
  vision: t('It learns from photos: things that it tells apart when they are seen.'),
};

export function ProjectsPage() {
  const { project: current } = useStore(settings);
  const [projects, setProjects] = useState(/** @type {api.Project[]} */ ([]));
  const [problem, setProblem] = useState('');

  /** @param {() => Promise<unknown>} task @returns {Promise<boolean>} whether it could be done */
  async function attempt(task) {
    setProblem('');
    try {
      await task();
      setProjects(await api.listProjects());
      return true;
    } catch (error) {
      learnFrom(error);
      if (!(error instanceof api.UnreachableError)) setProblem(error instanceof Error ? error.message : String(error));
      return false;
    }
  }
  useEffect(() => { attempt(async () => {}); }, []);
  const use = (/** @type {api.Project} */ { name, kind }) => attempt(() => chooseProject(name, kind));
  const make = (/** @type {string} */ name, /** @type {api.Kind} */ kind) => attempt(async () => {
    const made = await api.createProject(name, kind);
    await chooseProject(made.name, made.kind);
  });

  return html`
    <${Page} path="/projects" title=${t('Projects')} state=${tx('This phone works in {project}', { project: html`<strong>${current}</strong>` })}>
      <${AccessNotice} />
      ${problem && html`<${Problem} message=${problem} />`}
      ${projects.length > 0 && html`<ul class="card doors">
        ${projects.map((project) => html`
          <li class="spread">
            <span><strong>${project.name}</strong><br /><span class="small quiet numbers">${KINDS[project.kind].name}: ${counted(project.n_clips, project.kind)}, ${tn(project.labels.length, '{n} label', '{n} labels')}</span></span>
            <button class="button" type="button" aria-pressed=${project.name === current} onClick=${() => use(project)}>
              ${project.name === current ? t('In use') : t('Use')}<span class="spoken"> ${project.name}</span></button>
          </li>`)}
      </ul>`}
      <${NewProject} onMake=${make} />
    <//>`;
}

/** @param {{ onMake: (name: string, kind: api.Kind) => Promise<boolean> }} props */
function NewProject({ onMake }) {
  const { query } = useStore(route);
  const [name, setName] = useState('');
  const [kind, setKind] = useState(/** @type {api.Kind} */ (query.get('kind') === 'vision' ? 'vision' : 'speech'));
  const make = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (await onMake(asLabel(name), kind)) setName('');
  };
  return html`
    <section class="stack close">
      <h2>${t('A new project')}</h2>
      <${Chips} name="kind" legend=${t('What it learns from')} value=${kind} onChange=${setKind}
        options=${Object.entries(KINDS).map(([value, { name: content }]) => ({ value, content }))} />
      <p class="small quiet">${SAYS[kind]}</p>
    </section>
    <form class="action" onSubmit=${make}>
      <input type="text" aria-label=${t('Name of a new project')} placeholder="a new project" value=${name} autocapitalize="none" autocomplete="off"
        onInput=${(/** @type {any} */ event) => setName(event.target.value)} />
      <button class="button primary" type="submit" disabled=${!name.trim()}>${t('Make it')}</button>
    </form>`;
}
